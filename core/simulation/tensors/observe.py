"""What a policy sees of some rollouts, by tensor operations on any device."""

from __future__ import annotations

import torch
from torch import Tensor

from core.simulation.rollouts import Rollouts
from core.simulation.tensors.job_features import job_features
from core.simulation.tensors.machine_features import machine_features
from core.simulation.tensors.overall_features import overall_features


def observe_jobs(r: Rollouts, b: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """
    Candidates of some rollouts.

    Returns
    -------
    owner, job, features, overall
        Shapes (R,), (R,), (R, F) and (A, F'); owners ascend.
    """
    owner, job = torch.nonzero(r.job_mask[b], as_tuple=True)
    features, candidates = job_features(r, b, owner, job)
    return owner, job, features, overall_features(r, b, candidates)


def observe_machines(
    r: Rollouts, b: Tensor, jobs: Tensor
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """
    Machines for the job chosen in each of some rollouts.

    Returns
    -------
    owner, machine, features, end
        Shapes (Q,), (Q,), (Q, F) and (Q,); owners ascend.
    """
    features, end = machine_features(r, b, jobs)
    owner, machine = torch.nonzero(r.machine_mask(b, jobs), as_tuple=True)
    chosen = owner * r.num_machines + machine
    flat = features.view(-1, features.shape[2])
    return owner, machine, flat.index_select(0, chosen), end.view(-1)[chosen]
