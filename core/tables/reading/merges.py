"""Merged cells, hidden and struck out rows, and hidden columns of a worksheet."""

from __future__ import annotations

from collections.abc import Sequence

from core.problem import phrases
from core.tables.headings import known_column
from core.tables.issues import Collector, Severity
from core.tables.raw import RawTable, column_letters, column_name, is_blank
from core.tables.reading.workbook import Worksheet
from core.tables.reading.worksheet import Range
from core.tables.sheets import ALL_SHEETS
from core.tables.text import row_ranges, shortened

_FILLED = "the value is read for every row."
_MOST_NAMES = 5


def filled_grid(
    sheet: Worksheet, where: str, collect: Collector
) -> tuple[list[list[object]], list[Range]]:
    """
    Cells of a sheet with the value of a merged cell in each of its rows.

    Cells that are merged across columns are filled downwards only: a value belongs
    to one column. What is filled is told by :func:`report_merged`, once it is known
    which rows are part of the table.

    Returns
    -------
    grid, merged
        The cells, and the merged ranges among them; none when they overlap, which is
        an issue: filling them could go on without end.
    """
    grid = [list(row) for row in sheet.grid]
    height, width = len(grid), max(map(len, grid), default=0)
    merged = [
        (top, left, min(bottom, height), min(right, width))
        for top, left, bottom, right in sorted(sheet.scan.merged)
        if 1 <= top <= height and 1 <= left <= width and bottom >= top and right >= left
    ]
    if sum((x[2] - x[0] + 1) * (x[3] - x[1] + 1) for x in merged) > height * width:
        collect.add(
            where,
            "The merged cells of this sheet overlap.",
            "Unmerge all cells of the sheet.",
        )
        return grid, []
    for top, left, bottom, right in merged:
        value = grid[top - 1][left - 1]
        under = [
            (row, column)
            for row in range(top, bottom + 1)
            for column in range(left, right + 1)
            if (row, column) != (top, left) and not is_blank(grid[row - 1][column - 1])
        ]
        for row, column in under[:1]:
            collect.add(
                where,
                f"A value is hidden under the merged cell {column_letters(left)}{top}:"
                f"{column_letters(right)}{bottom}; the spreadsheet does not show it.",
                "Unmerge the cell and keep the right value.",
                row=row,
                column=column_letters(column),
                value=grid[row - 1][column - 1],
            )
        for row in range(top, bottom):
            if is_blank(grid[row][left - 1]):
                grid[row][left - 1] = value
    return grid, merged


def report_merged(
    table: RawTable, merged: Sequence[Range], collect: Collector
) -> frozenset[tuple[int, int]]:
    """
    Say how merged cells of the table are read, or that they cannot be.

    Returns
    -------
    frozenset
        (row, column index) of cells that have no sure reading.
    """
    sheet = ALL_SHEETS[table.sheet]
    cells_of = dict(table.rows)
    own_id = f"{table.sheet.removesuffix('s')}_id"
    unsure: set[tuple[int, int]] = set()
    told: dict[tuple[int, str], list[tuple[str, int, object]]] = {}
    for top, left, bottom, right in merged:
        rows = [row for row in range(top, bottom + 1) if row in cells_of]
        if not rows or left > len(table.columns):
            continue
        index = left - 1
        value = cells_of[rows[0]][index]
        known = known_column(sheet, table.columns[index])
        across = [x for x in table.columns[index + 1 : right] if x]
        if across:
            what = f"over {column_name(table.columns, index)!r} and {across[0]!r}."
        elif is_blank(value) or bottom == top:
            continue
        elif known == own_id:
            what = "each row needs an id of its own."
        elif known is not None and ("minutes" in known or "quantity" in known):
            what = "the number may be meant for each row or for all of them together."
        else:
            what = _FILLED
        if what != _FILLED:
            unsure.update((row, i) for row in rows for i in range(index, right))
        name = f"{column_letters(left)}{top}:{column_letters(right)}{bottom}"
        told.setdefault((index, what), []).append((name, rows[0], value))
    for (index, what), places in told.items():
        names = ", ".join(name for name, _, _ in places[:_MOST_NAMES])
        more = f" … ({len(places)})" if len(places) > _MOST_NAMES else ""
        many = "are merged cells" if len(places) > 1 else "is one merged cell"
        unless = " if that is not meant" if what == _FILLED else ""
        collect.add(
            table.label,
            f"{names}{more} {many}: {what}",
            f"Unmerge and fill in every cell{unless}.",
            row=places[0][1],
            column=shortened(column_name(table.columns, index), 60),
            value=places[0][2],
            severity=Severity.WARNING if what == _FILLED else Severity.ERROR,
        )
    return frozenset(unsure)


def report_struck(table: RawTable, sheet: Worksheet, collect: Collector) -> None:
    """Say that rows of the table with cells that are struck out are read as well."""
    width = len(table.columns)
    crossed = {row for row, column in sheet.scan.struck if column <= width}
    struck = [number for number, _ in table.rows if number in crossed]
    if not struck:
        return
    count = len(struck)
    either = ", or write cancelled as their status" if table.sheet == "jobs" else ""
    collect.add(
        table.label,
        f"{phrases.many(count, 'row')} {'have' if count > 1 else 'has'} text that is "
        f"struck out, and {'are' if count > 1 else 'is'} read like the others: "
        f"{row_ranges(struck)}.",
        f"Delete these rows if they are not part of the shift{either}.",
        row=struck[0],
        severity=Severity.WARNING,
    )


def report_hidden(table: RawTable, sheet: Worksheet, collect: Collector) -> None:
    """Say that hidden sheets, rows and columns of the table are read as well."""
    scan = sheet.scan
    if scan.is_hidden:
        collect.add(
            table.label,
            "This sheet is hidden, and is read like the others.",
            "Remove the sheet if it is not part of the shift.",
            severity=Severity.WARNING,
        )
    hidden = [number for number, _ in table.rows if number in scan.hidden_rows]
    if hidden:
        count = len(hidden)
        by_filter = " by a filter" if scan.is_filtered else ""
        collect.add(
            table.label,
            f"{count} row{'s are' if count > 1 else ' is'} hidden{by_filter} and read "
            f"like the others: {row_ranges(hidden)}.",
            "Delete these rows if they are not part of the shift.",
            row=hidden[0],
            severity=Severity.WARNING,
        )
    for index, column in enumerate(table.columns):
        place = index + 1
        filled = any(not is_blank(cells[index]) for _, cells in table.rows)
        if filled and any(a <= place <= b for a, b in scan.hidden_columns):
            collect.add(
                table.label,
                "This column is hidden, and is read like the others.",
                "Remove the column if it is not part of the shift.",
                row=table.header_row,
                column=shortened(column, 60) or column_letters(place),
                severity=Severity.WARNING,
            )
