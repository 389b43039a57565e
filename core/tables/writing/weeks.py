"""Closures back to weekly opening hours and downtimes."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import numpy as np
from numpy.typing import NDArray

from core.problem.calendar import Calendar, merge_intervals, weekly_closures
from core.problem.model import Problem
from core.tables.building.calendars.hours import (
    WEEK,
    Hours,
    Span,
    Windows,
    closures_of,
    demand_of,
    difference,
    latest_event,
    seconds_needed,
    week_offset,
    windows_between,
)
from core.tables.rows import DAY, MINUTE
from core.tables.text import Cell

_DAY_NAMES = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def weekly_hours(problem: Problem, start: datetime, *, exact: bool) -> list[Hours]:
    """
    Weekly windows, extra openings and downtimes of each machine, from its closures.

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
    windows = [x.weekly for x in hours]
    demand = demand_of(
        problem.processing,
        problem.setup,
        problem.group,
        problem.precedence,
        problem.wait_after,
        problem.may_pause,
        windows,
    )
    latest = latest_event(problem.release, problem.available, hours)
    until = latest + seconds_needed(demand, windows)
    for calendar, x in zip(problem.calendars, hours, strict=True):
        again = merge_intervals(closures_of(x, offset, until))
        if not np.array_equal(again, calendar.closures):
            return [_downtimes_only(calendar) for calendar in problem.calendars]
    return hours


def _downtimes_only(calendar: Calendar) -> Hours:
    return Hours(None, (), _spans(calendar.closures))


def _spans(intervals: NDArray[np.int64]) -> tuple[Span, ...]:
    return tuple((int(begins), int(ends)) for begins, ends in intervals.tolist())


def _hours_of(calendar: Calendar, offset: int) -> Hours:
    """Windows of the last whole week but one, and where the others differ from it."""
    closures = calendar.closures
    last = int(closures[-1, 1]) if len(closures) else 0
    # A Monday 00:00 such that a whole listed week follows it.
    monday = (last - 2 * WEEK + offset) // WEEK * WEEK - offset
    if monday < 0:
        return _downtimes_only(calendar)
    closed = np.clip(closures - monday, 0, WEEK)
    windows = windows_between(closed)
    if windows is None or not windows or any(x % MINUTE for w in windows for x in w):
        return _downtimes_only(calendar)
    weekly = weekly_closures(windows, offset, last)
    pauses, opened = difference(closures, weekly), difference(weekly, closures)
    if 2 * (len(pauses) + len(opened)) > len(closures):
        return _downtimes_only(calendar)
    # What no row can say: opening hours are typed to the minute.
    if ((opened + offset) % MINUTE).any():
        return _downtimes_only(calendar)
    return Hours(windows, _spans(opened), _spans(pauses))


def dated_rows(hours: Hours, start: datetime) -> list[dict[str, Cell]]:
    """
    Rows of the calendars table for the days that open longer than their weekday.

    A date holds instead of its weekday, so the hours of the weekday are there again.
    """
    midnight = datetime.combine(start.date(), time())
    passed = round((start - midnight).total_seconds())
    extra: dict[int, list[Span]] = {}
    for begins, ends in hours.opened:
        for day in range((begins + passed) // DAY, -(-(ends + passed) // DAY)):
            first = max(begins + passed - day * DAY, 0)
            extra.setdefault(day, []).append(
                (first, min(ends + passed - day * DAY, DAY))
            )
    usual: dict[Cell, list[dict[str, Cell]]] = {}
    for row in day_windows(hours.weekly or ()):
        usual.setdefault(row["weekday"], []).append(row)
    rows: list[dict[str, Cell]] = []
    for day, spans in sorted(extra.items()):
        when = midnight + timedelta(days=day)
        kept = usual.get(_DAY_NAMES[when.weekday()], [])
        text = when.date().isoformat()
        rows += [{**row, "weekday": None, "date": text} for row in kept]
        rows += [
            {"date": text, "opens": _clock(opens), "closes": _clock(closes % DAY)}
            for opens, closes in spans
        ]
    return rows


def day_windows(windows: Windows) -> list[dict[str, Cell]]:
    """
    Rows of the calendars table: weekday, opens, closes.

    A window that is longer than a day is cut at midnights, as a row cannot be.
    """
    rows: list[dict[str, Cell]] = []
    for opens, closes in windows:
        begins = opens
        while begins < closes:
            midnight = (begins // DAY + 1) * DAY
            # Past midnight in one row, unless that row would say a whole day or more.
            ends = closes if closes - begins < DAY else midnight
            rows.append(
                {
                    "weekday": _DAY_NAMES[begins // DAY % 7],
                    "opens": _clock(begins % DAY),
                    "closes": _clock(ends % DAY),
                }
            )
            begins = ends
    return rows


def _clock(seconds: int) -> str:
    """Return ``HH:MM`` of a time of day."""
    return f"{seconds // 3600:02d}:{seconds % 3600 // 60:02d}"
