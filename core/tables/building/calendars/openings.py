"""Opening hours and downtimes of the machines."""

from __future__ import annotations

from core.problem.calendar import Calendar
from core.problem.checks import HORIZON
from core.tables import limits
from core.tables.building.book import Book
from core.tables.building.calendars.calendar_rows import OpeningHours, calendars_in
from core.tables.building.calendars.hours import (
    WEEK,
    Demand,
    Hours,
    Span,
    closures_of,
    open_per_week,
    seconds_needed,
    week_offset,
)
from core.tables.building.idle import warn_of_idle_calendars
from core.tables.issues import Severity
from core.tables.mapping.records import Record
from core.tables.rows import MachineRow
from core.tables.values.names import Known

EVERY_MACHINE = "*"


def opening_hours(book: Book) -> list[Hours]:
    """Hours of each machine by its calendar; downtimes come on top."""
    calendars = calendars_in(book)
    named = Known(dict.fromkeys(calendars, 0))
    never = {x for x, hours in calendars.items() if not any(hours.days.values())}
    made: dict[str | None, Hours] = {None: Hours(None, (), ())}
    for key, calendar in calendars.items():
        opened, closed = calendar.exceptions(book.start)
        made[key] = Hours(calendar.weekly, tuple(opened), tuple(closed))
    hours: list[Hours] = []
    used: set[str] = set()
    found: dict[int, str | None] = {}
    for unit in book.units:
        record = unit.record
        if record.number not in found:
            found[record.number] = _calendar_of(book, record, named)
        name = found[record.number]
        if name is not None:
            used.add(name)
        hours.append(made[name])
    spelled = book.calendar_names
    warn_of_idle_calendars(book, {x for x in spelled if spelled[x] in used})
    for key in sorted(used):
        _report_never_open(book, key, calendars[key], made[key], key in never)
    return hours


def _calendar_of(
    book: Book, record: Record[MachineRow], named: Known[int]
) -> str | None:
    """Name of the calendar of a machine; an unknown one is reported."""
    wanted = record.row.calendar
    if wanted is None:
        return None
    found = book.machines.meant(record.number, "calendar", wanted, named)
    if found is None:
        likely = named.hint(wanted)
        mend = "Give it rows in 'calendars', or leave the cell empty: always open."
        book.machines.report(
            record.number,
            "calendar",
            wanted,
            "This calendar has no opening hours, so the machine would never open.",
            f"Did you mean {likely!r}? {mend}" if likely else mend,
        )
    return found


def _report_never_open(
    book: Book, name: str, calendar: OpeningHours, hours: Hours, is_never: bool
) -> None:
    """Report a calendar that never opens, or only on days that it names by date."""
    records, number = book.calendars, calendar.record.number
    if hours.weekly != () or any(
        records.is_faulty(x.number, column)
        for x in records.records
        for column in ("weekday", "opens", "closes")
        if column in records.headers
    ):
        return
    if is_never or not hours.opened:
        when = "never opens" if is_never else "does not open after the plan start"
        records.report(
            number,
            "calendar",
            name,
            f"This calendar {when}.",
            "Give it rows with opening hours.",
        )
        return
    last = book.moment(hours.opened[-1][1])
    records.report(
        number,
        "calendar",
        name,
        f"This calendar has days by date only, so it stays closed after the last of "
        f"them, from {last:%Y-%m-%d %H:%M}.",
        "Add rows by weekday: these hold on all other days.",
        Severity.WARNING,
    )


def downtimes(book: Book) -> list[list[Span]]:
    """Downtimes of each machine; faults are reported."""
    downtime: list[list[Span]] = [[] for _ in book.units]
    for record in book.downtime.records:
        pause, number = record.row, record.number
        places = _machines_down(book, number, pause.machine_id)
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
            continue
        for k in places:
            downtime[k].append((begins, ends))
    return downtime


def _machines_down(book: Book, number: int, name: str | None) -> list[int]:
    """Machines that a downtime names: one, all of a type, or every one."""
    records, machines, types = book.downtime, book.machine_index, book.types
    if name is None or not machines:
        return []
    if name == EVERY_MACHINE:
        return list(range(len(book.units)))
    machine = records.meant(number, "machine_id", name, machines)
    kind = types.meant(name)
    if machine is not None:
        if kind is not None and types[kind] != machines[machine]:
            records.report(
                number,
                "machine_id",
                name,
                f"{name!r} is a machine and a machine type of {len(types[kind])} "
                "machines: read as the machine alone.",
                "Name the other machines too if all of them are down, or call the type "
                "otherwise.",
                Severity.WARNING,
            )
        return machines[machine]
    if kind is None:
        near = machines if machines.hint(name) or not types.hint(name) else types
        records.unknown(number, "machine_id", name, "machine or machine type", near)
        return []
    book.say_once(
        records,
        number,
        "machine_id",
        name,
        f"{name!r} is a machine type: every machine of it is down.",
    )
    return types[kind]


def calendars_of(
    book: Book, hours: list[Hours], latest: int, demand: Demand
) -> tuple[Calendar, ...] | None:
    """Calendar of each machine, up to a horizon that no plan can pass."""
    windows = [x.weekly for x in hours]
    until = latest + seconds_needed(demand, windows)
    weeks = (until - latest) // WEEK
    worst = min({x for x in windows if x}, key=open_per_week, default=None)
    if (
        worst is not None
        and weeks * max(len(x or ()) for x in windows) > limits.MAX_CLOSURES
    ):
        per_week = open_per_week(worst) / 3600
        machine = book.units[windows.index(worst)].record
        book.machines.report(
            machine.number,
            "calendar",
            machine.row.calendar,
            f"The machine opens only {per_week:.1f} hours a week: the "
            f"{demand.work / 3600:,.0f} hours of work could take {weeks:,} weeks.",
            "Open it for longer, or plan fewer jobs at once.",
        )
        return None
    # Where machines close they do so until then: a problem counts all work behind it.
    listed = any(x is not None for x in windows)
    end = until + (demand.work + demand.waiting if listed else 0)
    if end > HORIZON:
        book.jobs.report(
            None,
            "processing_minutes",
            "",
            f"The jobs add up to {demand.work / 3600:,.0f} hours of work: a plan could "
            "take more than 1,000 years.",
            "Durations are in minutes; check the unit.",
        )
        return None
    offset = week_offset(book.start)
    made: dict[Hours, Calendar] = {}
    for x in hours:
        if x not in made:
            made[x] = Calendar(closures_of(x, offset, until))
    return tuple(made[x] for x in hours)
