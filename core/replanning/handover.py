"""Hand over: what is left of a shift at some moment is the shift that goes on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np

from core.problem.calendar import Calendar
from core.problem.floor import Floor, JobState, Lock, PreviousPlan, Status
from core.problem.model import Problem
from core.problem.schedule import Schedule
from core.problem.setups import MachineStarts
from core.problem.shift import Shift
from core.timing.commitments import Commitment, Commitments
from core.timing.committing import committed

FROZEN = 4 * 3600  # seconds of the near future that are frozen unless told otherwise


@dataclass(frozen=True, eq=False)
class Handover:
    """
    What tomorrow starts from.

    Parameters
    ----------
    shift
        The jobs that are not done, running ones as started; it starts at the moment of
        the handover. Its floor holds the plan as the previous one, and the freeze.
    plan
        The plan of its jobs, in its times.
    done
        Ids of the jobs that are done, and not in it any more.
    """

    shift: Shift
    plan: Schedule
    done: tuple[str, ...]


class NothingLeftError(ValueError):
    """Every job is done: there is nothing to hand over."""


def handover(
    shift: Shift, schedule: Schedule, floor: Floor, freeze: int = FROZEN
) -> Handover:
    """
    Hand over a shift in the middle.

    Parameters
    ----------
    shift, schedule
        The shift, and its plan of all jobs, history included.
    floor
        What is said of the jobs at the moment of the handover, ``floor.now``.
    freeze
        Seconds from then on in which the plan stays.

    Raises
    ------
    NothingLeftError
        When every job is done.
    ImpossibleLockError
        When a lock cannot be kept.
    """
    floor = replace(floor, previous=floor.previous or PreviousPlan.of(schedule))
    commitments = committed(shift.problem, replace(floor, freeze_until={}))
    at = floor.now
    done = [
        job
        for job in range(shift.problem.num_jobs)
        if commitments.begun[job] and commitments.end[job] <= at
    ]
    left = np.setdiff1d(np.arange(shift.problem.num_jobs), done)
    if not left.size:
        raise NothingLeftError("Every job is done: there is nothing to hand over.")
    problem = _left(shift.problem, commitments, left, at)
    part = Schedule(
        schedule.machine[left],
        schedule.setup_start[left] - at,
        schedule.setup_end[left] - at,
        schedule.start[left] - at,
        schedule.end[left] - at,
    )
    states = {
        i: _state(shift.problem, commitments, job)
        for i, job in enumerate(left.tolist())
    }
    machines = range(problem.num_machines)
    later = Floor(
        0,
        {i: state for i, state in states.items() if state != JobState()},
        PreviousPlan.of(part),
        dict.fromkeys(machines, freeze) if freeze > 0 else {},
    )
    texts = {name: tuple(x[j] for j in left) for name, x in shift.extras.items()}
    materials = tuple(shift.materials[j] for j in left) if shift.materials else ()
    rolled = replace(
        shift,
        problem=problem,
        start=shift.start + timedelta(seconds=at),
        extras=texts,
        materials=materials if any(materials) else (),
        floor=later,
    )
    return Handover(rolled, part, tuple(shift.problem.job_ids[j] for j in done))


def _left(
    problem: Problem, commitments: Commitments, left: np.ndarray, at: int
) -> Problem:
    """Return the problem of the jobs that are left, from some second on."""
    rows = problem.of_jobs(left)
    place = np.full(problem.num_jobs, -1, dtype=np.int64)
    place[left] = np.arange(len(left))
    first, job = problem.precedence.T
    release = problem.release.copy()
    bind = (place[first] < 0) & (place[job] >= 0)
    ends = commitments.end[first[bind]] + problem.wait_after[first[bind]]
    np.maximum.at(release, job[bind], ends)
    rows["release"] = np.maximum(release[left] - at, 0)
    rows["due"] = rows["due"] - at
    kept = (place[first] >= 0) & (place[job] >= 0)
    running = commitments.begun.copy()
    running[commitments.end <= at] = False
    free, group = problem.machine_starts()
    for k in range(problem.num_machines):
        there = commitments.begun & (commitments.machine == k) & ~running
        if there.any():
            last = np.flatnonzero(there)
            group[k] = problem.group[last[commitments.end[last].argmax()]]
    calendars = []
    for calendar in problem.calendars:
        closures = calendar.closures - at
        closures = np.maximum(closures[closures[:, 1] > 0], 0)
        calendars.append(Calendar(closures))
    return replace(
        problem,
        **rows,
        precedence=place[problem.precedence[kept]],
        **MachineStarts(np.maximum(free - at, 0), group).fields(),
        calendars=tuple(calendars),
    )


def _state(problem: Problem, commitments: Commitments, job: int) -> JobState:
    """State of a job that is left, in the times of the handover."""
    at, state = commitments.now, commitments.floor.states.get(job, JobState())
    if commitments.kind[job] == Commitment.HISTORY:
        began, k = int(commitments.start[job]), int(commitments.machine[job])
        if began > at:  # its machine is being set up for it
            return JobState(Status.STARTED, k, lock=state.lock)
        # Said outright: the hours before the next shift are not in it.
        ends = [at, int(commitments.end[job])]
        left = int(np.diff(problem.calendars[k].open_seconds(ends))[0])
        return JobState(Status.STARTED, k, began - at, None, left, state.lock)
    if state.lock is Lock.START and state.start is not None:
        return replace(state, start=state.start - at)
    return replace(state, start=None)
