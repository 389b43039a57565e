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


def group_advantages(advantages: Tensor, costs: Tensor, copies: int) -> Tensor:
    """
    Advantages against the other rollouts of the same problem.

    At every step the mean over the problem's copies is taken off, as in POMO's
    shared baseline (Kwon et al. 2020, eq. 3), so that an error of the critic that all
    copies share does no harm. All are divided by the standard deviation of the
    copies' costs + 1 % of their mean: the 1 % keeps differences that hardly matter
    from being blown up to full size once all rollouts are about equally good.

    Parameters
    ----------
    advantages
        Shape (T, P * copies), copies of a problem adjacent; cost units.
    costs
        Shape (P * copies,): cost of each rollout.
    copies
        Rollouts per problem.

    Returns
    -------
    Tensor
        Shape (T, P * copies), dimensionless.
    """
    groups = costs.view(-1, copies)
    mean = groups.mean(1, keepdim=True)
    deviation = (groups - mean).square().mean(1, keepdim=True).sqrt()
    scale = deviation + 0.01 * mean.abs()  # (P, 1)
    steps = advantages.view(len(advantages), -1, copies)
    centred = steps - steps.mean(2, keepdim=True)
    return (centred / torch.where(scale > 0, scale, 1)).view_as(advantages)
