"""Numbers and durations in cells: every way they can be read, and the one meant."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from core.tables.values.vocabulary import UNIT_OF, without_accents

SECONDS = {"s": 1.0, "min": 60.0, "h": 3600.0}
_IN_CELLS = {**UNIT_OF, "m": "min"}  # "1h30m": beside a number, not in a header

_PLAIN = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?")
_SPACED = re.compile(
    "[+-]?[0-9]{1,3}([ \u00a0\u2009\u202f'\u2019][0-9]{3})+([.,][0-9]+)?"
)
_GROUPED = re.compile(r"[+-]?[1-9][0-9]{0,2}(,[0-9]{2,3})*,[0-9]{3}")
_ISO = re.compile(
    r"P(?:(\d+(?:[.,]\d+)?)W)?(?:(\d+(?:[.,]\d+)?)D)?"
    r"(?:T(?:(\d+(?:[.,]\d+)?)H)?(?:(\d+(?:[.,]\d+)?)M)?(?:(\d+(?:[.,]\d+)?)S)?)?",
    re.IGNORECASE,
)
_ISO_SECONDS = (7 * 86400.0, 86400.0, 3600.0, 60.0, 1.0)
_CLOCK = re.compile(
    r"(?:([0-9]+)\s*days?,?\s*\+?)?([0-9]{1,5}):([0-9]{2})(?::([0-9]{2}(?:\.[0-9]+)?))?"
)
_PARTS = re.compile(r"([0-9][0-9.,]*)\s*([^\W\d_]+)\.?\s*")
_TRAILING_MINUTES = re.compile(r"(.*[^\W\d_]\.?)\s*([0-5]?[0-9])")


@lru_cache(maxsize=16384)
def number_readings(text: str) -> Mapping[str, float]:
    """
    Return what a number can mean, by its decimal sign; empty: it is no number.

    ``90,5`` has one reading (``,``), ``1.200`` has two, ``90`` has the same under
    both. Spaces and apostrophes between groups of three are thousands signs.
    """
    text = text.strip()
    if text.isascii() and text.isdigit():
        value = float(text)
        return {".": value, ",": value}
    if not text or ":" in text or text[-1].isalpha() or text[4:5] == "-":
        return {}  # most dates, names and durations
    if _SPACED.fullmatch(text):
        return number_readings_with_decimals(
            re.sub("[ \u00a0\u2009\u202f'\u2019]", "", text)
        )
    found = {}
    for sign, other in ((".", ","), (",", ".")):
        as_points = text.translate({ord(sign): ".", ord(other): ","})
        if "," not in as_points:
            if _PLAIN.fullmatch(as_points):
                found[sign] = float(as_points)
            continue
        whole, point, rest = as_points.partition(".")
        if _GROUPED.fullmatch(whole) and (not point or rest.isdigit()):
            found[sign] = float(as_points.replace(",", ""))
    return found


def number_readings_with_decimals(text: str) -> dict[str, float]:
    """Readings of a number whose thousands sign was a space: any sign is decimal."""
    if "," not in text and "." not in text:
        return {".": float(text), ",": float(text)}
    sign = "," if "," in text else "."
    return {sign: float(text.replace(",", "."))}


def has_two_readings(readings: Mapping[str, float]) -> bool:
    """Whether the decimal sign decides what a number means."""
    return len(set(readings.values())) > 1


def duration_seconds(text: str, decimal: str, clock: str) -> float | None:
    """
    Seconds of a duration that says its own unit; ``None`` when it says none.

    Parameters
    ----------
    text
        ``90 min``, ``2h``, ``1 h 30``, ``1,5 h``, ``1:30``, ``1:30:00``,
        ``PT1H30M``, ``0 days 01:30:00``.
    decimal
        Decimal sign where a number has two readings; empty: such a one is ``None``.
    clock
        What two parts around a colon are: ``h:mm``, or ``mm:ss``.
    """
    text = without_accents(text.strip()).replace("\u00a0", " ").replace("\u202f", " ")
    iso = _ISO.fullmatch(text)
    if iso and any(iso.groups()):
        parts = [float((x or "0").replace(",", ".")) for x in iso.groups()]
        return sum(x * y for x, y in zip(parts, _ISO_SECONDS, strict=True))
    colon = _CLOCK.fullmatch(text)
    if colon:
        days, first, second, third = colon.groups()
        if int(second) > 59 or float(third or 0) >= 60:
            return None
        if clock == "mm:ss" and third is None:
            return int(first) * 60.0 + int(second)
        whole = int(days or 0) * 86400.0 + int(first) * 3600.0 + int(second) * 60.0
        return whole + float(third or 0)
    trailing = _TRAILING_MINUTES.fullmatch(text)
    extra = 0.0
    if trailing and re.search(
        r"(?:^|[^a-z])(?:h|std|stunden?|hours?)\.?$", trailing[1]
    ):
        text, extra = trailing.group(1), int(trailing.group(2)) * 60.0
    position, total, seen = 0, extra, []
    for part in _PARTS.finditer(text):
        unit = _IN_CELLS.get(part.group(2))
        readings = number_readings(part.group(1))
        if part.start() != position or unit not in SECONDS or unit in seen:
            return None
        if not readings or (has_two_readings(readings) and decimal not in readings):
            return None
        value = readings.get(decimal, next(iter(readings.values())))
        total += value * SECONDS[unit]
        seen.append(unit)
        position = part.end()
    return total if seen and position == len(text) else None


def is_colon_duration(text: str) -> bool:
    """Whether a duration is written in two parts around a colon: ``1:30``."""
    return re.fullmatch(r"\s*[0-9]{1,5}:[0-5][0-9]\s*", text) is not None


def has_unit(text: str) -> bool:
    """Whether a cell is a number with a unit of time: ``90 min``, also ``1.200 h``."""
    return any(
        _IN_CELLS.get(without_accents(x.group(2))) in SECONDS
        for x in _PARTS.finditer(text.strip())
    )
