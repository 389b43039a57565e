"""Which part of a schedule is on the screen: time, machines, and how it is coloured."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from core.problem.model import Problem
from core.problem.schedule import Schedule

HOUR = 3600
SHIFT_HOURS = 8
VISIBLE_BARS = 2500  # a browser stays quick up to here; beyond, neighbours are joined


class Span(StrEnum):
    """Lengths of time a planner looks at."""

    ALL = "All"
    DAY = "Day"
    SHIFT = "Shift"
    EIGHT_HOURS = "8 h"
    FOUR_HOURS = "4 h"


class ColorBy(StrEnum):
    """What the colour of a bar says."""

    GROUP = "Setup group"
    FAMILY = "Family"
    LATENESS = "Lateness"
    IMPORTANCE = "Importance"


@dataclass(frozen=True)
class View:
    """
    What of a schedule is shown.

    Parameters
    ----------
    begin, end
        Seconds since plan start, the visible time.
    types, machines
        Indices of the machine types and machines shown; empty: all.
    color
        What the colour says.
    job
        The job in focus, with its family; ``None``: no job.

    Raises
    ------
    ValueError
        When the visible time has no length.
    """

    begin: int
    end: int
    types: tuple[int, ...] = ()
    machines: tuple[int, ...] = ()
    color: ColorBy = ColorBy.GROUP
    job: int | None = None

    def __post_init__(self) -> None:
        if not self.end > self.begin:
            raise ValueError(f"Expected begin < end, got {self.begin} and {self.end}.")


def window(span: Span, around: int, start: datetime, makespan: int) -> tuple[int, int]:
    """
    Seconds since plan start that a window of some length shows.

    Parameters
    ----------
    span
        A day runs from midnight to midnight, but not before plan start; shifts are
        eight hours each, counted from plan start; 8 h and 4 h begin anywhere.
    around
        Seconds since plan start: the window begins there, or contains it.
    start
        Plan start.
    makespan
        End of the plan in seconds: the window never lies wholly behind it.

    Returns
    -------
    tuple of int
        Begin and end, begin < end.
    """
    around = min(max(around, 0), max(makespan - 1, 0))
    if span is Span.ALL:
        # A little air behind the last bar.
        return 0, max(makespan + max(makespan // 50, 300), HOUR)
    if span is Span.DAY:
        midnight = datetime.combine((start + timedelta(seconds=around)).date(), time())
        begin = round((midnight - start).total_seconds())
        return max(begin, 0), begin + 24 * HOUR
    if span is Span.SHIFT:
        begin = around // (SHIFT_HOURS * HOUR) * SHIFT_HOURS * HOUR
        return begin, begin + SHIFT_HOURS * HOUR
    length = (8 if span is Span.EIGHT_HOURS else 4) * HOUR
    return around, around + length


def moved(
    span: Span, begin: int, steps: int, start: datetime, makespan: int
) -> tuple[int, int]:
    """
    Return the window some steps earlier (negative) or later.

    Days and shifts move by a whole one, 8 h and 4 h by half of themselves; the window
    stays where there is something to see.
    """
    first, end = window(span, begin, start, makespan)
    if span is Span.ALL:
        return first, end
    if span in (Span.DAY, Span.SHIFT):
        target = end if steps > 0 else first - 1
    else:
        target = first + steps * (end - first) // 2
    if target >= makespan:
        return first, end
    return window(span, max(target, 0), start, makespan)


def shown_machines(problem: Problem, view: View) -> NDArray[np.int64]:
    """Machines of the view, grouped by type, in the planner's order within a type."""
    shown = np.ones(problem.num_machines, dtype=np.bool_)
    if view.types:
        shown &= np.isin(problem.machine_type, view.types)
    if view.machines:
        shown &= np.isin(np.arange(problem.num_machines), view.machines)
    machines = np.flatnonzero(shown)
    return machines[np.argsort(problem.machine_type[machines], kind="stable")]


def shown_jobs(problem: Problem, schedule: Schedule, view: View) -> NDArray[np.int64]:
    """Jobs of which the view shows the processing or the setup."""
    visible = np.isin(schedule.machine, shown_machines(problem, view))
    visible &= (schedule.setup_start < view.end) & (schedule.end > view.begin)
    return np.flatnonzero(visible)
