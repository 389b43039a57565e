"""Tables and shifts to files that are safe to open in a spreadsheet."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from core.problem.shift import Shift
from core.tables.sheets import SHEETS
from core.tables.text import Cell, csv_text
from core.tables.writing.export import shift_tables
from core.tables.writing.filled import Table

if TYPE_CHECKING:
    import xlsxwriter

LONGEST_SHEET_NAME = 31
_DATE = "yyyy-mm-dd hh:mm:ss"


class _Exact(float):
    """A number that the workbook writer, which keeps 16 digits, writes in full."""

    def __format__(self, spec: str) -> str:
        short = super().__format__(spec)
        return short if float(short) == self else repr(float(self))


def csv_bytes(table: Table) -> bytes:
    """Return one table as CSV, in UTF-8 with the mark that spreadsheets look for."""
    return csv_text(table.columns, table.rows).encode("utf-8-sig")


def csv_files(tables: Iterable[Table]) -> dict[str, bytes]:
    """Return each table as a CSV file, by file name."""
    return {f"{table.name}.csv": csv_bytes(table) for table in tables}


def workbook(tables: Iterable[Table]) -> bytes:
    """
    Return the tables as the sheets of one workbook.

    Text is written as text: nothing a planner typed becomes a formula or a link.
    """
    import xlsxwriter  # most plans are written as CSV

    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    head = book.add_format({"bold": True, "bottom": 1, "bg_color": "#E8EDF3"})
    date = book.add_format({"num_format": _DATE})
    # A fixed date: the same tables give the same bytes.
    book.set_properties({"created": datetime(2026, 1, 1)})
    taken: set[str] = set()
    for table in tables:
        sheet = book.add_worksheet(safe_sheet_name(table.name, taken))
        sheet.freeze_panes(1, 0)
        for c, column in enumerate(table.columns):
            sheet.write_string(0, c, column, head)
            sheet.set_column(c, c, _width(table, c))
        for r, row in enumerate(table.rows, start=1):
            for c, cell in enumerate(row):
                _write_cell(sheet, r, c, cell, date)
        if table.rows:
            sheet.autofilter(0, 0, len(table.rows), len(table.columns) - 1)
    book.close()
    return buffer.getvalue()


def _width(table: Table, column: int) -> int:
    """Width in characters that shows most cells of a column."""
    shown = [_shown_length(row[column]) for row in table.rows[:200]]
    return min(max([len(table.columns[column]) + 3, *shown]) + 1, 60)


def _shown_length(cell: Cell) -> int:
    return len(_DATE) if isinstance(cell, datetime) else len(str(cell or ""))


def _write_cell(
    sheet: xlsxwriter.worksheet.Worksheet, r: int, c: int, cell: Cell, date: object
) -> None:
    """Write one cell by its type."""
    if cell is None:
        return
    if isinstance(cell, bool):
        sheet.write_string(r, c, "yes" if cell else "no")
    elif isinstance(cell, datetime):
        if cell.year < 1900:  # before the first day that a spreadsheet knows
            sheet.write_string(r, c, cell.isoformat(timespec="seconds"))
        else:
            sheet.write_datetime(r, c, cell, date)
    elif isinstance(cell, int | float):
        sheet.write_number(r, c, _Exact(cell))
    else:
        sheet.write_string(r, c, cell)


def safe_sheet_name(name: str, taken: set[str]) -> str:
    """
    Return a sheet name that every spreadsheet accepts and that is not taken.

    Parameters
    ----------
    name
        Any text.
    taken
        Names given out so far, in lower case; the answer is added.
    """
    plain_name = re.sub(r"[\[\]:*?/\\\x00-\x1f]", " ", name).strip().strip("'").strip()
    base = _cut(plain_name, LONGEST_SHEET_NAME) or "Sheet"
    if base.casefold() == "history":  # reserved by one spreadsheet
        base = "History_"
    candidate, number = base, 1
    while candidate.casefold() in taken:
        number += 1
        ending = f" ({number})"
        candidate = _cut(base, LONGEST_SHEET_NAME - len(ending)) + ending
    taken.add(candidate.casefold())
    return candidate


def _cut(text: str, longest: int) -> str:
    """Return the text in at most so many UTF-16 units, as spreadsheets count."""
    units = text.encode("utf-16-le")[: 2 * longest]
    return units.decode("utf-16-le", "ignore").rstrip("' ")


def shift_files(
    shift: Shift, *, exact: bool = True, more: Iterable[Table] = ()
) -> dict[str, bytes]:
    """
    Return a shift as the files it can be read from: CSV files, and ``shift.xlsx``.

    Parameters
    ----------
    shift, exact
        See :func:`core.tables.writing.export.shift_tables`.
    more
        Sheets to stand behind these in the workbook.

    Raises
    ------
    ValueError
        When the tables cannot say what the problem holds.
    """
    tables = shift_tables(shift, exact=exact)
    title = None if shift.name == "shift" else shift.name
    floor = shift.floor
    now = shift.start + timedelta(seconds=floor.now) if floor is not None else None
    start = Table("shift", SHEETS["shift"].columns, ([shift.start, now, title],))
    if now is not None:  # without it, nobody could say what has begun
        tables = (*tables, start)
        return {**csv_files(tables), "shift.xlsx": workbook([*tables, *more])}
    return {**csv_files(tables), "shift.xlsx": workbook([*tables, start, *more])}
