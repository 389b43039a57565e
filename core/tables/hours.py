"""
Opening hours to closures: how long a weekly calendar has to be listed.

A :class:`Calendar` lists closures up to a horizon and is open from then on, so the
horizon must lie beyond the end of every plan. Let T be the last release, availability
or end of a downtime, W the work (each job at its slowest with its largest setup), and
o the open seconds of the calendar that opens least. From T on, the end of a plan is
the end of a chain of setups and processings, each of which waits for nothing but the
one before it and the hours of its machine. On one calendar, D open seconds take at
most D // o + 1 weeks, wherever they begin. A chain moves to a machine with other
hours only along a predecessor, so at most e times (the number of precedences), and
    H = T + (W // o + e + 4) weeks
where e counts only if there is more than one calendar.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from core.problem.calendar import Seconds, weekly_closures

WEEK = 7 * 24 * 3600

# One for the remainder of the division; the others leave a clean week at the end,
# from which the windows can be read off again.
SPARE_WEEKS = 4

Windows = tuple[tuple[int, int], ...]
Pauses = list[tuple[int, int]]


def canonical(windows: Iterable[tuple[int, int]]) -> Windows | None:
    """
    Return the same hours in one form: sorted, disjoint, not touching.

    ``None``: open all week. A window may run past Sunday midnight.
    """
    closures = np.clip(weekly_closures(windows, 0, 3 * WEEK) - WEEK, 0, WEEK)
    return windows_between(closures)


def windows_between(closed: NDArray[np.int64]) -> Windows | None:
    """
    Open windows of a week, from its closures; ``None``: open all week.

    Parameters
    ----------
    closed
        Shape (i, 2), sorted seconds since Monday 00:00; empty ones are left out.
    """
    closed = closed[closed[:, 1] > closed[:, 0]]
    if not len(closed):
        return None
    edges = np.concatenate([[0], closed.ravel(), [WEEK]]).reshape(-1, 2)
    windows = [(int(a), int(b)) for a, b in edges.tolist() if b > a]
    # A window past Sunday midnight is one window, not two.
    if len(windows) > 1 and windows[0][0] == 0 and windows[-1][1] == WEEK:
        first = windows.pop(0)
        windows[-1] = (windows[-1][0], WEEK + first[1])
    return tuple(windows)


def open_per_week(windows: Windows) -> int:
    """Open seconds per week of windows given in seconds since Monday 00:00."""
    closures = weekly_closures(windows, 0, 2 * WEEK)
    clipped = np.clip(closures, 0, WEEK)
    return WEEK - int((clipped[:, 1] - clipped[:, 0]).sum())


def weeks_needed(work: int, changes: int, windows: Sequence[Windows | None]) -> int:
    """
    Weeks after the last outside event within which every plan ends.

    Parameters
    ----------
    work
        Seconds of all jobs at their slowest, with their largest setups.
    changes
        Number of precedences.
    windows
        Weekly open windows of each machine; ``None``: always open.
    """
    different = set(windows)
    least = min(WEEK if x is None else open_per_week(x) for x in different)
    return work // least + SPARE_WEEKS + (changes if len(different) > 1 else 0)


def closures_of(
    windows: Windows | None,
    downtime: Sequence[tuple[int, int]],
    offset: int,
    until: int,
) -> Seconds:
    """
    Closures of one machine.

    Parameters
    ----------
    windows
        Weekly open windows; ``None``: always open.
    downtime
        (start, end) in seconds since plan start; parts before it are dropped.
    offset
        Seconds since Monday 00:00 at plan start.
    until
        Horizon up to which weekly closures are listed.
    """
    down = np.array(downtime, dtype=np.int64).reshape(-1, 2)
    down = down[down[:, 1] > 0]
    if windows is None:
        return down
    return np.concatenate([weekly_closures(windows, offset, until), down])


def week_offset(start: datetime) -> int:
    """Seconds since Monday 00:00 at plan start."""
    return round((start - datetime(2001, 1, 1)).total_seconds()) % WEEK  # a Monday


def problem_horizon(
    work: int, precedences: int, latest: int, windows: Sequence[Windows | None]
) -> int:
    """Seconds since plan start that no plan can pass; see :mod:`core.tables.hours`."""
    return latest + weeks_needed(work, precedences, windows) * WEEK


def largest_work(
    processing: NDArray[np.float64], setup: NDArray[np.int64], group: NDArray[np.int64]
) -> int:
    """Seconds of all jobs at their slowest, each with its largest setup."""
    slowest = np.where(np.isfinite(processing), processing, 0).max(axis=1).sum()
    return int(slowest) + int(setup.max(axis=(0, 1))[group].sum())


def latest_event(
    release: NDArray[np.int64], available: NDArray[np.int64], downtime: Sequence[Pauses]
) -> int:
    """Last release, availability or end of a downtime, in seconds."""
    ends = [end for pauses in downtime for _, end in pauses]
    return max([int(release.max()), int(available.max()), *ends])
