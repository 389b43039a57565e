"""The template that planners fill in, and what its columns mean."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from core.tables.rows import SHEETS
from core.tables.text import Cell
from core.tables.writing.export import CellRow, Table
from core.tables.writing.write import csv_files, workbook

# Sheet and column, whether it must be filled in, and what it means.
GUIDE: dict[tuple[str, str], str] = {
    ("jobs", "job_id"): "Required. A name of its own for every job.",
    ("jobs", "processing_minutes"): "Required, unless 'processing' has every time. "
    "Minutes on a machine of speed 1.",
    ("jobs", "machine_types"): "Types it may run on, separated by | ; or ,. "
    "Empty: every machine.",
    ("jobs", "family"): "Work order that the job belongs to.",
    ("jobs", "sequence"): "Order within the family: 1, 2, 3, … "
    "Jobs with the same number run side by side.",
    ("jobs", "predecessors"): "Jobs that must end first, separated by | ; or ,.",
    ("jobs", "setup_group"): "What a machine must be set up for.",
    ("jobs", "setup_minutes"): "Setup when the group changes and 'setups' has no row "
    "for the pair; without a setup group, before every such job.",
    (
        "jobs",
        "release",
    ): "Earliest start: 2026-01-05T06:00, or minutes since plan start.",
    ("jobs", "due"): "Should be finished by: a date and time, or minutes.",
    ("jobs", "weight"): "How much lateness hurts. Empty: 5 when important, else 1.",
    ("jobs", "important"): "yes or no.",
    ("jobs", "preferred_machine"): "The machine you would choose, if any.",
    ("jobs", "machine_id"): "The only machine it may run on. Empty: machine_types say.",
    ("jobs", "quantity"): "Pieces to make, where minutes_per_piece is filled in.",
    ("jobs", "minutes_per_piece"): "Instead of processing_minutes: times the pieces "
    "that are left.",
    ("jobs", "quantity_done"): "Pieces that are made already.",
    ("machines", "machine_id"): "Required. A name of its own for every machine.",
    ("machines", "machine_type"): "Required.",
    ("machines", "speed"): "1 is normal; minutes are divided by it.",
    ("machines", "calendar"): "Opening hours, from 'calendars'. Empty: always open.",
    ("machines", "available_from"): "Nothing runs before this date and time.",
    ("machines", "setup_group"): "What the machine is set up for now.",
    ("setups", "from_group"): "Required.",
    ("setups", "to_group"): "Required.",
    ("setups", "minutes"): "Required. Minutes to change from one to the other.",
    ("setups", "machine_type"): "Only on machines of this type. Empty: on all.",
    ("calendars", "calendar"): "Required. Name that machines refer to.",
    ("calendars", "weekday"): "Required. Mon, Tue, Wed, Thu, Fri, Sat or Sun.",
    ("calendars", "opens"): "Required. HH:MM.",
    (
        "calendars",
        "closes",
    ): "Required. HH:MM; not later than 'opens': on the next day.",
    ("downtime", "machine_id"): "Required.",
    ("downtime", "start"): "Required. Date and time.",
    ("downtime", "end"): "Required. Date and time.",
    ("downtime", "reason"): "For you.",
    ("processing", "job_id"): "Required.",
    ("processing", "machine_id"): "Required.",
    ("processing", "minutes"): "Required. Exact time of this job on this machine; "
    "it goes before minutes and speed.",
    ("shift", "start"): "Required. Plan start: date and time.",
    ("shift", "now"): "For you: when the files were written.",
    ("shift", "title"): "What you call the shift.",
}

TEMPLATE_START = datetime(2026, 1, 5, 6, 0)


def template_tables() -> tuple[Table, ...]:
    """Return every table with a few rows that show how it is filled in."""

    def at(hours: float) -> datetime:
        return TEMPLATE_START + timedelta(hours=hours)

    first: dict[str, Cell] = {
        "family": "WO-1",
        "setup_group": "Alloy A",
        "setup_minutes": 20,
    }
    second: dict[str, Cell] = {"family": "WO-2", "setup_group": "Alloy B"}
    jobs = _rows(
        "jobs",
        {
            "job_id": "J-1",
            "processing_minutes": 90,
            "machine_types": "CNC",
            "sequence": 1,
            "due": at(6),
            "important": "yes",
            **first,
        },
        {
            "job_id": "J-2",
            "processing_minutes": 45.5,
            "machine_types": "CNC | Laser",
            "sequence": 2,
            "due": at(9),
            "important": "yes",
            "preferred_machine": "LASER-1",
            **first,
        },
        {
            "job_id": "J-3",
            "processing_minutes": 120,
            "machine_types": "CNC",
            "sequence": 1,
            "release": at(1),
            "due": at(10),
            "weight": 2,
            **second,
        },
        {
            "job_id": "J-4",
            "processing_minutes": 30,
            "machine_types": "Laser",
            "sequence": 2,
            "predecessors": "J-1 | J-3",
            "due": at(12),
            **second,
        },
        {"job_id": "J-5", "setup_group": "Alloy B"},
        {
            "job_id": "J-6",
            "machine_id": "CNC-2",
            "quantity": 40,
            "minutes_per_piece": 1.5,
            "quantity_done": 10,
            "due": at(14),
            "setup_group": "Alloy A",
        },
    )
    machines: list[CellRow] = [
        ["CNC-1", "CNC", 1, "two shifts", None, "Alloy A"],
        ["CNC-2", "CNC", 1.25, "nights", at(0.5), None],
        ["LASER-1", "Laser", 1, None, None, None],
    ]
    setups: list[CellRow] = [
        ["Alloy A", "Alloy B", 30, None],
        ["Alloy B", "Alloy A", 45, None],
        ["Alloy A", "Alloy B", 15, "Laser"],
    ]
    weekdays = ("Mon", "Tue", "Wed", "Thu", "Fri")
    calendars: list[CellRow] = [["two shifts", x, "06:00", "22:00"] for x in weekdays]
    calendars += [["nights", x, "22:00", "06:00"] for x in weekdays]
    downtime: list[CellRow] = [["CNC-1", at(4), at(5), "maintenance"]]
    processing: list[CellRow] = [["J-5", "CNC-1", 40], ["J-5", "LASER-1", 55]]
    rows: dict[str, list[CellRow]] = {
        "jobs": jobs,
        "machines": machines,
        "setups": setups,
        "calendars": calendars,
        "downtime": downtime,
        "processing": processing,
        "shift": [[TEMPLATE_START, None, "Early shift"]],
    }
    return tuple(
        Table(name, sheet.columns, tuple(rows[name])) for name, sheet in SHEETS.items()
    )


def _rows(sheet: str, *rows: Mapping[str, Cell]) -> list[CellRow]:
    """Return rows in the order of a table's columns."""
    return [[row.get(x) for x in SHEETS[sheet].columns] for row in rows]


def template_workbook() -> bytes:
    """Return the template as a workbook, with a sheet that explains every column."""
    guide = Table(
        "Guide",
        ("sheet", "column", "meaning"),
        tuple([sheet, column, text] for (sheet, column), text in GUIDE.items()),
    )
    return workbook([*template_tables(), guide])


def template_files() -> dict[str, bytes]:
    """Return the template as CSV files, by file name."""
    return csv_files(template_tables())
