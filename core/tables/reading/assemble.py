"""Rows of a file to one table: its header, its rows, and what stands beside them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, time, timedelta

from core.tables import limits
from core.tables.headings import known_column
from core.tables.issues import Collector, Severity
from core.tables.mapping.recognise import sheet_of_columns
from core.tables.raw import (
    NumberedRow,
    RawTable,
    all_blank,
    column_letters,
    column_name,
    is_blank,
)
from core.tables.reading.cleaning import cleaned
from core.tables.reading.header_row import header_index, report_titles
from core.tables.reading.leftovers import (
    is_ruler,
    report_units,
    unit_row,
    without_footnotes,
    without_repeats,
    without_second_table,
)
from core.tables.reading.merges import (
    filled_grid,
    report_hidden,
    report_merged,
    report_struck,
)
from core.tables.reading.totals import without_totals
from core.tables.reading.workbook import Worksheet
from core.tables.reading.worksheet import Range, SheetScan
from core.tables.sheets import ALL_SHEETS, SHEETS
from core.tables.text import row_ranges, shortened

_SHOWN_ERROR = re.compile(
    r"#(?:N/A|NV|REF!|BEZUG!|DIV/0!|VALUE!|WERT!|NAME\?|NUM!|ZAHL!|NULL!|SPILL!|"
    r"CALC!|GETTING_DATA|VALEUR!|NOMBRE!|VALOR!|¡\w+!)",
    re.IGNORECASE,
)


def table_of_sheet(
    kind: str | None, sheet: Worksheet, label: str, collect: Collector
) -> RawTable | None:
    """
    Table in a worksheet; ``None`` with the reason in the issues.

    Parameters
    ----------
    kind
        Which table it is; ``None`` where only its columns can tell: then ``None`` is
        also returned, without an issue, when they do not.
    sheet
        The worksheet.
    label
        What the planner calls it.
    collect
        Takes the issues.
    """
    if sheet.missing:
        collect.add(
            label, sheet.missing, "Open the workbook, look at it, and save it again."
        )
        return None
    grid, merged = filled_grid(sheet, label, collect)
    rows: list[NumberedRow] = [
        (i, tuple(row)) for i, row in enumerate(grid, start=1) if not all_blank(row)
    ]
    if not rows:
        collect.add(label, "The sheet is empty.", "Fill it in, or remove the sheet.")
        return None
    return assemble(kind, label, rows, collect, sheet=sheet, merged=merged)


def assemble(
    kind: str | None,
    label: str,
    rows: list[NumberedRow],
    collect: Collector,
    delimiter: str = "",
    sheet: Worksheet | None = None,
    merged: Sequence[Range] = (),
) -> RawTable | None:
    """
    Find the header and the rows of a table among the rows of a file.

    Parameters
    ----------
    kind
        Which table it is; ``None``: its columns tell, and no table is returned,
        without an issue, when they do not.
    label
        What the planner calls it.
    rows
        Every row that is not empty.
    collect
        Takes the issues.
    delimiter
        What separates the cells of a text file.
    sheet
        The worksheet that the rows come from, if any.
    merged
        Its merged cells.
    """
    own = Collector()  # kept only when this turns out to be a table
    rows = cleaned(rows, label, own)
    candidates = list(SHEETS.values()) if kind is None else [ALL_SHEETS[kind]]
    place = header_index(rows, candidates)
    header_row, header = rows[place]
    columns = tuple("" if is_blank(x) else str(x).strip() for x in header)
    while columns and not columns[-1]:
        columns = columns[:-1]
    kind = kind or sheet_of_columns(columns)
    if kind is None:
        return None
    collect.found.extend(own.found)
    report_titles(label, rows[:place], header_row, collect)
    if len(columns) > limits.MAX_COLUMNS:
        collect.add(
            label,
            f"The table has {len(columns)} columns.",
            f"Keep at most {limits.MAX_COLUMNS}.",
            row=header_row,
        )
        return None
    body = rows[place + 1 :]
    if body and is_ruler(body[0][1]):
        collect.add(
            label,
            "This row only underlines the header, and is no row of the table.",
            "Nothing to do.",
            row=body[0][0],
            severity=Severity.NOTE,
        )
        body = body[1:]
    if not body and sheet is None and kind not in ("jobs", "machines"):
        collect.add(
            label,
            "The table has no rows: it changes nothing.",
            "Nothing to do if that is meant.",
            row=header_row,
            severity=Severity.NOTE,
        )
    units = unit_row(body[0][1]) if body else None
    if units is not None:
        meant = [known_column(ALL_SHEETS[kind], x) for x in columns]
        report_units(label, body[0][0], units, meant, collect)
        body = body[1:]
    body = without_repeats(body, columns, label, collect)
    body = without_second_table(body, label, collect)
    body = without_totals(body, columns, label, collect)
    body = without_footnotes(body, columns, label, collect)
    if len(body) > limits.MAX_ROWS[kind]:
        collect.add(
            label,
            f"The table has more than {limits.MAX_ROWS[kind]:,} rows.",
            "Keep only the rows of this shift.",
            row=body[limits.MAX_ROWS[kind]][0],
        )
        return None
    columns = _with_nameless(columns, body) if sheet is not None else columns
    cut = _of_equal_length(body, len(columns), label, collect)
    checked = [(header_row, header[: len(columns)]), *cut]
    faulty = _report_errors(checked, columns, label, sheet, collect)
    if sheet is not None and sheet.scan.errors:
        cut = [(number, _without(cells, number, faulty)) for number, cells in cut]
    table = RawTable(
        kind,
        label,
        columns,
        tuple(cut),
        header_row,
        delimiter,
        tuple(units[: len(columns)]) if units is not None else (),
        faulty,
    )
    if sheet is None:
        return table
    report_hidden(table, sheet, collect)
    report_struck(table, sheet, collect)
    faulty |= report_merged(table, merged, collect)
    return RawTable(
        kind, label, columns, table.rows, header_row, units=table.units, faulty=faulty
    )


def _with_nameless(
    columns: tuple[str, ...], body: Sequence[NumberedRow]
) -> tuple[str, ...]:
    """Columns up to the last filled cell; those beyond the header without a name."""
    width = len(columns)
    for _, cells in body:
        for index in range(len(cells) - 1, width - 1, -1):
            if not is_blank(cells[index]):
                width = index + 1
                break
    return columns + ("",) * (width - len(columns))


def _of_equal_length(
    body: Sequence[NumberedRow], width: int, label: str, collect: Collector
) -> list[NumberedRow]:
    """Rows with one cell per column; short ones are filled up, and this is said."""
    cut: list[NumberedRow] = []
    short: list[int] = []
    for number, cells in body:
        if len(cells) > width and not all_blank(cells[width:]):
            collect.add(
                label,
                f"The row has {len(cells)} cells, the header has {width}.",
                "Put text that holds the separator in double quotes.",
                row=number,
                value=", ".join(str(x) for x in cells[width:] if not is_blank(x)),
            )
        if len(cells) < width:
            short.append(number)
            cells += (None,) * (width - len(cells))
        cut.append((number, cells[:width]))
    if short:
        many = len(short) > 1
        collect.add(
            label,
            f"Row{'s' if many else ''} {row_ranges(short)} "
            f"{'end' if many else 'ends'} before the last column; the cells that are "
            "missing are read as empty.",
            "Nothing to do if they are empty.",
            row=short[0],
            severity=Severity.NOTE,
        )
    return cut


def _without(
    cells: tuple[object, ...], number: int, faulty: frozenset[tuple[int, int]]
) -> tuple[object, ...]:
    """Cells of a row, those empty whose fault has been told."""
    return tuple(None if (number, i) in faulty else x for i, x in enumerate(cells))


def _report_errors(
    rows: Sequence[NumberedRow],
    columns: tuple[str, ...],
    label: str,
    sheet: Worksheet | None,
    collect: Collector,
) -> frozenset[tuple[int, int]]:
    """Report formulas without value and error values; return where they are."""
    scan = SheetScan() if sheet is None else sheet.scan
    no_value = {(row, column - 1) for row, column in scan.no_value}
    errors = {(row, column - 1): error for row, column, error in scan.errors}
    negative = {(row, column - 1): number for row, column, number in scan.negative}
    faulty = set()
    marked = {row for row, _ in (*no_value, *errors, *negative)}
    for number, cells in rows:
        # Nearly all rows have none of these.
        if number not in marked and not any(
            [type(x) is str and x[:1] == "#" for x in cells]
        ):
            continue
        for index, cell in enumerate(cells):
            place = (number, index)
            if place in no_value and is_blank(cell):
                told = (
                    "This formula has no saved value.",
                    "Open the workbook in the spreadsheet and save it, or type the "
                    "value.",
                )
            elif place in errors or (
                isinstance(cell, str)
                and cell[:1] == "#"
                and _SHOWN_ERROR.fullmatch(cell.strip())
            ):
                told = (
                    "This cell shows an error.",
                    "Correct its formula, or type the value.",
                )
            elif place in negative and isinstance(cell, date | time | timedelta):
                told = (
                    "This is a negative number with the format of a date.",
                    "Format the cell as a number, or type the date.",
                )
            else:
                continue
            faulty.add(place)
            name = shortened(column_name(columns, index), 60)
            collect.add(
                label,
                *told,
                row=number,
                column=column_letters(index + 1)
                if not name or _SHOWN_ERROR.fullmatch(name)
                else name,
                value=errors.get(place, negative.get(place, cell)),
            )
    return frozenset(faulty)
