"""Choosing in two steps: log pi(job, machine) = log pi(job) + log pi(machine | job)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import torch
from torch import Tensor

from core.simulation.features import (
    MachineObservation,
    Observation,
    observe,
    observe_machines,
)
from core.simulation.simulator import Simulator


@dataclass(frozen=True, eq=False)
class JobScores:
    """
    What a policy makes of the candidates of A decisions.

    Parameters
    ----------
    logits
        Shape (R,): one per candidate row.
    value
        Shape (A,): estimate of the cost still to come.
    memory
        Whatever the policy wants back when it scores machines.
    """

    logits: Tensor
    value: Tensor
    memory: tuple[Tensor, ...] = ()


class Policy(Protocol):
    """
    A network that scores jobs, then machines for the chosen job.

    Parameters
    ----------
    needs_state
        Whether it looks at ``state`` and ``choosable`` of observations.
    places
        Most jobs and machines it takes; ``None``: any number.
    """

    needs_state: bool
    places: tuple[int, int] | None

    def score_jobs(self, observation: Observation) -> JobScores:
        """Score every candidate job, and the state."""
        ...

    def score_machines(
        self,
        observation: Observation,
        scores: JobScores,
        chosen: Tensor,
        machines: MachineObservation,
    ) -> Tensor:
        """
        Score every machine that may be chosen.

        Parameters
        ----------
        observation, scores
            As given and answered before.
        chosen
            Shape (A,): candidate row of the chosen job of each decision.
        machines
            The choices.

        Returns
        -------
        Tensor
            Shape (Q,): one logit per machine row.
        """
        ...


@dataclass(frozen=True, eq=False)
class Choice:
    """
    A decisions that a policy took.

    Parameters
    ----------
    observation, machines
        What it saw.
    job_row, machine_row
        Shape (A,): chosen rows of the two.
    scores, machine_logits
        What it made of them.
    job_log_probability, machine_log_probability
        Shape (A,): of the choices, under the policy.
    """

    observation: Observation
    machines: MachineObservation
    job_row: Tensor
    machine_row: Tensor
    scores: JobScores
    machine_logits: Tensor
    job_log_probability: Tensor
    machine_log_probability: Tensor

    @property
    def rollout(self) -> Tensor:
        """Shape (A,): rollout of each decision."""
        return self.observation.rollout

    @cached_property
    def job(self) -> Tensor:
        """Shape (A,): chosen jobs."""
        return self.observation.job[self.job_row]

    @cached_property
    def machine(self) -> Tensor:
        """Shape (A,): chosen machines."""
        return self.machines.machine[self.machine_row]


def segment_log_softmax(logits: Tensor, owner: Tensor, count: int) -> Tensor:
    """
    Logarithm of the softmax within each owner's rows.

    Parameters
    ----------
    logits, owner
        Shape (R,).
    count
        Number of owners.
    """
    if count == 1:
        return torch.log_softmax(logits, 0)
    empty = torch.full((count,), -torch.inf, dtype=logits.dtype, device=logits.device)
    peak = empty.scatter_reduce(0, owner, logits.detach(), "amax")
    shifted = logits - peak[owner]
    total = torch.zeros_like(peak).index_add(0, owner, shifted.exp())
    return shifted - total.log()[owner]


def segment_entropy(log_probability: Tensor, owner: Tensor, count: int) -> Tensor:
    """Entropy of each owner's distribution, in nats; shape (count,)."""
    terms = -log_probability.exp() * log_probability
    empty = torch.zeros(count, dtype=terms.dtype, device=terms.device)
    return empty.index_add(0, owner, terms)


def segment_argmax(values: Tensor, owner: Tensor, count: int) -> Tensor:
    """First row with the largest value of each owner; shape (count,)."""
    if count == 1:
        return values.argmax(0, keepdim=True)
    empty = torch.full((count,), -torch.inf, dtype=values.dtype, device=values.device)
    peak = empty.scatter_reduce(0, owner, values, "amax")
    rows = torch.nonzero(values == peak[owner]).squeeze(1)
    first = torch.full((count,), len(values), dtype=torch.int64, device=values.device)
    return first.scatter_reduce(0, owner[rows], rows, "amin")


def pick(
    log_probability: Tensor,
    owner: Tensor,
    count: int,
    greedy: bool,
    generator: torch.Generator | None,
) -> Tensor:
    """
    Choose one row per owner.

    Parameters
    ----------
    log_probability, owner, count
        Shape (R,), (R,), and the number of owners.
    greedy
        Take the most probable row; else sample, by the Gumbel-max trick.
    generator
        Source of randomness when sampling.
    """
    if greedy:
        return segment_argmax(log_probability, owner, count)
    noise = torch.empty_like(log_probability).exponential_(generator=generator)
    return segment_argmax(log_probability - noise.log(), owner, count)


def act(
    policy: Policy,
    simulator: Simulator,
    *,
    greedy: bool = False,
    generator: torch.Generator | None = None,
    given: tuple[Tensor, Tensor] | None = None,
) -> Choice:
    """
    Take one decision in every rollout that is not done; the simulator stays put.

    Parameters
    ----------
    policy, simulator
        Who decides, and where.
    greedy
        The most probable choices; else sampled.
    generator
        Source of randomness when sampling.
    given
        Shape (A,) each: the job and the machine to take in each of these rollouts,
        to learn what the policy makes of them.

    Raises
    ------
    ValueError
        When a given job or machine may not be chosen.
    """
    observation = observe(simulator, with_state=policy.needs_state)
    count = len(observation.rollout)
    scores = policy.score_jobs(observation)
    log_jobs = segment_log_softmax(scores.logits, observation.owner, count)
    if given is None:
        job_row = pick(log_jobs, observation.owner, count, greedy, generator)
    else:
        job_row = _row_of(observation.job, observation.owner, given[0])
    machines = observe_machines(
        simulator, observation.rollout, observation.job[job_row]
    )
    logits = policy.score_machines(observation, scores, job_row, machines)
    log_machines = segment_log_softmax(logits, machines.owner, count)
    if given is None:
        machine_row = pick(log_machines, machines.owner, count, greedy, generator)
    else:
        machine_row = _row_of(machines.machine, machines.owner, given[1])
    return Choice(
        observation,
        machines,
        job_row,
        machine_row,
        scores,
        logits,
        log_jobs[job_row],
        log_machines[machine_row],
    )


def _row_of(values: Tensor, owner: Tensor, wanted: Tensor) -> Tensor:
    """Row of each owner that holds the wanted value; shape of ``wanted``."""
    rows = torch.nonzero(values == wanted[owner]).squeeze(1)
    if len(rows) != len(wanted):
        raise ValueError("A given job or machine may not be chosen.")
    return rows
