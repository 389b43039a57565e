"""A table as it stands in a planner's file: what reading hands to checking."""

from __future__ import annotations

from dataclasses import dataclass

from core.tables.text import plain

NumberedRow = tuple[int, tuple[object, ...]]  # as the spreadsheet counts it, its cells


@dataclass(frozen=True)
class RawTable:
    """
    One table as it stands in the file, without what stands beside it.

    Titles above the header, totals, repeated headers, rows of units and footnotes
    are gone already, each with an issue that says so.

    Parameters
    ----------
    sheet
        Which table it is, e.g. ``jobs``.
    label
        What the planner calls it: the file, or the workbook and its sheet.
    columns
        Header cells, stripped; empty where there is none.
    rows
        Row as the spreadsheet counts it, and its cells, one per column. A cell is
        ``None``, text, a number, a truth value, or a date, time or duration. Text
        is composed (NFC), without invisible characters. A number whose format says
        more than its value (``007``, ``90 min``, ``90%``) comes as the text that
        the spreadsheet shows, with all its decimals.
    header_row
        Row of the header, as the spreadsheet counts it.
    delimiter
        What separates the columns of a text file; empty for a workbook, whose
        numbers and dates have types.
    units
        Unit of each column where a row under the header names it (``min``, without
        brackets), else empty; one per column, or none at all.
    faulty
        (row, column index) of cells that are reported already.
    """

    sheet: str
    label: str
    columns: tuple[str, ...]
    rows: tuple[NumberedRow, ...]
    header_row: int = 1
    delimiter: str = ""
    units: tuple[str, ...] = ()
    faulty: frozenset[tuple[int, int]] = frozenset()

    def unit(self, index: int) -> str:
        """Unit of a column as a row under the header names it, else empty."""
        return self.units[index] if index < len(self.units) else ""


def is_blank(cell: object) -> bool:
    """Whether a cell holds nothing that can be seen."""
    return cell is None or (isinstance(cell, str) and not cell.strip())


def all_blank(cells: tuple[object, ...] | list[object]) -> bool:
    """Whether no cell of a row holds anything that can be seen."""
    return all(map(is_blank, cells))


def column_letters(column: int) -> str:
    """Return the letters of a column counted from 1: 28 is ``AB``."""
    letters = ""
    while column > 0:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def column_name(columns: tuple[str, ...], index: int) -> str:
    """Header of a column counted from 0, else its letters."""
    named = columns[index] if index < len(columns) else ""
    return named if plain(named) else column_letters(index + 1)
