"""Units that stand in a column of their own, beside the numbers that they belong to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from core.tables.headings import column_and_unit
from core.tables.sheets import Sheet, kind_of
from core.tables.values.amounts import SECONDS, number_readings
from core.tables.values.refusal import is_empty
from core.tables.values.remarks import Remark, error, note
from core.tables.values.vocabulary import UNIT_OF, without_accents

Rows = tuple[tuple[int, tuple[object, ...]], ...]
_LONGEST = 1e9  # of a number of any unit; what is more is refused as a number


def with_units_beside(
    sheet: Sheet,
    headers: Sequence[str],
    ours: Mapping[int, str | None],
    settled: Sequence[str],
    rows: Rows,
) -> tuple[Rows, tuple[int, ...], list[tuple[str | None, Remark]]]:
    """
    Give durations the units that a column beside them holds: ``1.5`` and ``h``.

    The column belongs to the durations left of it, or to the only ones there are.

    Parameters
    ----------
    sheet, headers, ours
        The table, its header, and which of our columns each one is.
    settled
        Headers of columns whose unit the planner decided on.
    rows
        Row and cells.

    Returns
    -------
    rows, places, remarks
        The rows, with units in the cells of durations; where the columns of units
        stand; and what is to be said.
    """
    said: list[tuple[str | None, Remark]] = []
    places: list[int] = []
    bare = [
        i
        for i, column in ours.items()
        if column is not None
        and not column.startswith("day:")
        and kind_of(sheet, column) in ("duration", "piece")
        and not column_and_unit(sheet, headers[i])[1]
        and headers[i] not in settled
    ]
    for i, column in ours.items():
        if column is not None or not bare or not _holds_units(rows, i):
            continue
        places.append(i)
        header = headers[i]
        left = [x for x in bare if x == i - 1]
        if not left and len(bare) > 1:
            names = " and ".join(repr(headers[x]) for x in bare)
            fault = f"The units in {header!r} may belong to {names}."
            mend = "Name the unit in the header of each, e.g. duration_hours."
            said.append((header, error(fault, mend)))
            continue
        place = (left or bare)[0]
        rows = tuple((number, _joined(cells, place, i)) for number, cells in rows)
        words = f"{headers[place]!r} is read in the units that {header!r} says."
        said.append((header, note(words)))
    return rows, tuple(places), said


def _holds_units(rows: Rows, index: int) -> bool:
    """Whether every filled cell of a column is a unit of time, and there are some."""
    filled = False
    for _, cells in rows:
        if not is_empty(cells[index]):
            if _unit(cells[index]) is None:
                return False
            filled = True
    return filled


def _unit(cell: object) -> str | None:
    """Unit of time that a cell says."""
    if not isinstance(cell, str):
        return None
    unit = UNIT_OF.get(without_accents(cell).strip(" .[]()"))
    return unit if unit in SECONDS else None


def _joined(cells: tuple[object, ...], place: int, beside: int) -> tuple[object, ...]:
    """Cells of a row, the number of a duration with its unit."""
    unit, value = _unit(cells[beside]), cells[place]
    if unit is None or isinstance(value, bool):
        return cells
    if isinstance(value, int | float) and abs(value) < _LONGEST:
        value = timedelta(seconds=value * SECONDS[unit])
    elif isinstance(value, str) and number_readings(value):
        value = f"{value.strip()} {unit}"
    return (*cells[:place], value, *cells[place + 1 :])
