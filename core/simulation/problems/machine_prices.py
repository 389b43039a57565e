"""How scarce the time of each machine is."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

PRICE_ITERATIONS = 150

Singles = NDArray[np.float32]


def machine_prices(
    processing: NDArray[np.float64], available: NDArray[np.float64]
) -> tuple[Singles, Singles]:
    """
    Scarcity of each machine, and the fractional assignment that reveals it.

    The makespan of the fractional assignment problem, min_x max_k sum_j p[j,k]
    x[j,k], has the dual max_y sum_j min_k y[k] p[j,k] over y in the simplex. Both
    are approached by multiplicative weights (Plotkin, Shmoys and Tardos 1995):
    every job goes to the machine that is cheapest for it, machines with more load
    than others become dearer, the average of the assignments is the answer.

    Parameters
    ----------
    processing
        Shape (n, m), seconds; +inf where not eligible, finite somewhere in each row.
    available
        Shape (m,), seconds of load that each machine starts with.

    Returns
    -------
    price, assignment
        Shape (m,), mean 1, and (n, m), rows sum to 1.
    """
    n, m = processing.shape
    # In float64: where two machines are nearly as cheap, which is chosen must not hang
    # on how a computer rounds a logarithm.
    ideal = max(float(processing.min(axis=1).sum()) / m, 1e-6)
    work = processing / ideal
    log_work = np.log(work)  # +inf where not eligible
    start = available / ideal
    start -= start.min()
    log_price, total = np.zeros(m), np.zeros(m)
    count = np.zeros(n * m)
    dear, row = np.empty_like(work), np.arange(n) * m
    first = PRICE_ITERATIONS // 3
    for t in range(PRICE_ITERATIONS):
        best = np.add(log_price, log_work, out=dear).argmin(axis=1)  # (n,)
        pair = row + best
        load = start + np.bincount(best, weights=work.take(pair), minlength=m)
        log_price += 0.6 / (1 + t) ** 0.6 * (load - load.mean()).clip(-2, 2)
        log_price -= log_price.max()
        if t >= first:
            count[pair] += 1
            total += log_price
    price = np.exp(total / (PRICE_ITERATIONS - first))
    price /= price.mean()
    assignment = count.reshape(n, m) / (PRICE_ITERATIONS - first)
    return price.astype(np.float32), assignment.astype(np.float32)
