"""
A bound on the whole cost at once: lateness, makespan and setups share the machines.

Time is cut into buckets. Two prices are put on a machine: one on every open second in
a bucket spent in a mode (a setup group), one on starting a job in a bucket. Families
pay them, machines are paid them. For a makespan C, with a, y, z the cost of a second
of makespan, weighted tardiness and setup::

    a C + sum over families of min (y w T + prices paid, all ended by C)
        - sum over machines of max (prices earned by C - z setup)

is at most the cost of every schedule that ends at C, for *any* prices that are not
negative. Take a schedule:

- a family may choose what it does there: each job on its machine, at its start, behind
  its predecessors. So its minimum is at most its tardiness plus the prices it pays;
- a machine may choose what it does there: the runs of jobs of one mode in their order,
  a setup between them as soon as a run has ended. So its maximum is at least what it
  earns there less its setups;
- what the jobs pay for seconds is at most what the machines earn for them, as a job
  runs while its machine is in its mode; and so for starts: each job starts once, in
  one run, and a run earns at least the price of that bucket.

So the prices cancel, or leave something that lowers the sum. The least sum over all C
bounds the cost. (Lagrangian decomposition, Guignard & Kim 1987; prices of machine time
as in Luh & Hoitomt 1993.) Where the dynamic programs round, they round to the safe
side: a start anywhere in a fine stretch may have the end of its beginning and the
cheapest prices within it, a visit the starts of the whole buckets that it touches.
Setups within a group, and further successors of a job than one, are left out.

Good prices are sought by subgradients in Adam's step sizes (Kingma & Ba 2015): they
rise where families ask for more than machines offer. The bound does not depend on how
good they are, nor on a solver's tolerance.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.bounds.buckets import Buckets, cut, empty_table
from core.bounds.cost_bound import lower_bounds
from core.bounds.earliest import earliest
from core.bounds.families import plan_families, use_of_families
from core.bounds.modes import plan_modes, use_of_modes
from core.bounds.work_bound import work_bound
from core.problem.model import Problem
from core.problem.objective import Objective

Array = NDArray[np.float64]

STEPS = 500
MOST_PAIRS = 12_000  # (job, machine) pairs: 150 MB of tables
MOST_CHANGES = 500_000  # machines times setup groups squared: a step under a second
PACE = 0.1  # of the mean price of a bucket: the first step
LAST_PACE = 0.02  # of the first step: the last
SMOOTH = 0.95  # decay of the mean of the prices, which proves more than each of them
EVERY = 8  # steps between two looks at what the mean proves
MEMORY, SPREAD = 0.9, 0.99  # decay of the mean subgradient, and of its square
FLOOR = 0.03  # added to the root of the mean square
MARGIN = 1e-9  # of all sums: rounding must not prove too much


@dataclass(frozen=True)
class JointBound:
    """
    What no schedule can cost less than.

    Parameters
    ----------
    cost
        By the objective; at least ``separate``.
    separate
        The sum of separate bounds, where the search began.
    steps
        Steps of the search that were made.
    """

    cost: float
    separate: float
    steps: int


def _never() -> bool:
    return False


def _silent(share: float, cost: float) -> None:
    pass


def joint_bound(
    problem: Problem,
    objective: Objective,
    *,
    steps: int = STEPS,
    stop: Callable[[], bool] = _never,
    progress: Callable[[float, float], None] = _silent,
) -> JointBound:
    """
    Bound what any schedule of a problem costs, step by step.

    Parameters
    ----------
    problem, objective
        What is bounded.
    steps
        Same number, same bound; the steps become smaller towards the last.
    stop
        Asked before every step.
    progress
        Called after every step with the share done in [0, 1] and the cost proved.

    Returns
    -------
    JointBound
        The best of all steps. Problems with more pairs of jobs and machines than
        ``MOST_PAIRS``, or more changes of groups than ``MOST_CHANGES``, keep the sum
        of separate bounds: no step is made.

    Raises
    ------
    ValueError
        When ``steps`` is negative.
    """
    if steps < 0:
        raise ValueError(f"Expected steps >= 0, got {steps}.")
    separate = lower_bounds(problem, objective).cost
    changes = problem.num_machines * problem.num_groups**2
    large = problem.eligible.sum() > MOST_PAIRS or changes > MOST_CHANGES
    if large or steps == 0:
        return JointBound(separate, separate, 0)
    search = Search(problem, objective)
    best, done = separate, 0
    while done < steps and not stop():
        best = max(best, search.step(done / steps))
        done += 1
        if done % EVERY == 0 or done == steps:
            best = max(best, search.smooth())
        progress(done / steps, best)
    return JointBound(best, separate, done)


class Search:
    """Prices, and how they move."""

    def __init__(self, problem: Problem, objective: Objective) -> None:
        times = earliest(problem)
        work = work_bound(problem, times, int(times.end.max()))
        self.per_second, tardy, setup = objective.scales(problem)
        # What is fixed of the whole that the problem is a part of.
        ended, late, changed = problem.fixed_figures
        self.least = max(work.makespan, ended)
        self.fixed = tardy * late + setup * changed
        self.cuts: Buckets = cut(problem, objective, times, work.makespan)
        families, modes = self.cuts.families, self.cuts.modes
        m, g = modes.enter.shape
        stretches = len(modes.bucket)
        worth = work.price if work.price.any() else np.ones(m)
        # Prices in cost per bucket, so that all steps are of one size.
        self.price = np.empty((m, g, modes.edge.shape[1] - 1))
        self.price[:] = (worth / worth.sum())[:, None, None]
        self.price *= self.per_second * self.cuts.length
        self.visit = np.zeros((len(families.machine), self.price.shape[2]))
        self.size = self.cuts.length * (
            self.per_second / m + tardy * float(problem.weight.mean())
        )
        if self.size == 0:  # setups alone are paid
            self.size = modes.price * self.cuts.length
        self.table = empty_table(modes)
        self.cost = np.empty((problem.num_jobs, stretches + 1))
        self.choice = np.zeros((problem.num_jobs, stretches + 1), dtype=np.int64)
        self.count = 0
        self.smoothed = [self.price.copy(), self.visit.copy()]
        self.mean = [np.zeros_like(self.price), np.zeros_like(self.visit)]
        self.square = [np.zeros_like(self.price), np.zeros_like(self.visit)]

    def step(self, share: float) -> float:
        """Bound by the prices at hand; then move them."""
        prices = (self.price, self.visit)
        bound, used, visits = self.evaluate(*prices)
        pace = self.size * PACE * LAST_PACE**share
        self.count += 1
        wanted = (used / self.cuts.length, visits)
        for price, more, mean, square in zip(
            prices, wanted, self.mean, self.square, strict=True
        ):
            mean *= MEMORY
            mean += (1 - MEMORY) * more
            square *= SPREAD
            square += (1 - SPREAD) * more**2
            size = np.sqrt(square / (1 - SPREAD**self.count)) + FLOOR
            price += pace * mean / (1 - MEMORY**self.count) / size
            np.maximum(price, 0.0, out=price)
        for price, smooth in zip(prices, self.smoothed, strict=True):
            smooth *= SMOOTH
            smooth += (1 - SMOOTH) * price
        return bound

    def smooth(self) -> float:
        """Bound by the mean of the last prices."""
        return self.evaluate(*self.smoothed)[0]

    def evaluate(self, price: Array, visit: Array) -> tuple[float, Array, Array]:
        """Bound by some prices; what is asked for beyond what is offered, at each."""
        families, modes = self.cuts.families, self.cuts.modes
        rates = price / self.cuts.length
        paid = np.zeros((*rates.shape[:2], rates.shape[2] + 1))
        np.cumsum(rates * self.cuts.open[:, None], axis=2, out=paid[:, :, 1:])
        plan_families(families, paid, rates, visit, self.cost, self.choice)
        plan_modes(modes, rates, visit, self.table)
        family = self.cost[families.roots].sum(axis=0)  # (stretches + 1,)
        machine = self.table.worth.sum(axis=0)
        machine = np.append(machine, machine[-1])
        begin = self.cuts.width * np.arange(len(family))
        makespan = self.per_second * np.maximum(begin, self.least)
        bound = makespan + family - machine
        bound += self.fixed
        bound -= MARGIN * (makespan + np.abs(family) + machine + self.fixed)
        too_early = begin + self.cuts.width <= self.least
        too_early[-1] = False
        bound[too_early] = np.inf
        end = int(bound.argmin())
        used, visits = np.zeros_like(rates), np.zeros_like(visit)
        use_of_families(families, paid, rates, self.choice, end, used, visits)
        end_of_machines = min(end, len(family) - 2)
        use_of_modes(modes, self.table, visit, end_of_machines, used, visits)
        return float(bound[end]), used, visits
