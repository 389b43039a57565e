"""Random choices mixed into a policy while it plays."""

from __future__ import annotations

import torch
from torch import Tensor

from core.training.settings import ExplorationSettings


def epsilons(settings: ExplorationSettings, progress: float) -> tuple[float, float]:
    """
    Job and machine epsilon at some share of the run; they fall linearly.

    Parameters
    ----------
    settings
        Start, end and pace.
    progress
        Share of the run that is over, in [0, 1].
    """
    pace = settings.anneal_until
    share = min(progress / pace, 1.0) if pace > 0 else 1.0
    factor = 1 - share * (1 - settings.final_share)
    return settings.job_epsilon * factor, settings.machine_epsilon * factor


def explored(
    log_probability: Tensor, owner: Tensor, count: int, epsilon: float, weight: Tensor
) -> Tensor:
    """
    Log-probabilities of a policy that chooses at random now and then.

    mu(i) = (1 - epsilon) pi(i) + epsilon w(i) / sum(w). Decisions are drawn from mu
    and stored with log mu, so that PPO's ratio pi_new / mu stays the importance
    weight of the policy that acted.

    Parameters
    ----------
    log_probability, owner, count
        Shape (R,): log pi; (R,): decision of each row; number of decisions.
    epsilon
        Share of random choices.
    weight
        Shape (R,), positive: how likely each row is in a random choice.
    """
    if epsilon == 0:
        return log_probability
    total = torch.zeros(count, dtype=weight.dtype, device=weight.device)
    total = total.index_add(0, owner, weight)
    random = (weight / total[owner]).to(log_probability.dtype)
    return torch.log((1 - epsilon) * log_probability.exp() + epsilon * random)


def idle_weights(utilisation: Tensor) -> Tensor:
    """Weight of a machine in a random choice: 1 / (utilisation + 0.1)."""
    return 1 / (utilisation + 0.1)
