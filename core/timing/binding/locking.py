"""Jobs that a planner locked, and what they wait for: bound to a machine or a start."""

from __future__ import annotations

from dataclasses import replace

from core.problem.floor import JobState, Lock, Status
from core.timing.binding.binding import Binding
from core.timing.commitments import Commitment, LockFault, LockRule, NoticeKind
from core.timing.placing import Placing


def locks(bound: Binding) -> None:
    """Machines that jobs are bound to, and reservations."""
    locked: dict[int, int | None] = {}
    for job, state in sorted(bound.floor.states.items()):
        if bound.kind[job] != Commitment.FREE:
            continue
        if state.lock is Lock.START:
            locked[job] = None
        elif state.lock is Lock.MACHINE or state.status is Status.RELEASED:
            _bind(bound, job, state)
    todo = list(locked)
    while todo:  # what a locked job waits for is locked with it
        job = todo.pop()
        for first in bound.problem.predecessors[job]:
            if bound.kind[first] == Commitment.FREE and first not in locked:
                because = locked[job]
                locked[first] = job if because is None else because
                todo.append(first)
    places: dict[int, tuple[int, int]] = {}
    for job, because in locked.items():
        place = _place(bound, job)
        if place is None:
            fault = LockFault(LockRule.NOT_IN_PLAN, job, because=because)
            bound.faults.append(fault)
        else:
            places[job] = place
    own = bound.placing.copy()
    for job in sorted(places, key=lambda job: (places[job][1], job)):
        own = _reserve(bound, job, *places[job], locked[job], own)


def _place(bound: Binding, job: int) -> tuple[int, int] | None:
    """Machine and start that a job is locked to; ``None``: nothing says them."""
    state = bound.floor.states.get(job, JobState())
    if state.lock is Lock.START and None not in (state.machine, state.start):
        return int(state.machine or 0), int(state.start or 0)
    if not bound.before.known[job]:
        return None
    return int(bound.before.machine[job]), int(bound.before.start[job])


def _bind(bound: Binding, job: int, state: JobState) -> None:
    """Leave a job one machine: the one that is said, or that of the plan before."""
    machine = state.machine
    if machine is None and bound.before.known[job] and state.lock is not None:
        machine = int(bound.before.machine[job])
    if machine is None:
        if state.lock is not None:
            bound.faults.append(LockFault(LockRule.NOT_IN_PLAN, job))
    elif not bound.problem.eligible[job, machine]:
        bound.faults.append(LockFault(LockRule.NOT_ELIGIBLE, job, machine))
    else:
        bound.machine[job] = machine


def _reserve(
    bound: Binding, job: int, k: int, wanted: int, because: int | None, own: Placing
) -> Placing:
    """Give a locked job its machine and start, if they can be."""
    if not bound.problem.eligible[job, k]:
        fault = LockFault(LockRule.NOT_ELIGIBLE, job, k, because=because)
        bound.faults.append(fault)
        return own
    after = own.copy()
    times = bound.placed(job, k, wanted, after)
    if times[2] != wanted or wanted < bound.now:
        fault = bound.why_not(job, k, wanted, times[2], own)
        bound.faults.append(replace(fault, because=because))
        return own
    bound.kind[job], bound.machine[job] = Commitment.RESERVED, k
    bound.times[:, job] = times
    if because is not None:
        bound.say(NoticeKind.LOCKED_ALONG, job, because)
    return after
