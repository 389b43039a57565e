"""Which table a file or sheet holds."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache

from core.tables.headings import known_column, known_sheet
from core.tables.mapping.headers import is_plan
from core.tables.sheets import ALL_SHEETS, SHEETS
from core.tables.text import plain

_LONGEST_HEADER = 100  # characters; no name of a column is longer
_MOST_WORDS = 3  # of a table's name


def sheet_of_tab(name: str) -> str | None:
    """Table that the tab of a workbook names."""
    return known_sheet(name)


def likely_sheet(name: str) -> str | None:
    """Table that the tab of a workbook may be a misspelling of."""
    close = difflib.get_close_matches(plain(name), SHEETS, n=1, cutoff=0.7)
    return close[0] if close else None


def sheet_of_file(name: str) -> str | None:
    """
    Table that a file is named after; ``None`` when it names none, or several.

    ``auftraege.csv``, ``Kopie von Maschinen (2).csv`` and ``work-orders_kw47.csv``
    are; of several words, the longest run that names a table counts.
    """
    # A name may come with its accents as signs of their own.
    name = unicodedata.normalize("NFC", name)
    stem = re.split(r"[\\/]", name)[-1].rsplit(".", 1)[0]
    whole = known_sheet(stem)
    if whole is not None:
        return whole
    words = [x for x in re.split(r"[\W_0-9]+", stem) if x]
    found: set[str] = set()
    i = 0
    while i < len(words):
        for end in range(min(len(words), i + _MOST_WORDS), i, -1):
            table = known_sheet("_".join(words[i:end]))
            # "night shift.csv" says when, not what: only the name itself is that.
            if table is not None and table != "shift":
                found.add(table)
                i = end - 1
                break
        i += 1
    return found.pop() if len(found) == 1 else None


@lru_cache(maxsize=8192)
def _meanings(text: str) -> tuple[tuple[str, str], ...]:
    """(table, column) that a header cell may mean."""
    found = ((name, known_column(sheet, text)) for name, sheet in ALL_SHEETS.items())
    return tuple((name, column) for name, column in found if column is not None)


def named_columns(cells: Iterable[object]) -> dict[str, set[str]]:
    """Columns of each table that the texts in a row name."""
    named: dict[str, set[str]] = {}
    for cell in cells:
        if isinstance(cell, str) and 0 < len(cell) <= _LONGEST_HEADER:
            for sheet, column in _meanings(cell):
                named.setdefault(sheet, set()).add(column)
    return named


def sheet_of_columns(header: Sequence[str]) -> str | None:
    """Table with all its required columns in the header, if only one fits best."""
    if is_plan(header):
        return "jobs"  # as which it is refused, with what to do with it
    named = named_columns(header)
    scores = {
        name: len(named[name])
        for name, sheet in SHEETS.items()
        if name in named and not sheet.missing(named[name])
    }
    best = [name for name, score in scores.items() if score == max(scores.values())]
    return best[0] if len(best) == 1 else None
