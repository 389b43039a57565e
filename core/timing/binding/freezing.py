"""Jobs that start before the freeze ends: they keep machine, order and start."""

from __future__ import annotations

import numpy as np

from core.problem.floor import JobState, Lock
from core.timing.binding.binding import Binding, Mask
from core.timing.commitments import Commitment, NoticeKind


def freeze(bound: Binding) -> None:
    """Jobs that start before the freeze ends keep machine, order and start."""
    before, problem = bound.before, bound.problem
    until = np.zeros(problem.num_machines, dtype=np.int64)
    for k, time in bound.floor.freeze_until.items():
        until[k] = time
    open_ = before.known & (bound.kind != Commitment.HISTORY)
    frozen = _closed(bound, open_, open_ & (before.start < until[before.machine]))
    for job in bound.by_start(np.flatnonzero(frozen)):
        k, state = int(before.machine[job]), bound.floor.states.get(job, JobState())
        elsewhere = state.machine not in (None, k)
        if state.lock is Lock.START and state.start is not None:
            elsewhere |= state.start != before.start[job]
        if elsewhere or not problem.eligible[job, k]:
            _thaw(bound, frozen, job, None)
    # One that waits for a job which is free has to be planned after it.
    for job in problem.topological_order.tolist():
        for first in problem.predecessors[job]:
            if frozen[job] and not (
                frozen[first] or bound.kind[first] == Commitment.HISTORY
            ):
                _thaw(bound, frozen, job, first)
    for job in bound.by_start(np.flatnonzero(frozen)):
        for first in problem.predecessors[job]:
            if frozen[job] and frozen[first] and not bound.kind[first]:
                _thaw(bound, frozen, job, first)  # it would come before: the list
        if frozen[job]:  # of predecessors has changed
            _freeze(bound, job, int(before.machine[job]))


def _freeze(bound: Binding, job: int, k: int) -> None:
    """Put a frozen job on its machine, as its last."""
    wanted, as_it_was = int(bound.before.start[job]), bound.placing.copy()
    bound.setup_seconds += bound.placing.setup(job, k)
    times = bound.placed(job, k, wanted, bound.placing)
    state = bound.floor.states.get(job, JobState())
    if times[2] > wanted:
        bound.say(NoticeKind.PUSHED, job, time=times[2])
        if state.lock is Lock.START:
            fault = bound.why_not(job, k, wanted, times[2], as_it_was)
            bound.faults.append(fault)
    bound.kind[job], bound.machine[job] = Commitment.FROZEN, k
    bound.times[:, job] = times


def _closed(bound: Binding, open_: Mask, frozen: Mask) -> Mask:
    """With everything before each job on its machine, and its predecessors."""
    before, problem = bound.before, bound.problem
    size = -1
    while size != int(frozen.sum()):
        size = int(frozen.sum())
        last = np.full(problem.num_machines, np.iinfo(np.int64).min)
        np.maximum.at(last, before.machine[frozen], before.start[frozen])
        frozen |= open_ & (before.start <= last[before.machine])
        for job in problem.topological_order[::-1].tolist():
            for first in problem.predecessors[job]:
                frozen[first] |= frozen[job] and open_[first]
    return frozen


def _thaw(bound: Binding, frozen: Mask, job: int, other: int | None) -> None:
    """Free a job, what comes behind it on its machine, and what waits for it."""
    before, todo = bound.before, [job]
    while todo:
        job = todo.pop()
        if not frozen[job]:
            continue
        frozen[job] = False
        bound.say(NoticeKind.NOT_FROZEN, job, other)
        behind = frozen & (before.machine == before.machine[job])
        behind &= before.start >= before.start[job]
        todo += np.flatnonzero(behind).tolist()
        todo += [x for x in bound.problem.successors[job] if frozen[x]]
