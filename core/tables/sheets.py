"""The tables that a planner may bring, each with a model of its rows."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, fields
from functools import cached_property
from typing import get_type_hints

from core.tables.rows import (
    CalendarRow,
    DowntimeRow,
    JobRow,
    MachineRow,
    MaterialRow,
    ProcessingRow,
    Row,
    ScheduleRow,
    SetupRow,
    ShiftRow,
)
from core.tables.values.cells import Check


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


def kind_of(sheet: Sheet, column: str) -> str:
    """Kind of a column's cells: ``duration``, ``moment``, ``name`` and so on."""
    return sheet.checks[column].kind
