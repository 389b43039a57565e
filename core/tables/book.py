"""All rows a planner brought, and how they refer to each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from core.tables import limits
from core.tables.records import Record, Records
from core.tables.rows import (
    DAY,
    MINUTE,
    CalendarRow,
    DowntimeRow,
    JobRow,
    MachineRow,
    ProcessingRow,
    SetupRow,
)
from core.tables.text import split_list

_YEARS = limits.MAX_YEARS * 366 * DAY


@dataclass
class Book:
    """All rows a planner brought, and the ids in them."""

    jobs: Records[JobRow]
    machines: Records[MachineRow]
    setups: Records[SetupRow]
    calendars: Records[CalendarRow]
    downtime: Records[DowntimeRow]
    processing: Records[ProcessingRow]
    start: datetime
    job_index: dict[str, int] = field(default_factory=dict)
    machine_index: dict[str, int] = field(default_factory=dict)
    types: dict[str, list[int]] = field(default_factory=dict)

    def seconds(
        self,
        records: Records[Any],
        number: int,
        column: str,
        moment: datetime | float | None,
    ) -> int | None:
        """Seconds since plan start; what is years away is reported."""
        if moment is None:
            return None
        if isinstance(moment, datetime):
            seconds = round((moment - self.start).total_seconds())
        else:
            seconds = round(max(-1e15, min(1e15, moment * MINUTE)))
        if abs(seconds) > _YEARS:
            records.report(
                number,
                column,
                moment,
                f"This is more than {limits.MAX_YEARS} years away from the plan start "
                f"{self.start:%Y-%m-%d}.",
                "Check the year, or the plan start.",
            )
            return None
        return seconds


def types_in(
    records: Records[Any],
    record: Record[Any],
    text: str,
    types: Mapping[str, list[int]],
) -> tuple[str, ...]:
    """Machine types in a cell of jobs or setups; unknown ones are reported."""
    names = names_in(text, types)
    column = "machine_types" if isinstance(record.row, JobRow) else "machine_type"
    unknown = [name for name in names if name not in types]
    if (
        names
        and len(unknown) == len(names)
        and isinstance(record.row, JobRow)
        and types
    ):
        report_no_machine(records, record)
    elif types:
        for name in unknown:
            records.unknown(record.number, column, name, "machine type", types)
    return names


def report_no_machine(
    records: Records[Any],
    record: Record[Any],
) -> None:
    """Report a job that no machine can run."""
    records.report(
        record.number,
        "machine_types",
        record.row.machine_types if isinstance(record.row, JobRow) else "",
        "No machine can run this job: none has such a type.",
        "Name a type that stands in 'machines', or leave the cell empty for any.",
    )


def names_in(text: str, known: Mapping[str, object]) -> tuple[str, ...]:
    """Entries of a list cell, or the cell itself where that is a known name."""
    entries = split_list(text)
    if text in known and not all(entry in known for entry in entries):
        return (text,)
    return entries


def find(
    records: Records[Any],
    number: int,
    column: str,
    name: str | None,
    what: str,
    index: Mapping[str, int],
) -> int | None:
    """Position of an id; an unknown one is reported, unless there are none at all."""
    if name is None or not index:
        return None
    if name not in index:
        records.unknown(number, column, name, what, index)
    return index.get(name)
