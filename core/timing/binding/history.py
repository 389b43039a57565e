"""What has begun: where, from when, until when; and setups that had begun."""

from __future__ import annotations

import numpy as np

from core.problem.floor import JobState, Status
from core.timing.binding.binding import Binding, Ints
from core.timing.commitments import Commitment, NoticeKind, Setup
from core.timing.placing import Times


def history(bound: Binding) -> None:
    """Jobs that have begun: where, from when, until when."""
    problem, setting_up = bound.problem, []
    for job, state in sorted(bound.floor.states.items()):
        if not state.has_begun or state.machine is None:
            continue
        if not problem.eligible[job, state.machine]:
            where = problem.machine_ids[state.machine]
            raise ValueError(
                f"Job {problem.job_ids[job]!r} has begun on {where!r}, which may "
                "not run it."
            )
        bound.kind[job], bound.machine[job] = Commitment.HISTORY, state.machine
        known = bound.before.machine[job] == state.machine
        if state.start is None and known and bound.before.start[job] > bound.now:
            setting_up.append(job)
        else:
            bound.times[:, job] = _begun(bound, job, state, state.machine)
    begun = np.flatnonzero(bound.kind == Commitment.HISTORY)
    at_work = np.setdiff1d(begun, setting_up)
    order = np.lexsort((bound.times[2, at_work], bound.times[3, at_work]))
    for job in at_work[order].tolist():
        _take(bound, job)
    for job in bound.by_start(np.array(setting_up, dtype=np.int64)):
        k, left = int(bound.machine[job]), bound.floor.states[job].remaining
        setup = bound.under_way(job, k)
        start = max(int(bound.before.start[job]), setup[1])
        start = bound.placing.next_open(k, start)
        work = int(problem.processing[job, k]) if left is None else left
        end = bound.placing.finish(k, start, work)
        bound.times[:, job] = (*setup, start, end)
        _take(bound, job)
    _contradictions(bound, begun)


def _take(bound: Binding, job: int) -> None:
    """Put a job that has begun on its machine."""
    k, placing = int(bound.machine[job]), bound.placing
    bound.setup_seconds += placing.setup(job, k)
    placing.take(job, k, max(int(placing.free[k]), int(bound.times[3, job])))


def _begun(bound: Binding, job: int, state: JobState, k: int) -> Times:
    """Setup start and end, start and end of a job that has begun."""
    known = bound.before.machine[job] == k
    start, now = state.start, bound.now
    if state.status is Status.FINISHED:
        end = state.end
        if end is None:
            end = min(int(bound.before.end[job]), now) if known else now
            if not known:
                bound.say(NoticeKind.NO_END, job, time=end)
        if start is None:
            start = min(int(bound.before.start[job]), end) if known else end
            if not known:
                bound.say(NoticeKind.NO_START, job, time=start)
        end = max(start, end)
    else:
        if start is None:
            start = int(bound.before.start[job]) if known else now
            if not known:
                bound.say(NoticeKind.NO_START, job, time=start)
        left = state.remaining
        if left is None:
            work = int(bound.problem.processing[job, k])
            left = max(0, work - bound.placing.opened(k, start, now))
        end = bound.placing.finish(k, now, left)
    if known and bound.before.setup_end[job] <= start:
        setup = int(bound.before.setup_start[job]), int(bound.before.setup_end[job])
        return (*setup, start, end)
    return start, start, start, end


def _contradictions(bound: Binding, begun: Ints) -> None:
    """History that no plan could have: it is kept, and said."""
    problem, (_, _, start, end) = bound.problem, bound.times
    held = bound.kind == Commitment.HISTORY
    before, after = problem.precedence.T
    early = start[after] < end[before] + problem.wait_after[before]
    for i in np.flatnonzero(held[after] & (~held[before] | early)).tolist():
        bound.say(NoticeKind.BEFORE_PREDECESSOR, int(after[i]), int(before[i]))
    order = begun[np.lexsort((end[begun], start[begun], bound.machine[begun]))]
    for last, job in zip(order[:-1].tolist(), order[1:].tolist(), strict=True):
        if bound.machine[last] == bound.machine[job] and start[job] < end[last]:
            bound.say(NoticeKind.OVERLAPS, job, last)
    for job in begun.tolist():
        k, at = int(bound.machine[job]), int(start[job])
        if at >= 0 and bound.placing.next_open(k, at) != at:
            bound.say(NoticeKind.IN_CLOSURE, job)


def begun_setups(bound: Binding) -> None:
    """Setups that had begun for jobs that have not: they are finished, and stay."""
    before, now, placing = bound.before, bound.now, bound.placing
    under_way = (
        before.known
        & (bound.kind != Commitment.HISTORY)
        & (before.setup_start < now)
        & (before.setup_end > before.setup_start)
        & (before.start >= now)
    )
    for job in bound.by_start(np.flatnonzero(under_way)):
        k = int(before.machine[job])
        there = (bound.kind == Commitment.HISTORY) & (bound.machine == k)
        busy = (bound.times[3, there] > before.setup_start[job]).any()
        # One that ought to have begun before it has not.
        overdue = (before.machine == k) & (bound.kind != Commitment.HISTORY)
        overdue &= before.start < now
        if k in bound.setups or busy or overdue.any():
            continue
        bound.setups[k] = Setup(job, *bound.under_way(job, k))
        bound.setup_seconds += placing.setup(job, k)
        placing.take(job, k, max(int(placing.free[k]), bound.setups[k].end))
        placing.fresh[k] = True
