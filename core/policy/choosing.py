"""Ways to choose among what a policy scored: greedy, sampled, explored, given."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from core.policy.segments import row_of, segment_argmax, segment_sample
from core.policy.two_step import Choose
from core.simulation.features import MachineObservation, Observation
from core.simulation.simulator import Simulator


@dataclass(frozen=True)
class Greedy:
    """The most probable job, then the most probable machine; the first on ties."""

    def choose_job(
        self, simulator: Simulator, observation: Observation, log_probability: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Take the most probable job; see :class:`Choose`."""
        count = len(observation.rollout)
        row = segment_argmax(log_probability, observation.owner, count)
        return row, log_probability[row]

    def choose_machine(
        self,
        simulator: Simulator,
        observation: Observation,
        machines: MachineObservation,
        log_probability: Tensor,
    ) -> tuple[Tensor, Tensor]:
        """Take the most probable machine; see :class:`Choose`."""
        count = len(observation.rollout)
        row = segment_argmax(log_probability, machines.owner, count)
        return row, log_probability[row]


GREEDY = Greedy()


@dataclass(frozen=True)
class Explored:
    """
    Draw from the policy with random choices mixed in.

    mu(i) = (1 - epsilon) pi(i) + epsilon w(i) / sum(w). Decisions are drawn from mu
    and kept with log mu, so that PPO's ratio pi_new / mu stays the importance weight
    of who acted. Jobs have equal weights w; machines with less load larger ones.

    Parameters
    ----------
    generator
        Source of randomness; ``None``: torch's own.
    job_epsilon, machine_epsilon
        Share of random choices, in [0, 1].
    """

    generator: torch.Generator | None
    job_epsilon: float = 0.0
    machine_epsilon: float = 0.0

    def choose_job(
        self, simulator: Simulator, observation: Observation, log_probability: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Draw a job; see :class:`Choose`."""
        owner, count = observation.owner, len(observation.rollout)
        if self.job_epsilon > 0:
            weight = torch.ones_like(log_probability)
            log_probability = mixed(
                log_probability, owner, count, self.job_epsilon, weight
            )
        row = segment_sample(log_probability, owner, count, self.generator)
        return row, log_probability[row]

    def choose_machine(
        self,
        simulator: Simulator,
        observation: Observation,
        machines: MachineObservation,
        log_probability: Tensor,
    ) -> tuple[Tensor, Tensor]:
        """Draw a machine; see :class:`Choose`."""
        owner, count = machines.owner, len(observation.rollout)
        if self.machine_epsilon > 0:
            load = simulator.load[observation.rollout]
            utilisation = load / load.amax(1, keepdim=True).clamp(min=1)
            weight = idle_weights(utilisation[owner, machines.machine])
            log_probability = mixed(
                log_probability, owner, count, self.machine_epsilon, weight
            )
        row = segment_sample(log_probability, owner, count, self.generator)
        return row, log_probability[row]


def sampled(generator: torch.Generator | None) -> Explored:
    """Draw from the policy as it is."""
    return Explored(generator)


@dataclass(frozen=True, eq=False)
class Given:
    """
    Take what is given, to learn what the policy makes of it.

    Parameters
    ----------
    job, machine
        Shape (A,): what to take in each rollout that is not done; ``None``: as
        ``otherwise`` chooses.
    otherwise
        Chooses what is not given.
    """

    job: Tensor | None = None
    machine: Tensor | None = None
    otherwise: Choose = GREEDY

    def choose_job(
        self, simulator: Simulator, observation: Observation, log_probability: Tensor
    ) -> tuple[Tensor, Tensor]:
        """
        Take the given job; see :class:`Choose`.

        Raises
        ------
        ValueError
            When it may not be chosen.
        """
        if self.job is None:
            return self.otherwise.choose_job(simulator, observation, log_probability)
        row = row_of(observation.job, observation.owner, self.job)
        return row, log_probability[row]

    def choose_machine(
        self,
        simulator: Simulator,
        observation: Observation,
        machines: MachineObservation,
        log_probability: Tensor,
    ) -> tuple[Tensor, Tensor]:
        """
        Take the given machine; see :class:`Choose`.

        Raises
        ------
        ValueError
            When it may not be chosen.
        """
        if self.machine is None:
            return self.otherwise.choose_machine(
                simulator, observation, machines, log_probability
            )
        row = row_of(machines.machine, machines.owner, self.machine)
        return row, log_probability[row]


def mixed(
    log_probability: Tensor, owner: Tensor, count: int, epsilon: float, weight: Tensor
) -> Tensor:
    """
    Log-probabilities, shape (R,), with a share of random choices mixed in.

    Parameters
    ----------
    log_probability, owner, count
        Shape (R,): log pi; (R,): decision of each row; number of decisions.
    epsilon
        Share of random choices; see :class:`Explored`.
    weight
        Shape (R,), positive: how likely each row is in a random choice.
    """
    total = torch.zeros(count, dtype=weight.dtype, device=weight.device)
    total = total.index_add(0, owner, weight)
    random = (weight / total[owner]).to(log_probability.dtype)
    return torch.log((1 - epsilon) * log_probability.exp() + epsilon * random)


def idle_weights(utilisation: Tensor) -> Tensor:
    """Weight of a machine in a random choice: 1 / (utilisation + 0.1)."""
    return 1 / (utilisation + 0.1)
