"""Dates, times of day and days of the week in cells, and every way to read them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from core.tables.values.vocabulary import WEEKDAYS, folded, month_of, without_accents

DAY_SECONDS = 24 * 3600
ISO, DMY, MDY = "ISO", "day.month.year", "month/day/year"
SERIAL, MINUTES = "serial", "minutes"
DATE_FORMS = (ISO, DMY, MDY, SERIAL, MINUTES)
SERIALS = (40_000.0, 60_000.0)  # days since 1899-12-30: 2009 to 2064

_TIME = (
    r"(?P<hour>[0-9]{1,2})(?:\s*[:.h]\s*(?P<minute>[0-9]{2}))?"
    r"(?:[:.](?P<second>[0-9]{2})(?:[.,](?P<fraction>[0-9]{1,9}))?)?"
    r"\s*(?P<half>[ap]\.?m\.?)?(?:\s*(?:uhr|h|hrs|o'clock))?"
)
_ONLY_TIME = re.compile(_TIME)
_NUMERIC = re.compile(
    r"(?P<a>[0-9]{1,4})\s*(?P<sign>[./\-])\s*(?P<b>[0-9]{1,2})\s*(?P=sign)\s*"
    r"(?P<c>[0-9]{1,4})(?![0-9:])\.?"
)
_DAY_NAMED = re.compile(
    r"(?P<day>[0-9]{1,2})[.\s\-]*(?:de\s+)?(?P<name>[^\W\d_]{3,})\.?[\s,\-]*(?:de\s+)?"
    r"(?P<year>[0-9]{4}|[0-9]{2})"
)
_NAME_FIRST = re.compile(
    r"(?P<name>[^\W\d_]{3,})\.?\s+(?P<day>[0-9]{1,2})(?:st|nd|rd|th)?,?\s+"
    r"(?P<year>[0-9]{4})"
)
_COMPACT = re.compile(r"(?P<year>[12][0-9]{3})(?P<month>[0-9]{2})(?P<day>[0-9]{2})")
_NO_YEAR = re.compile(
    r"[0-9]{1,2}(\.[0-9]{1,2}\.|[/\-][0-9]{1,2}|\.[0-9]{1,2}\.?(?=\s))"
)
_ZONE = re.compile(
    r"(?<=[0-9])\s*(z|utc|gmt|[+-][0-9]{2}:?[0-9]{2}|[+-][0-9]{1,2}(?=$)"
    r"|\(?(?:cest|cet|mesz|mez|est|edt|pst|pdt|cst|cdt|mst|bst|ist|jst)\)?)$"
)
_DATE_FIRST = re.compile(r"[0-9]{1,4}[./\-][0-9]{1,2}[./\-][0-9]{1,4}|.*[a-z]{3}")


class Unreadable(Exception):
    """
    A cell that is no moment, no time of day or no day; says why.

    Parameters
    ----------
    fault
        What is wrong, to follow "This".
    """


def clock_seconds(text: str) -> int | None:
    """Seconds of a time of day, up to 24:00: ``6:00``, ``06:00:30``, ``2:30 PM``."""
    match = _ONLY_TIME.fullmatch(without_accents(text.strip()))
    if match is None or (match["minute"] is None and match["half"] is None):
        return None
    hour, minute = int(match["hour"]), int(match["minute"] or 0)
    second = int(match["second"] or 0)
    if match["half"]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if match["half"].startswith("p") else 0)
    if minute > 59 or second > 59:
        return None
    seconds = hour * 3600 + minute * 60 + second
    if match["fraction"] and int(match["fraction"][0]) >= 5:
        seconds += 1
    return seconds if seconds <= DAY_SECONDS else None


_USUAL = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2})?")


def moment_readings(text: str) -> tuple[Mapping[str, datetime], bool]:
    """
    Return what a date can mean, by its form, and whether it has a time of day.

    Parameters
    ----------
    text
        ``2026-01-05T06:00``, ``30.11.2026 13:00``, ``12/31/26 2:30 PM``, ``5 Jan 26``.

    Raises
    ------
    Unreadable
        When it is no date; the message says why.
    """
    if _USUAL.fullmatch(text):
        try:
            return {ISO: datetime.fromisoformat(text)}, True
        except ValueError:
            pass  # 24:00, or no date in the calendar
    return _moment_readings(text)


@lru_cache(maxsize=16384)
def _moment_readings(text: str) -> tuple[Mapping[str, datetime], bool]:
    """Readings of a date in any form."""
    rest = without_accents(text.strip()).replace("\u00a0", " ").replace("\u202f", " ")
    rest = _without_weekday(rest)
    if _ZONE.search(rest) and _DATE_FIRST.match(rest) and ":" in rest:
        raise Unreadable("has a time zone.")
    found, length = _dates(rest)
    if not found:
        if not length and _NO_YEAR.match(rest):
            raise Unreadable("is a date without a year.")
        raise Unreadable("is no date in the calendar." if length else "is not a date.")
    tail = re.sub(r"^[\st,]+|^\s*(?:um|at|a las)\s+", "", rest[length:])
    if not tail:
        return _combined(found, 0), False
    seconds = clock_seconds(tail)
    if seconds is None:
        raise Unreadable("is not a date.")
    return _combined(found, seconds), True


def _combined(dates: dict[str, date], seconds: int) -> dict[str, datetime]:
    """Dates with a time of day; 24:00 is 00:00 of the next day."""
    made = {}
    for form, day in dates.items():
        try:
            made[form] = datetime.combine(day, time()) + timedelta(seconds=seconds)
        except OverflowError:
            raise Unreadable("is too far in the future.") from None
    return made


def _without_weekday(text: str) -> str:
    """Leave out the day of the week in front of a date: ``Mo, 30.11.2026``."""
    match = re.match(r"([a-z]{2,10})\.?,?\s+(?=[0-9])", text)
    if match and any(_day_in(match[1], x) is not None for x in WEEKDAYS):
        return text[match.end() :]
    return text


def _dates(text: str) -> tuple[dict[str, date], int]:
    """Dates at the beginning of a text, by form, and how long that beginning is."""
    match = _NUMERIC.match(text)
    if match:
        a, b, c = match["a"], match["b"], match["c"]
        orders: dict[str, tuple[str, str, str]] = {}
        if len(a) == 4:
            orders[ISO] = (a, b, c)
        elif len(a) <= 2 and len(c) in (2, 4):
            orders[DMY], orders[MDY] = (c, b, a), (c, a, b)
            if len(c) == 2 and len(a) == 2 and match["sign"] == "-":
                orders[ISO] = (a, b, c)
        made = {form: _date(*parts) for form, parts in orders.items()}
        return {x: y for x, y in made.items() if y is not None}, match.end()
    for pattern in (_DAY_NAMED, _NAME_FIRST):
        match = pattern.match(text)
        month = month_of(match["name"]) if match else None
        if match and month is not None:
            day = _date(match["year"], str(month), match["day"])
            return {} if day is None else {ISO: day}, match.end()
    match = _COMPACT.match(text)
    if match and not text[match.end() : match.end() + 1].isdigit():
        day = _date(match["year"], match["month"], match["day"])
        return {} if day is None else {ISO: day}, match.end()
    return {}, 0


def _date(year: str, month: str, day: str) -> date | None:
    """Date of three numbers, two digits of a year being of this century."""
    try:
        return date(int(year) + (2000 if len(year) == 2 else 0), int(month), int(day))
    except ValueError:
        return None


def of_serial(days: float) -> datetime:
    """Moment that a spreadsheet keeps as a number of days, to the second."""
    return datetime(1899, 12, 30) + timedelta(seconds=round(days * DAY_SECONDS))


def _day_in(word: str, language: str) -> int | None:
    """Day of the week, Monday is 0, that a word means in a language."""
    name = without_accents(word).strip(" .")
    names = WEEKDAYS[language]
    found = [i for i, x in enumerate(names) if len(name) >= 2 and x.startswith(name)]
    if name in ("weds", "tues", "thur", "thurs"):  # not the beginning of the word
        found = [("tues", "weds", "thur", "thurs").index(name)]
        found = [min(found[0] + 1, 3)]
    return found[0] if len(found) == 1 else None


EVERY_DAY = {"daily", "everyday", "taglich", "alltage", "diario", "quotidien", "all"}


def weekday_readings(text: str) -> dict[str, tuple[int, ...]]:
    """
    Days that a cell means, by language: ``Mo``, ``Mon-Fri``, ``lun, mar``, ``daily``.

    Numbers give the ways of counting instead: ``Monday is 1``, ``Sunday is 1``,
    ``Monday is 0``, ``Sunday is 0``.
    """
    if folded(text) in EVERY_DAY:
        return dict.fromkeys(WEEKDAYS, tuple(range(7)))
    number = re.fullmatch(r"\s*([0-7])(?:\.0)?\s*", text)
    if number:
        n = int(number[1])
        ways: dict[str, tuple[int, ...]] = {}
        if n >= 1:
            ways["Monday is 1"] = ((n - 1) % 7,)
            ways["Sunday is 1"] = ((n - 2) % 7,)
        if n <= 6:
            ways["Monday is 0"] = (n,)
            ways["Sunday is 0"] = ((n - 1) % 7,)
        return ways
    found = {}
    for language in WEEKDAYS:
        days: list[int] | None = []
        for entry in re.split(r"[,;|/+&]|\bund\b|\band\b|\bet\b|\by\b", text):
            ends = re.split(r"\s*[-\u2013\u2014]\s*|\s+(?:to|bis|a)\s+", entry.strip())
            known = [_day_in(x, language) for x in ends]
            first, last = known[0], known[-1]
            if len(ends) > 2 or first is None or last is None or days is None:
                days = None
                break
            days += [(first + i) % 7 for i in range((last - first) % 7 + 1)]
        if days:
            found[language] = tuple(dict.fromkeys(days))
    return found


def is_date_only(text: str) -> bool:
    """Whether a text is a date that was typed without a time of day."""
    try:
        return not moment_readings(text)[1]
    except Unreadable:
        return False
