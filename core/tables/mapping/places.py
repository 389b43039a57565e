"""One column of a planner's table: what it is, or why it is not used."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, time

from core.tables.headings import likely_column
from core.tables.issues import Severity
from core.tables.raw import column_letters
from core.tables.sheets import Sheet
from core.tables.text import shortened
from core.tables.values.amounts import number_readings
from core.tables.values.form import AS_CELLS_SAY, Form
from core.tables.values.moments import (
    Unreadable,
    clock_seconds,
    moment_readings,
)
from core.tables.values.refusal import is_empty
from core.tables.values.remarks import ANSWER, Remark, note

DAY_COLUMN = "day:"  # a calendar's column for one day of the week, yes or no in it
_MOSTLY = 0.8
_MOST_LOOKED_AT = 1000  # cells


@dataclass(frozen=True)
class MatchedColumn:
    """
    One column of a planner's table.

    Parameters
    ----------
    index, header
        Where it stands, and what it is called.
    ours
        What it is; ``None``: it is not used. ``day:0`` is Monday in a calendar.
    form
        How its cells are read.
    remarks
        What its cells show about that: notes and questions.
    """

    index: int
    header: str
    ours: str | None
    form: Form = AS_CELLS_SAY
    remarks: tuple[Remark, ...] = ()

    @property
    def shown(self) -> str:
        """What the planner calls it."""
        return shortened(self.header, 60) or column_letters(self.index + 1)

    @property
    def day(self) -> int | None:
        """Day of the week that it is a calendar's column for."""
        if self.ours is None or not self.ours.startswith(DAY_COLUMN):
            return None
        return int(self.ours.removeprefix(DAY_COLUMN))

    @property
    def is_asked(self) -> bool:
        """Whether its cells have two readings, so that the planner must choose."""
        return any(x.severity is Severity.ERROR for x in self.remarks)


def nameless(
    place: MatchedColumn, rows: Sequence[tuple[int, tuple[object, ...]]]
) -> Remark:
    """Say that a column without a name is not read."""
    cells = [str(cells[place.index] or "0").removesuffix(".0") for _, cells in rows]
    counts = [[str(i + first) for i in range(len(rows))] for first in (0, 1)]
    if cells in counts:
        return note("This column has no name and only counts the rows: not read.")
    return Remark(
        Severity.WARNING,
        None,
        "",
        "This column has no name and was not read.",
        "Give it a name in the header, or remove it.",
    )


def unused(
    sheet: Sheet,
    place: MatchedColumn,
    taken: set[str],
    rows: Sequence[tuple[int, tuple[object, ...]]],
) -> Remark | None:
    """Say that a column is not used, and what it may be."""
    shown = place.shown
    state = "kept but not used" if sheet.keeps_unknown else "not used"
    meant = likely_column(sheet, place.header)
    holds = looks_like([cells[place.index] for _, cells in rows])
    choices: tuple[tuple[str, str], ...] = ()
    if meant is not None and meant not in taken:
        fault = f"{shown!r} is {state}; it looks like {meant!r}."
        mend = f"Rename it to {meant!r} if that is what it is, {ANSWER}."
        return Remark(Severity.WARNING, None, "", fault, mend, (("ours", meant),))
    if not sheet.keeps_unknown:
        fault = f"{shown!r} is not a known column and was not read."
        mend = f"Columns that are read: {', '.join(sheet.columns)}."
        return Remark(Severity.WARNING, None, "", fault, mend)
    if holds == "dates" and {"due", "release"} - taken:
        free = [x for x in ("due", "release") if x not in taken]
        fault = f"{shown!r} is {state}; its cells are dates."
        mend = f"Rename it to {' or '.join(free)} if it is that, {ANSWER}."
        choices = tuple(("ours", x) for x in free)
        return Remark(Severity.WARNING, None, "", fault, mend, choices)
    if holds == "times":
        fault = f"{shown!r} is {state}; its cells are times of day."
        mend = "Write date and time into one cell, if it is the time of a date."
        return Remark(Severity.WARNING, None, "", fault, mend)
    if holds in ("dates", "numbers"):
        fault = f"{shown!r} is {state}; its cells are {holds}."
        mend = f"Rename it if it is one of these: {', '.join(sheet.columns)}."
        return Remark(Severity.WARNING, None, "", fault, mend)
    return note(f"{shown!r} is {state}: it is shown with the jobs.")


def looks_like(cells: Iterable[object]) -> str:
    """
    Return what most cells of a column are.

    One of ``dates``, ``times`` (of day), ``numbers`` (also percent) and ``text``.

    Of very many different cells, every so many-th is looked at.
    """
    counts = Counter((type(x), x) for x in cells)
    different = list(counts.items())
    different = different[:: len(different) // _MOST_LOOKED_AT + 1]
    filled = dates = times = numbers = 0
    for (_, cell), count in different:
        if is_empty(cell):
            continue
        filled += count
        if _is_date(cell):
            dates += count
        if isinstance(cell, time) or (
            isinstance(cell, str) and clock_seconds(cell) is not None
        ):
            times += count
        if (isinstance(cell, int | float) and not isinstance(cell, bool)) or (
            isinstance(cell, str) and number_readings(cell.strip().removesuffix("%"))
        ):
            numbers += count
    if filled and dates >= _MOSTLY * filled:
        return "dates"
    if filled and times >= _MOSTLY * filled > numbers:
        return "times"
    return "numbers" if filled and numbers >= _MOSTLY * filled else "text"


def _is_date(cell: object) -> bool:
    if isinstance(cell, date):
        return True
    if not isinstance(cell, str) or number_readings(cell):
        return False
    try:
        moment_readings(cell)
    except Unreadable as error:
        return "zone" in str(error)
    return True
