"""Playing problems with a policy, and keeping every decision for the update."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from core.policy.choosing import Given
from core.policy.two_step import Choice, Choose, Policy, act
from core.simulation.features import MachineObservation, Observation
from core.simulation.reward import CostReward, Reward
from core.simulation.simulator import Simulator
from core.training.advantages import generalized_advantages, group_advantages
from core.training.settings import PPOSettings


@dataclass(frozen=True, eq=False)
class RolloutDecisions:
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

    def select(self, chosen: Tensor) -> RolloutDecisions:
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
        return RolloutDecisions(
            observation, machines, job_row, machine_row, *(x[chosen] for x in rest)
        )


@dataclass(frozen=True, eq=False)
class Rollout:
    """
    What playing gave.

    Parameters
    ----------
    decisions
        What is learned from: everything that was decided, or by the best copies.
    costs
        Shape (B,): cost of each plan.
    rewards
        Shape (B,): sum of the rewards of each rollout.
    played
        Decisions that were taken.
    """

    decisions: RolloutDecisions
    costs: Tensor
    rewards: Tensor
    played: int


@torch.no_grad()
def collect(
    policy: Policy,
    simulator: Simulator,
    copies: int,
    settings: PPOSettings,
    *,
    choose: Choose,
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
    choose
        How decisions are taken: sampled or explored, or the copies are all alike.
    reward
        What a decision earns; the fall of the cost bound unless given.

    Notes
    -----
    With the advantage ``best`` a problem's copies are played without a record, and the
    best of them once more with one: it is the label that the policy learns, as in the
    self-labelling of Corsini et al. (2024). Its value head then learns
    what the best copy costs.
    """
    reward = reward or CostReward()

    def explore(simulator: Simulator) -> Choice:
        return act(policy, simulator, choose)

    if settings.advantage != "best":
        return _recorded(simulator, reward, explore, copies, settings)
    none = torch.full_like(simulator.machine, -1)  # (B, N)
    jobs, machines = none, none.clone()
    total = torch.zeros_like(simulator.makespan)
    played = 0
    for t, (choice, gain) in enumerate(_steps(simulator, reward, explore)):
        jobs[choice.rollout, t] = choice.job
        machines[choice.rollout, t] = choice.machine
        total += gain
        played += len(choice.rollout)
    groups = total.view(-1, copies)
    best = groups.argmax(1) + copies * torch.arange(len(groups), device=total.device)
    again = Simulator(
        simulator.static, lookahead=simulator.lookahead[best].tolist(), copies=1
    )
    step = iter(range(simulator.num_jobs))

    def follow(simulator: Simulator) -> Choice:
        rows, t = best[simulator.active], next(step)
        return act(policy, simulator, Given(jobs[rows, t], machines[rows, t]))

    label = _recorded(again, reward, follow, 1, settings)
    return Rollout(label.decisions, simulator.cost.clone(), total, played)


Decide = Callable[[Simulator], Choice]


def _steps(
    simulator: Simulator, reward: Reward, decide: Decide
) -> Iterator[tuple[Choice, Tensor]]:
    """Play to the end; each step's choices, and what they earned, shape (B,)."""
    reward.begin(simulator)
    while len(simulator.active):
        choice = decide(simulator)
        simulator.step(choice.rollout, choice.job, choice.machine)
        gain = torch.zeros_like(simulator.makespan)
        gain[choice.rollout] = reward.after(
            simulator, choice.rollout, choice.job, choice.machine
        )
        yield choice, gain


def _recorded(
    simulator: Simulator,
    reward: Reward,
    decide: Decide,
    copies: int,
    settings: PPOSettings,
) -> Rollout:
    """Play to the end and keep every decision with its advantage."""
    choices: list[Choice] = []
    earned: list[Tensor] = []
    seen: list[Tensor] = []
    for choice, gain in _steps(simulator, reward, decide):
        value = torch.zeros_like(gain)
        value[choice.rollout] = choice.scores.value.double()
        choices.append(choice)
        earned.append(gain)
        seen.append(value)
    rewards, values = torch.stack(earned), -torch.stack(seen)  # (T, B)
    total = rewards.sum(0)
    steps = torch.arange(len(rewards), device=total.device)[:, None]
    last = steps == (simulator.static.num_jobs[simulator.source] - 1)
    after = torch.cat([values[1:], torch.zeros_like(values[:1])])
    if settings.advantage == "gae":
        advantage = generalized_advantages(
            rewards, values, after, last, last, settings.gamma, settings.gae_lambda
        )
    elif settings.advantage == "group":
        advantage = group_advantages(-total, copies).expand_as(rewards)
    else:
        advantage = torch.ones_like(rewards)
    returns = rewards.flip(0).cumsum(0).flip(0)
    decisions = _joined(choices, advantage, returns)
    return Rollout(decisions, simulator.cost.clone(), total, len(decisions))


def _joined(
    choices: list[Choice], advantage: Tensor, returns: Tensor
) -> RolloutDecisions:
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
    return RolloutDecisions(
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
