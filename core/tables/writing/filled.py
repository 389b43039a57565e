"""Rows to be written, and the tables that they make."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.problem.shift import OF_JOBS
from core.tables.headings import known_column
from core.tables.sheets import SHEETS, Sheet
from core.tables.text import Cell

CellRow = list[Cell]
FilledRow = Mapping[str, Cell]  # by column; what is not there is empty


@dataclass(frozen=True)
class Table:
    """
    A table to be written.

    Parameters
    ----------
    name
        Sheet, or file without its ending.
    columns
        The header.
    rows
        Cells in the order of the columns; ``None``: empty.
    """

    name: str
    columns: tuple[str, ...]
    rows: tuple[CellRow, ...]


def filled_table(name: str, rows: Sequence[FilledRow], every: bool = False) -> Table:
    """
    Return rows as one of our tables.

    Parameters
    ----------
    name
        Which table.
    rows
        Cells by column: ours, and the planner's own, which come behind them.
    every
        Whether all columns of ours are there; otherwise those that few planners need
        are left out where they are empty.
    """
    sheet = SHEETS[name]
    used = {x for row in rows for x, cell in row.items() if cell is not None}
    columns = [x for x in sheet.columns if every or x not in sheet.rare or x in used]
    for row in rows:
        columns += [x for x in row if x not in sheet.columns and x not in columns]
    cells = tuple([row.get(x) for x in columns] for row in rows)
    return Table(name, tuple(columns), cells)


def moment_at(start: datetime, seconds: int) -> datetime:
    """Return the date and time of a moment in the plan."""
    return start + timedelta(seconds=seconds)


def own_columns(sheet: Sheet, extras: Iterable[str]) -> list[str]:
    """Headers of a planner's own columns, told from ours that are called so."""
    return [x + OF_JOBS if known_column(sheet, x) else x for x in extras]
