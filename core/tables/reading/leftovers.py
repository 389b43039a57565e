"""Rows beside the table: repeated headers, units, footnotes, a second table."""

from __future__ import annotations

import re
from collections.abc import Sequence

from core.tables.issues import Collector, Severity
from core.tables.mapping.recognise import named_columns
from core.tables.raw import NumberedRow, is_blank
from core.tables.reading.totals import number_readings
from core.tables.sheets import SHEETS
from core.tables.text import plain, row_ranges, shortened

_IN_BRACKETS = re.compile(r"\[([^\]]*)\]|\(([^)]*)\)|<([^>]*)>|/\s*(\w+)")
_TIME_UNITS = frozenset(
    (
        *("s", "sec", "secs", "second", "seconds", "sek", "sekunde", "sekunden"),
        *("seconde", "secondes", "segundos", "min", "mins", "minute", "minutes"),
        *("minuten", "minutos", "h", "hr", "hrs", "hour", "hours", "std", "stunde"),
        *("stunden", "heure", "heures", "hora", "horas"),
    )
)
_UNIT_WORDS = _TIME_UNITS | {
    *("ms", "d", "day", "days", "tag", "tage", "jour", "jours", "dias", "%", "pcs"),
    *("pieces", "stk", "stück", "st", "date", "datum", "text", "number", "nr", "list"),
    *("yes/no", "ja/nein", "hh:mm", "-", "–", "—", "n/a"),
}
_RULER = re.compile(r"[-=_+| ]{3,}|:-+:?|-+:")
_NOTHING = frozenset("-–—")
_NOTE_MARK = re.compile(
    r"(?:[*#†‡§¹²³]|//|--|note|notes|remark|hinweis|anmerkung|legende|stand|quelle|"
    r"source|printed|gedruckt|erstellt|created|page|seite|legend|nota|remarque)"
    r"(?:\W.*)?|[*#].*|\(?\d+ (?:rows?|records?|zeilen?|lignes?|filas?)\b.*",
    re.IGNORECASE | re.DOTALL,
)


def unit_row(cells: tuple[object, ...]) -> tuple[str, ...] | None:
    """Units in a row under the header, one per cell; ``None`` for any other row."""
    units: list[str] = []
    certain = False
    for index, cell in enumerate(cells):
        if is_blank(cell):
            units.append("")
            continue
        if not isinstance(cell, str):
            return None
        text = cell.strip()
        inside = _IN_BRACKETS.fullmatch(text)
        if inside:
            text = next((x for x in inside.groups() if x is not None), "").strip()
        elif text.casefold().rstrip(".") not in _UNIT_WORDS:
            return None
        is_unit = text not in _NOTHING
        certain |= is_unit and (inside is not None or index > 0)
        units.append(text if is_unit else "")
    return tuple(units) if certain else None


def is_ruler(cells: tuple[object, ...]) -> bool:
    """Whether a row under the header only underlines it, as databases print it."""
    filled = [x for x in cells if not is_blank(x)]
    return bool(filled) and all(
        isinstance(x, str) and _RULER.fullmatch(x.strip()) for x in filled
    )


def report_units(
    label: str,
    row: int,
    units: Sequence[str],
    meant: Sequence[str | None],
    collect: Collector,
) -> None:
    """
    Say that a row under the header names units; those of minutes must be of time.

    Parameters
    ----------
    label, row
        Where it is.
    units
        One per cell.
    meant
        Known column of each cell.
    collect
        Takes the issues.
    """
    collect.add(
        label,
        "This row under the header names units, and is no row of the table.",
        "Nothing to do.",
        row=row,
        value=", ".join(x for x in units if x),
        severity=Severity.NOTE,
    )
    for unit, column in zip(units, meant, strict=False):
        known = unit.casefold().rstrip(".") in _TIME_UNITS
        if unit and column is not None and column.endswith("minutes") and not known:
            collect.add(
                label,
                "This is no unit of time that can be read.",
                "Write seconds, minutes or hours.",
                row=row,
                column=column,
                value=unit,
            )


def without_repeats(
    rows: Sequence[NumberedRow],
    columns: tuple[str, ...],
    label: str,
    collect: Collector,
) -> list[NumberedRow]:
    """Rows without those that repeat the header, as printed pages have it."""
    header = tuple(map(plain, columns))
    kept, repeated = [], []
    first = next((x for x in header if x), "")
    for number, cells in rows:
        # The first name decides quickly; whole rows are compared only then.
        head = next((x for x in cells if not is_blank(x)), None)
        if (
            isinstance(head, str)
            and first[:1] in head.casefold()
            and plain(head) == first
            and tuple(plain(str(x)) if not is_blank(x) else "" for x in cells)[
                : len(header)
            ]
            == header
        ):
            repeated.append(number)
        else:
            kept.append((number, cells))
    if repeated:
        many = len(repeated) > 1
        collect.add(
            label,
            f"The header is there again and left out: row{'s' if many else ''} "
            f"{row_ranges(repeated)}.",
            "Nothing to do.",
            row=repeated[0],
            severity=Severity.NOTE,
        )
    return kept


def without_footnotes(
    rows: Sequence[NumberedRow],
    columns: tuple[str, ...],
    label: str,
    collect: Collector,
) -> list[NumberedRow]:
    """
    Rows without the remarks under the table, and lines that begin with ``#``.

    A remark is text in one cell, alone in its row below the last full row: several
    words, or a mark such as ``*`` or "Note:" before it.
    """
    if sum(map(bool, columns)) < 2:
        return list(rows)
    end = len(rows)
    while end and _lonely(rows[end - 1][1]) is not None:
        end -= 1
    kept, notes = [], []
    for i, (number, cells) in enumerate(rows):
        text = _lonely(cells)
        if text is not None and (
            _is_remark(text, _apart(rows, i)) if i >= end else _is_comment(text)
        ):
            notes.append((number, text))
        else:
            kept.append((number, cells))
    for number, text in notes:
        collect.add(
            label,
            "This is read as a remark beside the table and left out.",
            "Fill in the other cells if it is a row of the table.",
            row=number,
            value=shortened(text, 80),
            severity=Severity.WARNING,
        )
    return kept


def _is_comment(text: str) -> bool:
    """Whether a line is marked as no row, wherever it stands."""
    return text.startswith(("#", "//")) and len(text.split()) > 1


def _is_remark(text: str, is_apart: bool) -> bool:
    """Whether a line below the table is a remark, no name of something."""
    return _NOTE_MARK.fullmatch(text) is not None or len(text.split()) > (
        1 if is_apart else 3
    )


def _lonely(cells: tuple[object, ...]) -> str | None:
    """Text of a row that holds nothing else."""
    only: object = None
    for cell in cells:
        if cell is not None and not is_blank(cell):
            if only is not None:
                return None
            only = cell
    if not isinstance(only, str) or number_readings(only):
        return None
    return only.strip()


def _apart(rows: Sequence[NumberedRow], i: int) -> bool:
    """Whether an empty row stands between a row and the table above it."""
    while i > 0:
        if rows[i][0] - rows[i - 1][0] > 1:
            return True
        i -= 1
        if _lonely(rows[i][1]) is None:
            return False
    return False


def without_second_table(
    rows: Sequence[NumberedRow], label: str, collect: Collector
) -> list[NumberedRow]:
    """Rows up to a header of another table below this one, which is an error."""
    for i, (number, cells) in enumerate(rows):
        if i == 0 or number - rows[i - 1][0] < 2:
            continue
        other = _other_table(cells)
        if other is not None:
            collect.add(
                label,
                f"A second table begins here; it looks like {other!r}.",
                "Put every table in a sheet or file of its own.",
                row=number,
                value=", ".join(str(x) for x in cells if not is_blank(x)),
            )
            return list(rows[:i])
    return list(rows)


def _other_table(cells: tuple[object, ...]) -> str | None:
    """Table whose required columns a row names, with nothing but text in it."""
    filled = [x for x in cells if not is_blank(x)]
    if len(filled) < 2 or not all(isinstance(x, str) for x in filled):
        return None
    named = named_columns(filled)
    return next(
        (
            name
            for name, sheet in SHEETS.items()
            if name in named and not sheet.missing(named[name])
        ),
        None,
    )
