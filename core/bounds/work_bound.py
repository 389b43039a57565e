"""
A bound on the makespan from the work that the machines must share.

Assign every job to machines, in fractions if need be, so that no machine has more
work than open time: if that is impossible before a time C, no schedule ends before
C. A linear program finds the best prices of machine time (its dual values). Any
non-negative prices prove a bound, which is evaluated here in plain arithmetic: the
bound does not rest on the solver's tolerance, nor on solving the program in full.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.bounds.capacity_prices import Used, capacity_prices
from core.bounds.earliest import Earliest, shared_calendars
from core.bounds.setup_bound import least_setups
from core.problem.calendar import Seconds
from core.problem.model import Problem

Array = NDArray[np.float64]

MOST_PAIRS = 12_000  # (job, machine) pairs of a program solved in a tenth of a second
MOST_ROUNDS = 6
# Windows for the jobs with late starts or long tails: they raise the bound of small
# job shops by up to 6 %, of large shifts not at all, and double the time it takes.
WINDOWS = (0.0, 0.25, 0.5, 0.75)
MOST_PAIRS_WITH_WINDOWS = 2_000


@dataclass(frozen=True, eq=False)
class WorkBound:
    """
    A makespan bound and the prices that prove it.

    Parameters
    ----------
    makespan
        Seconds; no valid schedule ends earlier.
    price
        Shape (m,), not negative: what a second of each machine is worth.
    """

    makespan: int
    price: Array


def work_bound(problem: Problem, times: Earliest, at_least: int) -> WorkBound:
    """
    Bound the makespan by the work that the machines share.

    Parameters
    ----------
    problem
        What is scheduled.
    times
        Earliest start of every job; jobs that start late, or have a long chain
        behind them, must fit into a window of their own.
    at_least
        A bound known already, from which prices are sought upwards.

    Notes
    -----
    Newton's method on the time C: prices for the capacities at C prove a larger C,
    until they prove nothing more.
    """
    model = _Model(problem, times)
    sample = _sample(problem)
    bound, price = at_least, np.zeros((model.num_windows + 1, problem.num_machines))
    for _ in range(MOST_ROUNDS):
        offered = _prices(model, sample, bound)
        if offered is None:
            break
        proved = model.proved_by(offered, bound)
        if proved > bound or not price.any():
            price = offered
        if proved <= bound:
            break
        bound = proved
    return WorkBound(bound, price.sum(axis=0))


class _Model:
    """
    Windows of time, and what each job needs of them.

    Window w on machine k takes the jobs that start at ``head[w]`` or later and have
    ``tail[w]`` seconds of successors behind them; it lasts from ``head[w]``, or from
    when the machine is available, to ``tail[w]`` before the makespan. A last one
    takes all jobs with their setups.
    """

    def __init__(self, problem: Problem, times: Earliest) -> None:
        self.problem = problem
        self.calendars = shared_calendars(problem)
        windowed = problem.eligible.sum() <= MOST_PAIRS_WITH_WINDOWS
        quarters = WINDOWS if windowed else (0.0,)
        heads = np.unique(np.quantile(times.start, quarters, method="lower"))
        tails = np.unique(np.quantile(problem.tail, quarters, method="lower"))
        pairs = {(int(h), int(tails[0])) for h in heads}
        pairs |= {(int(heads[0]), int(t)) for t in tails}
        windows = np.array(sorted(pairs), dtype=np.int64)
        self.head, self.tail = windows.T
        self.member = (times.start[:, None] >= self.head) & (
            problem.tail[:, None] >= self.tail
        )  # (n, w)
        self.num_windows = len(windows)
        self.eligible = problem.eligible
        self.work = np.where(self.eligible, problem.processing, 0.0)  # (n, m)
        self._set_up_setups()

    def _set_up_setups(self) -> None:
        """
        What setups cost at least: per job, per group visited, and the first's saving.

        On machine k a job of group h follows one of its group or one of another. The
        former costs s[h, h], the latter at least ``entry``, and every group that is
        visited is entered once. Only the machine's first job may pay less.
        """
        problem = self.problem
        m, g = problem.num_machines, problem.num_groups
        setups = least_setups(problem)
        # Where no other group can come before, a group is entered first or never.
        entry = np.where(np.isfinite(setups.entry), setups.entry, setups.first)
        self.per_job = np.minimum(setups.own, entry)
        self.per_visit = entry - self.per_job
        saving = np.where(setups.present, np.maximum(entry - setups.first, 0.0), 0.0)
        self.saving = saving.max(axis=1)  # (m,)
        group_work = np.zeros((g, m))
        np.add.at(group_work, problem.group, self.work)
        self.group_work = group_work.T  # (m, g)

    def capacity(self, makespan: int) -> Array:
        """Shape (w + 1, m), seconds that each window offers before a makespan."""
        heads = np.append(self.head, 0)
        tails = np.append(self.tail, 0)
        offered = np.empty((self.num_windows + 1, self.problem.num_machines))
        for calendar, machines in self.calendars:
            begin = np.maximum(heads[:, None], self.problem.available[machines])
            end = np.maximum(begin, (makespan - tails)[:, None])
            offered[:, machines] = calendar.open_seconds(end)
            offered[:, machines] -= calendar.open_seconds(begin)
        offered[-1] += self.saving
        return offered

    def work_with_setups(self, capacity: Array, jobs: Seconds) -> Array:
        """
        Shape (jobs, m), seconds of work and least setups of each job.

        A group that is visited for a share of the time that a machine has, or of the
        work there is of it, is visited at least for that share: its entry is spread
        over its work.
        """
        most = np.minimum(self.group_work, (capacity[-1] - self.saving)[:, None])
        spread = np.divide(
            self.per_visit, most, out=np.zeros_like(most), where=most > 0
        )
        group = self.problem.group[jobs]
        needed: Array = self.work[jobs] * (1 + spread.T[group])
        return needed + self.per_job.T[group]

    def proved_by(self, price: Array, at_least: int) -> int:
        """Smallest makespan for which the priced time covers the priced work."""

        def enough(makespan: int) -> bool:
            capacity = self.capacity(makespan)
            everyone = np.arange(self.problem.num_jobs)
            cost = (self.member @ price[:-1]) * self.work
            if price[-1].any():
                cost += price[-1] * self.work_with_setups(capacity, everyone)
            worth = np.where(self.eligible, cost, np.inf).min(axis=1).sum()
            # Rounding must not prove a second too much.
            return bool((price * capacity).sum() >= worth * (1 - 1e-9))

        if not price.any() or enough(at_least):
            return at_least
        low, high = at_least, 2 * at_least + 1
        while not enough(high):
            low, high = high, 2 * high
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if enough(middle) else (middle, high)
        return high


def _prices(model: _Model, jobs: Seconds, makespan: int) -> Array | None:
    """
    Prices of machine time from the program for some of the jobs; None: unsolved.

    Least shortage of time before a makespan: jobs share the windows, each of which is
    stretched at the rate at which its machine opens later on.
    """
    problem, m = model.problem, model.problem.num_machines
    capacity = model.capacity(makespan)
    share = float(problem.mean_processing[jobs].sum() / problem.mean_processing.sum())
    rate = (model.capacity(2 * makespan) - capacity) / max(makespan, 1)
    row, column = np.nonzero(model.eligible[jobs])  # a variable per eligible pair
    seconds = model.work[jobs][row, column]
    with_setups = model.work_with_setups(capacity, jobs)[row, column]
    num_pairs, num_rows = len(row), capacity.size
    pairs = np.arange(num_pairs)

    data, rows = [-rate.ravel()], [np.arange(num_rows)]
    columns = [np.full(num_rows, num_pairs)]
    for window in range(model.num_windows):
        inside = model.member[jobs[row], window]
        data.append(seconds[inside])
        rows.append(window * m + column[inside])
        columns.append(pairs[inside])
    data.append(with_setups)
    rows.append(model.num_windows * m + column)
    columns.append(pairs)
    used = Used(*(np.concatenate(x) for x in (data, rows, columns)))
    shortage = np.zeros(num_pairs + 1)
    shortage[-1] = 1.0
    price = capacity_prices(shortage, row, used, share * capacity.ravel())
    return None if price is None else price.reshape(capacity.shape)


def _sample(problem: Problem) -> Seconds:
    """Jobs whose program is small enough to solve: all, or every i-th by length."""
    pairs = int(problem.eligible.sum())
    jobs = np.argsort(problem.mean_processing, kind="stable")
    step = -(-pairs // MOST_PAIRS)
    return np.sort(jobs[step // 2 :: step])
