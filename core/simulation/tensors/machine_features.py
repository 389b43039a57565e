"""Features of machines by tensor operations: the reference of machine code."""

from __future__ import annotations

import torch
from torch import Tensor

from core.simulation.feature_tables import MACHINE_FEATURES
from core.simulation.problems.static_columns import JOB_SECONDS, PAIR_STATIC
from core.simulation.rollouts import Rollouts
from core.simulation.tensors.by_name import by_name


def machine_features(r: Rollouts, b: Tensor, jobs: Tensor) -> tuple[Tensor, Tensor]:
    """
    Features of every machine for the job chosen in each of some rollouts.

    Parameters
    ----------
    r, b, jobs
        Rollouts, which of them, (A,), and the job chosen in each.

    Returns
    -------
    features, end
        Shape (A, M, F), float32, and (A, M), seconds since plan start; of machines
        that may not be chosen they mean nothing.
    """
    static, m, here = r.static, r.num_machines, r.source[b]
    at = here * r.num_jobs + jobs
    unit = static.scale[here][:, None]
    now = r.now[b][:, None]
    setup_start, _, begin, end = r.outcome(b, jobs)
    absolute = torch.stack([setup_start, begin, end, r.earliest_start[b, jobs]], 1)
    relative = ((absolute - now[:, None]) / unit[:, None]).float()  # (A, 4, M)
    free, begin_, end_, start = relative.unbind(1)
    may = r.machine_mask(b, jobs)
    pairs = static.pair_static.view(-1, len(PAIR_STATIC), m).index_select(0, at)
    pair = PAIR_STATIC._make(pairs.unbind(1))  # (A, M) each
    group = static.group[here, jobs][:, None]
    setup = torch.take(static.setup_scaled, r.setup_offset[b] + group)
    known = static.job_seconds.view(-1, len(JOB_SECONDS)).index_select(0, at)
    seconds = JOB_SECONDS._make(known[:, :, None].unbind(1))  # (A, 1) each
    into = (seconds.setup_of_group / unit).float()
    effort = torch.where(may, pair.processing + setup, torch.inf)
    until = free.clamp(min=0)
    load = (r.load[b] / unit).float()
    machines = static.num_machines[here][:, None]
    real = torch.arange(m, device=b.device) < machines
    mean_load = ((load + until) * real).sum(1, keepdim=True) / machines
    current = r.machine_group[b]
    padded = torch.nn.functional.pad(r.group_work[b] / unit, (0, 1))
    own_work = padded.gather(1, current).float()
    # The best fit among the *other* machines: the largest, or the second for itself.
    fits = torch.where(may, pair.fit, 0)
    best = torch.nn.functional.pad(fits, (0, 1)).topk(2, 1).values
    others = torch.where(fits == best[:, :1], best[:, 1:], best[:, :1])
    least_end = torch.where(may, end_, torch.inf).amin(1, keepdim=True)
    priced = (pair.processing + setup) * pair.price
    squashed = {
        "processing": pair.processing,
        "setup": setup,
        "setup saved": into - setup,
        "work and setup regret": effort - effort.amin(1, keepdim=True),
        "end": end_,
        "end regret": end_ - least_end,
        "end regret, any": end_ - end_.amin(1, keepdim=True),
        "wait": start,
        "dead time": begin_ - until,
        "pause": end_ - begin_ - pair.processing,
        "busy": until,
        "load": load,
        "own group work": own_work,
        "setup after": pair.setup_after,
    }
    plain = {
        "processing ratio": pair.processing / (seconds.mean_processing / unit).float(),
        "no setup": setup == 0,
        "load ratio": (load + until) / mean_load.clamp(min=1e-3),
        "same group": current == group,
        "price": torch.log(static.price[here].clamp(min=1e-3)),
        "priced effort": torch.log(priced.clamp(min=1e-3)),
        "fit": pair.fit,
        "fit of others": others,
        "preferred": pair.preferred,
    }
    return by_name(MACHINE_FEATURES, squashed, plain), end
