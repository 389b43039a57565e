"""Prices of scarce capacity: dual values of a linear program, for proving bounds."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from ortools.linear_solver import pywraplp

from core.problem.calendar import Seconds

Array = NDArray[np.float64]

# Prices that are best within its tolerance will do; preprocessing takes longer here.
PARAMETERS = "change_status_to_imprecise: false use_preprocessing: false"


class Used(NamedTuple):
    """
    What choices use of capacities: entry i, so much of one by one.

    Parameters
    ----------
    amount, capacity, choice
        Shape (z,): how much, of which capacity, by which choice or other variable; no
        two entries are of the same two.
    """

    amount: Array
    capacity: Seconds
    choice: Seconds


def capacity_prices(
    cost: Array, job: Seconds, used: Used, capacity: Array
) -> Array | None:
    """
    Prices at which capacities would be sold to the jobs that share them.

    Every job is split, in fractions that add up to one, over its choices; the
    cheapest split that keeps the capacities has dual values, which are the prices.

    Parameters
    ----------
    cost
        Shape (v,): cost of each choice, and perhaps of more variables behind them,
        which belong to no job and may be negative.
    job
        Shape (c,), c <= v: the job, from 0, that each choice belongs to.
    used
        What the choices, and the variables behind them, use of the capacities.
    capacity
        Shape (r,).

    Returns
    -------
    Array or None
        Shape (r,), not negative. None when the program was not solved to its end;
        whoever uses prices for a proof does not depend on them being the best.
    """
    solver = pywraplp.Solver.CreateSolver("GLOP")
    solver.SetSolverSpecificParametersAsString(PARAMETERS)
    infinite = solver.infinity()
    unit = max(float(capacity.max(initial=0.0)), 1.0)  # rows of a size near 1
    rows = [solver.Constraint(-infinite, x) for x in (capacity / unit).tolist()]
    once = [solver.Constraint(1.0, 1.0) for _ in range(int(job.max()) + 1)]
    objective = solver.Objective()
    variables = []
    for choice, price in enumerate(cost.tolist()):
        lowest = 0.0 if choice < len(job) else -infinite
        variables.append(solver.NumVar(lowest, infinite, ""))
        objective.SetCoefficient(variables[-1], price)
    for variable, j in zip(variables, job.tolist(), strict=False):
        once[j].SetCoefficient(variable, 1.0)
    entries = ((used.amount / unit).tolist(), used.capacity.tolist())
    for amount, row, choice in zip(*entries, used.choice.tolist(), strict=True):
        rows[row].SetCoefficient(variables[choice], amount)
    if solver.Solve() != solver.OPTIMAL:
        return None
    prices = np.array([-row.dual_value() for row in rows]) / unit
    return np.maximum(prices, 0.0)
