"""All rows a planner brought, and how they refer to each other."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple, TypeVar

from core.tables import limits
from core.tables.issues import Severity
from core.tables.mapping.records import Record, Records
from core.tables.rows import (
    DAY,
    MINUTE,
    CalendarRow,
    DowntimeRow,
    JobRow,
    MachineRow,
    MaterialRow,
    ProcessingRow,
    SetupRow,
)
from core.tables.text import split_list
from core.tables.values.names import Known

_YEARS = limits.MAX_YEARS * 366 * DAY
Value = TypeVar("Value")


class MachineUnit(NamedTuple):
    """
    One machine that jobs run on: a row of ``machines``, or one of its units.

    Parameters
    ----------
    id
        ``M7``; of several units ``M7/1``, ``M7/2`` and so on.
    kind
        Its machine type, in the spelling that all are taken for.
    record
        The row.
    """

    id: str
    kind: str
    record: Record[MachineRow]


@dataclass
class Book:
    """All rows a planner brought, and the ids in them."""

    jobs: Records[JobRow]
    machines: Records[MachineRow]
    setups: Records[SetupRow]
    calendars: Records[CalendarRow]
    downtime: Records[DowntimeRow]
    processing: Records[ProcessingRow]
    materials: Records[MaterialRow]
    start: datetime
    job_index: Known[int] = field(default_factory=Known)
    # Every machine; positions among them by id (a row's are all its units) and type.
    units: list[MachineUnit] = field(default_factory=list)
    machine_index: Known[list[int]] = field(default_factory=Known)
    types: Known[list[int]] = field(default_factory=Known)
    families: dict[str, str] = field(default_factory=dict)
    calendar_names: dict[str, str] = field(default_factory=dict)
    said: set[tuple[str, str]] = field(default_factory=set)
    cancelled: set[str] = field(default_factory=set)
    is_under_way: bool = False  # what is not in the list may be done already

    @property
    def all_records(self) -> tuple[Records[Any], ...]:
        """Every table but ``shift``."""
        return (
            *(self.jobs, self.machines, self.setups, self.calendars, self.downtime),
            *(self.processing, self.materials),
        )

    def say_once(
        self, records: Records[Any], number: int, column: str, name: str, fault: str
    ) -> None:
        """Note what was assumed about a column, at the first cell that shows it."""
        key = (column, fault.replace(repr(name), ""))
        if key not in self.said:
            self.said.add(key)
            mend = "Nothing to do."
            records.report(number, column, name, fault, mend, Severity.NOTE)

    def seconds(
        self,
        records: Records[Any],
        number: int,
        column: str,
        moment: datetime | float | None,
    ) -> int | None:
        """Seconds since plan start; what is years away is reported."""
        seconds = self.seconds_or_none(moment)
        if seconds is None:
            return None
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

    def moment(self, seconds: int) -> datetime:
        """Local time of a moment in seconds since plan start."""
        return self.start + timedelta(seconds=seconds)

    def seconds_or_none(self, moment: datetime | float | None) -> int | None:
        """Seconds since plan start, however far away."""
        if moment is None:
            return None
        if isinstance(moment, datetime):
            return round((moment - self.start).total_seconds())
        return round(max(-1e15, min(1e15, moment * MINUTE)))


def types_in(
    records: Records[Any],
    record: Record[Any],
    text: str,
    types: Known[list[int]],
) -> tuple[str, ...]:
    """Machine types in a cell of jobs or setups; unknown ones are reported."""
    column = "machine_types" if isinstance(record.row, JobRow) else "machine_type"
    names = names_in(records, record.number, column, text, types)
    unknown = [name for name in names if name not in types]
    if (
        names
        and len(unknown) == len(names)
        and isinstance(record.row, JobRow)
        and types
    ):
        report_no_machine(records, record, types.hint(unknown[0]))
    elif types:
        for name in unknown:
            records.unknown(record.number, column, name, "machine type", types)
    return names


def report_no_machine(
    records: Records[Any], record: Record[Any], likely: str | None = None
) -> None:
    """Report a job that no machine can run, with a type that may be meant."""
    mend = "Name a type that stands in 'machines', or leave the cell empty for any."
    records.report(
        record.number,
        "machine_types",
        record.row.machine_types if isinstance(record.row, JobRow) else "",
        "No machine can run this job: none has such a type.",
        mend if likely is None else f"Did you mean {likely!r}? {mend}",
    )


def names_in(
    records: Records[Any], number: int, column: str, text: str, known: Known[Any]
) -> tuple[str, ...]:
    """Entries of a list cell, or the cell itself where that is a known name."""
    entries = split_list(text)
    if text in known and not all(entry in known for entry in entries):
        return (text,)
    return tuple(records.meant(number, column, x, known) or x for x in entries)


def find(
    records: Records[Any],
    number: int,
    column: str,
    name: str | None,
    what: str,
    index: Known[Value],
) -> Value | None:
    """What an id stands for; an unknown one is reported, unless there are none."""
    if name is None or not index:
        return None
    found = records.meant(number, column, name, index)
    if found is None:
        records.unknown(number, column, name, what, index)
        return None
    return index[found]
