"""Opening hours and downtimes of the machines."""

from __future__ import annotations

from core.problem.calendar import Calendar
from core.tables import limits
from core.tables.book import Book, find
from core.tables.hours import (
    WEEK,
    Pauses,
    Windows,
    canonical,
    closures_of,
    open_per_week,
    seconds_needed,
    week_offset,
)
from core.tables.rows import DAY


def opening_hours(book: Book) -> tuple[list[Windows | None], list[Pauses]]:
    """Weekly windows and downtimes of each machine."""
    weekly: dict[str, list[tuple[int, int]]] = {}
    named = set()
    for calendar in book.calendars.records:
        row = calendar.row
        if row.calendar is None:
            continue
        named.add(row.calendar)
        if row.opens == DAY:
            book.calendars.report(
                calendar.number,
                "opens",
                "24:00",
                "A day opens before 24:00.",
                "Write 00:00.",
            )
        elif (
            row.weekday is not None and row.opens is not None and row.closes is not None
        ):
            past_midnight = DAY if row.closes <= row.opens else 0
            day = row.weekday * DAY
            weekly.setdefault(row.calendar, []).append(
                (day + row.opens, day + row.closes + past_midnight)
            )
    windows: list[Windows | None] = []
    for machine in book.machines.records:
        name = machine.row.calendar
        if name is not None and name not in named:
            book.machines.report(
                machine.number,
                "calendar",
                name,
                "This calendar has no opening hours, so the machine would never open.",
                "Give it rows in 'calendars', or leave the cell empty: always open.",
            )
        windows.append(canonical(weekly[name]) if name in weekly else None)

    downtime: list[Pauses] = [[] for _ in windows]
    for record in book.downtime.records:
        pause, number = record.row, record.number
        k = find(
            book.downtime,
            number,
            "machine_id",
            pause.machine_id,
            "machine",
            book.machine_index,
        )
        begins = book.seconds(book.downtime, number, "start", pause.start)
        ends = book.seconds(book.downtime, number, "end", pause.end)
        if begins is None or ends is None:
            continue
        if ends <= begins:
            book.downtime.report(
                number,
                "end",
                pause.end,
                "This downtime does not end after its start.",
                "Put the later moment into 'end'.",
            )
        elif k is not None:
            downtime[k].append((begins, ends))
    return windows, downtime


def calendars_of(
    book: Book,
    windows: list[Windows | None],
    downtime: list[Pauses],
    latest: int,
    work: int,
    changes: int,
) -> tuple[Calendar, ...] | None:
    """Calendar of each machine, up to a horizon that no plan can pass."""
    until = latest + seconds_needed(work, changes, windows)
    weeks = (until - latest) // WEEK
    worst = min({x for x in windows if x is not None}, key=open_per_week, default=None)
    if (
        worst is not None
        and weeks * max(len(x or ()) for x in windows) > limits.MAX_CLOSURES
    ):
        hours = open_per_week(worst) / 3600
        machine = book.machines.records[windows.index(worst)]
        book.machines.report(
            machine.number,
            "calendar",
            machine.row.calendar,
            f"The machine opens only {hours:.1f} hours a week: the "
            f"{work / 3600:,.0f} hours of work could take {weeks:,} weeks.",
            "Open it for longer, or plan fewer jobs at once.",
        )
        return None
    if until > limits.MAX_PLAN_SECONDS:
        book.jobs.report(
            None,
            "processing_minutes",
            "",
            f"The jobs add up to {work / 3600:,.0f} hours of work.",
            "Durations are in minutes; check the unit.",
        )
        return None
    offset = week_offset(book.start)
    made: dict[tuple[Windows | None, tuple[tuple[int, int], ...]], Calendar] = {}
    calendars = []
    for weekly, pauses in zip(windows, downtime, strict=True):
        key = (weekly, tuple(pauses))
        if key not in made:
            made[key] = Calendar(closures_of(weekly, pauses, offset, until))
        calendars.append(made[key])
    return tuple(calendars)
