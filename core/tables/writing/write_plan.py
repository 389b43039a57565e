"""Plans to files: ``schedule.csv``, and a workbook with the figures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from core.planning.plan import Plan
from core.problem.floor import Floor, JobState
from core.problem.measures.figures import Figure, ShownIn, Unit, figures_at
from core.problem.model import Problem
from core.problem.schedule import Schedule, setup_seconds, tardiness
from core.problem.shift import Shift
from core.tables.rows import SCHEDULE_COLUMNS
from core.tables.text import MINUTE_DIGITS, Cell, minutes
from core.tables.writing.filled import CellRow, Table
from core.tables.writing.write import csv_bytes, shift_files, workbook

MAX_TYPE_SHEETS = 40  # beyond this many machine types, one sheet holds them all
MINUTE = 60
HANDED_OVER = "handed over"  # in the place of the scheduler: it may have been several


def schedule_csv(plan: Plan) -> bytes:
    """Return the plan as ``schedule.csv``; see :func:`schedule_table`."""
    return csv_bytes(schedule_table(plan))


def schedule_workbook(plan: Plan, more: Iterable[Table] = ()) -> bytes:
    """
    Return the plan as a workbook.

    A sheet with every job, one per machine type with jobs and setups in order, and
    one with the figures.

    Parameters
    ----------
    plan
        The plan.
    more
        Sheets to stand behind these: the events of the day.
    """
    own = [schedule_table(plan), *_type_tables(plan), _figures_table(plan)]
    return workbook([*own, *more])


def schedule_table(plan: Plan) -> Table:
    """
    Return the plan as a table, by machine and time.

    The planner's own columns stand behind ours. Jobs that the planner decided on say
    so in place of the scheduler.
    """
    result = plan.result
    planners = [
        plan.planners.get(j, result.scheduler) for j in range(result.problem.num_jobs)
    ]
    return _rows_of(plan.shift, result.schedule, result.floor, planners)


def handover_workbook(shift: Shift, schedule: Schedule) -> bytes:
    """
    Return a shift under way as a workbook, with the plan that it goes on from.

    Parameters
    ----------
    shift
        See :func:`core.tables.writing.write.shift_files`.
    schedule
        The plan of its jobs, in its times, for the sheet ``Plan``.
    """
    planners = [HANDED_OVER] * shift.problem.num_jobs
    table = _rows_of(shift, schedule, shift.floor, planners)
    return shift_files(shift, more=[table])["shift.xlsx"]


def _rows_of(
    shift: Shift, schedule: Schedule, floor: Floor | None, planners: Sequence[str]
) -> Table:
    """Return a schedule as a table; ``planners``: who put each job where it is."""
    problem, start = shift.problem, shift.start
    setups = _setups(problem, schedule, floor)
    late = tardiness(schedule, problem.due)
    statuses = _statuses(problem, floor)
    ours = SCHEDULE_COLUMNS if statuses else SCHEDULE_COLUMNS[:-1]
    extras = shift.extra_columns(ours)
    rows: list[CellRow] = []
    for j in np.lexsort((schedule.start, schedule.machine)).tolist():
        k = int(schedule.machine[j])
        due = float(problem.due[j])
        rows.append(
            [
                problem.job_ids[j],
                problem.machine_ids[k],
                _at(start, schedule.setup_start[j]),
                _at(start, schedule.start[j]),
                _at(start, schedule.end[j]),
                minutes(setups[j]),
                minutes(problem.processing[j, k]),
                _at(start, due) if np.isfinite(due) else None,
                minutes(late[j]),
                problem.family_names[problem.family[j]],
                bool(problem.important[j]),
                planners[j],
                *([statuses[j]] if statuses else ()),
                *(cells[j] for cells in extras.values()),
            ]
        )
    return Table("Plan", (*ours, *extras), tuple(rows))


def _statuses(problem: Problem, floor: Floor | None) -> list[str]:
    """How far each job is, where that was known when the plan was made."""
    if floor is None:
        return []
    jobs = range(problem.num_jobs)
    return [str(floor.states.get(j, JobState()).status) for j in jobs]


def _setups(
    problem: Problem, schedule: Schedule, floor: Floor | None
) -> NDArray[np.int64]:
    """Open seconds of setup before each job; of history what is known to have been."""
    setups = setup_seconds(problem, schedule)
    if floor is not None:
        for j in floor.begun():
            hours = problem.calendars[int(schedule.machine[j])]
            edges = [schedule.setup_start[j], schedule.setup_end[j]]
            setups[j] = np.diff(hours.open_seconds(edges))[0]
    return setups


def _at(start: datetime, seconds: float) -> datetime:
    """Return the date and time of a moment in the plan, to the second."""
    return start + timedelta(seconds=round(float(seconds)))


_TYPE_COLUMNS = (
    *("machine", "what", "job", "setup_group", "family", "start", "end", "minutes"),
)


def _type_tables(plan: Plan) -> list[Table]:
    """Jobs and setups in order of time, machine by machine, per machine type."""
    shift, schedule = plan.shift, plan.result.schedule
    problem, start = shift.problem, shift.start
    extras = shift.extra_columns(_TYPE_COLUMNS)
    setups = _setups(problem, schedule, plan.result.floor)
    columns = (*_TYPE_COLUMNS, *extras)
    by_type: dict[int, list[CellRow]] = {}
    for k, jobs in enumerate(schedule.sequences):
        rows = by_type.setdefault(int(problem.machine_type[k]), [])
        for j in jobs:
            about = [
                problem.job_ids[j],
                problem.group_names[problem.group[j]],
                problem.family_names[problem.family[j]],
            ]
            for what, begins, ends, seconds in (
                ("setup", schedule.setup_start[j], schedule.setup_end[j], setups[j]),
                (
                    "job",
                    schedule.start[j],
                    schedule.end[j],
                    problem.processing[j, k],
                ),
            ):
                if what == "job" or seconds > 0:
                    rows.append(
                        [
                            problem.machine_ids[k],
                            what,
                            *about,
                            _at(start, begins),
                            _at(start, ends),
                            minutes(seconds),
                            *(cells[j] for cells in extras.values()),
                        ]
                    )
    filled = {kind: rows for kind, rows in sorted(by_type.items()) if rows}
    if len(filled) > MAX_TYPE_SHEETS:
        return [
            Table("Machines", columns, tuple(x for y in filled.values() for x in y))
        ]
    names = problem.machine_type_names
    return [Table(names[kind], columns, tuple(rows)) for kind, rows in filled.items()]


def _figures_table(plan: Plan) -> Table:
    """Return the figures of the plan."""
    shift = plan.shift
    rows: list[tuple[str, Cell]] = [
        ("Shift", shift.name),
        ("Scheduler", plan.result.scheduler),
        ("Plan start", shift.start),
        ("Jobs", shift.problem.num_jobs),
        ("Machines", shift.problem.num_machines),
    ]
    for figure in figures_at(ShownIn.WORKBOOK):
        rows.append(_figure_cells(figure, plan.figures[figure.name], shift.start))
    return Table("KPIs", ("figure", "value"), tuple([name, x] for name, x in rows))


def _figure_cells(
    figure: Figure, value: float | None, start: datetime
) -> tuple[str, Cell]:
    """Label with its unit, and the figure as a spreadsheet calculates with it."""
    if value is None:
        return figure.label, None
    match figure.unit:
        case Unit.MOMENT:
            return figure.label, _at(start, value * MINUTE)
        case Unit.DURATION | Unit.MACHINE_TIME:
            return f"{figure.label}, minutes", round(value, MINUTE_DIGITS)
        case Unit.SHARE | Unit.GAP:
            return f"{figure.label}, %", round(100 * value, 2)
        case Unit.SECONDS:
            return f"{figure.label}, seconds", round(value, 3)
        case Unit.JOBS:
            return figure.label, value
        case Unit.COST:
            return figure.label, round(value, 6)
