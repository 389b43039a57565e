"""The words in planners' files: units, days, months, yes and no, and how they match."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from core.tables.text import plain

UNITS: dict[str, tuple[str, ...]] = {
    "s": (
        *("s", "sec", "secs", "second", "seconds", "sek", "sekunde", "sekunden"),
        *("seconde", "secondes", "segundo", "segundos", "seg"),
    ),
    "min": (
        *("min", "mins", "minute", "minutes", "minuten", "minuto", "minutos", "mn"),
    ),
    "h": (
        *("h", "hr", "hrs", "hour", "hours", "std", "stunde", "stunden", "heure"),
        *("heures", "hora", "horas", "stdn"),
    ),
    "percent": ("%", "percent", "pct", "prozent", "pourcent", "porcentaje"),
}
UNIT_OF = {word: unit for unit, words in UNITS.items() for word in words}

YES = {
    *("yes", "y", "true", "1", "x", "important", "ja", "j", "wahr", "oui", "vrai"),
    *("si", "verdadero", "✓", "✔", "on"),
}
NO = {
    *("no", "n", "false", "0", "-", "nein", "falsch", "non", "faux", "falso", "off"),
    *("✗", "✘"),
}

# Monday first; a cell may hold the first two letters or more.
WEEKDAYS: dict[str, tuple[str, ...]] = {
    "English": (
        *("monday", "tuesday", "wednesday", "thursday", "friday"),
        *("saturday", "sunday"),
    ),
    "German": (
        *("montag", "dienstag", "mittwoch", "donnerstag", "freitag"),
        *("samstag", "sonntag"),
    ),
    "French": (
        *("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"),
    ),
    "Spanish": (
        *("lunes", "martes", "miercoles", "jueves", "viernes", "sabado", "domingo"),
    ),
}

_MONTHS = (
    ("january", "januar", "janvier", "enero", "janner"),
    ("february", "februar", "fevrier", "febrero", "feber"),
    ("march", "marz", "mars", "marzo", "maerz", "mrz"),
    ("april", "avril", "abril"),
    ("may", "mai", "mayo"),
    ("june", "juni", "juin", "junio"),
    ("july", "juli", "juillet", "julio"),
    ("august", "aout", "agosto"),
    ("september", "septembre", "septiembre", "sept"),
    ("october", "oktober", "octobre", "octubre"),
    ("november", "novembre", "noviembre"),
    ("december", "dezember", "decembre", "diciembre"),
)
_PIECE = r"(?:piece|pieces|pc|pcs|part|unit|stuck|stueck|stk|st|pieza|ea|each)"
_PER = re.compile(
    rf"^(.*?)[\s_]*(?:/|\bper\b|\bpro\b|\bje\b|\bpar\b|\bpor\b)[\s_]*{_PIECE}$"
)
_BRACKETS = re.compile(r"^(.*?)[\s_\-]*[\[({]\s*([^\[\](){}]+?)\s*[\])}]\s*$")
_TRAILING = re.compile(r"^(?:(.*?)[\s_\-./,:]+)?(?:(?:in|en)[\s_\-]+)?([a-z%]+)\.?$")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")


def without_accents(text: str) -> str:
    """Return the text in lower case without accents; ``ß`` is ``ss``."""
    if text.isascii():
        return text.casefold()
    parts = unicodedata.normalize("NFKD", text)
    return "".join(x for x in parts if not unicodedata.combining(x)).casefold()


@lru_cache(maxsize=4096)
def folded(text: str) -> str:
    """Return a header or word as they are matched: letters and digits that count."""
    return plain(without_accents(text))


@lru_cache(maxsize=4096)
def umlauts_folded(text: str) -> str:
    """Return :func:`folded`, with ``ae``, ``oe`` and ``ue`` as their umlauts are."""
    return re.sub(r"([aou])e", r"\1", folded(text))


def month_of(word: str) -> int | None:
    """Return the month, from 1, that a name or its first three letters mean."""
    name = without_accents(word).strip(".")
    if len(name) < 3:
        return None
    found = {
        number
        for number, names in enumerate(_MONTHS, start=1)
        if any(x.startswith(name) for x in names)
    }
    return found.pop() if len(found) == 1 else None


def split_unit(header: str) -> tuple[str, str]:
    """
    Return a header without its unit, and the unit; empty where it names none.

    ``Dauer (h)`` is ``Dauer`` in ``h``, ``duration_seconds`` is ``duration`` in
    ``s``; ``min/Stk`` is ``minutes_per_piece`` in ``min``.
    """
    text = without_accents(_CAMEL.sub("_", header.strip()))
    per = _PER.match(text.replace("_", " "))
    if per and (unit := UNIT_OF.get(per.group(1).strip(" _.("))):
        return "minutes_per_piece", unit
    brackets = _BRACKETS.match(text)
    if brackets:
        inner = brackets.group(2).strip(" .")
        per = _PER.match(inner)
        if per and per.group(1).strip(" _.") in UNIT_OF:
            return brackets.group(1), UNIT_OF[per.group(1).strip(" _.")]
        inner = re.sub(r"^(?:in|en)\s+", "", inner)
        if inner in UNIT_OF:
            return brackets.group(1), UNIT_OF[inner]
        return header, ""
    if text.endswith("%"):
        return text.rstrip("% _"), "percent"
    trailing = _TRAILING.match(text)
    if trailing and trailing.group(2) in UNIT_OF:
        return (trailing.group(1) or ""), UNIT_OF[trailing.group(2)]
    return header, ""
