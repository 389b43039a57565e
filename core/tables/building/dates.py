"""From when a job can run, and when it is due: its dates, and its materials."""

from __future__ import annotations

from math import inf
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.tables.building.book import Book, names_in
from core.tables.building.idle import warn_of_idle_materials
from core.tables.issues import Severity
from core.tables.mapping.records import Record
from core.tables.rows import JobRow
from core.tables.text import plain
from core.tables.values.names import Known


class Dates(NamedTuple):
    """
    The dates of all jobs.

    Parameters
    ----------
    release
        Shape (n,), seconds since plan start, 0 for what has passed: the job's own
        release, or the latest arrival among its materials if that is later.
    due
        Shape (n,), seconds since plan start; +inf: none.
    materials
        Material that each job's release is the arrival of; empty where there is
        none.
    """

    release: NDArray[np.int64]
    due: NDArray[np.float64]
    materials: tuple[str, ...]


class _Arrival(NamedTuple):
    """When the last of a job's materials is there."""

    seconds: int
    material: str


def dates_of(book: Book) -> Dates:
    """Dates of each job; what cannot be held is a warning."""
    n = len(book.jobs.records)
    release, due = np.zeros(n, dtype=np.int64), np.full(n, inf)
    materials = [""] * n
    arrivals = _latest_arrivals(book)
    for j, record in enumerate(book.jobs.records):
        row, number = record.row, record.number
        released = book.seconds(book.jobs, number, "release", row.release)
        wanted = book.seconds(book.jobs, number, "due", row.due)
        arrival = arrivals[j]
        # A release in the past has happened: the job may start at plan start.
        release[j] = max(released or 0, 0)
        if arrival is not None and arrival.seconds >= max(int(release[j]), 1):
            release[j], materials[j] = arrival
        if wanted is None:
            continue
        due[j] = wanted
        if materials[j] and wanted < release[j]:
            fault = f"The job is due before its material {materials[j]!r} arrives."
        elif released is not None and wanted < released:
            fault = "The job is due before it is released."
        elif wanted < 0:
            fault = "The job is due before the plan starts."
        else:
            continue
        book.jobs.report(
            number,
            "due",
            row.due,
            fault,
            "It will be late; check the date if that is not meant.",
            Severity.WARNING,
        )
    if "priority" in map(plain, book.jobs.headers.values()):
        book.jobs.report(
            None,
            "weight",
            "",
            "Priority is read as a weight: a larger number is more urgent.",
            "Turn the numbers round if 1 is the most urgent.",
            Severity.WARNING,
        )
    return Dates(release, due, tuple(materials))


def _latest_arrivals(book: Book) -> list[_Arrival | None]:
    """Latest arrival among the materials of each job; faults are reported."""
    records = book.materials
    index = records.index("material")
    waiting = [x for x in book.jobs.records if x.row.materials is not None]
    if records.table is None:
        if waiting:
            book.jobs.report(
                waiting[0].number,
                "materials",
                waiting[0].row.materials,
                f"Jobs name materials ({len(waiting)} rows), but there is no table "
                "'materials' that says when these arrive.",
                "Bring materials.csv (material, arrives); if the column is only for "
                "you, give it another name or choose 'not used' in the mapping.",
            )
        return [None] * len(book.jobs.records)
    arrives = [
        book.seconds(records, x.number, "arrives", x.row.arrives)
        for x in records.records
    ]
    wanted: set[int] = set()
    found: list[_Arrival | None] = []
    for record in book.jobs.records:
        named = [] if record.row.materials is None else _places(book, record, index)
        wanted.update(named)
        known = [(arrives[i] or 0, -place) for place, i in enumerate(named)]
        if not known:
            found.append(None)
            continue
        seconds, place = max(known)
        material = records.records[named[-place]].row.material or ""
        found.append(_Arrival(seconds, material))
    warn_of_idle_materials(book, wanted)
    return found


def _places(book: Book, record: Record[JobRow], index: Known[int]) -> list[int]:
    """Rows of the materials that a job names; unknown ones are reported."""
    jobs, number, column = book.jobs, record.number, "materials"
    text = record.row.materials or ""
    places = []
    for name in names_in(jobs, number, column, text, index):
        if name in index:
            places.append(index[name])
        else:
            jobs.unknown(number, column, name, "material", index)
    return places
