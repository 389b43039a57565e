"""The loss, and one update of the weights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from core.policy.two_step import Policy, evaluate
from core.simulation.features import squash
from core.training.rollout import RolloutDecisions
from core.training.settings import PPOSettings


@dataclass(frozen=True, eq=False)
class Loss:
    """
    The parts of PPO's loss on a minibatch; scalars.

    Parameters
    ----------
    total
        What is minimized.
    policy, value
        Clipped surrogate, and half the squared error of the squashed value.
    job_entropy, machine_entropy
        Mean entropy of the two steps, in nats.
    approx_kl, clipfrac
        Estimate of KL(old, new) (Schulman's k3), share of clipped ratios.
    """

    total: Tensor
    policy: Tensor
    value: Tensor
    job_entropy: Tensor
    machine_entropy: Tensor
    approx_kl: Tensor
    clipfrac: Tensor


def ppo_loss(
    policy: Policy, decisions: RolloutDecisions, settings: PPOSettings
) -> Loss:
    """
    PPO's clipped loss for two-step decisions.

    L = E[max(-A r, -A clip(r, 1 - e, 1 + e))] + vf_coef * value loss - ent_coef *
    (entropy of the job step + entropy of the machine step), where log r is the
    difference of log pi(job) + log pi(machine | job) to the policy that acted
    (Schulman et al. 2017, eq. 7 and 9).

    Parameters
    ----------
    policy
        Gradients flow into its parameters.
    decisions
        A minibatch; advantages as they are to be used.
    settings
        Coefficients.
    """
    now = evaluate(
        policy,
        decisions.observation,
        decisions.machines,
        decisions.job_row,
        decisions.machine_row,
    )
    log_ratio = (now.log_probability - decisions.log_probability).sum(1)
    ratio = log_ratio.exp()
    clipped = ratio.clamp(1 - settings.clip_coef, 1 + settings.clip_coef)
    surrogate = -torch.min(decisions.advantage * ratio, decisions.advantage * clipped)
    # The value head estimates the cost still to come. Costs differ a hundredfold
    # between kinds of problems, so errors count in squashed units (symlog; Hafner et
    # al. 2023, eq. 9), or the value's gradient would drown the policy's.
    target = squash(-decisions.return_)
    value = 0.5 * (squash(now.value) - target).square()
    job_entropy, machine_entropy = now.job_entropy.mean(), now.machine_entropy.mean()
    total = (
        surrogate.mean()
        + settings.vf_coef * value.mean()
        - settings.ent_coef * (job_entropy + machine_entropy)
    )
    with torch.no_grad():
        approx_kl = (ratio - 1 - log_ratio).mean()
        clipfrac = (ratio != clipped).float().mean()
    return Loss(
        total,
        surrogate.mean(),
        value.mean(),
        job_entropy,
        machine_entropy,
        approx_kl,
        clipfrac,
    )


class NotFiniteError(RuntimeError):
    """The loss or a gradient is not a number; the weights were left as they were."""


def update(
    policy: Policy,
    optimizer: torch.optim.Optimizer,
    decisions: RolloutDecisions,
    settings: PPOSettings,
    generator: torch.Generator,
) -> dict[str, float]:
    """
    Improve a policy on what was played.

    Parameters
    ----------
    policy, optimizer
        Changed in place.
    decisions
        A rollout's.
    settings
        Epochs, minibatches, coefficients.
    generator
        Shuffles the decisions.

    Returns
    -------
    dict
        Mean of each part of the loss, ``epochs`` run, ``explained_variance``.

    Raises
    ------
    NotFiniteError
        When the loss or a gradient is not finite; says at which minibatch.
    """
    parameters = [p for group in optimizer.param_groups for p in group["params"]]
    rows: list[list[float]] = []
    epoch = 0
    for epoch in range(1, settings.update_epochs + 1):
        order = torch.randperm(len(decisions), generator=generator)
        order = order[: settings.update_decisions]
        batches = order.split(settings.minibatch_decisions)
        for i, batch in enumerate(batches):
            chosen = batch.sort().values.to(decisions.advantage.device)
            loss = ppo_loss(policy, decisions.select(chosen), settings)
            optimizer.zero_grad(set_to_none=True)
            loss.total.backward()
            average_gradients(parameters)
            norm = nn.utils.clip_grad_norm_(parameters, settings.max_grad_norm)
            if not torch.isfinite(norm) or not torch.isfinite(loss.total):
                raise NotFiniteError(
                    f"Loss {float(loss.total.detach())}, gradient norm {float(norm)} "
                    f"in epoch {epoch}, minibatch {i + 1} of {len(batches)}."
                )
            optimizer.step()
            rows.append([float(getattr(loss, name).detach()) for name in _PARTS])
        recent = torch.tensor([row[_PARTS.index("approx_kl")] for row in rows])
        mean_kl = averaged({"kl": float(recent[-len(batches) :].mean())})["kl"]
        if mean_kl > settings.target_kl:
            break
    means = torch.tensor(rows, dtype=torch.float64).mean(0).tolist()
    figures = dict(zip(_PARTS, means, strict=True))
    figures["epochs"] = float(epoch)
    figures["explained_variance"] = _explained_variance(
        figures["value"], squash(decisions.return_)
    )
    return figures


_PARTS = (
    "total",
    "policy",
    "value",
    "job_entropy",
    "machine_entropy",
    "approx_kl",
    "clipfrac",
)


def average_gradients(parameters: list[nn.Parameter]) -> None:
    """Average gradients over all processes of a distributed run; nothing in one."""
    if not _distributed():
        return
    world = torch.distributed.get_world_size()
    for parameter in parameters:
        if parameter.grad is None:
            parameter.grad = torch.zeros_like(parameter)
        torch.distributed.all_reduce(parameter.grad)
        parameter.grad /= world


def averaged(figures: Mapping[str, float]) -> dict[str, float]:
    """Mean of each figure over all processes of a distributed run."""
    values = torch.tensor(list(figures.values()), dtype=torch.float64)
    if _distributed():
        if torch.distributed.get_backend() == "nccl":
            values = values.cuda()
        torch.distributed.all_reduce(values)
        values /= torch.distributed.get_world_size()
    return dict(zip(figures, values.tolist(), strict=True))


def _distributed() -> bool:
    return torch.distributed.is_available() and torch.distributed.is_initialized()


def _explained_variance(value_loss: float, returns: Tensor) -> float:
    """1 - error / variance of the returns; 1 is a perfect critic."""
    variance = float(returns.var(correction=0))
    return 1 - 2 * value_loss / variance if variance > 0 else 0.0
