"""What the tables are made of: their columns, and a model of each row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import ClassVar

from core.tables.values.cells import (
    LONGEST_NAME,
    Amount,
    Clock,
    Date,
    Flag,
    Moment,
    Name,
    Number,
    PieceMinutes,
    Processing,
    SetupMinutes,
    Speed,
    Text,
    Units,
    Weekday,
    Weight,
)
from core.tables.values.number_cells import MINUTE
from core.tables.values.refusal import is_empty
from core.tables.values.time_cells import DAY

__all__ = ["DAY", "LONGEST_NAME", "MINUTE", "is_empty"]


@dataclass(frozen=True)
class Row:
    """
    A row of a table; a field is ``None`` where its cell is empty or faulty.

    That a required cell is filled is checked by the reader, so that the rest of a
    row with a fault is still compared with the other tables.
    """

    required: ClassVar[tuple[str, ...]]
    may_be_empty: ClassVar[tuple[str, ...]] = ()
    # Columns that few planners need: written where they say something.
    rare: ClassVar[frozenset[str]] = frozenset()
    # Columns in whose place another may stand.
    instead: ClassVar[Mapping[str, str]] = {}


@dataclass(frozen=True)
class JobRow(Row):
    """A row of ``jobs``."""

    required = ("job_id", "processing_minutes")
    may_be_empty = ("processing_minutes",)  # where ``processing`` has the times
    instead: ClassVar[Mapping[str, str]] = {"processing_minutes": "minutes_per_piece"}
    rare = frozenset(
        (
            *("machine_id", "quantity", "minutes_per_piece", "quantity_done"),
            *("wait_after_minutes", "pause", "materials"),
            *("minutes_low", "minutes_high"),
            *("status", "actual_start", "actual_end", "remaining_minutes", "lock"),
        )
    )

    job_id: Name = None
    processing_minutes: Processing = None
    machine_types: Text = None
    family: Name = None
    sequence: Number = None
    predecessors: Text = None
    setup_group: Name = None
    setup_minutes: SetupMinutes = None
    release: Moment = None
    due: Moment = None
    weight: Weight = None
    important: Flag = None
    preferred_machine: Text = None
    machine_id: Text = None
    quantity: Amount = None
    minutes_per_piece: PieceMinutes = None
    quantity_done: Amount = None
    wait_after_minutes: SetupMinutes = None
    pause: Flag = None
    materials: Text = None
    minutes_low: Processing = None
    minutes_high: Processing = None
    status: Text = None
    actual_start: Moment = None
    actual_end: Moment = None
    remaining_minutes: SetupMinutes = None
    lock: Text = None


@dataclass(frozen=True)
class MachineRow(Row):
    """A row of ``machines``."""

    required = ("machine_id", "machine_type")
    rare = frozenset({"units", "mtbf_hours", "mttr_minutes", "freeze_until"})

    machine_id: Name = None
    machine_type: Name = None
    speed: Speed = None
    calendar: Name = None
    available_from: Moment = None
    setup_group: Name = None
    units: Units = None
    mtbf_hours: Amount = None
    mttr_minutes: Amount = None
    freeze_until: Moment = None


@dataclass(frozen=True)
class SetupRow(Row):
    """A row of ``setups``."""

    required = ("from_group", "to_group", "minutes")

    from_group: Name = None
    to_group: Name = None
    minutes: SetupMinutes = None
    machine_type: Text = None


@dataclass(frozen=True)
class CalendarRow(Row):
    """A row of ``calendars``."""

    required = ("calendar", "weekday", "opens", "closes")
    may_be_empty = ("weekday", "opens", "closes")  # a date; closed that day
    instead: ClassVar[Mapping[str, str]] = {"weekday": "date"}
    rare = frozenset({"date"})

    calendar: Name = None
    weekday: Weekday = None
    date: Date = None
    opens: Clock = None
    closes: Clock = None


@dataclass(frozen=True)
class DowntimeRow(Row):
    """A row of ``downtime``."""

    required = ("machine_id", "start", "end")

    machine_id: Name = None
    start: Moment = None
    end: Moment = None
    reason: Text = None


@dataclass(frozen=True)
class ProcessingRow(Row):
    """A row of ``processing``."""

    required = ("job_id", "machine_id", "minutes")

    job_id: Name = None
    machine_id: Name = None
    minutes: Processing = None


@dataclass(frozen=True)
class MaterialRow(Row):
    """A row of ``materials``."""

    required = ("material", "arrives")

    material: Name = None
    arrives: Moment = None


@dataclass(frozen=True)
class ShiftRow(Row):
    """The row of ``shift``: what a plan starts from, so that a file says it itself."""

    required = ("start",)

    start: Moment = None
    now: Moment = None
    title: Text = None


@dataclass(frozen=True)
class ScheduleRow(Row):
    """A row of a plan, as it is written."""

    required = (
        "job_id",
        "machine_id",
        "setup_start",
        "start",
        "end",
        "setup_minutes",
    )

    job_id: Name = None
    machine_id: Name = None
    setup_start: Moment = None
    start: Moment = None
    end: Moment = None
    setup_minutes: SetupMinutes = None
    processing_minutes: Processing = None
    due: Moment = None
    late_minutes: Number = None
    family: Name = None
    important: Flag = None
    scheduler: Text = None
    status: Text = None


SCHEDULE_COLUMNS = tuple(x.name for x in fields(ScheduleRow))
