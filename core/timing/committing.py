"""From what the floor says to what of a plan is past change."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from core.problem.floor import Floor, JobState, Lock, PreviousPlan, Status
from core.problem.model import Problem
from core.timing.commitments import (
    Commitment,
    Commitments,
    ImpossibleLockError,
    LockFault,
    LockRule,
    Notice,
    Said,
    Setup,
)
from core.timing.placing import Placing, Times

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]


def committed(problem: Problem, floor: Floor) -> Commitments:
    """
    Work out what the floor and the planner's locks leave past change.

    Parameters
    ----------
    problem
        Every job, history included.
    floor
        What is said of them.

    Returns
    -------
    Commitments
        Frozen jobs keep machine and order; their starts are those of the plan before,
        or the first that the world allows.

    Raises
    ------
    ImpossibleLockError
        When a lock cannot be kept.
    ValueError
        When a job has begun on a machine that may not run it.
    """
    work = _Work(problem, floor)
    work.history()
    work.begun_setups()
    work.freeze()
    free = work.placing.copy()
    work.locks()
    if work.faults:
        raise ImpossibleLockError(problem, tuple(work.faults))
    setup_start, setup_end, start, end = work.times
    return Commitments(
        floor=floor,
        kind=work.kind,
        machine=work.machine,
        setup_start=setup_start,
        setup_end=setup_end,
        start=start,
        end=end,
        ready=free.free,
        group=free.group,
        setup_seconds=work.setup_seconds,
        setups=work.setups,
        notices=tuple(work.notices),
    )


class _Work:
    """The commitments in the making."""

    def __init__(self, problem: Problem, floor: Floor) -> None:
        n = problem.num_jobs
        self.problem, self.floor, self.now = problem, floor, floor.now
        self.before = floor.previous or PreviousPlan.empty(n)
        self.kind = np.zeros(n, dtype=np.int64)
        self.machine = np.full(n, -1, dtype=np.int64)
        self.times = np.zeros((4, n), dtype=np.int64)
        self.placing = Placing(problem, np.maximum(problem.available, self.now))
        self.setup_seconds = 0
        self.setups: dict[int, Setup] = {}
        self.notices: list[Notice] = []
        self.faults: list[LockFault] = []

    def say(self, said: Said, job: int, other: int | None = None, **at: int) -> None:
        """Note something for the planner."""
        self.notices.append(Notice(said, job, other, **at))

    # --- History --------------------------------------------------------------

    def history(self) -> None:
        """Jobs that have begun: where, from when, until when."""
        problem, setting_up = self.problem, []
        for job, state in sorted(self.floor.states.items()):
            if not state.has_begun or state.machine is None:
                continue
            if not problem.eligible[job, state.machine]:
                where = problem.machine_ids[state.machine]
                raise ValueError(
                    f"Job {problem.job_ids[job]!r} has begun on {where!r}, which may "
                    "not run it."
                )
            self.kind[job], self.machine[job] = Commitment.HISTORY, state.machine
            known = self.before.machine[job] == state.machine
            if state.start is None and known and self.before.start[job] > self.now:
                setting_up.append(job)
            else:
                self.times[:, job] = self._begun(job, state, state.machine)
        begun = np.flatnonzero(self.kind == Commitment.HISTORY)
        at_work = np.setdiff1d(begun, setting_up)
        order = np.lexsort((self.times[2, at_work], self.times[3, at_work]))
        for job in at_work[order].tolist():
            self._take(job)
        for job in self._by_start(np.array(setting_up, dtype=np.int64)):
            k, left = int(self.machine[job]), self.floor.states[job].remaining
            setup = self._under_way(job, k)
            start = max(int(self.before.start[job]), setup[1])
            start = self.placing.next_open(k, start)
            work = int(problem.processing[job, k]) if left is None else left
            end = self.placing.finish(k, start, work)
            self.times[:, job] = (*setup, start, end)
            self._take(job)
        self._contradictions(begun)

    def _take(self, job: int) -> None:
        """Put a job that has begun on its machine."""
        k, placing = int(self.machine[job]), self.placing
        self.setup_seconds += placing.setup(job, k)
        placing.take(job, k, max(int(placing.free[k]), int(self.times[3, job])))

    def _begun(self, job: int, state: JobState, k: int) -> Times:
        """Setup start and end, start and end of a job that has begun."""
        known = self.before.machine[job] == k
        start, now = state.start, self.now
        if state.status is Status.FINISHED:
            end = state.end
            if end is None:
                end = min(int(self.before.end[job]), now) if known else now
                if not known:
                    self.say(Said.NO_END, job, time=end)
            if start is None:
                start = min(int(self.before.start[job]), end) if known else end
                if not known:
                    self.say(Said.NO_START, job, time=start)
            end = max(start, end)
        else:
            if start is None:
                start = int(self.before.start[job]) if known else now
                if not known:
                    self.say(Said.NO_START, job, time=start)
            left = state.remaining
            if left is None:
                work = int(self.problem.processing[job, k])
                left = max(0, work - self.placing.opened(k, start, now))
            end = self.placing.finish(k, now, left)
        if known and self.before.setup_end[job] <= start:
            setup = int(self.before.setup_start[job]), int(self.before.setup_end[job])
            return (*setup, start, end)
        return start, start, start, end

    def _under_way(self, job: int, k: int) -> tuple[int, int]:
        """From when to when the setup is that the plan before had begun by now."""
        begin, end = int(self.before.setup_start[job]), int(self.before.setup_end[job])
        if begin < self.now < end:
            left = self.placing.setup(job, k)
            left = max(0, left - self.placing.opened(k, begin, self.now))
            end = self.placing.finish(k, self.now, left)
        return begin, end

    def _contradictions(self, begun: Ints) -> None:
        """History that no plan could have: it is kept, and said."""
        problem, (_, _, start, end) = self.problem, self.times
        held = self.kind == Commitment.HISTORY
        before, after = problem.precedence.T
        early = start[after] < end[before] + problem.wait_after[before]
        for i in np.flatnonzero(held[after] & (~held[before] | early)).tolist():
            self.say(Said.BEFORE_PREDECESSOR, int(after[i]), int(before[i]))
        order = begun[np.lexsort((end[begun], start[begun], self.machine[begun]))]
        for last, job in zip(order[:-1].tolist(), order[1:].tolist(), strict=True):
            if self.machine[last] == self.machine[job] and start[job] < end[last]:
                self.say(Said.OVERLAPS, job, last)
        for job in begun.tolist():
            k, at = int(self.machine[job]), int(start[job])
            if at >= 0 and self.placing.next_open(k, at) != at:
                self.say(Said.IN_CLOSURE, job)

    def begun_setups(self) -> None:
        """Setups that had begun for jobs that have not: they are finished, and stay."""
        before, now, placing = self.before, self.now, self.placing
        under_way = (
            before.known
            & (self.kind != Commitment.HISTORY)
            & (before.setup_start < now)
            & (before.setup_end > before.setup_start)
            & (before.start >= now)
        )
        for job in self._by_start(np.flatnonzero(under_way)):
            k = int(before.machine[job])
            there = (self.kind == Commitment.HISTORY) & (self.machine == k)
            busy = (self.times[3, there] > before.setup_start[job]).any()
            # One that ought to have begun before it has not.
            overdue = (before.machine == k) & (self.kind != Commitment.HISTORY)
            overdue &= before.start < now
            if k in self.setups or busy or overdue.any():
                continue
            self.setups[k] = Setup(job, *self._under_way(job, k))
            self.setup_seconds += placing.setup(job, k)
            placing.take(job, k, max(int(placing.free[k]), self.setups[k].end))
            placing.fresh[k] = True

    # --- Freeze ---------------------------------------------------------------

    def freeze(self) -> None:
        """Jobs that start before the freeze ends keep machine, order and start."""
        before, problem = self.before, self.problem
        until = np.zeros(problem.num_machines, dtype=np.int64)
        for k, time in self.floor.freeze_until.items():
            until[k] = time
        open_ = before.known & (self.kind != Commitment.HISTORY)
        frozen = self._closed(open_, open_ & (before.start < until[before.machine]))
        for job in self._by_start(np.flatnonzero(frozen)):
            k, state = int(before.machine[job]), self.floor.states.get(job, JobState())
            elsewhere = state.machine not in (None, k)
            if state.lock is Lock.START and state.start is not None:
                elsewhere |= state.start != before.start[job]
            if elsewhere or not problem.eligible[job, k]:
                self._thaw(frozen, job, None)
        # One that waits for a job which is free has to be planned after it.
        for job in problem.topological_order.tolist():
            for first in problem.predecessors[job]:
                if frozen[job] and not (
                    frozen[first] or self.kind[first] == Commitment.HISTORY
                ):
                    self._thaw(frozen, job, first)
        for job in self._by_start(np.flatnonzero(frozen)):
            for first in problem.predecessors[job]:
                if frozen[job] and frozen[first] and not self.kind[first]:
                    self._thaw(frozen, job, first)  # it would come before: the list
            if frozen[job]:  # of predecessors has changed
                self._freeze(job, int(before.machine[job]))

    def _freeze(self, job: int, k: int) -> None:
        """Put a frozen job on its machine, as its last."""
        wanted, as_it_was = int(self.before.start[job]), self.placing.copy()
        self.setup_seconds += self.placing.setup(job, k)
        times = self._placed(job, k, wanted, self.placing)
        state = self.floor.states.get(job, JobState())
        if times[2] > wanted:
            self.say(Said.PUSHED, job, time=times[2])
            if state.lock is Lock.START:
                fault = self._why_not(job, k, wanted, times[2], as_it_was)
                self.faults.append(fault)
        self.kind[job], self.machine[job] = Commitment.FROZEN, k
        self.times[:, job] = times

    def _by_start(self, jobs: Ints) -> list[int]:
        """Jobs in the order of the plan before."""
        order = np.lexsort((self.before.end[jobs], self.before.start[jobs]))
        return [int(job) for job in jobs[order]]

    def _closed(self, open_: Mask, frozen: Mask) -> Mask:
        """With everything before each job on its machine, and its predecessors."""
        before, problem = self.before, self.problem
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

    def _thaw(self, frozen: Mask, job: int, other: int | None) -> None:
        """Free a job, what comes behind it on its machine, and what waits for it."""
        before, todo = self.before, [job]
        while todo:
            job = todo.pop()
            if not frozen[job]:
                continue
            frozen[job] = False
            self.say(Said.NOT_FROZEN, job, other)
            behind = frozen & (before.machine == before.machine[job])
            behind &= before.start >= before.start[job]
            todo += np.flatnonzero(behind).tolist()
            todo += [x for x in self.problem.successors[job] if frozen[x]]

    # --- Locks ----------------------------------------------------------------

    def locks(self) -> None:
        """Machines that jobs are bound to, and reservations."""
        locked: dict[int, int | None] = {}
        for job, state in sorted(self.floor.states.items()):
            if self.kind[job] != Commitment.FREE:
                continue
            if state.lock is Lock.START:
                locked[job] = None
            elif state.lock is Lock.MACHINE or state.status is Status.RELEASED:
                self._bind(job, state)
        todo = list(locked)
        while todo:  # what a locked job waits for is locked with it
            job = todo.pop()
            for first in self.problem.predecessors[job]:
                if self.kind[first] == Commitment.FREE and first not in locked:
                    because = locked[job]
                    locked[first] = job if because is None else because
                    todo.append(first)
        places: dict[int, tuple[int, int]] = {}
        for job, because in locked.items():
            place = self._place(job)
            if place is None:
                fault = LockFault(LockRule.NOT_IN_PLAN, job, because=because)
                self.faults.append(fault)
            else:
                places[job] = place
        own = self.placing.copy()
        for job in sorted(places, key=lambda job: (places[job][1], job)):
            own = self._reserve(job, *places[job], locked[job], own)

    def _place(self, job: int) -> tuple[int, int] | None:
        """Machine and start that a job is locked to; ``None``: nothing says them."""
        state = self.floor.states.get(job, JobState())
        if state.lock is Lock.START and None not in (state.machine, state.start):
            return int(state.machine or 0), int(state.start or 0)
        if not self.before.known[job]:
            return None
        return int(self.before.machine[job]), int(self.before.start[job])

    def _bind(self, job: int, state: JobState) -> None:
        """Leave a job one machine: the one that is said, or that of the plan before."""
        machine = state.machine
        if machine is None and self.before.known[job] and state.lock is not None:
            machine = int(self.before.machine[job])
        if machine is None:
            if state.lock is not None:
                self.faults.append(LockFault(LockRule.NOT_IN_PLAN, job))
        elif not self.problem.eligible[job, machine]:
            self.faults.append(LockFault(LockRule.NOT_ELIGIBLE, job, machine))
        else:
            self.machine[job] = machine

    def _reserve(
        self, job: int, k: int, wanted: int, because: int | None, own: Placing
    ) -> Placing:
        """Give a locked job its machine and start, if they can be."""
        if not self.problem.eligible[job, k]:
            fault = LockFault(LockRule.NOT_ELIGIBLE, job, k, because=because)
            self.faults.append(fault)
            return own
        after = own.copy()
        times = self._placed(job, k, wanted, after)
        if times[2] != wanted or wanted < self.now:
            fault = self._why_not(job, k, wanted, times[2], own)
            self.faults.append(replace(fault, because=because))
            return own
        self.kind[job], self.machine[job] = Commitment.RESERVED, k
        self.times[:, job] = times
        if because is not None:
            self.say(Said.LOCKED_ALONG, job, because)
        return after

    def _placed(self, job: int, k: int, wanted: int, placing: Placing) -> Times:
        """Put a job on its machine, as its last and not before a wanted start."""
        times = placing.times(job, k, max(self._ready(job), wanted))
        if placing.fresh[k] and placing.group[k] == self.problem.group[job]:
            times = (self.setups[k].start, self.setups[k].end, *times[2:])
        placing.take(job, k, times[3])
        return times

    def _ready(self, job: int) -> int:
        """When a job itself may start: now, its release, its bound predecessors."""
        ready = max(int(self.problem.release[job]), self.now)
        for first in self.problem.predecessors[job]:
            if self.kind[first] != Commitment.FREE:
                wait = int(self.problem.wait_after[first])
                ready = max(ready, int(self.times[3, first]) + wait)
        return ready

    def _why_not(
        self, job: int, k: int, wanted: int, first: int, placing: Placing
    ) -> LockFault:
        """Why a job cannot start when it is locked to, and when it first could."""

        def fault(rule: LockRule, other: int | None = None) -> LockFault:
            return LockFault(rule, job, k, wanted, first, other)

        if wanted < self.now:
            return fault(LockRule.BEFORE_NOW)
        if self.problem.release[job] > wanted:
            return fault(LockRule.NOT_READY)
        for other in self.problem.predecessors[job]:
            end = int(self.times[3, other]) + int(self.problem.wait_after[other])
            if self.kind[other] != Commitment.FREE and end > wanted:
                return fault(LockRule.PREDECESSOR, other)
        if placing.next_open(k, wanted) == wanted:
            free = placing.times(job, k, self.now)
            if max(free[1], int(placing.free[k])) > wanted:
                return fault(LockRule.MACHINE, self._last_on(k))
        return fault(LockRule.CLOSED)

    def _last_on(self, k: int) -> int | None:
        """Job that keeps a machine longest among those that are bound to a time."""
        there = np.flatnonzero((self.machine == k) & (self.kind != Commitment.FREE))
        if not there.size:
            return None
        return int(there[self.times[3, there].argmax()])
