"""What decisions earn while a policy learns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from math import isfinite
from typing import Protocol

import torch
from torch import Tensor

from core.simulation.simulator import Simulator


class Reward(Protocol):
    """What decisions earn; one object follows one simulator."""

    def begin(self, simulator: Simulator) -> None:
        """Look at the simulator before the first decision."""
        ...

    def after(
        self, simulator: Simulator, rollouts: Tensor, jobs: Tensor, machines: Tensor
    ) -> Tensor:
        """
        Reward of the decisions just taken.

        Parameters
        ----------
        simulator
            After its step.
        rollouts, jobs, machines
            Shape (A,), as given to the step.

        Returns
        -------
        Tensor
            Shape (A,), float64.
        """
        ...


class CostReward:
    """
    Minus the increase of the bound on the cost.

    The bound never falls and ends at the cost of the plan, so the rewards of a plan
    sum to exactly minus its cost: with ``gamma`` 1, more reward is less cost, whatever
    the objective. A decision is charged for what it makes unavoidable, at once: the
    first also for what was unavoidable before it.

    What it does not do: reward anything the objective does not name, such as
    preferred machines or balanced loads.
    """

    def begin(self, simulator: Simulator) -> None:
        """Remember that nothing has been paid yet."""
        self.paid = torch.zeros_like(simulator.bound)

    def after(
        self, simulator: Simulator, rollouts: Tensor, jobs: Tensor, machines: Tensor
    ) -> Tensor:
        """Shape (A,): minus what the bound rose by."""
        bound = simulator.bound
        gain = (self.paid - bound)[rollouts]
        self.paid = bound
        return gain


@dataclass(frozen=True)
class ShapedWeights:
    """
    Weights of the terms of :class:`ShapedReward`; 0 leaves a term out.

    Parameters
    ----------
    importance, urgency, balance, preferred, setup, completion
        Not negative; balance and setup are deducted.

    Raises
    ------
    ValueError
        When a weight is negative or not a number.
    """

    importance: float = 5.0
    urgency: float = 2.0
    balance: float = 3.0
    preferred: float = 3.0
    setup: float = 0.5
    completion: float = 100.0

    def __post_init__(self) -> None:
        for entry in fields(self):
            value = getattr(self, entry.name)
            if not (isfinite(value) and value >= 0):
                raise ValueError(f"Expected {entry.name} >= 0, got {value}.")


class ShapedReward:
    """
    A planner's rules of thumb as a reward, paid at every decision.

    For job j on machine k, with r the share of the jobs not placed before:

    - importance: ``+5 r`` when j is important. Pays for placing important jobs among
      the first; not for ending them early, still less by their due dates.
    - urgency: ``+2 exp(-slack / H)`` when j, or a job behind it, has a due date, the
      slack counted from now and not below 0. Pays for choosing what is urgent; a
      policy may earn more by letting jobs become urgent first.
    - balance: ``-3 |u - u'|``, u the processing of k over the makespan so far, u' its
      mean over the machines. Pays for even loads, also where uneven ones are better
      (a fast machine should do more).
    - preferred: ``+3`` when k is the machine that the planner prefers for j.
    - setup: ``-0.5 s / p'``, the setup paid in mean processing times.
    - completion: ``+100 H / makespan`` with the last job, H the ideal horizon. The
      only term that looks at the plan as a whole.

    The sum is not the cost: nothing is deducted for tardiness as such, and the
    objective's weights are not looked at. Use it where the rules of thumb are what is
    wanted; :class:`CostReward` for everything else.

    Parameters
    ----------
    weights
        What each term counts.
    """

    def __init__(self, weights: ShapedWeights | None = None) -> None:
        self.weights = weights or ShapedWeights()

    def begin(self, simulator: Simulator) -> None:
        """Remember the state that the first decision is taken in."""
        self.busy = torch.zeros_like(simulator.ready)  # (B, M) processing so far
        self._remember(simulator)

    def _remember(self, simulator: Simulator) -> None:
        self.now = simulator.now.clone()
        self.remaining = simulator.remaining.clone()
        self.setup = simulator.setup_total.clone()

    def after(
        self, simulator: Simulator, rollouts: Tensor, jobs: Tensor, machines: Tensor
    ) -> Tensor:
        """Shape (A,): sum of the terms."""
        static, weights, b = simulator.static, self.weights, rollouts
        here = simulator.source[b]
        horizon = static.horizon[here]

        left = self.remaining[b] / static.num_jobs[here]
        important = static.important[here, jobs] * left

        due = static.effective_due[here, jobs]
        slack = due - static.smallest_processing[here, jobs] - self.now[b]
        urgent = torch.exp(-slack.clamp(min=0) / horizon)  # 0 without a due date

        self.busy[b, machines] += static.processing[here, jobs, machines]
        used = self.busy[b] / simulator.makespan[b, None]  # padded machines: 0
        mean = used.sum(1) / static.num_machines[here]
        uneven = (used.gather(1, machines[:, None]).squeeze(1) - mean).abs()

        setup = (simulator.setup_total[b] - self.setup[b]) / static.scale[here]
        done = (simulator.remaining[b] == 0) * horizon / simulator.makespan[b]
        self._remember(simulator)
        return (
            weights.importance * important
            + weights.urgency * urgent
            - weights.balance * uneven
            + weights.preferred * static.preferred[here, jobs, machines]
            - weights.setup * setup
            + weights.completion * done
        )


REWARDS: dict[str, Callable[[], Reward]] = {"cost": CostReward, "shaped": ShapedReward}
