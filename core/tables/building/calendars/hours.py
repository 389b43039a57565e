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

A least wait after a job is no work: it adds its own length, and the chain goes on at
any time of the week (one more A where there is one calendar only). A job that may not
pause waits for a window that is long enough, which comes back within a week.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from math import ceil
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.problem.calendar import Seconds, merge_intervals, weekly_closures
from core.problem.checks import largest_work

WEEK = 7 * 24 * 3600

# Leaves a whole week without downtime, from which the windows can be read off again.
SPARE_WEEKS = 4

Span = tuple[int, int]  # begins, ends; seconds
Windows = tuple[Span, ...]
Pauses = list[Span]


class Hours(NamedTuple):
    """
    When one machine works.

    Parameters
    ----------
    weekly
        Open windows of the week; ``None``: always open, empty: only what is opened.
    opened, pauses
        What is open beside the week, and what is closed all the same, in seconds
        since plan start. A pause goes before.
    """

    weekly: Windows | None
    opened: tuple[Span, ...]
    pauses: tuple[Span, ...]

    @property
    def latest(self) -> int:
        """Seconds since plan start from which on every week is like the others."""
        return max((end for _, end in (*self.opened, *self.pauses)), default=0)


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


class Demand(NamedTuple):
    """
    What the jobs ask of the machines at most.

    Parameters
    ----------
    work
        Seconds of all jobs at their slowest, with their largest setups.
    changes
        Number of precedences.
    waits, waiting
        Number of jobs whose successors wait after their end, and seconds of that.
    unbroken
        Number of jobs that may not pause, on machines that close.
    """

    work: int
    changes: int
    waits: int = 0
    waiting: int = 0
    unbroken: int = 0


def demand_of(
    processing: NDArray[np.float64],
    setup: NDArray[np.int64],
    group: NDArray[np.int64],
    precedence: NDArray[np.int64],
    wait_after: NDArray[np.int64],
    may_pause: NDArray[np.bool_],
    windows: Sequence[Windows | None],
) -> Demand:
    """
    Return what jobs ask of machines; the arrays are those of a problem.

    Parameters
    ----------
    processing, setup, group, precedence, wait_after, may_pause
        See :class:`core.problem.model.Problem`.
    windows
        Weekly open windows of each machine; ``None``: always open, empty: never.
    """
    before = np.unique(precedence[:, 0])
    waiting = wait_after[before]
    closes = np.array([x is not None for x in windows], dtype=np.bool_)
    there = np.isfinite(processing) & closes
    return Demand(
        largest_work(processing, setup, group),
        len(np.unique(precedence, axis=0)),
        int((waiting > 0).sum()),
        int(waiting.sum()),
        int((~may_pause & there.any(axis=1)).sum()),
    )


def seconds_needed(demand: Demand, windows: Sequence[Windows | None]) -> int:
    """
    Seconds after the last outside event within which every plan ends.

    Parameters
    ----------
    demand
        What the jobs ask of the machines.
    windows
        Weekly open windows of each machine; ``None``: always open, empty: never.
    """
    different = set(windows)
    weekly = [x for x in different if x]  # what never opens again ends no plan
    least = min(map(open_per_week, weekly), default=WEEK)
    delay = max(map(longest_delay, weekly), default=0)
    segments = (demand.changes if len(different) > 1 else demand.waits) + 1
    working = -(-demand.work * WEEK // least)
    pauses = demand.waiting + demand.unbroken * WEEK
    return segments * delay + working + pauses + SPARE_WEEKS * WEEK


@lru_cache(maxsize=32)
def _weekly(windows: Windows, offset: int, until: int) -> Seconds:
    """Weekly closures; many machines share them, each with downtimes of its own."""
    if windows:
        closures = weekly_closures(windows, offset, until)
    else:
        closures = np.array([[0, until]], dtype=np.int64)
    closures.setflags(write=False)
    return closures


def closures_of(hours: Hours, offset: int, until: int) -> Seconds:
    """
    Closures of one machine.

    Parameters
    ----------
    hours
        When it works; what lies before plan start is dropped.
    offset
        Seconds since Monday 00:00 at plan start.
    until
        Horizon up to which weekly closures are listed.
    """
    down = _array(hours.pauses)
    down = down[down[:, 1] > 0]
    if hours.weekly is None:
        return down
    closed = _weekly(hours.weekly, offset, until)
    if hours.opened:
        closed = difference(closed, merge_intervals(_array(hours.opened)))
    return np.concatenate([closed, down])


def _array(spans: Iterable[Span]) -> Seconds:
    return np.array(list(spans), dtype=np.int64).reshape(-1, 2)


def difference(intervals: Seconds, minus: Seconds) -> Seconds:
    """
    Return the parts of sorted, disjoint intervals outside other such intervals.

    Parameters
    ----------
    intervals, minus
        Shapes (i, 2) and (k, 2), seconds.
    """
    left = []
    for begins, ends in intervals.tolist():
        first = int(np.searchsorted(minus[:, 1], begins, side="right"))
        last = int(np.searchsorted(minus[:, 0], ends, side="left"))
        for cut_from, cut_to in minus[first:last].tolist():
            if cut_from > begins:
                left.append((begins, cut_from))
            begins = max(begins, cut_to)
        if begins < ends:
            left.append((begins, ends))
    return np.array(left, dtype=np.int64).reshape(-1, 2)


def week_offset(start: datetime) -> int:
    """Seconds since Monday 00:00 at plan start."""
    return round((start - datetime(2001, 1, 1)).total_seconds()) % WEEK  # a Monday


def latest_event(
    release: NDArray[np.int64], available: NDArray[np.int64], hours: Iterable[Hours]
) -> int:
    """Last release, availability, or time that is not as every week, in seconds."""
    ends = [x.latest for x in hours]
    return max([int(release.max()), int(available.max()), *ends])
