"""Features of the whole by tensor operations: the reference of machine code."""

from __future__ import annotations

import torch
from torch import Tensor

from core.simulation.feature_tables import GLOBAL_FEATURES
from core.simulation.rollouts import Rollouts
from core.simulation.tensors.by_name import by_name
from core.simulation.tensors.job_features import CandidateRows


def overall_features(r: Rollouts, b: Tensor, candidates: CandidateRows) -> Tensor:
    """
    Features of the whole.

    Parameters
    ----------
    r, b
        Rollouts, and which of them, (A,).
    candidates
        What was found of their candidates.

    Returns
    -------
    Tensor
        Shape (A, F), float32.
    """
    static, here, now = r.static, r.source[b], r.now[b]
    unit, machines, load = static.scale[here], static.num_machines[here], r.load[b]
    busy = ((r.open_ready[b] - now[:, None]) / unit[:, None]).float()  # (A, M)
    real = torch.arange(r.num_machines, device=b.device) < machines[:, None]
    until = busy.clamp(min=0) * real
    expected = (load / unit[:, None]).float() + until
    mean_until = until.sum(1) / machines
    spread = (((until - mean_until[:, None]) ** 2) * real).sum(1) / machines
    late, dated = candidates.late, candidates.dated
    counted = torch.stack([torch.ones_like(late), late, dated], 1)
    counted = counted.new_zeros((len(b), 3)).index_add(0, candidates.owner, counted)
    number, late, dated = counted.unbind(1)  # (A,) each
    left, ideal = r.remaining[b], static.horizon[here]
    wait = (r.lookahead[b] / unit).clamp(max=1e15).float()
    per_machine = (r.work_left[b] / machines).clamp(min=1)  # seconds
    horizon = (per_machine / unit).float()
    weights = static.objective[here]
    shares = (weights / weights.sum(1, keepdim=True)).unbind(1)
    peak = expected.amax(1) * machines / expected.sum(1).clamp(min=1e-3)
    squashed = {
        "work left": horizon,
        "clock": (now / ideal).float(),
        "makespan": ((r.makespan_bound[b] - now) / ideal).float(),
        "busy spread": spread.sqrt(),
        "longest chain": candidates.longest / horizon,
        "setups": (static.usual_setup[here] / unit).float(),
    }
    plain = {
        "done": 1 - left / static.num_jobs[here],
        "idle machines": ((until == 0) & real).sum(1) / machines,
        "load peak": torch.log1p(peak),
        "size": torch.log1p(left) / 4,
        "machines": torch.log1p(machines) / 4,
        "may wait": wait > 0,
        "any order": wait >= 1e14,
        "candidates": number / left,
        "late": late / number,
        "due": dated / number,
        "finish early": shares[0],
        "on time": shares[1],
        "few setups": shares[2],
    }
    return by_name(GLOBAL_FEATURES, squashed, plain)
