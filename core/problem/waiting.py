"""What every job waited for before it could start."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from core.problem.calendar import Seconds
from core.problem.model import Problem
from core.problem.schedule import Schedule, open_seconds, setup_seconds


class Cause(StrEnum):
    """What held a job back last, before it started."""

    NOTHING = "nothing"
    RELEASE = "release"
    PREDECESSOR = "predecessor"
    MACHINE = "machine"
    SETUP = "setup"
    CLOSURE = "closure"
    CHOICE = "choice"


@dataclass(frozen=True)
class Wait:
    """
    Why one job started when it did.

    Parameters
    ----------
    cause
        What held it back last. ``CHOICE``: nothing did, the plan starts it later
        than it could; ``NOTHING``: it starts with the plan.
    job
        The job behind the cause: the predecessor that ended last, or the job that
        kept the machine; ``None`` where no job is to blame.
    ready
        Seconds since plan start at which the job itself was ready: released, and
        its predecessors done.
    seconds
        Seconds from ``ready`` to its start.
    """

    cause: Cause
    job: int | None
    ready: int
    seconds: int


def waits(problem: Problem, schedule: Schedule) -> tuple[Wait, ...]:
    """
    Why each job started when it did, by the timing rules of the problem.

    Parameters
    ----------
    problem, schedule
        A valid schedule of the problem.

    Returns
    -------
    tuple of Wait
        One per job. Where two things end at the same second, the one that the
        planner can influence least is named: release, then predecessor, then setup,
        then machine.
    """
    before = previous_job(schedule)
    setups = setup_seconds(problem, schedule)
    return tuple(
        _wait(problem, schedule, job, int(before[job]), int(setups[job]))
        for job in range(problem.num_jobs)
    )


def previous_job(schedule: Schedule) -> NDArray[np.int64]:
    """Shape (n,): the job before each one on its machine; -1 for the first."""
    before = np.full(len(schedule.machine), -1, dtype=np.int64)
    for jobs in schedule.sequences:
        before[np.array(jobs[1:], dtype=np.int64)] = jobs[:-1]
    return before


def idle_seconds(problem: Problem, schedule: Schedule) -> Seconds:
    """
    Shape (m,), open seconds of each machine in which it neither runs nor is set up.

    Counted from its availability to the end of the whole plan.
    """
    end = schedule.makespan
    work = np.zeros(problem.num_machines, dtype=np.int64)
    jobs = np.arange(problem.num_jobs)
    spent = problem.processing[jobs, schedule.machine].astype(np.int64)
    np.add.at(work, schedule.machine, spent + setup_seconds(problem, schedule))
    return open_seconds(problem, end) - work


def _wait(
    problem: Problem, schedule: Schedule, job: int, before: int, setup: int
) -> Wait:
    """Why one job started when it did; ``before`` is -1 for a machine's first."""
    machine = int(schedule.machine[job])
    start = int(schedule.start[job])
    release = int(problem.release[job])
    ends = {p: int(schedule.end[p]) for p in problem.predecessors[job]}
    last = max(ends, key=lambda p: (ends[p], p), default=None)
    done = 0 if last is None else ends[last]
    ready = max(release, done)
    free = int(problem.available[machine]) if before < 0 else int(schedule.end[before])
    set_up = int(schedule.setup_end[job]) if setup > 0 else free

    def because(cause: Cause, who: int | None = None) -> Wait:
        return Wait(cause, who, ready, start - ready)

    earliest = max(ready, set_up)
    if start > earliest:
        opens = int(problem.calendars[machine].next_open(earliest))
        return because(Cause.CLOSURE if start <= opens else Cause.CHOICE)
    if earliest == 0:
        return because(Cause.NOTHING)
    if release == earliest:
        return because(Cause.RELEASE)
    if done == earliest:
        return because(Cause.PREDECESSOR, last)
    who = None if before < 0 else before
    return because(Cause.SETUP if setup > 0 else Cause.MACHINE, who)
