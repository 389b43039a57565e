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
    RESERVED = "reserved"  # its start is
    PREDECESSOR = "predecessor"
    WAIT = "wait"  # the time that has to pass after the end of a predecessor
    MACHINE = "machine"
    SETUP = "setup"
    CLOSURE = "closure"
    WINDOW = "window"  # it may not pause: the machine was open, and not for long enough
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
        Seconds since plan start at which the job itself was ready: released (where it
        is reserved, at its start), and its predecessors done and waited after.
    seconds
        Seconds from ``ready`` to its start.
    """

    cause: Cause
    job: int | None
    ready: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Hold:
    """
    What one job could not start before, by the timing rules.

    Parameters
    ----------
    cause, job
        As of :class:`Wait`, but never ``CLOSURE``, ``WINDOW`` or ``CHOICE``.
    ready
        As of :class:`Wait`.
    free
        Seconds since plan start at which its machine had done the job before it.
    setup
        Open seconds of its setup.
    earliest
        Seconds since plan start at which both the job and its machine were ready;
        the machine may be closed then.
    """

    cause: Cause
    job: int | None
    ready: int
    free: int
    setup: int
    earliest: int


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
        planner can influence least is named: release or reserved start, then
        predecessor, then setup, then machine.
    """
    return tuple(
        _wait(problem, schedule, job, hold)
        for job, hold in enumerate(holds(problem, schedule))
    )


def holds(problem: Problem, schedule: Schedule) -> tuple[Hold, ...]:
    """
    What each job could not start before, closures and the plan's own choice apart.

    Parameters
    ----------
    problem, schedule
        A valid schedule of the problem.

    Returns
    -------
    tuple of Hold
        One per job; of two things at the same second the one that :func:`waits` says.
    """
    before = previous_job(schedule).tolist()
    setups = setup_seconds(problem, schedule).tolist()
    rows = zip(
        *(before, setups, schedule.machine.tolist(), schedule.setup_end.tolist()),
        *(problem.not_before.tolist(), problem.predecessors),
        problem.reserved_start.tolist(),
        strict=True,
    )
    available, end = problem.available.tolist(), schedule.end.tolist()
    wait_after = problem.wait_after.tolist()
    found = []
    for previous, setup, machine, set_up, release, behind, reserved in rows:
        last = max(behind, key=lambda p: (end[p] + wait_after[p], p), default=None)
        done = 0 if last is None else end[last] + wait_after[last]
        ready = max(release, done)
        free = available[machine] if previous < 0 else end[previous]
        earliest = max(ready, set_up if setup > 0 else free)
        cause, who = Cause.MACHINE, None if previous < 0 else previous
        if earliest == 0:
            cause, who = Cause.NOTHING, None
        elif release == earliest:
            cause, who = Cause.RELEASE if reserved < 0 else Cause.RESERVED, None
        elif last is not None and done == earliest:
            cause = Cause.WAIT if wait_after[last] else Cause.PREDECESSOR
            who = last
        elif setup > 0:
            cause = Cause.SETUP
        found.append(Hold(cause, who, ready, free, setup, earliest))
    return tuple(found)


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


def _wait(problem: Problem, schedule: Schedule, job: int, hold: Hold) -> Wait:
    """Why one job started when it did."""
    start, cause, who = int(schedule.start[job]), hold.cause, hold.job
    if start > hold.earliest:
        who = None
        if start <= opening(problem, schedule, job, hold.earliest):
            cause = Cause.CLOSURE
        elif start <= window(problem, schedule, job, hold.earliest):
            cause = Cause.WINDOW
        else:
            cause = Cause.CHOICE
    return Wait(cause, who, hold.ready, start - hold.ready)


def opening(problem: Problem, schedule: Schedule, job: int, since: int) -> int:
    """Seconds since plan start at which the machine of a job is open from a time on."""
    return int(problem.calendars[int(schedule.machine[job])].next_open(since))


def window(problem: Problem, schedule: Schedule, job: int, since: int) -> int:
    """Second from a time on at which a job may start on its machine: all in one go."""
    machine = int(schedule.machine[job])
    if problem.may_pause[job]:
        return opening(problem, schedule, job, since)
    work = int(problem.processing[job, machine])
    return problem.calendars[machine].next_window(since, work)
