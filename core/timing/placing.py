"""Jobs put on machines one by one, from any state of the shop, by the timing rules."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.problem.model import Problem
from core.timing.flat import flat_problem
from core.timing.kernel import finish, next_open, place

Times = tuple[int, int, int, int]


class Placing:
    """
    Machines as they stand, and what the next job on one of them would get.

    Parameters
    ----------
    problem
        Whose jobs are placed.
    free
        Shape (m,), seconds since plan start from which each machine is free.

    Attributes
    ----------
    free, group
        Shape (m,): second from which each machine is free, and what it is set up for.
    fresh
        Shape (m,), bool: the setup is for the next job; it needs no other if it is of
        that group.
    """

    def __init__(self, problem: Problem, free: NDArray[np.int64]) -> None:
        self.problem = problem
        self.free = np.array(free, dtype=np.int64)
        self.group = problem.machine_starts().group
        self.fresh = np.zeros(problem.num_machines, dtype=np.bool_)

    def copy(self) -> Placing:
        """Return the same state, to be tried on."""
        other = Placing(self.problem, self.free)
        other.group, other.fresh = self.group.copy(), self.fresh.copy()
        return other

    def setup(self, job: int, machine: int) -> int:
        """Seconds of setup of a job if it came next on a machine."""
        group = int(self.problem.group[job])
        if self.fresh[machine] and self.group[machine] == group:
            return 0
        return self.problem.setup_seconds(machine, int(self.group[machine]), group)

    def times(self, job: int, machine: int, ready: int) -> Times:
        """Setup start and end, start and end of a job if it came next on a machine."""
        setup, work = self.setup(job, machine), self.problem.processing[job, machine]
        return self.timed(
            job, machine, int(self.free[machine]), ready, setup, int(work)
        )

    def timed(
        self, job: int, machine: int, free: int, ready: int, setup: int, work: int
    ) -> Times:
        """Times of a job on a machine that is free from some second on."""
        may_pause = bool(self.problem.may_pause[job])
        found: Times = place(
            *(flat_problem(self.problem).closures, machine, free, ready, setup, work),
            may_pause,
        )
        return found

    def take(self, job: int, machine: int, end: int) -> None:
        """Put a job that ends then on a machine, as its last."""
        self.free[machine] = end
        self.group[machine] = self.problem.group[job]
        self.fresh[machine] = False

    def next_open(self, machine: int, time: int) -> int:
        """First open second of a machine from a time on."""
        found: int = next_open(flat_problem(self.problem).closures, machine, time)
        return found

    def finish(self, machine: int, start: int, seconds: int) -> int:
        """First second with so many open ones of a machine behind a start."""
        found: int = finish(
            flat_problem(self.problem).closures, machine, start, seconds
        )
        return found

    def opened(self, machine: int, start: int, end: int) -> int:
        """Open seconds of a machine between two times; before plan start all are."""
        calendar = self.problem.calendars[machine]
        return int(calendar.open_seconds(end)) - int(calendar.open_seconds(start))
