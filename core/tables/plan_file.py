"""A plan that was written as ``schedule.csv``, read back to be verified."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from core.problem import phrases
from core.problem.floor import UNKNOWN, PreviousPlan
from core.problem.schedule import Schedule
from core.problem.shift import Shift
from core.tables.issues import Collector, Issues, Severity
from core.tables.mapping.headers import is_plan
from core.tables.mapping.recognise import sheet_of_tab
from core.tables.mapping.records import Records
from core.tables.reading.archive import sheet_names
from core.tables.reading.read import PLAN_SHEETS, read_table, read_tables
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


@dataclass(frozen=True)
class PreviousReading:
    """
    What came of reading a plan that a new one starts from, or that was edited.

    Parameters
    ----------
    plan
        Where the jobs of the shift are in it; ``None`` when there are errors.
    issues
        Everything found.
    """

    plan: PreviousPlan | None
    issues: Issues


def read_schedule(
    data: bytes, shift: Shift, label: str = "schedule.csv"
) -> PlanReading:
    """
    Read a plan of a shift, of every job; no content ever raises.

    Parameters
    ----------
    data
        A CSV file or workbook as :mod:`core.tables.writing.write_plan` writes it.
    shift
        What was planned.
    label
        What the planner calls the file.

    Notes
    -----
    The file states when a setup starts and how long it takes; when it ends follows
    from the hours of the machine. Nothing else is repaired or recomputed: whether
    the plan is valid is decided by :func:`core.problem.verifier.verify.violations`.
    """
    collect = Collector()
    found = _Rows(data, shift, label, collect)
    found.place(whole=True)
    records, missing = found.records, found.missing()
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
    return PlanReading(Schedule(found.machine, *found.times), collect.issues)


def read_previous(
    data: bytes, shift: Shift, label: str = "schedule.csv"
) -> PreviousReading:
    """
    Read a plan as the one before: jobs are matched by id; no content ever raises.

    Parameters
    ----------
    data, shift, label
        See :func:`read_schedule`; jobs of the shift may have come or gone since.
    """
    collect = Collector()
    found = _Rows(data, shift, label, collect)
    found.place(whole=False)
    records, missing = found.records, found.missing()
    n = shift.problem.num_jobs
    if records.table is not None and len(missing) == n and not collect.has_errors:
        records.report(
            None,
            "job_id",
            ", ".join(found.lost),
            "None of the jobs of the plan is one of this shift.",
            "Give the plan that was made from these files.",
        )
    elif records.table is not None:
        for names, fault in (
            (found.lost, "of the plan: not in the shift any more"),
            (missing, "of the shift: not in the plan, new"),
        ):
            if names:
                records.report(
                    None,
                    "job_id",
                    ", ".join(names),
                    f"{phrases.many(len(names), 'job')} {fault}.",
                    "Nothing to do, if that is meant.",
                    Severity.NOTE,
                )
        found.warn_of_overlaps()
    if collect.has_errors:
        return PreviousReading(None, collect.issues)
    setup_start, setup_end, start, end = found.times
    plan = PreviousPlan(
        np.where(found.held, found.machine, UNKNOWN),
        setup_start,
        setup_end,
        start,
        end,
        tuple(found.lost),
    )
    return PreviousReading(plan, collect.issues)


def holds_a_plan(data: bytes, label: str) -> bool:
    """
    Whether a file is a plan rather than the tables that one is made from.

    Parameters
    ----------
    data, label
        See :func:`read_schedule`.
    """
    jobs = read_tables({label: data}, Collector()).get("jobs")
    return jobs is not None and is_plan(jobs.columns)


def brings_a_plan(data: bytes) -> bool:
    """
    Whether a file is a workbook of a shift's tables with a plan beside them.

    Parameters
    ----------
    data
        The file; anything.
    """
    if not data.startswith(b"PK"):
        return False
    tabs = sheet_names(data)
    with_plan = any(x.strip().casefold() in PLAN_SHEETS for x in tabs)
    return with_plan and any(sheet_of_tab(x) == "jobs" for x in tabs)


class _Rows:
    """The rows of a plan, and where they put the jobs of a shift."""

    def __init__(
        self, data: bytes, shift: Shift, label: str, collect: Collector
    ) -> None:
        n, self.shift = shift.problem.num_jobs, shift
        table = read_table("schedule", data, label, collect)
        self.records = Records(table, ScheduleRow, collect)
        self.lost: list[str] = []
        self.held = np.zeros(n, dtype=np.bool_)
        self.row = np.zeros(n, dtype=np.int64)
        self.machine = np.zeros(n, dtype=np.int64)
        self.times: NDArray[np.int64] = np.zeros((4, n), dtype=np.int64)

    def missing(self) -> list[str]:
        """Jobs of the shift that no row names."""
        named = {record.row.job_id for record in self.records}
        return [name for name in self.shift.problem.job_ids if name not in named]

    def place(self, *, whole: bool) -> None:
        """Put the jobs where the rows have them; ``whole``: every name is known."""
        from core.timing.flat import flat_closures  # the compiler takes time to load
        from core.timing.kernel import finish

        records, problem = self.records, self.shift.problem
        jobs = Known({name: j for j, name in enumerate(problem.job_ids)})
        machines = Known({name: k for k, name in enumerate(problem.machine_ids)})
        records.index("job_id")
        closures = flat_closures(problem.calendars)
        for record in records:
            row, number = record.row, record.number
            if row.job_id is not None and row.job_id not in jobs:
                if not whole:
                    self.lost.append(row.job_id)
                    continue
                records.unknown(number, "job_id", row.job_id, "job", jobs)
            if row.machine_id is not None and row.machine_id not in machines:
                records.unknown(
                    number, "machine_id", row.machine_id, "machine", machines
                )
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
            times = [self._seconds(x) for x in (row.setup_start, row.start, row.end)]
            setup = finish(closures, k, times[0], round(row.setup_minutes * MINUTE))
            if not whole:  # the machine may have been open then, and closed now
                setup = min(setup, max(times[0], times[1]))
            self.held[j], self.machine[j], self.row[j] = True, k, number
            self.times[:, j] = times[0], setup, times[1], times[2]
            if not times[0] <= setup <= times[1] <= times[2]:
                records.report(
                    number,
                    "start",
                    row.start,
                    "The job does not follow its setup, or ends before it starts.",
                    "Write setup_start, start and end in this order.",
                )

    def warn_of_overlaps(self) -> None:
        """Say which jobs of a machine the plan has at the same time: it was edited."""
        jobs = np.flatnonzero(self.held)
        _, _, start, end = self.times
        order = jobs[np.lexsort((end[jobs], start[jobs], self.machine[jobs]))]
        names = self.shift.problem.job_ids
        for last, job in zip(order[:-1].tolist(), order[1:].tolist(), strict=True):
            if self.machine[last] == self.machine[job] and start[job] < end[last]:
                where = self.shift.problem.machine_ids[int(self.machine[job])]
                self.records.report(
                    int(self.row[job]),
                    "start",
                    names[job],
                    f"It starts on {where} before {names[last]}, in row "
                    f"{self.row[last]}, has ended.",
                    "Nothing to do: the later one waits. Or move one of them.",
                    Severity.WARNING,
                )

    def _seconds(self, moment: datetime | float) -> int:
        """Seconds since plan start."""
        if isinstance(moment, float):
            return round(moment * MINUTE)
        return round((moment - self.shift.start).total_seconds())
