"""How scarce the time of each machine is."""

from __future__ import annotations

import torch
from torch import Tensor

PRICE_ITERATIONS = 150


def machine_prices(
    processing: Tensor, available: Tensor, num_machines: Tensor
) -> tuple[Tensor, Tensor]:
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
        Shape (P, N, M), seconds; +inf where not eligible.
    available
        Shape (P, M), seconds of load that each machine starts with.
    num_machines
        Shape (P,).

    Returns
    -------
    price, assignment
        Shape (P, M), mean 1 over the true machines, and (P, N, M), rows sum to 1.
    """
    m = processing.shape[2]
    real = torch.arange(m, device=processing.device) < num_machines[:, None]
    work = processing.float()  # (P, N, M)
    finite = torch.isfinite(work)
    eligible_job = finite.any(2)
    ideal = torch.where(finite, work, torch.inf).amin(2)
    ideal = torch.where(eligible_job, ideal, 0).sum(1) / num_machines
    work = work / ideal.clamp(min=1e-6)[:, None, None]
    start = (available / ideal.clamp(min=1e-6)[:, None]).float()
    start = start - start.where(real, start.amax(1, keepdim=True)).amin(1, keepdim=True)
    log_work = torch.log(work)  # +inf where not eligible
    free = torch.where(finite, work, 0)
    log_price = torch.zeros_like(available, dtype=torch.float32)
    total = torch.zeros_like(log_price)
    count = torch.zeros_like(work)
    for t in range(PRICE_ITERATIONS):
        best = (log_price[:, None] + log_work).argmin(2, keepdim=True)  # (P, N, 1)
        chosen = free.gather(2, best).squeeze(2)
        load = start.scatter_add(1, best.squeeze(2), chosen)
        spread = (
            load
            - load.where(real, load.new_zeros(())).sum(1, keepdim=True)
            / num_machines[:, None]
        )
        step = 0.6 / (1 + t) ** 0.6
        log_price = log_price + step * spread.clamp(-2, 2)
        log_price = log_price - log_price.where(real, -torch.inf).amax(1, keepdim=True)
        if t >= PRICE_ITERATIONS // 3:
            count.scatter_add_(2, best, torch.ones_like(best, dtype=torch.float32))
            total += log_price
    price = torch.exp(total / (PRICE_ITERATIONS - PRICE_ITERATIONS // 3))
    mean = torch.where(real, price, 0).sum(1, keepdim=True) / num_machines[:, None]
    price = torch.where(real, price / mean, 1)
    assignment = count / count.sum(2, keepdim=True)
    return price, torch.where(eligible_job[:, :, None] & finite, assignment, 0)
