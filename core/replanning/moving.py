"""A planner moves a job: refused with the reason, or done, and the rest flows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from core.problem import phrases
from core.problem.floor import Floor, PreviousPlan
from core.problem.model import Problem
from core.problem.schedule import Schedule
from core.problem.shift import Shift
from core.replanning.commitments import (
    Commitments,
    committed,
    joined,
    remaining,
)
from core.timing.retime import retime


class MoveRefusedError(ValueError):
    """A job cannot go there; the message says why, in the planner's words."""


def moved(
    shift: Shift, floor: Floor, job: int, machine: int, start: int, leeway: int = 0
) -> Schedule:
    """
    Return the plan in hand with a job elsewhere; the others keep their order.

    On its machine the job goes behind those that are half done by then. Whatever it
    is in the way of is pushed right, by the rules of timing.

    Parameters
    ----------
    shift
        What is planned.
    floor
        What has begun, what is locked, and the plan in hand, of all jobs.
    job, machine
        Indices of the job and of the machine it goes to.
    start
        Seconds since plan start at which it shall start, at the earliest.
    leeway
        Seconds by which it may have to start later without being refused: nobody
        drops a bar to the second.

    Raises
    ------
    MoveRefusedError
        When it cannot go there.
    """
    problem, previous = shift.problem, floor.previous
    if previous is None or not previous.known.all():
        raise ValueError("Expected a plan of all jobs to move one of them.")
    floor = _without_lock(floor, job)
    commitments = committed(problem, floor)
    first = _first_start(shift, commitments, previous, job, machine, start)
    if first > start + leeway:
        _refuse_start(shift, commitments, previous, job, machine, start)
    rest = remaining(problem, commitments)
    index = {j: i for i, j in enumerate(commitments.open_jobs.tolist())}
    release = rest.not_before.copy()
    release[index[job]] = max(int(release[index[job]]), first)
    order = [
        [index[j] for j in jobs]
        for jobs in _sequences(commitments, previous, job, machine, first)
    ]
    processing = rest.processing.copy()
    processing[index[job]] = problem.processing[job]
    timed = replace(
        rest,
        release=release,
        processing=processing,
        reserved_machine=np.full(rest.num_jobs, -1),
        reserved_start=np.full(rest.num_jobs, -1),
    )
    try:
        made = retime(timed, order)
    except ValueError as error:
        name, where = problem.job_ids[job], problem.machine_ids[machine]
        raise MoveRefusedError(
            f"On {where} at {_moment(shift, first)}, {name} and another job would "
            "wait for each other."
        ) from error
    _refuse_broken_locks(shift, rest, made)
    return joined(problem, commitments, made)


def _without_lock(floor: Floor, job: int) -> Floor:
    """Return the floor without the lock of the job that is moved."""
    state = floor.states.get(job)
    if state is None or state.has_begun:
        return floor
    return replace(floor, states={k: v for k, v in floor.states.items() if k != job})


def _first_start(
    shift: Shift,
    commitments: Commitments,
    previous: PreviousPlan,
    job: int,
    machine: int,
    start: int,
) -> int:
    """Return when a job could start on a machine, at or after a moment."""
    problem = shift.problem
    name, where = problem.job_ids[job], problem.machine_ids[machine]
    if job not in set(commitments.open_jobs.tolist()):
        begun = bool(commitments.begun[job])
        said = "has begun" if begun else "is frozen"
        raise MoveRefusedError(f"{name} {said} and stays where it is.")
    if not problem.eligible[job, machine]:
        may = [problem.machine_ids[k] for k in np.flatnonzero(problem.eligible[job])]
        raise MoveRefusedError(
            f"{name} may not run on {where}. It may run on {phrases.listed(may, 5)}."
        )
    ready = max(
        start,
        commitments.now,
        int(problem.release[job]),
        int(commitments.ready[machine]),
        *(end for end, _ in _ends_before(problem, commitments, previous, job)),
    )
    return int(problem.calendars[machine].next_open(ready))


def _ends_before(
    problem: Problem, commitments: Commitments, previous: PreviousPlan, job: int
) -> list[tuple[int, int]]:
    """When each predecessor lets a job begin, and which it is; 0, -1 first."""
    found = [(0, -1)]
    for first in problem.predecessors[job]:
        fixed = first in set(commitments.fixed.tolist())
        end = int(commitments.end[first] if fixed else previous.end[first])
        found.append((end + int(problem.wait_after[first]), first))
    return found


def _refuse_start(
    shift: Shift,
    commitments: Commitments,
    previous: PreviousPlan,
    job: int,
    machine: int,
    start: int,
) -> None:
    """Say why a job cannot start on a machine at a moment."""
    problem = shift.problem
    name, where = problem.job_ids[job], problem.machine_ids[machine]
    at = f"{name} cannot start at {_moment(shift, start)}"
    if start < commitments.now:
        raise MoveRefusedError(f"{at}: it is {_moment(shift, commitments.now)}.")
    end, first = max(_ends_before(problem, commitments, previous, job))
    if end > start:
        raise MoveRefusedError(
            f"{at}: it waits for {problem.job_ids[first]} until {_moment(shift, end)}."
        )
    release = int(problem.release[job])
    if release > start:
        raise MoveRefusedError(f"{at}: it is released {_moment(shift, release)}.")
    ready = int(commitments.ready[machine])
    if ready > start:
        what = "has begun"
        if commitments.floor.frozen_until(machine) > start:
            what += " or is frozen"
        raise MoveRefusedError(
            f"{at}: {where} is busy with what {what} until {_moment(shift, ready)}."
        )
    opens = int(problem.calendars[machine].next_open(start))
    raise MoveRefusedError(f"{at}: {where} is closed until {_moment(shift, opens)}.")


def _sequences(
    commitments: Commitments,
    previous: PreviousPlan,
    job: int,
    machine: int,
    start: int,
) -> list[list[int]]:
    """Jobs that are still open on each machine, in order, the moved one among them."""
    free = commitments.open_jobs
    order = free[np.lexsort((previous.end[free], previous.start[free]))]
    lists: list[list[int]] = [[] for _ in range(len(commitments.ready))]
    for j in order.tolist():
        if j != job:
            lists[int(previous.machine[j])].append(j)
    there = lists[machine]
    middle = (previous.start + previous.end) / 2
    place = next((i for i, j in enumerate(there) if middle[j] > start), len(there))
    there.insert(place, job)
    return lists


def _refuse_broken_locks(shift: Shift, rest: Problem, made: Schedule) -> None:
    """Refuse a plan in which a job that is locked would start later."""
    reserved = np.flatnonzero(rest.reserved_machine >= 0)
    late = reserved[made.start[reserved] != rest.reserved_start[reserved]]
    if late.size:
        j = int(late[0])
        raise MoveRefusedError(
            f"{rest.job_ids[j]} is locked at "
            f"{_moment(shift, int(rest.reserved_start[j]))} and would have to wait "
            f"until {_moment(shift, int(made.start[j]))}. Unlock it first."
        )


def _moment(shift: Shift, seconds: int) -> str:
    return phrases.moment(shift.start, seconds)
