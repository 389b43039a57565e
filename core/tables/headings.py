"""Which table and column a planner's words mean."""

from __future__ import annotations

import difflib

from core.tables.aliases import ALIASES, SHEET_WORDS
from core.tables.sheets import ALL_SHEETS, SHEETS, Sheet, kind_of
from core.tables.suggestions import SUGGESTED
from core.tables.values.vocabulary import folded, split_unit, umlauts_folded

_KNOWN: dict[str, dict[str, str]] = {
    name: {
        **{
            folded(alias): column
            for column, aliases in ALIASES.get(name, {}).items()
            for alias in aliases
        },
        **{folded(column): column for column in sheet.columns},
    }
    for name, sheet in ALL_SHEETS.items()
}
_KNOWN_UMLAUTS = {
    name: {umlauts_folded(word): column for word, column in known.items()}
    for name, known in _KNOWN.items()
}
# Tables whose one duration a header such as "Seconds" or "Dauer [h]" means.
_DURATION = {"jobs": "processing_minutes", "setups": "minutes", "processing": "minutes"}
_HAVE_UNITS = ("duration", "piece", "speed")


def known_column(sheet: Sheet, header: str) -> str | None:
    """Column that a header cell means; ``None`` when it means none."""
    return column_and_unit(sheet, header)[0]


def column_and_unit(sheet: Sheet, header: str) -> tuple[str | None, str]:
    """
    Column that a header cell means, and the unit that it names.

    ``Dauer (h)`` is ``processing_minutes`` in ``h``; the unit is empty where the
    header has none, and the column ``None`` where the header means none.
    """
    known = _exactly(sheet, header)
    base, unit = split_unit(header)
    if known is not None:
        return known, unit if kind_of(sheet, known) in _HAVE_UNITS else ""
    if not unit:
        return None, ""
    column = _exactly(sheet, base) if base.strip() else _DURATION.get(sheet.name)
    if unit == "percent" and not base.strip():
        column = None
    if column is None or kind_of(sheet, column) not in _HAVE_UNITS:
        return None, ""
    if (unit == "percent") != (kind_of(sheet, column) == "speed"):
        return None, ""
    return column, unit


def _exactly(sheet: Sheet, header: str) -> str | None:
    """Column that a header without a unit means."""
    key = folded(header)
    found = _KNOWN[sheet.name].get(key)
    return found or _KNOWN_UMLAUTS[sheet.name].get(umlauts_folded(header))


def likely_column(sheet: Sheet, header: str) -> str | None:
    """Column that an unknown header cell may mean, or be a misspelling of."""
    base, _ = split_unit(header)
    suggested = {folded(x): y for x, y in SUGGESTED.get(sheet.name, {}).items()}
    for word in (header, base):
        if folded(word) in suggested:
            return suggested[folded(word)]
    known = _KNOWN[sheet.name]
    close = difflib.get_close_matches(folded(header), known, n=1, cutoff=0.85)
    return known[close[0]] if close else None


def known_sheet(name: str) -> str | None:
    """Table that a sheet's name means, in any of the languages; ``None``: none."""
    return _SHEET_NAMES.get(folded(name)) or _SHEET_NAMES.get(umlauts_folded(name))


_SHEET_NAMES = {
    spelled(word): name
    for name in SHEETS
    for word in (*SHEET_WORDS.get(name, ()), name)
    for spelled in (umlauts_folded, folded)
}
