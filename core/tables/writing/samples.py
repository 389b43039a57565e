"""
The sample shifts in ``assets/samples``: where they are, and how they are made.

They are drawn by the generator and then written the way a planner would: machine
types and speeds rather than a time for every pair, opening hours per weekday, dates
on the quarter of an hour, names from a workshop.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

from core.instances.generator import KINDS, generate
from core.problem.model import Problem
from core.problem.shift import DEFAULT_START
from core.tables.building.calendars.hours import open_per_week, week_offset
from core.tables.rows import MINUTE
from core.tables.shift import Reading, read_shift
from core.tables.text import join_list
from core.tables.writing.filled import FilledRow, Table, filled_table
from core.tables.writing.weeks import day_windows, weekly_hours
from core.tables.writing.workshop import workshop
from core.tables.writing.write import csv_files, workbook

FOLDER = Path(__file__).parents[3] / "assets" / "samples"

_TYPES = (
    *("CNC", "Lathe", "Laser", "Mill", "Grinder", "Press", "Weld", "Drill", "Paint"),
    "Assembly",
)
_MATERIALS = ("Alloy", "Steel", "Brass")
_CUSTOMERS = ("Nordwind", "Halvorsen", "Ferrum", "Castle Pumps", "Orbis", "Tidewater")
_REASONS = ("maintenance", "inspection", "calibration")
_CALENDARS = {80: "two shifts", 42: "day shift", 40: "night shift"}  # by open hours
_QUARTER = 15 * MINUTE


@dataclass(frozen=True)
class Sample:
    """
    A sample shift.

    Parameters
    ----------
    name
        Its folder, and the name of its workbook.
    title
        What a planner reads.
    jobs, machines, machine_types, setup_groups, seed
        What it is drawn from.
    start
        Plan start that its dates are meant for.
    units
        How many more machines there are because rows stand for several; above 0, the
        sample also shows whatever else a shop has.
    """

    name: str
    title: str
    jobs: int
    machines: int
    machine_types: int
    setup_groups: int
    seed: int
    start: datetime = DEFAULT_START
    units: int = 0


SAMPLES = {
    sample.name: sample
    for sample in (
        Sample("shift-411x30", "411 jobs on 30 machines", 411, 30, 10, 12, 7),
        Sample("small-24x6", "24 jobs on 6 machines", 24, 6, 3, 4, 3),
        Sample(
            *("workshop-36x9", "36 jobs: units, materials, holidays", 36, 7, 3, 4, 5),
            units=2,
        ),
    )
}


def read_sample(name: str) -> Reading:
    """
    Read a sample shift from its workbook.

    Parameters
    ----------
    name
        A key of ``SAMPLES``.

    Raises
    ------
    KeyError
        When there is no such sample.
    """
    sample = SAMPLES[name]
    path = FOLDER / name / f"{name}.xlsx"
    return read_shift(
        {path.name: path.read_bytes()}, sample.start, sample.title, origin="sample"
    )


def sample_files(sample: Sample) -> dict[str, bytes]:
    """Return the CSV files and the workbook of a sample, made anew."""
    tables = sample_tables(sample)
    return {**csv_files(tables), f"{sample.name}.xlsx": workbook(tables)}


def sample_tables(sample: Sample) -> tuple[Table, ...]:
    """Return the tables of a sample, made anew."""
    hour = week_offset(sample.start) // 3600
    settings = replace(
        KINDS["shift_calendar"],
        jobs=sample.jobs,
        machines=sample.machines,
        machine_types=sample.machine_types,
        setup_groups=sample.setup_groups,
        resolution_seconds=MINUTE,
        start_hours=((hour, hour),),
    )
    problem = generate(settings, sample.seed)
    machines, machine_ids, speed, calendars, downtime = _machines(sample, problem)
    jobs = _jobs(sample, problem, machine_ids, speed)
    groups = _group_names(problem)
    setups: list[FilledRow] = [
        {
            "from_group": groups[x],
            "to_group": groups[y],
            "minutes": int(problem.setup[0, x, y]) / MINUTE,
        }
        for x in range(len(groups))
        for y in range(len(groups))
        if x != y
    ]
    rows: dict[str, Sequence[FilledRow]] = {
        "jobs": jobs,
        "machines": machines,
        "setups": setups,
        "calendars": calendars,
        "downtime": downtime,
    }
    if sample.units:
        rows = workshop(rows, sample.start, sample.units)
    return tuple(filled_table(name, filled) for name, filled in rows.items())


def _group_names(problem: Problem) -> list[str]:
    """Return names such as ``Alloy A``."""
    return [
        f"{_MATERIALS[i % len(_MATERIALS)]} {chr(ord('A') + i // len(_MATERIALS))}"
        for i in range(problem.num_groups)
    ]


def _machines(
    sample: Sample, problem: Problem
) -> tuple[list[FilledRow], list[str], list[float], list[FilledRow], list[FilledRow]]:
    """Return the machines, their ids and speeds, the calendars and the downtimes."""
    start = sample.start
    groups = _group_names(problem)
    # How much faster than its mean each job runs there; speeds in steps of 0.05.
    ratio = problem.mean_processing[:, None] / problem.processing
    ratio[~problem.eligible] = np.nan
    speed = [round(20 * x) / 20 for x in np.nanmedian(ratio, axis=0).tolist()]
    counts = [0] * sample.machine_types
    ids: list[str] = []
    machines: list[FilledRow] = []
    calendars: list[FilledRow] = []
    downtime: list[FilledRow] = []
    for k, hours in enumerate(weekly_hours(problem, start, exact=False)):
        kind = int(problem.machine_type[k])
        counts[kind] += 1
        ids.append(f"{_TYPES[kind].upper()}-{counts[kind]:02d}")
        calendar = None
        if hours.weekly is not None:
            open_hours = open_per_week(hours.weekly) // 3600
            calendar = _CALENDARS[open_hours]
            if calendar not in {x["calendar"] for x in calendars}:
                rows = day_windows(hours.weekly)
                calendars += [{"calendar": calendar, **row} for row in rows]
        free, group = problem.at_start(k)
        machines.append(
            {
                "machine_id": ids[k],
                "machine_type": _TYPES[kind],
                "speed": speed[k],
                "calendar": calendar,
                "available_from": _quarter(start, free) if free else None,
                "setup_group": groups[group] if group < len(groups) else None,
            }
        )
        downtime += [
            {
                "machine_id": ids[k],
                "start": _quarter(start, begins),
                "end": _quarter(start, max(ends, begins + _QUARTER)),
                "reason": _REASONS[(k + i) % len(_REASONS)],
            }
            for i, (begins, ends) in enumerate(hours.pauses)
        ]
    return machines, ids, speed, calendars, downtime


def _jobs(
    sample: Sample, problem: Problem, machine_ids: Sequence[str], speed: list[float]
) -> list[FilledRow]:
    """Return the rows of the jobs."""
    groups = _group_names(problem)
    step = np.arange(problem.num_jobs) - np.searchsorted(problem.family, problem.family)
    size = np.bincount(problem.family)
    digits = len(str(problem.num_jobs + 1))
    rows: list[FilledRow] = []
    for j in range(problem.num_jobs):
        family = int(problem.family[j])
        eligible = np.flatnonzero(problem.eligible[j])
        types = sorted(set(problem.machine_type[eligible].tolist()))
        minutes = [
            problem.processing[j, k] * speed[k] / MINUTE for k in eligible.tolist()
        ]
        due = float(problem.due[j])
        release = int(problem.release[j])
        wishes = [machine_ids[k] for k in np.flatnonzero(problem.preferred[j]).tolist()]
        rows.append(
            {
                "job_id": f"J-{j + 1:0{max(digits, 4)}d}",
                "processing_minutes": max(round(sum(minutes) / len(minutes)), 1),
                "machine_types": join_list(_TYPES[x] for x in types),
                "family": f"WO-{10480 + family}",
                "sequence": int(step[j]) + 1 if size[family] > 1 else None,
                "setup_group": groups[problem.group[j]],
                "release": _quarter(sample.start, release) if release else None,
                "due": _quarter(sample.start, due) if np.isfinite(due) else None,
                "important": "yes" if problem.important[j] else None,
                "preferred_machine": join_list(wishes) or None,
                "customer": _CUSTOMERS[family % len(_CUSTOMERS)],
            }
        )
    return rows


def _quarter(start: datetime, seconds: float) -> datetime:
    """Return the next quarter of an hour."""
    return start + timedelta(seconds=int(-(-seconds // _QUARTER)) * _QUARTER)
