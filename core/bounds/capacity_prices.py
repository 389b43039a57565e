"""Prices of scarce capacity: dual values of a linear program, for proving bounds."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import coo_array

from core.problem.calendar import Seconds

Array = NDArray[np.float64]


def capacity_prices(
    cost: Array, job: Seconds, used: coo_array, capacity: Array
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
        Shape (r, v): what each choice uses of every capacity.
    capacity
        Shape (r,).

    Returns
    -------
    Array or None
        Shape (r,), not negative. None when the program was not solved to its end;
        whoever uses prices for a proof does not depend on them being the best.
    """
    choices, variables = len(job), len(cost)
    once = coo_array(
        (np.ones(choices), (job, np.arange(choices))),
        shape=(int(job.max()) + 1, variables),
    )
    lowest = np.where(np.arange(variables) < choices, 0.0, -np.inf)
    # The annotations of SciPy know no sparse matrices here.
    solve: Any = linprog
    solved = solve(
        cost,
        A_ub=used.tocsr(),
        b_ub=capacity,
        A_eq=once.tocsr(),
        b_eq=np.ones(once.shape[0]),
        bounds=np.column_stack([lowest, np.full(variables, np.inf)]),
        method="highs-ds",
    )
    if solved.status != 0:
        return None
    return np.maximum(-np.asarray(solved.ineqlin.marginals, dtype=np.float64), 0.0)
