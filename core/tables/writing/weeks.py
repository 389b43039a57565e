"""Closures back to weekly opening hours and downtimes."""

from __future__ import annotations

from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from core.problem.calendar import Calendar, merge_intervals, weekly_closures
from core.problem.model import Problem
from core.tables.building.hours import (
    WEEK,
    Pauses,
    Windows,
    closures_of,
    largest_work,
    latest_event,
    problem_horizon,
    week_offset,
    windows_between,
)
from core.tables.rows import DAY, MINUTE

_DAY_NAMES = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def weekly_hours(
    problem: Problem, start: datetime, *, exact: bool
) -> list[tuple[Windows | None, Pauses]]:
    """
    Weekly windows and downtimes of each machine, from its closures.

    Parameters
    ----------
    problem
        Whose closures.
    start
        Plan start.
    exact
        Only hours that give back every closure to the second, the last one too;
        otherwise all closures become downtimes.
    """
    offset = week_offset(start)
    # Machines may share one calendar object; each is looked at once.
    different = {id(calendar): calendar for calendar in problem.calendars}
    known = {key: _hours_of(calendar, offset) for key, calendar in different.items()}
    hours = [known[id(calendar)] for calendar in problem.calendars]
    if not exact:
        return hours
    until = problem_horizon(
        largest_work(problem.processing, problem.setup, problem.group),
        len(np.unique(problem.precedence, axis=0)),
        latest_event(problem.release, problem.available, [x for _, x in hours]),
        [windows for windows, _ in hours],
    )
    for calendar, (windows, pauses) in zip(problem.calendars, hours, strict=True):
        again = merge_intervals(closures_of(windows, pauses, offset, until))
        if not np.array_equal(again, calendar.closures):
            return [
                (None, _pauses(calendar.closures)) for calendar in problem.calendars
            ]
    return hours


def _pauses(closures: NDArray[np.int64]) -> Pauses:
    return [(int(begins), int(ends)) for begins, ends in closures.tolist()]


def _hours_of(calendar: Calendar, offset: int) -> tuple[Windows | None, Pauses]:
    """Windows of the last whole week but one, if all weeks keep within them."""
    closures = calendar.closures
    last = int(closures[-1, 1]) if len(closures) else 0
    # A Monday 00:00 such that a whole listed week follows it.
    monday = (last - 2 * WEEK + offset) // WEEK * WEEK - offset
    if monday < 0:
        return None, _pauses(closures)
    closed = np.clip(closures - monday, 0, WEEK)
    windows = windows_between(closed)
    if windows is None or not windows or any(x % MINUTE for w in windows for x in w):
        return None, _pauses(closures)
    weekly = weekly_closures(windows, offset, last)
    pauses = _difference(closures, weekly)
    merged = merge_intervals(np.concatenate([weekly, pauses]))
    if not np.array_equal(merged, closures) or 2 * len(pauses) > len(closures):
        return None, _pauses(closures)
    return windows, _pauses(pauses)


def _difference(
    intervals: NDArray[np.int64], minus: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Parts of sorted, disjoint intervals outside other such intervals."""
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


def day_windows(windows: Windows) -> list[list[str | int | None]]:
    """
    Rows (weekday, opens, closes) of the calendars table.

    A window that is longer than a day is cut at midnights, as a row cannot be.
    """
    rows: list[list[str | int | None]] = []
    for opens, closes in windows:
        begins = opens
        while begins < closes:
            midnight = (begins // DAY + 1) * DAY
            # Past midnight in one row, unless that row would say a whole day or more.
            ends = closes if closes - begins < DAY else midnight
            day = _DAY_NAMES[begins // DAY % 7]
            rows.append([day, _clock(begins % DAY), _clock(ends % DAY)])
            begins = ends
    return rows


def _clock(seconds: int) -> str:
    """Return ``HH:MM`` of a time of day."""
    return f"{seconds // 3600:02d}:{seconds % 3600 // 60:02d}"
