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
    work = processing.astype(np.float32)
    ideal = max(np.float32(work.min(axis=1).sum() / m), np.float32(1e-6))
    work /= ideal
    log_work = np.log(work)  # +inf where not eligible
    start = (available / ideal).astype(np.float32)
    start -= start.min()
    log_price = np.zeros(m, dtype=np.float32)
    total = np.zeros_like(log_price)
    count = np.zeros(n * m, dtype=np.float32)
    dear, row = np.empty_like(work), np.arange(n) * m
    first = PRICE_ITERATIONS // 3
    for t in range(PRICE_ITERATIONS):
        best = np.add(log_price, log_work, out=dear).argmin(axis=1)  # (n,)
        pair = row + best
        load = start.copy()
        np.add.at(load, best, work.take(pair))
        spread = load - load.sum() / np.float32(m)
        step = np.float32(0.6 / (1 + t) ** 0.6)
        log_price += step * spread.clip(-2, 2)
        log_price -= log_price.max()
        if t >= first:
            count[pair] += 1
            total += log_price
    price = np.exp(total / np.float32(PRICE_ITERATIONS - first))
    price /= price.sum() / np.float32(m)
    count /= np.float32(PRICE_ITERATIONS - first)
    return price, count.reshape(n, m)
