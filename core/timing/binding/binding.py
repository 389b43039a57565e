"""Commitments in the making: which jobs are bound, and the machines behind them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.problem.floor import Floor, PreviousPlan
from core.problem.model import Problem
from core.timing.commitments import (
    Commitment,
    LockFault,
    LockRule,
    Notice,
    NoticeKind,
    Setup,
)
from core.timing.placing import Placing, Times

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]


class Binding:
    """
    The jobs that are bound so far.

    Parameters
    ----------
    problem, floor
        As :func:`core.timing.committing.committed` takes them.

    Attributes
    ----------
    kind, machine, times
        Shapes (n,), (n,), (4, n): of each job, see :class:`Commitments`.
    placing
        The machines behind history, begun setups and frozen jobs.
    """

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

    def say(
        self, kind: NoticeKind, job: int, other: int | None = None, **at: int
    ) -> None:
        """Note something for the planner."""
        self.notices.append(Notice(kind, job, other, **at))

    def by_start(self, jobs: Ints) -> list[int]:
        """Jobs in the order of the plan before."""
        order = np.lexsort((self.before.end[jobs], self.before.start[jobs]))
        return [int(job) for job in jobs[order]]

    def under_way(self, job: int, k: int) -> tuple[int, int]:
        """From when to when the setup is that the plan before had begun by now."""
        begin, end = int(self.before.setup_start[job]), int(self.before.setup_end[job])
        if begin < self.now < end:
            left = self.placing.setup(job, k)
            left = max(0, left - self.placing.opened(k, begin, self.now))
            end = self.placing.finish(k, self.now, left)
        return begin, end

    def placed(self, job: int, k: int, wanted: int, placing: Placing) -> Times:
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

    def why_not(
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
