"""Jobs whose work may not be interrupted: on which machines they fit at all."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.problem import phrases
from core.problem.calendar import Calendar, Seconds
from core.tables.building.book import Book
from core.tables.building.calendars.hours import WEEK, Hours, closures_of, week_offset
from core.tables.issues import Severity

_NEVER = np.iinfo(np.int64).max


class _Windows(NamedTuple):
    """Open windows of one machine: begin and end, each of shape (w,), in seconds."""

    begins: Seconds
    ends: Seconds
    weekly: int  # seconds of the longest that comes back every week

    def longest(self, since: Seconds) -> tuple[Seconds, Seconds]:
        """Begin and end of the longest window from each moment on; shapes (q,)."""
        first = np.searchsorted(self.ends, since, side="right")
        lengths = self.ends - self.begins
        # The longest of each window and those behind it.
        best = np.zeros(len(lengths) + 1, dtype=np.int64)
        at = len(lengths)
        places = np.full(len(lengths) + 1, at)
        for i in range(at - 1, -1, -1):
            if lengths[i] >= best[i + 1]:
                best[i], places[i] = lengths[i], i
            else:
                best[i], places[i] = best[i + 1], places[i + 1]
        begins = np.append(self.begins, 0)
        ends = np.append(self.ends, 0)
        # What is left of the window that is open then, or all of a later one.
        left = np.where(first < at, ends[first] - np.maximum(begins[first], since), 0)
        later = places[np.minimum(first + 1, at)]
        is_now = left >= best[np.minimum(first + 1, at)]
        return (
            np.where(is_now, np.maximum(begins[first], since), begins[later]),
            np.where(is_now, ends[first], ends[later]),
        )


def _windows(hours: Hours, offset: int, until: int) -> _Windows:
    """Windows of one machine, up to a time from which on every week is alike."""
    closures = Calendar(closures_of(hours, offset, until)).closures
    begins = np.concatenate([[0], closures[:, 1]]).astype(np.int64)
    ends = np.concatenate([closures[:, 0], [_NEVER]]).astype(np.int64)
    if hours.weekly is not None:  # what follows is not known, rather than open
        begins, ends = begins[:-1], ends[:-1]
    is_open = ends > begins
    weekly = _NEVER
    if hours.weekly is not None:
        weekly = max((b - a for a, b in hours.weekly), default=0)
    return _Windows(begins[is_open], ends[is_open], weekly)


def only_where_it_fits(
    book: Book,
    processing: NDArray[np.float64],
    may_pause: NDArray[np.bool_],
    hours: list[Hours],
    since: Seconds,
    latest: int,
) -> NDArray[np.float64] | None:
    """
    Leave out the pairs in which a job that may not pause fits into no window.

    Parameters
    ----------
    book
        All rows; takes the issues. A job that fits nowhere is an error.
    processing
        Shape (n, m), seconds; +inf where not eligible.
    may_pause
        Shape (n,).
    hours
        When each machine works.
    since
        Shape (n, m), seconds since plan start before which job j is not on machine k.
    latest
        Seconds since plan start from which on every week is like the others.

    Returns
    -------
    NDArray
        Shape (n, m), seconds; ``None`` where a job fits nowhere.
    """
    jobs = np.flatnonzero(~may_pause & np.isfinite(processing).any(axis=1))
    if not len(jobs):
        return processing
    offset = week_offset(book.start)
    known = {x: _windows(x, offset, latest + 3 * WEEK) for x in set(hours)}
    windows = [known[x] for x in hours]
    q, m = len(jobs), len(hours)
    begins, ends = np.zeros((q, m), np.int64), np.zeros((q, m), np.int64)
    for k, of_machine in enumerate(windows):
        begins[:, k], ends[:, k] = of_machine.longest(since[jobs, k])
    length = np.where(np.isfinite(processing[jobs]), ends - begins, -1)  # (q, m)
    fits: NDArray[np.bool_] = length >= processing[jobs]  # (q, m)
    weekly = np.array([x.weekly for x in windows])
    nowhere = np.flatnonzero(~fits.any(axis=1)).tolist()
    for i in nowhere:
        k = int(length[i].argmax())
        takes = float(np.min(processing[jobs[i]]))
        at = int(begins[i, k]), int(ends[i, k])
        there = "no window is open"
        if length[i, k] > 0:
            there = (
                f"the longest window is {phrases.duration(int(length[i, k]))}, on "
                f"{book.units[k].id} {phrases.span(book.start, *at)}"
            )
        book.jobs.report(
            book.jobs.records[jobs[i]].number,
            "pause",
            "no",
            f"This job fits nowhere: it takes {phrases.duration(takes)} without a "
            f"pause, and {there}.",
            "Allow the pause, split the job, or open a machine for longer.",
        )
    if nowhere:
        return None
    _warn_of_rare_windows(book, jobs, processing, fits, weekly, begins, ends)
    bad: NDArray[np.bool_] = np.isfinite(processing[jobs]) & ~fits
    partly = np.flatnonzero(bad.any(axis=1)).tolist()
    if partly:
        i = partly[0]
        k = int(bad[i].argmax())
        count = phrases.many(len(partly), "job")
        book.jobs.report(
            book.jobs.records[jobs[i]].number,
            "pause",
            "no",
            f"{count} that may not pause {'fits' if len(partly) == 1 else 'fit'} into "
            f"no window of some machines, and can run on the others only. This one "
            f"takes {phrases.duration(float(processing[jobs[i], k]))} on "
            f"{book.units[k].id}, whose longest window is "
            f"{phrases.duration(int(max(length[i, k], 0)))}.",
            "Allow the pause, or open the machine for longer, if that is not meant.",
            Severity.NOTE,
        )
    kept = processing.copy()
    kept[jobs] = np.where(bad, np.inf, processing[jobs])
    return kept


def _warn_of_rare_windows(
    book: Book,
    jobs: NDArray[np.int64],
    processing: NDArray[np.float64],
    fits: NDArray[np.bool_],
    weekly: Seconds,
    begins: NDArray[np.int64],
    ends: NDArray[np.int64],
) -> None:
    """Warn of jobs that fit only into windows that a date opens, once."""
    often = fits & (weekly >= processing[jobs])
    rare = np.flatnonzero(fits.any(axis=1) & ~often.any(axis=1)).tolist()
    if not rare:
        return
    i = rare[0]
    k = int(fits[i].argmax())
    more = f" So do {len(rare) - 1} more jobs." if len(rare) > 1 else ""
    at = int(begins[i, k]), int(ends[i, k])
    book.jobs.report(
        book.jobs.records[jobs[i]].number,
        "pause",
        "no",
        "This job fits only into a window that does not come back every week, such as "
        f"{book.units[k].id} {phrases.span(book.start, *at)}. Where another job takes "
        f"that, it has no place for weeks.{more}",
        "Allow the pause, split the job, or open a machine for longer each week.",
        Severity.WARNING,
    )
