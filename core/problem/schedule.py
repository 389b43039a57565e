"""Where and when every job runs, and the figures of that."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from core.problem.calendar import Seconds
from core.problem.model import Problem


@dataclass(frozen=True, eq=False)
class Schedule:
    """
    Where and when every job of a problem runs.

    Parameters
    ----------
    machine
        Shape (n,). Index of the machine that runs each job.
    setup_start, setup_end, start, end
        Shape (n,), seconds since plan start. The machine is set up for job j in
        ``[setup_start[j], setup_end[j])`` (empty without a setup) and processes it
        in ``[start[j], end[j])``; closures inside these are pauses.

    Raises
    ------
    TypeError
        When an array does not hold integers; seconds are rounded once, on reading.
    ValueError
        When the arrays differ in length, or a job goes backwards in time.

    Notes
    -----
    The arrays are read-only copies: a schedule can be cached and shared.
    Whether it is *valid* for a problem is decided by
    :func:`core.problem.verifier.verify.violations`, not here.
    """

    machine: NDArray[np.int64]
    setup_start: Seconds
    setup_end: Seconds
    start: Seconds
    end: Seconds

    def __post_init__(self) -> None:
        for entry in fields(self):
            array = np.array(getattr(self, entry.name))
            if array.size and array.dtype.kind not in "iu":
                raise TypeError(f"{entry.name} holds {array.dtype}, expected integers.")
            array = array.astype(np.int64)
            array.setflags(write=False)
            object.__setattr__(self, entry.name, array)
            if array.shape != (len(self.machine),):
                raise ValueError(
                    f"{entry.name} has shape {array.shape}, expected "
                    f"({len(self.machine)},): one entry per job."
                )
        backwards = np.flatnonzero(
            (self.setup_end < self.setup_start)
            | (self.start < self.setup_end)
            | (self.end < self.start)
        )
        if backwards.size:
            raise ValueError(f"Job {backwards[0]} ends before it starts.")

    @cached_property
    def makespan(self) -> int:
        """Largest end of any job, in seconds; 0 for a schedule without jobs."""
        return int(self.end.max(initial=0))

    @cached_property
    def sequences(self) -> tuple[tuple[int, ...], ...]:
        """Jobs of each machine in the order they run, up to the last used machine."""
        order = np.lexsort((self.start, self.end))
        lists: list[list[int]] = [
            [] for _ in range(int(self.machine.max(initial=-1)) + 1)
        ]
        for job in order.tolist():
            lists[self.machine[job]].append(job)
        return tuple(map(tuple, lists))


def slack(schedule: Schedule, due: NDArray[np.float64]) -> NDArray[np.float64]:
    """Shape (n,), seconds from end to due date; negative: late, +inf: no due date."""
    return due - schedule.end


def tardiness(schedule: Schedule, due: NDArray[np.float64]) -> NDArray[np.float64]:
    """Shape (n,), seconds that each job ends after its due date; 0 without one."""
    return np.maximum(schedule.end - due, 0.0)


def setup_seconds(problem: Problem, schedule: Schedule) -> Seconds:
    """
    Shape (n,), seconds of setup before each job, closures not counted.

    Follows from the order of jobs on each machine; nothing is read off the times.
    """
    seconds = np.zeros(problem.num_jobs, dtype=np.int64)
    for machine, jobs in enumerate(map(list, schedule.sequences)):
        if jobs:
            groups = problem.group[jobs]
            seconds[jobs[0]] = problem.first_setups[machine, groups[0]]
            setups = problem.setups_of(machine)
            seconds[jobs[1:]] = setups[groups[:-1], groups[1:]]
    return seconds


def weighted_tardiness(problem: Problem, schedule: Schedule) -> float:
    """Sum of weight times tardiness, in seconds."""
    return float((problem.weight * tardiness(schedule, problem.due)).sum())


def open_seconds(problem: Problem, end: int) -> Seconds:
    """Shape (m,), open seconds of each machine from its availability to ``end``."""
    return np.array(
        [
            int(calendar.open_seconds(end))
            - int(calendar.open_seconds(min(int(free), end)))
            for calendar, free in zip(problem.calendars, problem.available, strict=True)
        ],
        dtype=np.int64,
    )


@dataclass(frozen=True)
class Metrics:
    """
    The figures of a schedule, as planners read them.

    Parameters
    ----------
    makespan, weighted_tardiness, setup, flow_time
        Seconds: last end; sum of weight times tardiness; sum of all setups; mean
        time from release to end.
    late_jobs, late_important_jobs
        Jobs that end after their due date.
    on_time_rate
        Share of the jobs with a due date that meet it; 1 when none has one.
    utilisation
        Processing over open machine time between each machine's availability and
        the makespan, all machines together.
    """

    makespan: int
    weighted_tardiness: float
    setup: int
    flow_time: float
    late_jobs: int
    late_important_jobs: int
    on_time_rate: float
    utilisation: float


def metrics(problem: Problem, schedule: Schedule) -> Metrics:
    """Figures of a valid schedule of the problem."""
    late = tardiness(schedule, problem.due)
    dated = np.isfinite(problem.due)
    on_time = float(((late == 0) & dated).sum() / dated.sum()) if dated.any() else 1.0
    jobs = np.arange(problem.num_jobs)
    work = problem.processing[jobs, schedule.machine].sum()
    open_time = int(open_seconds(problem, schedule.makespan).sum())
    return Metrics(
        makespan=schedule.makespan,
        weighted_tardiness=weighted_tardiness(problem, schedule),
        setup=int(setup_seconds(problem, schedule).sum()),
        flow_time=float((schedule.end - problem.release).mean()),
        late_jobs=int((late > 0).sum()),
        late_important_jobs=int(((late > 0) & problem.important).sum()),
        on_time_rate=on_time,
        utilisation=float(work / open_time) if open_time else 0.0,
    )
