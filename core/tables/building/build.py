"""Tables to a problem, or to every reason why not."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.problem.floor import Floor
from core.problem.model import Problem
from core.problem.rows import IMPORTANT_WEIGHT
from core.problem.shift import DEFAULT_START
from core.tables import limits
from core.tables.building.book import Book
from core.tables.building.calendars.hours import demand_of, latest_event, seconds_needed
from core.tables.building.calendars.openings import (
    calendars_of,
    downtimes,
    opening_hours,
)
from core.tables.building.calendars.unbroken import only_where_it_fits
from core.tables.building.dates import dates_of
from core.tables.building.floor.states import floor_of, is_under_way, stated_now
from core.tables.building.floor.status_words import has_begun, without_cancelled
from core.tables.building.groups import SetupGroups
from core.tables.building.idle import (
    warn_of_idle_downtime,
    warn_of_idle_waits,
    warn_of_job_columns,
    warn_of_machine_columns,
)
from core.tables.building.machines import list_machines
from core.tables.building.plan_start import choose_start, dates_in, warn_of_far_dates
from core.tables.building.precedence import precedences
from core.tables.building.spelling import Use, one_spelling, warn_of_near_ids
from core.tables.building.times import preferred_machines, processing_times
from core.tables.building.variation import variation_of
from core.tables.issues import Collector, Severity
from core.tables.mapping.mapping import Mapping as ColumnMapping
from core.tables.mapping.records import Records
from core.tables.raw import RawTable
from core.tables.rows import (
    MINUTE,
    CalendarRow,
    DowntimeRow,
    JobRow,
    MachineRow,
    MaterialRow,
    ProcessingRow,
    SetupRow,
    ShiftRow,
)
from core.tables.text import plain

Extras = dict[str, tuple[str, ...]]


class Built(NamedTuple):
    """
    What tables say.

    Parameters
    ----------
    problem
        ``None`` when there are errors.
    start
        Plan start.
    title
        What the table ``shift`` calls it; empty where it does not.
    extras
        Columns of the jobs that are not used, by header: one text per job.
    materials
        Material whose arrival releases each job; empty where none does.
    floor
        What has begun, is locked or frozen; ``None``: nothing.
    """

    problem: Problem | None
    start: datetime
    title: str
    extras: Extras
    materials: tuple[str, ...]
    floor: Floor | None


def build(
    tables: Mapping[str, RawTable],
    start: datetime | None,
    collect: Collector,
    mapping: ColumnMapping | None = None,
    now: datetime | None = None,
) -> Built:
    """
    Build the problem from raw tables.

    Parameters
    ----------
    tables
        By sheet name.
    start
        Plan start; ``None``: what the table ``shift`` says, else what the dates
        propose, which is said.
    collect
        Takes the issues; those of reading may be in it already.
    mapping
        How columns are read, where the planner decided.
    now
        What time it is; ``None``: what the table ``shift`` says.
    """
    book = Book(
        Records(tables.get("jobs"), JobRow, collect, mapping),
        Records(tables.get("machines"), MachineRow, collect, mapping),
        Records(tables.get("setups"), SetupRow, collect, mapping),
        Records(tables.get("calendars"), CalendarRow, collect, mapping),
        Records(tables.get("downtime"), DowntimeRow, collect, mapping),
        Records(tables.get("processing"), ProcessingRow, collect, mapping),
        Records(tables.get("materials"), MaterialRow, collect, mapping),
        start or DEFAULT_START,
    )
    shift = Records(tables.get("shift"), ShiftRow, collect, mapping)
    dates = dates_in(
        [
            (book.jobs, ("release", "due")),
            (book.machines, ("available_from",)),
            (book.downtime, ("start", "end")),
            (book.materials, ("arrives",)),
        ]
    )
    book.start = choose_start(start, shift, dates, collect)
    if not 1970 <= book.start.year < 2200:
        collect.add(
            shift.label,
            f"The plan start {book.start:%Y-%m-%d} is in an unlikely year.",
            "Check the year.",
        )
        return Built(None, book.start, "", {}, (), None)
    warn_of_far_dates(book.start, dates)
    title = next((x.row.title for x in shift.records if x.row.title), "")
    time = stated_now(book, shift, now)
    book.cancelled = without_cancelled(book.jobs)
    book.is_under_way = is_under_way(book, time)
    made = _problem(book, tables, collect)
    for records in book.all_records:
        records.say_what_names_mean()
    floor = floor_of(book, time, None if made is None else made[0].processing)
    if made is None or collect.has_errors:
        return Built(None, book.start, title, {}, (), None)
    problem, materials = made
    headers = book.jobs.records[0].extras
    extras = {
        header: tuple(record.extras[header] for record in book.jobs.records)
        for header in headers
    }
    return Built(problem, book.start, title, extras, materials, floor)


def _problem(
    book: Book, tables: Mapping[str, RawTable], collect: Collector
) -> tuple[Problem, tuple[str, ...]] | None:
    """Build the problem, and what it waits for; ``None`` when there are errors."""
    for name, records in (("jobs", book.jobs), ("machines", book.machines)):
        if records.table is None and not _broken(name, tables, collect):
            collect.add(
                name, f"The table {name!r} is missing.", f"Bring {name}.csv as well."
            )
        elif records.table is not None and not (records.records or records.is_plan):
            records.report(
                None, None, "", f"There are no {name}.", "Fill in at least one row."
            )
    book.job_index = book.jobs.index("job_id")
    warn_of_near_ids(book.jobs, "job_id", "job ids")
    list_machines(book)

    n, m = len(book.jobs.records), len(book.units)
    if n * m > limits.MAX_PAIRS:
        book.jobs.report(
            None,
            None,
            "",
            f"{n:,} jobs on {m:,} machines are too many to plan at once.",
            f"Split the shift: at most {limits.MAX_PAIRS:,} pairs.",
        )
        return None

    processing = processing_times(book)
    preferred = preferred_machines(book, np.isfinite(processing))
    release, due, materials = dates_of(book)
    book.families = one_spelling(
        [
            Use(book.jobs, x.number, "family", x.row.family)
            for x in book.jobs
            if x.row.family is not None
        ],
        (),
        "families",
    )
    precedence = precedences(book)
    groups = SetupGroups(book)
    setups = groups.fields()
    available = _available(book)
    calendar_hours = opening_hours(book)
    hours = [
        x._replace(pauses=(*x.pauses, *down))
        for x, down in zip(calendar_hours, downtimes(book), strict=True)
    ]
    rows = [record.row for record in book.jobs.records]
    # A job that has begun fits where it is.
    may_pause = np.array(
        [row.pause is not False or has_begun(row) for row in rows], dtype=np.bool_
    )
    wait_after = np.array(
        [round((row.wait_after_minutes or 0.0) * MINUTE) for row in rows],
        dtype=np.int64,
    )
    warn_of_idle_waits(book, wait_after, precedence)
    warn_of_machine_columns(book)
    warn_of_job_columns(book)
    varies = variation_of(book, processing)
    if collect.has_errors or not n or not m:
        return None

    latest = latest_event(release, available, hours)
    fitting = only_where_it_fits(
        *(book, processing, may_pause, hours),
        np.maximum(release[:, None], available),
        latest,
    )
    if fitting is None:
        return None
    processing = fitting
    windows = [x.weekly for x in hours]
    demand = demand_of(
        *(
            processing,
            setups["setup"],
            groups.of_job,
            precedence,
            wait_after,
            may_pause,
        ),
        windows,
    )
    without = latest_event(release, available, calendar_hours)
    warn_of_idle_downtime(book, without + seconds_needed(demand, windows))
    calendars = calendars_of(book, hours, latest, demand)
    if calendars is None:
        return None

    families = [
        (True, book.families[row.family])
        if row.family is not None
        else (False, row.job_id)
        for row in rows
    ]
    family_index = {x: i for i, x in enumerate(dict.fromkeys(families))}
    type_names = list(book.types)
    problem = Problem(
        processing=processing,
        release=release,
        due=due,
        weight=np.array([_weight(row) for row in rows]),
        important=np.array([row.important is True for row in rows]),
        preferred=preferred,
        family=np.array([family_index[x] for x in families], dtype=np.int64),
        precedence=precedence,
        available=available,
        machine_type=np.array([type_names.index(x.kind) for x in book.units]),
        calendars=calendars,
        wait_after=wait_after,
        may_pause=may_pause,
        **varies._asdict(),
        job_ids=tuple(book.job_index),
        machine_ids=tuple(x.id for x in book.units),
        family_names=tuple(str(name) for _, name in family_index),
        **setups,
        machine_type_names=tuple(type_names),
    )
    return problem, materials


def _available(book: Book) -> NDArray[np.int64]:
    """Seconds since plan start before which each machine does nothing."""
    by_row = {
        x.number: book.seconds(
            book.machines, x.number, "available_from", x.row.available_from
        )
        for x in book.machines.records
    }
    return np.array(
        [max(by_row[x.record.number] or 0, 0) for x in book.units], np.int64
    )


def _broken(name: str, tables: Mapping[str, RawTable], collect: Collector) -> bool:
    """Whether a missing table is explained by a file that could not be read."""
    return any(
        name in plain(issue.sheet) or repr(name) in issue.fault
        for issue in collect.found
        if issue.severity is Severity.ERROR
    )


def _weight(row: JobRow) -> float:
    """Weight as stated, else by importance."""
    if row.weight is not None:
        return row.weight
    return IMPORTANT_WEIGHT if row.important is True else 1.0
