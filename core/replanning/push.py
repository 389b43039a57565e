"""Push right: every machine keeps its order, and no job starts before it was to."""

from __future__ import annotations

import heapq

import numpy as np
from numpy.typing import NDArray

from core.problem.floor import PreviousPlan
from core.problem.model import Problem
from core.problem.schedule import Schedule
from core.timing.placing import Placing, Times

Ints = NDArray[np.int64]


def pushed(
    rest: Problem, before: PreviousPlan, *, keep_starts: bool = True
) -> Schedule:
    """
    Push the plan before to the right, as far as the world asks for.

    Parameters
    ----------
    rest
        The problem that is left, see :func:`core.timing.commitments.remaining`.
    before
        Where its jobs were in the plan before.
    keep_starts
        Whether no job starts before it was to; without, all start as early as the
        orders allow.

    Returns
    -------
    Schedule
        Valid. Machines keep their order but around locked jobs, which keep their
        starts; what is new, or has lost its machine, goes to the place where it ends
        first without moving anyone.
    """
    return _Push(rest, before, keep_starts).schedule()


class _Push:
    """Jobs put on their machines one by one, in the order of the plan before."""

    def __init__(self, rest: Problem, before: PreviousPlan, keep_starts: bool) -> None:
        n = rest.num_jobs
        self.rest, self.before, self.keep_starts = rest, before, keep_starts
        self.placing = Placing(rest, rest.available)
        self.machine = np.full(n, -1, dtype=np.int64)
        self.times = np.zeros((4, n), dtype=np.int64)
        self.done = np.zeros(n, dtype=np.bool_)
        self.reserved = rest.reserved_machine >= 0
        self.homeless = ~self.reserved & ~(
            before.known & rest.eligible[np.arange(n), before.machine]
        )
        self.ahead: list[list[int]] = [[] for _ in range(rest.num_machines)]
        for job in np.argsort(rest.reserved_start, kind="stable").tolist():
            if self.reserved[job]:
                k, start = (
                    int(rest.reserved_machine[job]),
                    int(rest.reserved_start[job]),
                )
                self.ahead[k].append(job)
                work = int(rest.processing[job, k])
                self.machine[job] = k
                self.times[:, job] = start
                self.times[3, job] = self.placing.finish(k, start, work)
        self.sequences: list[list[int]] = [[] for _ in range(rest.num_machines)]

    def schedule(self) -> Schedule:
        """Put every job somewhere."""
        waiting = self._behind_homeless()
        for job in self._in_order(~waiting):
            if not self.done[job]:
                self._append(job)
        for k, ahead in enumerate(self.ahead):
            while ahead:
                self._take_reserved(k)
        for job in self._in_order(waiting):
            self._insert(job)
        setup_start, setup_end, start, end = self.times
        return Schedule(self.machine, setup_start, setup_end, start, end)

    def _behind_homeless(self) -> NDArray[np.bool_]:
        """Jobs that have no place, and all that wait for one of them."""
        waiting = self.homeless.copy()
        for job in self.rest.topological_order.tolist():
            if any(waiting[first] for first in self.rest.predecessors[job]):
                waiting[job] |= not self.reserved[job]
        return waiting

    def _in_order(self, chosen: NDArray[np.bool_]) -> list[int]:
        """Jobs by their starts in the plan before, each behind its predecessors."""
        rest, before = self.rest, self.before
        # What is new has no start: the most urgent first.
        start = np.where(before.known, before.start, np.minimum(rest.due, 1e15))
        start = np.where(self.reserved, rest.reserved_start, start)
        left = [
            sum(bool(chosen[x]) for x in rest.predecessors[job])
            for job in range(rest.num_jobs)
        ]
        heap = [
            (float(start[job]), int(before.end[job]), job)
            for job in np.flatnonzero(chosen).tolist()
            if not left[job]
        ]
        heapq.heapify(heap)
        order = []
        while heap:
            job = heapq.heappop(heap)[2]
            order.append(job)
            for x in rest.successors[job]:
                left[x] -= 1
                if chosen[x] and not left[x]:
                    heapq.heappush(heap, (float(start[x]), int(before.end[x]), x))
        return order

    def _ready(self, job: int) -> int:
        """When a job itself may start, and in the plan before did not start sooner."""
        rest, ready = self.rest, int(self.rest.release[job])
        for first in rest.predecessors[job]:
            wait = int(rest.wait_after[first])
            ready = max(ready, int(self.times[3, first]) + wait)
        if self.keep_starts and self.before.known[job]:
            ready = max(ready, int(self.before.start[job]))
        return ready

    def _append(self, job: int) -> None:
        """Put a job on its machine, behind the locked ones that it would disturb."""
        if self.reserved[job]:
            k = int(self.rest.reserved_machine[job])
            while not self.done[job]:
                self._take_reserved(k)
            return
        k, ready = int(self.before.machine[job]), self._ready(job)
        while True:
            times = self.placing.times(job, k, ready)
            if self._leaves_room(job, k, times):
                break
            self._take_reserved(k)
        self._put(job, k, times)

    def _leaves_room(self, job: int, k: int, times: Times) -> bool:
        """Whether the next locked job of a machine can still start when it has to."""
        if not self.ahead[k]:
            return True
        after, locked = self.placing.copy(), self.ahead[k][0]
        after.take(job, k, times[3])
        start = int(self.rest.reserved_start[locked])
        return after.times(locked, k, start)[2] == start

    def _take_reserved(self, k: int) -> None:
        """Put the next locked job of a machine on it."""
        job = self.ahead[k].pop(0)
        start = int(self.rest.reserved_start[job])
        self._put(job, k, self.placing.times(job, k, start))

    def _put(self, job: int, k: int, times: Times) -> None:
        self.placing.take(job, k, times[3])
        self.sequences[k].append(job)
        self.machine[job], self.times[:, job] = k, times
        self.done[job] = True

    def _insert(self, job: int) -> None:
        """Put a job where it ends first without moving anyone."""
        ready, machines = self._ready(job), np.flatnonzero(self.rest.eligible[job])
        if not self.homeless[job]:
            machines = self.before.machine[[job]]
        best: tuple[int, int, int, Times] | None = None
        for k in machines.tolist():
            for place in range(len(self.sequences[k]) + 1):
                times = self._between(job, k, place, ready)
                if times is not None and (best is None or times[3] < best[0]):
                    best = (times[3], k, place, times)
        if best is None:  # behind the last job there is always a place
            raise RuntimeError(f"No place for job {self.rest.job_ids[job]!r}.")
        _, k, place, times = best
        self.machine[job], self.times[:, job] = k, times
        if place < len(self.sequences[k]):
            following = self.sequences[k][place]
            self.times[:, following] = self._behind(job, k, following, times[3])
        self.sequences[k].insert(place, job)
        self.done[job] = True

    def _between(self, job: int, k: int, place: int, ready: int) -> Times | None:
        """Times of a job at a place on a machine; ``None``: it would move the next."""
        rest, jobs = self.rest, self.sequences[k]
        if place < len(jobs) and self.times[2, jobs[place]] <= ready:
            return None
        free, group = rest.at_start(k)
        if place:
            free = int(self.times[3, jobs[place - 1]])
            group = int(rest.group[jobs[place - 1]])
        setup = rest.setup_seconds(k, group, int(rest.group[job]))
        work = int(rest.processing[job, k])
        times = self.placing.timed(job, k, free, ready, setup, work)
        if place == len(jobs):
            return times
        following = jobs[place]
        start = self._behind(job, k, following, times[3])[2]
        return times if start == self.times[2, following] else None

    def _behind(self, job: int, k: int, following: int, free: int) -> Times:
        """Times of a job behind another, not before it starts now."""
        rest = self.rest
        setup = rest.setup_seconds(k, int(rest.group[job]), int(rest.group[following]))
        start, work = int(self.times[2, following]), int(rest.processing[following, k])
        return self.placing.timed(following, k, free, start, setup, work)
