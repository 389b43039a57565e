"""Open and closed time of one machine, exact to the second."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

Seconds = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Calendar:
    """
    The closures of one machine.

    Parameters
    ----------
    closures
        Shape (i, 2), whole seconds since plan start: the machine is closed in
        ``[closures[i, 0], closures[i, 1])``. Any order; overlaps are merged.

    Raises
    ------
    TypeError
        When a closure is not given in whole seconds.
    ValueError
        When a closure does not end after it starts.

    Notes
    -----
    Outside its closures a machine is open, for ever: after the last closure it
    never closes again. Times before 0 are clipped to plan start.
    """

    closures: Seconds

    def __post_init__(self) -> None:
        given = np.asarray(self.closures)
        if given.size and (given.ndim != 2 or given.shape[1] != 2):
            raise ValueError(f"closures has shape {given.shape}, expected (i, 2).")
        if given.size and given.dtype.kind not in "iu":
            raise TypeError(f"closures holds {given.dtype}, expected integers.")
        array = given.astype(np.int64).reshape(-1, 2)
        backwards = np.flatnonzero(array[:, 1] <= array[:, 0])
        if backwards.size:
            start, end = array[backwards[0]].tolist()
            raise ValueError(
                f"A closure ends at {end} s, not after its start {start} s."
            )
        merged = merge_intervals(array)
        merged.setflags(write=False)
        object.__setattr__(self, "closures", merged)

    @classmethod
    def always_open(cls) -> Calendar:
        """Return the calendar of a machine that never closes."""
        return cls(np.empty((0, 2), dtype=np.int64))

    @cached_property
    def closed_before(self) -> Seconds:
        """Shape (i + 1,): closed seconds before closure i; last entry: in total."""
        lengths = self.closures[:, 1] - self.closures[:, 0]
        return np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)

    @cached_property
    def open_at_closure(self) -> Seconds:
        """Shape (i,): open seconds before the start of closure i."""
        opened: Seconds = self.closures[:, 0] - self.closed_before[:-1]
        return opened

    def opened(self, begin: int, end: int) -> Calendar:
        """Return this calendar, but open from ``begin`` to ``end``, in seconds."""
        first = np.minimum(self.closures, [[np.iinfo(np.int64).max, begin]])
        second = np.maximum(self.closures, [[end, 0]])
        rest = np.concatenate([first, second])
        return Calendar(rest[rest[:, 0] < rest[:, 1]])

    def open_seconds(self, time: ArrayLike) -> Seconds:
        """Open seconds in ``[0, time)``; any shape."""
        t = np.asarray(time, dtype=np.int64)
        i = np.searchsorted(self.closures[:, 1], t, side="right")
        starts = np.append(self.closures[:, 0], np.iinfo(np.int64).max)
        opened: Seconds = np.minimum(t, starts[i]) - self.closed_before[i]
        return opened

    def next_open(self, time: ArrayLike) -> Seconds:
        """First open instant at or after ``time``; any shape."""
        t = np.asarray(time, dtype=np.int64)
        i = np.searchsorted(self.closures[:, 1], t, side="right")
        starts = np.append(self.closures[:, 0], np.iinfo(np.int64).max)
        ends = np.append(self.closures[:, 1], np.iinfo(np.int64).max)
        return np.where(starts[i] <= t, ends[i], t)

    def next_window(self, time: int, seconds: int) -> int:
        """First instant from ``time`` on with ``seconds`` before the next closure."""
        start = int(self.next_open(time))
        i = int(np.searchsorted(self.closures[:, 0], start))
        while i < len(self.closures) and start + seconds > self.closures[i, 0]:
            start = int(self.closures[i, 1])
            i += 1
        return start

    def finish(self, start: int, seconds: int) -> int:
        """First instant with ``seconds`` open seconds behind an open start."""
        if seconds == 0:
            return start
        target = int(self.open_seconds(start)) + seconds
        i = int(np.searchsorted(self.open_at_closure, target))
        return target + int(self.closed_before[i])


def merge_intervals(intervals: NDArray[np.int64]) -> Seconds:
    """
    Union of half-open intervals, sorted, disjoint and not touching.

    Parameters
    ----------
    intervals
        Shape (i, 2), seconds. Parts before 0 are cut off.
    """
    if not len(intervals):
        return np.empty((0, 2), dtype=np.int64)
    clipped = np.maximum(intervals, 0)
    clipped = clipped[clipped[:, 1] > clipped[:, 0]]
    clipped = clipped[np.argsort(clipped[:, 0], kind="stable")]
    if not len(clipped):
        return np.empty((0, 2), dtype=np.int64)
    until = np.maximum.accumulate(clipped[:, 1])
    apart = clipped[1:, 0] > until[:-1]  # a gap lies before it
    starts = clipped[np.concatenate([[True], apart]), 0]
    ends = until[np.concatenate([apart, [True]])]
    return np.stack([starts, ends], axis=1).astype(np.int64)


def weekly_closures(
    windows: Iterable[tuple[int, int]], offset: int, horizon: int
) -> Seconds:
    """
    Closures of a week that repeats, over a horizon.

    Parameters
    ----------
    windows
        Open windows as seconds since Monday 00:00, ``(opens, closes)``; a window
        may run past Sunday midnight (``closes`` up to two weeks).
    offset
        Seconds since Monday 00:00 at plan start.
    horizon
        Seconds since plan start up to which closures are listed; the machine is
        open from then on, so choose it beyond the end of any plan.

    Returns
    -------
    Seconds
        Shape (i, 2), closures in ``[0, horizon)``.

    Raises
    ------
    ValueError
        When there is no open window (such a machine would never open), or a window
        or the offset lies outside its week.
    """
    week = 7 * 24 * 3600
    windows = list(windows)
    if not windows:
        raise ValueError("A weekly calendar needs at least one open window.")
    for opens, closes in windows:
        if not 0 <= opens < min(week, closes) or closes > 2 * week:
            raise ValueError(
                f"Expected a window that opens within a week of {week} s and closes "
                f"later, at most {2 * week} s; got ({opens}, {closes})."
            )
    if not 0 <= offset < week:
        raise ValueError(f"Expected an offset from 0 to below {week} s, got {offset}.")
    starts = np.arange(-2 * week - offset, horizon + week, week)
    opened = np.array([[s + o, s + c] for s in starts.tolist() for o, c in windows])
    opened = merge_intervals(opened)
    edges = np.concatenate([[0], opened.ravel(), [horizon]])
    gaps = edges.reshape(-1, 2)
    gaps = np.minimum(gaps, horizon)
    gaps = gaps[gaps[:, 1] > gaps[:, 0]]
    return np.asarray(gaps, dtype=np.int64)
