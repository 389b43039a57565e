"""How much better a decision was than expected."""

from __future__ import annotations

import torch
from torch import Tensor


def generalized_advantages(
    rewards: Tensor,
    values: Tensor,
    next_values: Tensor,
    terminated: Tensor,
    ended: Tensor,
    gamma: float,
    gae_lambda: float,
) -> Tensor:
    """
    Advantages of the decisions in a rollout, by GAE.

    With delta_t = r_t + gamma V(s_t+1) - V(s_t), the advantage is
    A_t = delta_t + gamma lambda A_t+1 (Schulman et al. 2016, eq. 16).
    A *terminated* step has V(s_t+1) = 0; a step that merely *ended* (truncated,
    or the rollout was cut) still bootstraps, but nothing flows back across it.

    Parameters
    ----------
    rewards, values
        Shape (T, B): reward of step t, and the critic's value of the state it
        was taken in. Dimensionless (cost units).
    next_values
        Shape (T, B): value of the state that step t led to, *before* any reset.
    terminated, ended
        Shape (T, B), bool. ``ended`` is terminated or truncated.
    gamma, gae_lambda
        Discount and trace decay, both in [0, 1].

    Returns
    -------
    Tensor
        Shape (T, B). Not normalized; returns are ``advantages + values``.

    Raises
    ------
    ValueError
        When a step is marked terminated but not ended.
    """
    if (terminated & ~ended).any():
        raise ValueError("A terminated step must also be marked as ended.")
    delta = rewards + gamma * next_values * ~terminated - values
    carry = gamma * gae_lambda * ~ended  # (T, B)
    advantages = torch.empty_like(delta)
    running = torch.zeros_like(delta[0])
    for t in reversed(range(len(delta))):
        running = delta[t] + carry[t] * running
        advantages[t] = running
    return advantages


def group_advantages(costs: Tensor, copies: int) -> Tensor:
    """
    Advantages of whole rollouts against the others of the same problem.

    The mean cost of a problem's copies is the baseline, as in POMO (Kwon et al. 2020,
    eq. 3), and their sample standard deviation the unit, as in GRPO (Shao et al.
    2024, section 4.1): every decision of a rollout gets (mean - own) / deviation. No
    critic is asked, and problems whose costs differ a hundredfold weigh the same.

    Parameters
    ----------
    costs
        Shape (P * copies,): cost of each rollout, copies of a problem adjacent.
    copies
        Rollouts per problem.

    Returns
    -------
    Tensor
        Shape (P * copies,), dimensionless; 0 where all copies cost the same.
    """
    groups = costs.view(-1, copies)
    better = groups.mean(1, keepdim=True) - groups
    deviation = groups.std(1, keepdim=True)
    return (better / (deviation + 1e-6)).flatten()
