"""What of a problem may change while the rest keeps machine and order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.problem.model import Problem
from core.problem.schedule import Schedule


@dataclass(frozen=True)
class Window:
    """
    What may change: the free jobs; the rest keeps machine and order.

    Parameters
    ----------
    free
        Jobs that may move to any place among themselves and the jobs of ``order``.
    order
        Per machine: jobs that stay on it, in this order, but may shift in time.
    settled
        Jobs that stay where and when they are, before everything else on their
        machine.
    machines
        Where free jobs may go, as far as they are eligible.
    """

    free: Sequence[int]
    order: Sequence[Sequence[int]]
    settled: Sequence[int]
    machines: Sequence[int]

    @classmethod
    def whole(cls, problem: Problem) -> Window:
        """Everything is free."""
        m = problem.num_machines
        return cls(range(problem.num_jobs), [()] * m, (), range(m))

    def before_each(self, schedule: Schedule | None, k: int) -> dict[int, int]:
        """Job before each job of machine k in a schedule; -1: none, or settled."""
        if schedule is None:
            return {}
        settled = set(self.settled)
        jobs = np.flatnonzero(schedule.machine == k)
        jobs = jobs[np.argsort(schedule.start[jobs])]
        before = [-1, *(j if j not in settled else -1 for j in jobs[:-1].tolist())]
        return dict(zip(jobs.tolist(), before, strict=False))

    def from_where(
        self, problem: Problem, schedule: Schedule | None, k: int
    ) -> tuple[int, int]:
        """Open seconds from which machine k is free, and the group it is set up for."""
        free, group = problem.at_start(k)
        if schedule is not None:
            ends = schedule.end
            before = [j for j in self.settled if schedule.machine[j] == k]
            last = max(before, key=lambda j: int(ends[j]), default=None)
            if last is not None:
                free, group = int(ends[last]), int(problem.group[last])
        return int(problem.calendars[k].open_seconds(free)), group
