"""Opening hours and downtimes of the machines."""

from __future__ import annotations

from core.problem.calendar import Calendar
from core.tables import limits
from core.tables.building.book import Book, find
from core.tables.building.hours import (
    WEEK,
    Pauses,
    Windows,
    canonical,
    closures_of,
    open_per_week,
    seconds_needed,
    week_offset,
)
from core.tables.building.idle import warn_of_idle_calendars
from core.tables.building.spelling import Use, one_spelling
from core.tables.rows import DAY
from core.tables.values.names import Known


def opening_hours(book: Book) -> tuple[list[Windows | None], list[Pauses]]:
    """Weekly windows and downtimes of each machine."""
    weekly: dict[str, list[tuple[int, int]]] = {}
    spelled = one_spelling(
        [
            Use(book.calendars, x.number, "calendar", x.row.calendar)
            for x in book.calendars.records
            if x.row.calendar is not None
        ],
        (),
        "calendars",
    )
    named = Known(dict.fromkeys(spelled.values(), 0))
    for calendar in book.calendars.records:
        row = calendar.row
        if row.calendar is None:
            continue
        name = spelled[row.calendar]
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
            weekly.setdefault(name, []).extend(
                (day * DAY + row.opens, day * DAY + row.closes + past_midnight)
                for day in row.weekday
            )
    windows: list[Windows | None] = []
    used = set()
    for machine in book.machines.records:
        wanted = machine.row.calendar
        if wanted is None:
            windows.append(None)
            continue
        found = book.machines.meant(machine.number, "calendar", wanted, named)
        if found is None:
            likely = named.hint(wanted)
            mend = "Give it rows in 'calendars', or leave the cell empty: always open."
            book.machines.report(
                machine.number,
                "calendar",
                wanted,
                "This calendar has no opening hours, so the machine would never open.",
                f"Did you mean {likely!r}? {mend}" if likely else mend,
            )
        else:
            used.add(found)
        windows.append(canonical(weekly[found]) if found in weekly else None)
    warn_of_idle_calendars(book, {x for x in spelled if spelled[x] in used})

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
