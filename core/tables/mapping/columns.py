"""The cells of one column, checked: each different cell once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from core.tables.sheets import Sheet
from core.tables.values.form import Form
from core.tables.values.refusal import RefusedCell, is_empty


class CellFault(NamedTuple):
    """What is wrong with a cell, and how to mend it."""

    value: str
    fault: str
    mend: str


EMPTY = CellFault("", "This is empty.", "Fill it in.")


@dataclass(frozen=True, eq=False)
class Column:
    """
    A column that was checked.

    Parameters
    ----------
    values
        One per cell; ``None`` where it is empty or faulty.
    faults
        Position and fault of the cells that cannot be read.
    empty
        Positions of the empty cells.
    """

    values: Sequence[object]
    faults: list[tuple[int, CellFault]]
    empty: list[int]

    def filled(self) -> list[int]:
        """Positions of the cells that are not empty."""
        nothing = set(self.empty)
        return [i for i in range(len(self.values)) if i not in nothing]


def checked_column(
    sheet: Sheet, column: str, cells: Sequence[object], form: Form
) -> Column:
    """
    Check the cells of a column.

    Parameters
    ----------
    sheet, column
        Which one it is of ours.
    cells
        As they stand in the file.
    form
        How they are read.
    """
    read = sheet.checks[column].read
    # 1, 1.0 and True are equal, and are not the same cell.
    known: dict[tuple[type, object], tuple[object, CellFault | None]] = {}
    values: list[object] = []
    faults: list[tuple[int, CellFault]] = []
    empty: list[int] = []
    for i, cell in enumerate(cells):
        if cell is None:
            empty.append(i)
            values.append(None)
            continue
        key = (type(cell), cell)
        found = known.get(key)
        if found is None:
            found = known[key] = _checked(read, cell, form)
        value, said = found
        values.append(value)
        if said is not None:
            if said is EMPTY:
                empty.append(i)
            else:
                faults.append((i, said))
    return Column(values, faults, empty)


def _checked(
    read: Callable[[object, Form], object], cell: object, form: Form
) -> tuple[object, CellFault | None]:
    """Value of a cell, and what is wrong with it."""
    if is_empty(cell):
        return None, EMPTY
    try:
        return read(cell, form), None
    except RefusedCell as error:
        return None, CellFault(shown_cell(cell), error.fault, error.mend)


def shown_cell(value: object) -> str:
    """Text of any cell."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    return str(value)
