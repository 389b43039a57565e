"""Playing problems with a policy, and keeping every decision for the update."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from core.policy.two_step import (
    Choice,
    Policy,
    pick,
    segment_log_softmax,
)
from core.simulation.features import (
    MachineObservation,
    Observation,
    observe,
    observe_machines,
)
from core.simulation.reward import CostReward, Reward
from core.simulation.simulator import Simulator
from core.training.advantages import generalized_advantages, group_advantages
from core.training.exploration import explored, idle_weights
from core.training.settings import PPOSettings


@dataclass(frozen=True, eq=False)
class Decisions:
    """
    D decisions with all that an update needs.

    Parameters
    ----------
    observation, machines
        What was seen; owners count through all D decisions.
    job_row, machine_row
        Shape (D,): chosen rows.
    log_probability
        Shape (D, 2): log-probabilities of job and machine under the policy that
        acted, exploration included.
    advantage, return_
        Shape (D,): of each decision; return is minus the cost still to come.
    """

    observation: Observation
    machines: MachineObservation
    job_row: Tensor
    machine_row: Tensor
    log_probability: Tensor
    advantage: Tensor
    return_: Tensor

    def __len__(self) -> int:
        """Return the number of decisions."""
        return len(self.job_row)

    def select(self, chosen: Tensor) -> Decisions:
        """Return some of the decisions; shape (d,) of ascending indices."""
        rows, owner, job_row = _select(
            self.observation.owner, len(self), chosen, self.job_row
        )
        seen = self.observation
        observation = Observation(
            seen.rollout[chosen],
            owner,
            seen.job[rows],
            seen.job_features[rows],
            seen.global_features[chosen],
            None if seen.state is None else seen.state[chosen],
            None if seen.choosable is None else seen.choosable[rows],
        )
        rows, owner, machine_row = _select(
            self.machines.owner, len(self), chosen, self.machine_row
        )
        machines = MachineObservation(
            owner,
            self.machines.machine[rows],
            self.machines.machine_features[rows],
            self.machines.end[rows],
        )
        rest = (self.log_probability, self.advantage, self.return_)
        return Decisions(
            observation, machines, job_row, machine_row, *(x[chosen] for x in rest)
        )


@dataclass(frozen=True, eq=False)
class Rollout:
    """
    What playing gave.

    Parameters
    ----------
    decisions
        Everything that was decided.
    costs
        Shape (B,): cost of each plan.
    rewards
        Shape (B,): sum of the rewards of each rollout.
    """

    decisions: Decisions
    costs: Tensor
    rewards: Tensor


@torch.no_grad()
def collect(
    policy: Policy,
    simulator: Simulator,
    copies: int,
    settings: PPOSettings,
    *,
    generator: torch.Generator,
    job_epsilon: float = 0.0,
    machine_epsilon: float = 0.0,
    reward: Reward | None = None,
) -> Rollout:
    """
    Play a simulator to the end.

    Parameters
    ----------
    policy, simulator
        Who decides, and where; the simulator is at plan start.
    copies
        Rollouts per problem, for the group baseline.
    settings
        How advantages are made.
    generator
        Source of randomness.
    job_epsilon, machine_epsilon
        Share of random choices; see :func:`explored`.
    reward
        What a decision earns; the fall of the cost bound unless given.
    """
    reward = reward or CostReward()
    reward.begin(simulator)
    choices: list[Choice] = []
    earned: list[Tensor] = []
    seen: list[Tensor] = []
    while len(simulator.active):
        choice = _explore(policy, simulator, generator, job_epsilon, machine_epsilon)
        simulator.step(choice.rollout, choice.job, choice.machine)
        gain = torch.zeros(
            simulator.num_rollouts, dtype=torch.float64, device=simulator.device
        )
        gain[choice.rollout] = reward.after(
            simulator, choice.rollout, choice.job, choice.machine
        )
        value = torch.zeros_like(gain)
        value[choice.rollout] = choice.scores.value.double()
        choices.append(choice)
        earned.append(gain)
        seen.append(value)
    rewards, values = torch.stack(earned), -torch.stack(seen)  # (T, B)
    costs = simulator.cost.clone()
    total = rewards.sum(0)
    steps = torch.arange(len(rewards), device=costs.device)[:, None]
    last = steps == (simulator.static.num_jobs[simulator.source] - 1)
    after = torch.cat([values[1:], torch.zeros_like(values[:1])])
    advantage = generalized_advantages(
        rewards, values, after, last, last, settings.gamma, settings.gae_lambda
    )
    returns = rewards.flip(0).cumsum(0).flip(0)
    if settings.advantage == "group":
        advantage = group_advantages(-total, copies).expand_as(advantage)
    decisions = _joined(choices, advantage, returns)
    return Rollout(decisions, costs, total)


def _explore(
    policy: Policy,
    simulator: Simulator,
    generator: torch.Generator,
    job_epsilon: float,
    machine_epsilon: float,
) -> Choice:
    """Sample one decision per rollout from the policy with exploration mixed in."""
    observation = observe(simulator, with_state=policy.needs_state)
    owner, count = observation.owner, len(observation.rollout)
    scores = policy.score_jobs(observation)
    log_jobs = explored(
        segment_log_softmax(scores.logits, owner, count),
        owner,
        count,
        job_epsilon,
        torch.ones_like(scores.logits),
    )
    row = pick(log_jobs, owner, count, False, generator)
    machines = observe_machines(simulator, observation.rollout, observation.job[row])
    logits = policy.score_machines(observation, scores, row, machines)
    here = observation.rollout[machines.owner]
    load = simulator.load[observation.rollout]
    busy = load / load.amax(1, keepdim=True).clamp(min=1)
    log_machines = explored(
        segment_log_softmax(logits, machines.owner, count),
        machines.owner,
        count,
        machine_epsilon,
        idle_weights(busy[machines.owner, machines.machine]) if len(here) else logits,
    )
    column = pick(log_machines, machines.owner, count, False, generator)
    return Choice(
        observation,
        machines,
        row,
        column,
        scores,
        logits,
        log_jobs[row],
        log_machines[column],
    )


def _joined(choices: list[Choice], advantage: Tensor, returns: Tensor) -> Decisions:
    """One object for all decisions, in the order they were taken."""
    sizes = [len(choice.job_row) for choice in choices]
    before = torch.tensor([0, *sizes]).cumsum(0).tolist()
    jobs = (
        torch.tensor([0, *(len(c.observation.job) for c in choices)]).cumsum(0).tolist()
    )
    machines = (
        torch.tensor([0, *(len(c.machines.owner) for c in choices)]).cumsum(0).tolist()
    )

    def join(part: str, name: str, offsets: list[int] | None = None) -> Tensor:
        rows = [getattr(getattr(choice, part), name) for choice in choices]
        if offsets is not None:
            rows = [row + offset for row, offset in zip(rows, offsets, strict=False)]
        return torch.cat(rows)

    stateless = choices[0].observation.state is None
    observation = Observation(
        join("observation", "rollout"),
        join("observation", "owner", before),
        join("observation", "job"),
        join("observation", "job_features"),
        join("observation", "global_features"),
        None if stateless else join("observation", "state"),
        None if stateless else join("observation", "choosable"),
    )
    seen = MachineObservation(
        join("machines", "owner", before),
        join("machines", "machine"),
        join("machines", "machine_features"),
        join("machines", "end"),
    )
    log_probability = torch.stack(
        [
            torch.cat([choice.job_log_probability for choice in choices]),
            torch.cat([choice.machine_log_probability for choice in choices]),
        ],
        1,
    )
    at = [choice.rollout for choice in choices]
    return Decisions(
        observation,
        seen,
        torch.cat([c.job_row + o for c, o in zip(choices, jobs, strict=False)]),
        torch.cat([c.machine_row + o for c, o in zip(choices, machines, strict=False)]),
        log_probability,
        torch.cat([advantage[t, rows] for t, rows in enumerate(at)]).float(),
        torch.cat([returns[t, rows] for t, rows in enumerate(at)]).float(),
    )


def _select(
    owner: Tensor, count: int, chosen: Tensor, picked: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    """Rows of the chosen decisions, their new owners, and where the picks went."""
    number = torch.bincount(owner, minlength=count)
    first = number.cumsum(0) - number
    size = number[chosen]
    begin = size.cumsum(0) - size
    new_owner = torch.repeat_interleave(size)
    rows = torch.arange(len(new_owner), device=owner.device)
    rows = rows - begin[new_owner] + first[chosen][new_owner]
    return rows, new_owner, picked[chosen] - first[chosen] + begin
