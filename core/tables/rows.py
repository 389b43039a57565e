"""What the tables are made of: their columns, and a model of each row."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from typing import ClassVar, get_type_hints

from core.tables.aliases import ALIASES, SHEET_WORDS, SUGGESTED
from core.tables.values.cells import (
    DAY,
    LONGEST_NAME,
    MINUTE,
    Amount,
    Check,
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
    is_empty,
)
from core.tables.values.vocabulary import folded, split_unit, umlauts_folded

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


@dataclass(frozen=True)
class Sheet:
    """
    A table a planner may bring.

    Parameters
    ----------
    name
        Name of the sheet or file.
    model
        Model of its rows.
    keeps_unknown
        Whether columns that are not known are kept and shown.
    """

    name: str
    model: type[Row]
    keeps_unknown: bool = False

    @cached_property
    def checks(self) -> dict[str, Check]:
        """What reads the cells of each column, in the order of the columns."""
        hints = get_type_hints(self.model, include_extras=True)
        return {x.name: hints[x.name].__metadata__[0] for x in fields(self.model)}

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """Every column, as it is written."""
        return tuple(self.checks)

    @property
    def required(self) -> tuple[str, ...]:
        """Columns that must be there."""
        return self.model.required

    @property
    def rare(self) -> frozenset[str]:
        """Columns that few planners need: written where they say something."""
        return self.model.rare

    def missing(self, columns: Collection[str]) -> list[str]:
        """Columns that must be there and are not, nor another in their place."""
        instead = self.model.instead
        return [
            x
            for x in self.required
            if x not in columns and instead.get(x) not in columns
        ]


SHEETS: dict[str, Sheet] = {
    sheet.name: sheet
    for sheet in (
        Sheet("jobs", JobRow, keeps_unknown=True),
        Sheet("machines", MachineRow),
        Sheet("setups", SetupRow),
        Sheet("calendars", CalendarRow),
        Sheet("downtime", DowntimeRow),
        Sheet("processing", ProcessingRow),
        Sheet("materials", MaterialRow),
        Sheet("shift", ShiftRow),
    )
}

# What can be read one by one, but is not part of a shift.
ALL_SHEETS = {
    **SHEETS,
    "schedule": Sheet("schedule", ScheduleRow, keeps_unknown=True),
}

_KNOWN: dict[str, dict[str, str]] = {
    name: {
        **{
            folded(alias): column
            for column, aliases in ALIASES.get(name, {}).items()
            for alias in aliases
        },
        **{folded(column): column for column in sheet.columns},
    }
    for name, sheet in ALL_SHEETS.items()
}
_KNOWN_UMLAUTS = {
    name: {umlauts_folded(word): column for word, column in known.items()}
    for name, known in _KNOWN.items()
}
# Tables whose one duration a header such as "Seconds" or "Dauer [h]" means.
_DURATION = {"jobs": "processing_minutes", "setups": "minutes", "processing": "minutes"}
_HAVE_UNITS = ("duration", "piece", "speed")


def kind_of(sheet: Sheet, column: str) -> str:
    """Kind of a column's cells: ``duration``, ``moment``, ``name`` and so on."""
    return sheet.checks[column].kind


def known_column(sheet: Sheet, header: str) -> str | None:
    """Column that a header cell means; ``None`` when it means none."""
    return column_and_unit(sheet, header)[0]


def column_and_unit(sheet: Sheet, header: str) -> tuple[str | None, str]:
    """
    Column that a header cell means, and the unit that it names.

    ``Dauer (h)`` is ``processing_minutes`` in ``h``; the unit is empty where the
    header has none, and the column ``None`` where the header means none.
    """
    known = _exactly(sheet, header)
    base, unit = split_unit(header)
    if known is not None:
        return known, unit if kind_of(sheet, known) in _HAVE_UNITS else ""
    if not unit:
        return None, ""
    column = _exactly(sheet, base) if base.strip() else _DURATION.get(sheet.name)
    if unit == "percent" and not base.strip():
        column = None
    if column is None or kind_of(sheet, column) not in _HAVE_UNITS:
        return None, ""
    if (unit == "percent") != (kind_of(sheet, column) == "speed"):
        return None, ""
    return column, unit


def _exactly(sheet: Sheet, header: str) -> str | None:
    """Column that a header without a unit means."""
    key = folded(header)
    found = _KNOWN[sheet.name].get(key)
    return found or _KNOWN_UMLAUTS[sheet.name].get(umlauts_folded(header))


def likely_column(sheet: Sheet, header: str) -> str | None:
    """Column that an unknown header cell may mean, or be a misspelling of."""
    base, _ = split_unit(header)
    suggested = {folded(x): y for x, y in SUGGESTED.get(sheet.name, {}).items()}
    for word in (header, base):
        if folded(word) in suggested:
            return suggested[folded(word)]
    known = _KNOWN[sheet.name]
    close = difflib.get_close_matches(folded(header), known, n=1, cutoff=0.85)
    return known[close[0]] if close else None


def known_sheet(name: str) -> str | None:
    """Table that a sheet's name means, in any of the languages; ``None``: none."""
    return _SHEET_NAMES.get(folded(name)) or _SHEET_NAMES.get(umlauts_folded(name))


_SHEET_NAMES = {
    spelled(word): name
    for name in SHEETS
    for word in (*SHEET_WORDS.get(name, ()), name)
    for spelled in (umlauts_folded, folded)
}
