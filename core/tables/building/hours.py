"""
Opening hours to closures: how long a weekly calendar has to be listed.

A :class:`Calendar` lists closures up to a horizon and is open from then on, so the
horizon must lie beyond the end of every plan. From T on, the last release,
availability or end of a downtime, the end of a plan is the end of a chain of setups
and processings, each of which waits for nothing but the one before it and the hours
of its machine. On one calendar that is open o seconds a week, D open seconds take at
most A + D · week / o, wherever they begin (A: :func:`longest_delay`). A chain moves
to a machine with other hours only along a predecessor, so at most e times, the number
of precedences. With W the work, each job at its slowest with its largest setup, and
the largest A and week / o of all calendars,

    H = T + (e + 1) · A + W · week / o    (e = 0 if there is one calendar only).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from math import ceil

import numpy as np
from numpy.typing import NDArray

from core.problem.calendar import Seconds, weekly_closures

WEEK = 7 * 24 * 3600

# Leaves a whole week without downtime, from which the windows can be read off again.
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


def longest_delay(windows: Windows) -> int:
    """
    Seconds that work can be behind its average pace, at worst.

    The largest of (elapsed - open · week / o) over all stretches of time: these begin
    when a window closes and end when one opens.
    """
    pace = WEEK / open_per_week(windows)
    twice = [(a + w * WEEK, b + w * WEEK) for w in range(2) for a, b in windows]
    delay = 0.0
    for i in range(len(windows)):
        opened = 0
        for opens, closes in twice[i + 1 : i + 1 + len(windows)]:
            delay = max(delay, opens - twice[i][1] - opened * pace)
            opened += closes - opens
    return ceil(delay)


def seconds_needed(work: int, changes: int, windows: Sequence[Windows | None]) -> int:
    """
    Seconds after the last outside event within which every plan ends.

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
    weekly = [x for x in different if x is not None]
    least = min(map(open_per_week, weekly), default=WEEK)
    delay = max(map(longest_delay, weekly), default=0)
    segments = changes + 1 if len(different) > 1 else 1
    return segments * delay + -(-work * WEEK // least) + SPARE_WEEKS * WEEK


@lru_cache(maxsize=32)
def _weekly(windows: Windows, offset: int, until: int) -> Seconds:
    """Weekly closures; many machines share them, each with downtimes of its own."""
    closures = weekly_closures(windows, offset, until)
    closures.setflags(write=False)
    return closures


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
    return np.concatenate([_weekly(windows, offset, until), down])


def week_offset(start: datetime) -> int:
    """Seconds since Monday 00:00 at plan start."""
    return round((start - datetime(2001, 1, 1)).total_seconds()) % WEEK  # a Monday


def problem_horizon(
    work: int, precedences: int, latest: int, windows: Sequence[Windows | None]
) -> int:
    """Seconds since plan start that no plan can pass, as this file's head explains."""
    return latest + seconds_needed(work, precedences, windows)


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
