"""Which job may run where, for how long, and where the planner would like it."""

from __future__ import annotations

from collections.abc import Iterator
from math import inf

import numpy as np
from numpy.typing import NDArray

from core.tables.building.book import Book, find, names_in, report_no_machine, types_in
from core.tables.building.floor.status_words import is_only_locked
from core.tables.building.pieces import (
    bound_machines,
    say_how_pieces_count,
    work_to_do,
)
from core.tables.issues import Severity
from core.tables.mapping.records import Record
from core.tables.rows import MINUTE, JobRow
from core.tables.text import split_list


def processing_times(book: Book) -> NDArray[np.float64]:
    """Shape (n, m), seconds; +inf where not eligible. Reports jobs without machine."""
    jobs, units = book.jobs.records, book.units
    n, m = len(jobs), len(units)
    speeds = [x.record.row.speed for x in units]
    speed = np.array([1.0 if x is None else x for x in speeds])
    work = [work_to_do(book, record) for record in jobs]
    say_how_pieces_count(book)
    exact = np.full((n, m), inf)
    for j, k, seconds in _exact_times(book):
        exact[j, k] = round(seconds * work[j].left)
    listed = np.isfinite(exact)
    allowed = np.zeros((n, m), dtype=np.bool_)
    named = np.zeros(n, dtype=np.bool_)  # whether what is wrong is reported already
    clear: dict[str, NDArray[np.bool_]] = {}  # machines of types that are all known
    binds = any(x.row.machine_id is not None for x in jobs)
    for j, record in enumerate(jobs):
        text = record.row.machine_types
        bound = bound_machines(book, record) if binds else None
        # A lock is for the floor to keep: lifted, the job may run elsewhere again.
        lifts = bound is not None and bound.sum() == 1 and is_only_locked(record)
        lifts = lifts and work[j].minutes is not None
        if bound is not None and not lifts:
            listed[j] &= bound
        if text in clear:
            allowed[j] = clear[text]
        elif text is not None:
            names = types_in(book.jobs, record, text, book.types)
            named[j] = any(name not in book.types for name in names)
            for name in names:
                allowed[j, book.types.get(name, [])] = True
            if all(x.strip() in book.types for x in split_list(text)):
                clear[text] = allowed[j].copy()
        elif not listed[j].any():
            allowed[j] = True
        if bound is not None:
            misses = not ((allowed[j] | listed[j]) & bound).any()
            if bound.any() and (allowed[j] | listed[j]).any() and misses:
                named[j] = True
                _report_bound_elsewhere(book, record)
            named[j] |= not bound.any()
            if not lifts:
                allowed[j] &= bound
    minutes = np.array([inf if x is None else x for x, _ in work])
    left = np.array([x.left for x in work])
    seconds = (minutes * MINUTE * left)[:, None] / speed  # (n, m)
    processing = np.where(allowed & np.isfinite(seconds), np.rint(seconds), inf)
    processing = np.where(listed, exact, processing)
    without = np.isinf(minutes) & np.any(allowed & ~listed, axis=1)
    nowhere = ~(np.any(allowed | listed, axis=1) | named | (m == 0))
    short = np.any(processing < 1, axis=1)
    for j in np.flatnonzero(without | nowhere | short).tolist():
        record = jobs[j]
        if without[j] and not _is_time_faulty(book, record):
            machine = units[int((allowed[j] & ~listed[j]).argmax())].id
            where = f"for {machine} " if book.processing.table is not None else ""
            book.jobs.report(
                record.number,
                "processing_minutes",
                "",
                f"There is no processing time {where}here or in 'processing'.",
                "Fill in the minutes.",
            )
        if nowhere[j]:
            report_no_machine(book.jobs, record)
        elif short[j]:
            book.jobs.report(
                record.number,
                "processing_minutes",
                work[j].minutes,
                "This is shorter than one second.",
                "Durations are in minutes; check the unit.",
            )
    return processing


def _is_time_faulty(book: Book, record: Record[JobRow]) -> bool:
    """Whether it is reported already why a job has no time."""
    columns = ("processing_minutes", "minutes_per_piece", "quantity", "quantity_done")
    there = [x for x in columns if x in book.jobs.headers]
    stated = {"processing_minutes", "minutes_per_piece"} & set(there)
    return not stated or any(book.jobs.is_faulty(record.number, x) for x in there)


def _report_bound_elsewhere(book: Book, record: Record[JobRow]) -> None:
    """Report a job whose machine is of none of its types."""
    book.jobs.report(
        record.number,
        "machine_id",
        record.row.machine_id,
        "No machine can run this job: the machine it names is of none of its types.",
        "Name another machine, add its type to machine_types, or clear one of them.",
    )


def _exact_times(book: Book) -> Iterator[tuple[int, int, int]]:
    """(job, machine, seconds) of the table of exact times."""
    times: dict[tuple[int, int], int] = {}
    records = book.processing
    for record in records.records:
        row, number = record.row, record.number
        j = find(records, number, "job_id", row.job_id, "job", book.job_index)
        places = find(
            records, number, "machine_id", row.machine_id, "machine", book.machine_index
        )
        if j is None or places is None:
            continue
        if any((j, k) in times for k in places):
            records.report(
                number,
                "machine_id",
                row.machine_id,
                "This job has a time on this machine already.",
                "Keep one of the rows.",
            )
            continue
        seconds = MINUTE  # where it is faulty, reported: the pair is still eligible
        if row.minutes is not None:
            seconds = round(row.minutes * MINUTE)
            if seconds < 1:
                records.report(
                    number,
                    "minutes",
                    row.minutes,
                    "This is shorter than one second.",
                    "Durations are in minutes; check the unit.",
                )
                seconds = MINUTE
        times.update(((j, k), seconds) for k in places)
    return ((j, k, seconds) for (j, k), seconds in times.items())


def preferred_machines(book: Book, eligible: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Shape (n, m): the planner would like job j on machine k."""
    preferred = np.zeros(eligible.shape, dtype=np.bool_)
    for j, record in enumerate(book.jobs.records):
        text = record.row.preferred_machine
        if text is None or not book.machine_index:
            continue
        for name in names_in(
            book.jobs, record.number, "preferred_machine", text, book.machine_index
        ):
            places = book.machine_index.get(name)
            if places is None:
                book.jobs.unknown(
                    record.number,
                    "preferred_machine",
                    name,
                    "machine",
                    book.machine_index,
                )
                continue
            preferred[j, places] = True
            if eligible[j].any() and not eligible[j, places].any():
                book.jobs.report(
                    record.number,
                    "preferred_machine",
                    name,
                    "The job may not run on the machine that it prefers.",
                    "Add its machine type to machine_types, or clear the cell.",
                    Severity.WARNING,
                )
    return preferred
