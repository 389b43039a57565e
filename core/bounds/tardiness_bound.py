"""
A bound on the weighted tardiness from the time that the machines can offer.

Every second of work goes into some stretch of time. Work that a job does late costs
its share of the job's tardiness, at least by the staircase below; so the cheapest way
to spread all work over the stretches, in fractions and with pauses at will, costs no
more than any schedule. Prices of the stretches (dual values of that transportation
problem) prove a bound, which is evaluated in plain arithmetic: any prices do.

The staircase: a job of p seconds that ends at C > d works its last p seconds until
C, or longer ago where it pauses or its machine is slower. With
f(t) = w p ceil((t - d) / p) for t > d, and 0 before, the mean of f over these p
seconds is w (C - d) exactly, and f never falls; so the work's mean of f is at most
the job's weighted tardiness. (Preemptive bounds of this kind: Buelbuel, Kaminsky &
Yano 2004, Naval Research Logistics 51, with a straight line in place of the steps.)
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.bounds.capacity_prices import Used, capacity_prices
from core.bounds.earliest import Earliest, shared_calendars
from core.problem.calendar import Seconds
from core.problem.model import Problem

Array = NDArray[np.float64]

NUM_STRETCHES = 96
MOST_PAIRS = 12_000  # (job, stretch) pairs of a program solved in a tenth of a second


def tardiness_bound(
    problem: Problem, times: Earliest, price: Array, makespan: int
) -> float:
    """
    Bound the weighted tardiness of any schedule.

    Parameters
    ----------
    problem
        What is scheduled.
    times
        Earliest start and end of every job.
    price
        Shape (m,), not negative: what a second of each machine is worth. A job's
        work is its value on the machine where it is worth least.
    makespan
        Seconds; where the stretches of time end. Any is sound, one near the end of
        good plans is best.

    Returns
    -------
    float
        Seconds times weight.
    """
    dated = np.flatnonzero(np.isfinite(problem.due))
    alone = np.maximum(times.end[dated] - problem.due[dated], 0.0)
    bound = float((problem.weight[dated] * alone).sum())
    worth = np.where(problem.eligible, problem.processing, 0.0) * price
    work = np.where(problem.eligible, worth, np.inf).min(axis=1)
    jobs = dated[work[dated] > 0]
    if jobs.size:
        bound += _shared(problem, times, price, makespan, jobs, work[jobs])
    return bound * (1 - 1e-9)  # rounding must not prove too much


def _shared(
    problem: Problem,
    times: Earliest,
    price: Array,
    makespan: int,
    jobs: Seconds,
    work: Array,
) -> float:
    """Tardiness of the given jobs beyond what each has when it is alone."""
    edges = np.unique(np.linspace(0, makespan, NUM_STRETCHES + 1).astype(np.int64))
    offered = np.zeros(len(edges) - 1)
    for calendar, machines in shared_calendars(problem):
        for k in machines.tolist():
            from_then = np.maximum(edges, problem.available[k])
            offered += price[k] * np.diff(calendar.open_seconds(from_then))
    # The last stretch, behind the makespan, has room for everything.
    cost = _stairs(problem, times, jobs, edges)
    prices = _prices(cost, work, offered)
    if prices is None:
        return 0.0
    paid = cost + work[:, None] * np.append(prices, 0.0)
    return max(0.0, float(paid.min(axis=1).sum() - (prices * offered).sum()))


def _stairs(problem: Problem, times: Earliest, jobs: Seconds, edges: Seconds) -> Array:
    """Shape (jobs, edges), cost of all of a job's work in the stretch from an edge."""
    steps = problem.smallest_processing[jobs, None]
    # C - d = (e - d) + (C - e) for a job that is late at its earliest end e.
    due = np.maximum(problem.due[jobs], times.end[jobs])[:, None]
    # A stretch is open at its left: work in it is done after the edge.
    late = np.maximum(np.floor((edges - due) / steps) + 1, 0.0)
    cost = np.asarray(problem.weight[jobs, None] * steps * late, dtype=np.float64)
    ends = np.append(edges[1:], np.iinfo(np.int64).max)
    cost[ends <= times.start[jobs, None]] = np.inf
    return cost


def _prices(cost: Array, work: Array, offered: Array) -> Array | None:
    """Prices of the stretches from the program for some of the jobs; None: unsolved."""
    step = -(-cost.size // MOST_PAIRS)
    some = np.argsort(work, kind="stable")[step // 2 :: step]
    share = work[some].sum() / work.sum()
    row, column = np.nonzero(np.isfinite(cost[some]))
    pairs, last = np.arange(len(row)), cost.shape[1] - 1
    inside = column < last
    used = Used(work[some][row[inside]], column[inside], pairs[inside])
    return capacity_prices(cost[some][row, column], row, used, share * offered)
