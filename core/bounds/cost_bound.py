"""How good a schedule can be at best."""

from __future__ import annotations

from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np

from core.bounds.earliest import earliest
from core.bounds.setup_bound import setup_bound
from core.bounds.tardiness_bound import tardiness_bound
from core.bounds.work_bound import work_bound
from core.problem.model import Problem
from core.problem.objective import Objective

CHAIN = "the longest chain of jobs"
WORK = "the work that the machines share"


@dataclass(frozen=True)
class Bounds:
    """
    Figures that no valid schedule of a problem can beat.

    Parameters
    ----------
    makespan, weighted_tardiness, setup
        Seconds (tardiness: times weight), each at its best alone.
    cost
        Of the three together, by the objective they were asked for; of a part of a
        whole, what is fixed of the whole included.
    decisive
        What keeps the makespan from being shorter.
    """

    makespan: int
    weighted_tardiness: float
    setup: int
    cost: float
    decisive: str


def lower_bounds(problem: Problem, objective: Objective) -> Bounds:
    """
    Bound what any schedule of a problem costs.

    Parameters
    ----------
    problem
        What is scheduled.
    objective
        Turns the three bounds into one on the cost: their weighted sum, as no
        schedule can be better in any of them.

    Notes
    -----
    Makespan: the earliest end of any job behind its predecessors, or the linear
    relaxation of the assignment of jobs to machines with unavoidable setups, in open
    time. Tardiness: every job alone, and the work spread over time. Setups: every
    group is entered once.
    """
    times = earliest(problem)
    chain = int(times.end.max())
    work = work_bound(problem, times, chain)
    # Two ways to value machine time; what is scarce for all is not scarce for some.
    values = [np.ones(problem.num_machines)]
    if work.price.any():
        values.append(work.price)
    late = max(
        tardiness_bound(problem, times, value, work.makespan) for value in values
    )
    setup = setup_bound(problem)
    x, y, z = objective.scales(problem)
    fixed, tardy, setups = problem.fixed_figures
    return Bounds(
        makespan=work.makespan,
        weighted_tardiness=late,
        setup=setup,
        # The same order of sums as in a schedule's cost, so that rounding agrees.
        cost=sum(
            (x * max(work.makespan, fixed), y * (late + tardy), z * (setup + setups))
        ),
        decisive=WORK if work.makespan > chain else CHAIN,
    )


_KNOWN: WeakKeyDictionary[Problem, dict[Objective, float]] = WeakKeyDictionary()


def cost_bound(problem: Problem, objective: Objective) -> float:
    """
    Cost that no schedule of a problem can beat; computed once for all its plans.

    Parameters
    ----------
    problem, objective
        See :func:`lower_bounds`.
    """
    known = _KNOWN.setdefault(problem, {})
    if objective not in known:
        known[objective] = lower_bounds(problem, objective).cost
    return known[objective]
