"""A plan that was written as ``schedule.csv``, read back to be verified."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.problem.schedule import Schedule
from core.problem.shift import Shift
from core.tables.issues import Collector, Issues
from core.tables.mapping.records import Records
from core.tables.reading.read import read_table
from core.tables.rows import MINUTE, ScheduleRow
from core.tables.values.names import Known


@dataclass(frozen=True)
class PlanReading:
    """
    What came of reading a plan.

    Parameters
    ----------
    schedule
        The schedule, valid or not; ``None`` when there are errors.
    issues
        Everything found.
    """

    schedule: Schedule | None
    issues: Issues


def read_schedule(
    data: bytes, shift: Shift, label: str = "schedule.csv"
) -> PlanReading:
    """
    Read a plan for a shift; no content ever raises.

    Parameters
    ----------
    data
        A CSV file as :func:`core.tables.writing.write_plan.schedule_csv` writes it.
    shift
        What was planned.
    label
        What the planner calls the file.

    Notes
    -----
    The file states when a setup starts and how long it takes; when it ends follows
    from the hours of the machine. Nothing else is repaired or recomputed: whether
    the plan is valid is decided by :func:`core.problem.verify.violations`.
    """
    from core.timing.flat import flat_closures  # the compiler takes time to load
    from core.timing.kernel import finish

    collect = Collector()
    records = Records(
        read_table("schedule", data, label, collect), ScheduleRow, collect
    )
    problem = shift.problem
    n = problem.num_jobs
    jobs = Known({name: j for j, name in enumerate(problem.job_ids)})
    machines = Known({name: k for k, name in enumerate(problem.machine_ids)})
    placed = records.index("job_id")
    closures = flat_closures(problem.calendars)
    machine, setup_start, setup_end, start, end = np.zeros((5, n), dtype=np.int64)
    for record in records:
        row, number = record.row, record.number
        if row.job_id is not None and row.job_id not in jobs:
            records.unknown(number, "job_id", row.job_id, "job", jobs)
        if row.machine_id is not None and row.machine_id not in machines:
            records.unknown(number, "machine_id", row.machine_id, "machine", machines)
        if (
            row.job_id not in jobs
            or row.machine_id not in machines
            or row.setup_start is None
            or row.start is None
            or row.end is None
            or row.setup_minutes is None
        ):
            continue
        j, k = jobs[str(row.job_id)], machines[str(row.machine_id)]
        machine[j] = k
        times = []
        for moment in (row.setup_start, row.start, row.end):
            if isinstance(moment, float):
                times.append(round(moment * MINUTE))
            else:
                times.append(round((moment - shift.start).total_seconds()))
        setup_start[j], start[j], end[j] = times
        lasts = round(row.setup_minutes * MINUTE)
        setup_end[j] = finish(closures, k, setup_start[j], lasts)
        if not setup_start[j] <= setup_end[j] <= start[j] <= end[j]:
            records.report(
                number,
                "start",
                row.start,
                "The job does not follow its setup, or ends before it starts.",
                "Write setup_start, start and end in this order.",
            )
    missing = [name for name in jobs if name not in placed]
    if missing and records.table is not None:
        records.report(
            None,
            "job_id",
            ", ".join(missing),
            f"{len(missing)} jobs of the shift are not in the plan.",
            "Plan every job once.",
        )
    if collect.has_errors:
        return PlanReading(None, collect.issues)
    return PlanReading(
        Schedule(machine, setup_start, setup_end, start, end), collect.issues
    )
