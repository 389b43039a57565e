"""Choosing in two steps: log pi(job, machine) = log pi(job) + log pi(machine | job)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import torch
from torch import Tensor

from core.policy.segments import segment_entropy, segment_log_softmax
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
        Shape (A,): of the choices, under whoever acted: the policy, exploration mixed
        in where there was any.
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


class Choose(Protocol):
    """How one of a policy's candidates is chosen; see :mod:`core.policy.choosing`."""

    def choose_job(
        self, simulator: Simulator, observation: Observation, log_probability: Tensor
    ) -> tuple[Tensor, Tensor]:
        """
        Choose a job in each of A rollouts.

        Parameters
        ----------
        simulator, observation
            Where the decisions are due, and what the policy saw.
        log_probability
            Shape (R,): log pi of each candidate row.

        Returns
        -------
        tuple of Tensor
            Shape (A,) each: the rows, and the log-probability with which this way
            of choosing takes them.
        """
        ...

    def choose_machine(
        self,
        simulator: Simulator,
        observation: Observation,
        machines: MachineObservation,
        log_probability: Tensor,
    ) -> tuple[Tensor, Tensor]:
        """Choose a machine for each chosen job, likewise; log pi has shape (Q,)."""
        ...


def act(policy: Policy, simulator: Simulator, choose: Choose) -> Choice:
    """
    Take one decision in every rollout that is not done; the simulator stays put.

    Parameters
    ----------
    policy, simulator
        Who decides, and where.
    choose
        How: greedily, sampled, explored, or as it is given.

    Raises
    ------
    ValueError
        When a given job or machine may not be chosen.
    """
    observation = observe(simulator, with_state=policy.needs_state)
    scores, log_jobs = _job_step(policy, observation)
    job_row, log_job = choose.choose_job(simulator, observation, log_jobs)
    machines = observe_machines(
        simulator, observation.rollout, observation.job[job_row]
    )
    logits, log_machines = _machine_step(policy, observation, scores, job_row, machines)
    machine_row, log_machine = choose.choose_machine(
        simulator, observation, machines, log_machines
    )
    return Choice(
        observation,
        machines,
        job_row,
        machine_row,
        scores,
        logits,
        log_job,
        log_machine,
    )


@dataclass(frozen=True, eq=False)
class Evaluated:
    """
    What a policy makes of D decisions that were taken before.

    Parameters
    ----------
    observation, machines
        What was seen.
    log_probability
        Shape (D, 2): of the chosen job, and of the chosen machine.
    value
        Shape (D,): estimate of the cost still to come.
    log_jobs, log_machines
        Shape (R,) and (Q,): log pi of every candidate row.
    """

    observation: Observation
    machines: MachineObservation
    log_probability: Tensor
    value: Tensor
    log_jobs: Tensor
    log_machines: Tensor

    @property
    def job_entropy(self) -> Tensor:
        """Shape (D,): entropy of each choice of a job, in nats."""
        return segment_entropy(
            self.log_jobs, self.observation.owner, len(self.log_probability)
        )

    @property
    def machine_entropy(self) -> Tensor:
        """Shape (D,): entropy of each choice of a machine, in nats."""
        return segment_entropy(
            self.log_machines, self.machines.owner, len(self.log_probability)
        )


def evaluate(
    policy: Policy,
    observation: Observation,
    machines: MachineObservation,
    job_row: Tensor,
    machine_row: Tensor,
) -> Evaluated:
    """
    Probabilities of decisions as the policy is now; gradients flow.

    Parameters
    ----------
    policy
        Who is asked.
    observation, machines
        What was seen.
    job_row, machine_row
        Shape (D,): rows that were chosen.
    """
    scores, log_jobs = _job_step(policy, observation)
    _, log_machines = _machine_step(policy, observation, scores, job_row, machines)
    log_probability = torch.stack([log_jobs[job_row], log_machines[machine_row]], 1)
    return Evaluated(
        observation, machines, log_probability, scores.value, log_jobs, log_machines
    )


def _job_step(policy: Policy, observation: Observation) -> tuple[JobScores, Tensor]:
    """Scores of the candidate jobs, and their log pi, shape (R,)."""
    scores = policy.score_jobs(observation)
    count = len(observation.rollout)
    return scores, segment_log_softmax(scores.logits, observation.owner, count)


def _machine_step(
    policy: Policy,
    observation: Observation,
    scores: JobScores,
    job_row: Tensor,
    machines: MachineObservation,
) -> tuple[Tensor, Tensor]:
    """Logits of the chosen jobs' machines, and their log pi, shape (Q,) each."""
    logits = policy.score_machines(observation, scores, job_row, machines)
    count = len(observation.rollout)
    return logits, segment_log_softmax(logits, machines.owner, count)
