"""Where a schedule in the making stands: what may come next, and what it would take."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import inf

import numpy as np
from numpy.typing import NDArray

from core.problem.model import Problem
from core.problem.schedule import Schedule
from core.timing.flat import FlatProblem, flat_problem
from core.timing.kernel import leaves_time, next_start, place, setup_seconds
from core.timing.machine_code import machine_code

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
    The clock of the simulator for one moment, so that any step can be looked at
    without making the plan again.
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
        machines = np.arange(self.problem.num_machines)
        return self.problem.groups_behind(machines, self.last_job)

    @cached_property
    def awaited(self) -> Indices:
        """Shape (n,): predecessors of each job that are not placed yet."""
        before, after = self.problem.precedence.T
        missing = after[~self.placed[before]]
        return np.bincount(missing, minlength=self.problem.num_jobs)

    @cached_property
    def job_ready(self) -> Indices:
        """Shape (n,), seconds: release, and end of and wait after predecessors."""
        before, after = self.problem.precedence.T
        done = self.placed[before]
        ready = self.problem.not_before.copy()
        ends = self.schedule.end + self.problem.wait_after
        np.maximum.at(ready, after[done], ends[before[done]])
        return ready

    @cached_property
    def next_reserved(self) -> Indices:
        """Shape (m,): the next reserved job of each machine; -1: none."""
        found = np.full(self.problem.num_machines, -1, dtype=np.int64)
        start = self.problem.reserved_start
        left = np.flatnonzero((start >= 0) & ~self.placed)
        for job in left[np.argsort(-start[left])].tolist():
            found[self.problem.reserved_machine[job]] = job
        return found

    @cached_property
    def earliest_start(self) -> Floats:
        """Shape (n, m), seconds: e of the clock; +inf where a pair cannot come next."""
        problem = self.problem
        times = np.full((problem.num_jobs, problem.num_machines), inf)
        possible = np.flatnonzero(~self.placed & (self.awaited == 0))
        _starts(
            flat_problem(problem),
            possible,
            self.last_job,
            self.next_reserved,
            self.job_ready,
            self.ready,
            times,
        )
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
        shape = (len(jobs), self.problem.num_machines)
        setup, start, end = np.zeros(shape), np.full(shape, inf), np.full(shape, inf)
        chosen = np.array(jobs, dtype=np.int64)
        _outcomes(
            flat_problem(self.problem),
            chosen,
            self.last_job,
            self.job_ready,
            self.ready,
            setup,
            start,
            end,
        )
        return Outcome(setup, start, end)


@machine_code
def _starts(
    f: FlatProblem,
    jobs: Indices,
    last_job: Indices,
    next_reserved: Indices,
    job_ready: Indices,
    ready: Indices,
    times: Floats,
) -> None:
    """Write the first start of each job on each machine that it may come next on."""
    c = f.closures
    for x in range(len(jobs)):
        j = jobs[x]
        for k in range(len(ready)):
            work, reserved = f.processing[j, k], next_reserved[k]
            if work < 0:
                continue
            if reserved >= 0 and reserved != j:
                setup = setup_seconds(f, k, last_job[k], j)
                end = place(c, k, ready[k], job_ready[j], setup, work, f.may_pause[j])[
                    3
                ]
                setup = setup_seconds(f, k, j, reserved)
                if not leaves_time(c, k, end, setup, f.reserved_start[reserved]):
                    continue
            begin = max(job_ready[j], ready[k])
            times[j, k] = next_start(c, k, begin, work, f.may_pause[j])


@machine_code
def _outcomes(
    f: FlatProblem,
    jobs: Indices,
    last_job: Indices,
    job_ready: Indices,
    ready: Indices,
    setup: Floats,
    start: Floats,
    end: Floats,
) -> None:
    """Write setup seconds, and where eligible start and end, of jobs on machines."""
    for x in range(len(jobs)):
        j = jobs[x]
        for k in range(len(ready)):
            seconds = setup_seconds(f, k, last_job[k], j)
            setup[x, k] = seconds
            if f.processing[j, k] >= 0:
                _, _, start[x, k], end[x, k] = place(
                    f.closures,
                    k,
                    ready[k],
                    job_ready[j],
                    seconds,
                    f.processing[j, k],
                    f.may_pause[j],
                )
