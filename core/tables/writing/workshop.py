"""A sample shift with all that files can say of a shop."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from core.tables.text import Cell
from core.tables.writing.filled import FilledRow

_ARRIVALS = (("castings", 5), ("bar stock", -20), ("seals", 3))  # hours from the start
_LONGEST_UNBROKEN = 180  # minutes; fits into every shift of the calendars
_PIECES = 25


def workshop(
    rows: Mapping[str, Sequence[FilledRow]], start: datetime, units: int
) -> dict[str, Sequence[FilledRow]]:
    """
    Return the rows of a shift with units, pieces, materials, waits and exceptions.

    Parameters
    ----------
    rows
        Of each table.
    start
        Plan start.
    units
        How many machines to add to the first row of ``machines``.
    """

    def at(hours: float) -> datetime:
        return start + timedelta(hours=hours)

    machines = [dict(x) for x in rows["machines"]]
    machines[0]["units"] = 1 + units
    first_calendar = next(x["calendar"] for x in machines if x["calendar"])
    day = start.date()
    saturday = day + timedelta(days=5 - day.weekday())
    dated: list[FilledRow] = [
        {"calendar": first_calendar, "date": (day + timedelta(days=1)).isoformat()},
        {
            "calendar": first_calendar,
            "date": saturday.isoformat(),
            "opens": "06:00",
            "closes": "12:00",
        },
    ]
    kind = machines[-1]["machine_type"]
    downtime: list[FilledRow] = [
        *rows["downtime"],
        {
            "machine_id": "*",
            "start": at(4),
            "end": at(4.5),
            "reason": "assembly of all staff",
        },
        {"machine_id": kind, "start": at(28), "end": at(30), "reason": "new software"},
    ]
    materials: list[FilledRow] = [
        {"material": name, "arrives": at(hours)} for name, hours in _ARRIVALS
    ]
    return {
        **rows,
        "jobs": [_job(i, x, rows["jobs"], start) for i, x in enumerate(rows["jobs"])],
        "machines": machines,
        "calendars": [*rows["calendars"], *dated],
        "downtime": downtime,
        "materials": materials,
    }


def _job(
    i: int, row: FilledRow, jobs: Sequence[FilledRow], start: datetime
) -> FilledRow:
    """Give every few jobs something that not every job has."""
    job: dict[str, Cell] = dict(row)
    minutes = float(str(row["processing_minutes"]))
    if i % 5 == 1:
        job["processing_minutes"] = None
        job["quantity"] = _PIECES
        job["minutes_per_piece"] = round(minutes / _PIECES, 1) or 0.1
        job["quantity_done"] = 5 if i % 2 else None
    due = row["due"]
    in_time = [
        name
        for name, hours in _ARRIVALS
        if not isinstance(due, datetime) or start + timedelta(hours=hours) < due
    ]
    if i % 4 == 2:
        job["materials"] = " | ".join(in_time[: 1 + i % 3]) or None
    if row.get("sequence") == 1:
        job["wait_after_minutes"] = 30
    if i % 6 == 3 and minutes <= _LONGEST_UNBROKEN:
        job["pause"] = "no"
    if i == len(jobs) - 1:
        job["predecessors"] = jobs[0]["family"]  # the whole first order
    return job
