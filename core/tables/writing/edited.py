"""Tables that a planner edits: as texts to change, and written as files again."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from core.tables.mapping.recognise import sheet_of_tab
from core.tables.raw import RawTable, all_blank
from core.tables.reading.cleaning import clean_text
from core.tables.sheets import SHEETS
from core.tables.text import Cell, csv_text, number_text, shortened
from core.tables.writing.filled import Table
from core.tables.writing.write import workbook

BETWEEN = " · "  # stands between a workbook and its sheet in what a table is called
_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?", re.ASCII)


@dataclass(frozen=True)
class EditedRow:
    """
    One row as it was edited.

    Parameters
    ----------
    shown
        Number that stood beside it while it was edited.
    origin
        Row of the file that it was; ``None``: it was added.
    cells
        Its texts, one per column.
    """

    shown: int
    origin: int | None
    cells: tuple[str, ...]


def cell_text(cell: object) -> str:
    """Return a cell as a text that can be edited and reads as the cell does."""
    match cell:
        case None:
            return ""
        case bool():
            return "yes" if cell else "no"
        case int() | float():
            return number_text(cell)
        case datetime():
            return cell.isoformat(" ", "seconds" if cell.second else "minutes")
        case time():
            return cell.isoformat("seconds" if cell.second else "minutes")
        case timedelta():
            minutes, seconds = divmod(round(cell.total_seconds()), 60)
            return f"{minutes // 60}:{minutes % 60:02d}:{seconds:02d}"
        case date():
            return cell.isoformat()
    return str(cell)


def empty_table(sheet: str) -> RawTable:
    """Return a table of ours without rows, to be filled in."""
    return RawTable(sheet, f"{sheet}.csv", SHEETS[sheet].columns, (), delimiter=",")


def with_edits(table: RawTable, rows: Iterable[EditedRow]) -> RawTable:
    """
    Return a table with its rows as they were edited.

    A cell whose text is unchanged stays the cell it was, so that a date of a workbook
    is still a date; rows without any text are left out.

    Parameters
    ----------
    table
        As it was read.
    rows
        Every row that it shall have, in order.
    """
    before = dict(table.rows)
    numbers = {i for i in range(len(table.columns)) if _has_numbers(table, i)}
    made: list[tuple[int, tuple[object, ...]]] = []
    for row in rows:
        old = before.get(row.origin) if row.origin is not None else None
        cells = tuple(
            old[i]
            if old is not None and cell_text(old[i]) == text
            else _typed(clean_text(text), i in numbers)
            for i, text in enumerate(row.cells)
        )
        if not all_blank(cells):
            made.append((row.shown, cells))
    return replace(table, rows=tuple(made), faulty=frozenset())


def _has_numbers(table: RawTable, column: int) -> bool:
    """Whether a workbook's column holds numbers and nothing else."""
    cells = [row[column] for _, row in table.rows if row[column] is not None]
    return not table.delimiter and all(type(x) in (int, float) for x in cells)


def _typed(text: str, is_number: bool) -> object:
    """Return a number where a workbook has them, else the text."""
    return float(text) if is_number and _NUMBER.fullmatch(text.strip()) else text


def written(files: Iterable[str], tables: Sequence[RawTable]) -> dict[str, bytes]:
    """
    Write tables as the files that they came from, each in its own form.

    A text file keeps its delimiter, a workbook its typed cells; what stood beside the
    tables (titles, totals, other sheets) is not written. A table of no file becomes
    a CSV file of its own.

    Parameters
    ----------
    files
        Names of the files.
    tables
        All their tables, with their rows as they shall be.
    """
    made: dict[str, bytes] = {}
    rest = list(tables)
    for name in files:
        label = file_label(name)
        own = [x for x in rest if x.label == label or is_sheet_of(label, x)]
        rest = [x for x in rest if x not in own]
        if any(is_sheet_of(label, x) for x in own):
            made[name] = workbook(
                Table(_tab(x), x.columns, tuple(_workbook_rows(x))) for x in own
            )
        elif own:
            made[name] = _csv(own[0])
    return made | {f"{x.sheet}.csv": _csv(x) for x in rest if x.rows}


def file_label(name: str) -> str:
    """Return what issues call a file."""
    return shortened(name.replace("\\", "/"), 80) or "file"


def is_sheet_of(label: str, table: RawTable) -> bool:
    """Whether a table is a sheet of a workbook of that name."""
    return table.label.startswith(label + BETWEEN)


def shown_rows(tables: Iterable[RawTable]) -> Mapping[tuple[str, int], int]:
    """
    Return the number shown beside each row, by label and row as written.

    Parameters
    ----------
    tables
        As given to :func:`written`.
    """
    return {
        (_label(table), row): shown
        for table in tables
        for row, (shown, _) in enumerate(table.rows, start=3 if table.units else 2)
    }


def _label(table: RawTable) -> str:
    """Return what issues call a table once it is written."""
    book, between, _ = table.label.rpartition(BETWEEN)
    return f"{book}{between}{_tab(table)}" if between else table.label


def _tab(table: RawTable) -> str:
    """Return the name of a table's sheet: its own where that says which table it is."""
    own = table.label.split(BETWEEN)[-1]
    return own if sheet_of_tab(own) == table.sheet else table.sheet


def _csv(table: RawTable) -> bytes:
    """Return a table as a CSV file in UTF-8, with its own delimiter."""
    rows = [[cell_text(cell) for cell in row] for row in _all_rows(table)]
    return csv_text(table.columns, rows, table.delimiter or ",").encode("utf-8-sig")


def _workbook_rows(table: RawTable) -> Iterable[list[Cell]]:
    """Return the rows of a sheet, numbers and dates as such."""
    for row in _all_rows(table):
        yield [
            x if x is None or isinstance(x, int | float | datetime) else cell_text(x)
            for x in row
        ]


def _all_rows(table: RawTable) -> Iterable[Sequence[object]]:
    """Return every row below the header: the units, where it has them, go first."""
    if table.units:
        yield table.units
    for _, row in table.rows:
        yield row
