"""The template that planners fill in, and what its columns mean."""

from __future__ import annotations

from datetime import datetime, timedelta

from core.tables.sheets import SHEETS
from core.tables.text import Cell
from core.tables.writing.filled import FilledRow, Table, filled_table
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
    ("jobs", "predecessors"): "Jobs that must end first, or whole work orders, "
    "separated by | ; or ,.",
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
    ("jobs", "machine_id"): "The only machine it may run on. Empty: machine_types say. "
    "With status or lock: where it runs, ran, or has to run.",
    ("jobs", "quantity"): "Pieces to make, where minutes_per_piece is filled in.",
    ("jobs", "minutes_per_piece"): "Instead of processing_minutes: times the pieces "
    "that are left.",
    ("jobs", "quantity_done"): "Pieces of the quantity that are made already; the "
    "rest is planned.",
    ("jobs", "wait_after_minutes"): "Least minutes before the jobs behind it may "
    "start: cooling, drying, transport.",
    ("jobs", "pause"): "no: its work may not be interrupted by a closure. Empty: it "
    "may.",
    ("jobs", "materials"): "It waits for these, from 'materials', separated by "
    "| ; or ,.",
    ("jobs", "minutes_low"): "One time in ten it takes less than so many minutes.",
    ("jobs", "minutes_high"): "One time in ten it takes more. Both, or neither.",
    ("jobs", "status"): "How far it is: planned, released, started, finished or "
    "cancelled. Empty: planned.",
    ("jobs", "actual_start"): "When it began, where it has.",
    ("jobs", "actual_end"): "When it ended, where it has.",
    ("jobs", "remaining_minutes"): "How long a started job still takes. Empty: what "
    "is left of its time.",
    ("jobs", "lock"): "machine, or start for machine and time: a new plan keeps it as "
    "the plan before has it.",
    ("machines", "freeze_until"): "The plan in hand stays until then: date and time.",
    ("machines", "machine_id"): "Required. A name of its own for every machine.",
    ("machines", "machine_type"): "Required.",
    ("machines", "speed"): "1 is normal; minutes are divided by it.",
    ("machines", "calendar"): "Opening hours, from 'calendars'. Empty: always open.",
    ("machines", "available_from"): "Nothing runs before this date and time.",
    ("machines", "setup_group"): "What the machine is set up for now.",
    ("machines", "units"): "How many equal machines the row is: M7/1, M7/2 and so on. "
    "Empty: one.",
    ("machines", "mtbf_hours"): "Mean hours of work between two breakdowns. Empty: "
    "it does not break down.",
    ("machines", "mttr_minutes"): "Mean minutes of a repair. Both, or neither.",
    ("setups", "from_group"): "Required.",
    ("setups", "to_group"): "Required.",
    ("setups", "minutes"): "Required. Minutes to change from one to the other.",
    ("setups", "machine_type"): "Only on machines of this type. Empty: on all.",
    ("calendars", "calendar"): "Required. Name that machines refer to.",
    ("calendars", "weekday"): "Mon, Tue, Wed, Thu, Fri, Sat or Sun; or a date.",
    ("calendars", "date"): "In place of the weekday: holds on that day only.",
    ("calendars", "opens"): "HH:MM. Empty, with 'closes' empty too: closed that day.",
    (
        "calendars",
        "closes",
    ): "HH:MM; not later than 'opens': on the next day.",
    ("downtime", "machine_id"): "Required. A machine, one of its units (M7/2), a "
    "machine type, or * for all.",
    ("downtime", "start"): "Required. Date and time.",
    ("downtime", "end"): "Required. Date and time.",
    ("downtime", "reason"): "For you.",
    ("processing", "job_id"): "Required.",
    ("processing", "machine_id"): "Required.",
    ("processing", "minutes"): "Required. Exact time of this job on this machine; "
    "it goes before minutes and speed.",
    ("materials", "material"): "Required. Name that jobs refer to.",
    ("materials", "arrives"): "Required. Date and time from which on it is there.",
    ("shift", "start"): "Required. Plan start: date and time.",
    ("shift", "now"): "What time it is; planning goes on from then. Empty: the start.",
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
    jobs: list[FilledRow] = [
        {
            "job_id": "J-1",
            "processing_minutes": 90,
            "machine_types": "CNC",
            "sequence": 1,
            "due": at(6),
            "important": "yes",
            "wait_after_minutes": 15,
            "minutes_low": 80,
            "minutes_high": 120,
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
            "predecessors": "WO-1 | J-3",
            "due": at(12),
            "pause": "no",
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
            "materials": "plates | screws",
        },
    ]
    machines: list[FilledRow] = [
        {
            "machine_id": "CNC-1",
            "machine_type": "CNC",
            "speed": 1,
            "calendar": "two shifts",
            "setup_group": "Alloy A",
            "mtbf_hours": 120,
            "mttr_minutes": 45,
        },
        {
            "machine_id": "CNC-2",
            "machine_type": "CNC",
            "speed": 1.25,
            "calendar": "nights",
            "available_from": at(0.5),
        },
        {"machine_id": "LASER-1", "machine_type": "Laser", "speed": 1, "units": 2},
    ]
    pairs = (("Alloy A", "Alloy B", 30), ("Alloy B", "Alloy A", 45))
    setups: list[FilledRow] = [
        {"from_group": x, "to_group": y, "minutes": minutes} for x, y, minutes in pairs
    ]
    setups.append({**setups[0], "minutes": 15, "machine_type": "Laser"})
    hours = (("two shifts", "06:00", "22:00"), ("nights", "22:00", "06:00"))
    calendars: list[FilledRow] = [
        {"calendar": name, "weekday": day, "opens": opens, "closes": closes}
        for name, opens, closes in hours
        for day in ("Mon", "Tue", "Wed", "Thu", "Fri")
    ]
    calendars += [
        {"calendar": "two shifts", "date": "2026-01-06"},  # closed: a holiday
        {
            "calendar": "two shifts",
            "date": "2026-01-10",  # a Saturday
            "opens": "06:00",
            "closes": "14:00",
        },
    ]
    downtime: list[FilledRow] = [
        {
            "machine_id": "CNC-1",
            "start": at(4),
            "end": at(5),
            "reason": "maintenance",
        },
        {"machine_id": "LASER-1/2", "start": at(2), "end": at(3), "reason": "optics"},
        {"machine_id": "*", "start": at(30), "end": at(31), "reason": "assembly"},
    ]
    rows: dict[str, list[FilledRow]] = {
        "jobs": jobs,
        "machines": machines,
        "setups": setups,
        "calendars": calendars,
        "downtime": downtime,
        "processing": [
            {"job_id": "J-5", "machine_id": "CNC-1", "minutes": 40},
            {"job_id": "J-5", "machine_id": "LASER-1", "minutes": 55},
        ],
        "materials": [
            {"material": "plates", "arrives": at(2)},
            {"material": "screws", "arrives": at(0)},
        ],
        "shift": [{"start": TEMPLATE_START, "title": "Early shift"}],
    }
    return tuple(filled_table(name, rows[name], every=True) for name in SHEETS)


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
