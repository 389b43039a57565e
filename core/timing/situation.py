"""Where a schedule in the making stands: what may come next, and what it would take."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import inf

import numpy as np
from numpy.typing import NDArray

from core.problem.model import Problem
from core.problem.schedule import Schedule

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Outcome:
    """
    Exact times of some jobs, were each placed next on each machine.

    Parameters
    ----------
    setup
        Shape (c, m), open seconds of setup.
    start, end
        Shape (c, m), seconds since plan start; +inf where not eligible.
    """

    setup: Floats
    start: Floats
    end: Floats


@dataclass(frozen=True, eq=False)
class Situation:
    """
    A schedule, as far as it is made.

    Parameters
    ----------
    problem
        What is scheduled.
    schedule
        Where the placed jobs run; what it says of others is not looked at.
    order
        Shape (t,): the placed jobs, in the order in which they were placed.
    lookahead
        Seconds that a machine may wait for a job.

    Notes
    -----
    Follows the clock of the simulator in plain NumPy, for one moment, so that any
    step can be looked at without making the plan again.
    """

    problem: Problem
    schedule: Schedule
    order: Indices
    lookahead: float

    @cached_property
    def placed(self) -> Mask:
        """Shape (n,)."""
        placed = np.zeros(self.problem.num_jobs, dtype=np.bool_)
        placed[self.order] = True
        return placed

    @cached_property
    def last_job(self) -> Indices:
        """Shape (m,): the job last placed on each machine; -1: none."""
        last = np.full(self.problem.num_machines, -1, dtype=np.int64)
        for job, machine in zip(
            self.order.tolist(), self.schedule.machine[self.order].tolist(), strict=True
        ):
            last[machine] = job
        return last

    @cached_property
    def ready(self) -> Indices:
        """Shape (m,), seconds: when each machine has done what is placed on it."""
        ends = self.schedule.end[self.last_job]
        return np.where(self.last_job < 0, self.problem.available, ends)

    @cached_property
    def group(self) -> Indices:
        """Shape (m,): what each machine is then set up for; g: nothing."""
        groups = self.problem.group[self.last_job]
        return np.where(self.last_job < 0, self.problem.initial_group, groups)

    @cached_property
    def awaited(self) -> Indices:
        """Shape (n,): predecessors of each job that are not placed yet."""
        before, after = self.problem.precedence.T
        missing = after[~self.placed[before]]
        return np.bincount(missing, minlength=self.problem.num_jobs)

    @cached_property
    def job_ready(self) -> Indices:
        """Shape (n,), seconds: release, and end of the placed predecessors."""
        before, after = self.problem.precedence.T
        done = self.placed[before]
        ready = self.problem.release.copy()
        np.maximum.at(ready, after[done], self.schedule.end[before[done]])
        return ready

    @cached_property
    def earliest_start(self) -> Floats:
        """Shape (n, m), seconds: e of the clock; +inf where a pair cannot come next."""
        problem = self.problem
        possible = problem.eligible & (~self.placed & (self.awaited == 0))[:, None]
        times = np.full(possible.shape, inf)
        for k, calendar in enumerate(problem.calendars):
            jobs = np.flatnonzero(possible[:, k])
            begin = np.maximum(self.job_ready[jobs], self.ready[k])
            times[jobs, k] = calendar.next_open(begin)
        return times

    @cached_property
    def now(self) -> float:
        """The clock: first moment at which anything could start; +inf at the end."""
        return float(self.earliest_start.min(initial=inf))

    @property
    def limit(self) -> float:
        """Latest moment at which a candidate may start."""
        return self.now + self.lookahead

    @cached_property
    def choosable(self) -> Mask:
        """Shape (n, m): the pairs that may come next."""
        start = self.earliest_start
        mask: Mask = np.isfinite(start)
        mask[start > self.limit] = False
        return mask

    @cached_property
    def job_mask(self) -> Mask:
        """Shape (n,): the jobs that may come next."""
        mask: Mask = np.logical_or.reduce(self.choosable, axis=1)
        return mask

    def outcome(self, jobs: Indices) -> Outcome:
        """Exact times of some jobs on every machine; shapes (c, m)."""
        problem = self.problem
        shape = (len(jobs), problem.num_machines)
        setup = np.zeros(shape)
        start, end = np.full(shape, inf), np.full(shape, inf)
        groups = problem.group[jobs]
        for k, calendar in enumerate(problem.calendars):
            rows = problem.setup[problem.setup_class[k], self.group[k]]
            setup[:, k] = rows[groups]
            here = np.flatnonzero(problem.eligible[jobs, k])
            begin = calendar.next_open(self.ready[k])
            done = calendar.finish(begin, rows[groups[here]])
            at = calendar.next_open(np.maximum(done, self.job_ready[jobs[here]]))
            start[here, k] = at
            lasts = problem.processing[jobs[here], k].astype(np.int64)
            end[here, k] = calendar.finish(at, lasts)
        return Outcome(setup, start, end)
