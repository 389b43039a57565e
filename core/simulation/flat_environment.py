"""The old way: one action for every pair of job and machine."""

from __future__ import annotations

from typing import Any, SupportsInt

import numpy as np
import torch
from gymnasium import spaces
from numpy.typing import NDArray

from core.problem.model import Problem
from core.problem.objective import Objective
from core.simulation.environment import Observed, SchedulingEnv
from core.simulation.reward import Reward


class FlatActionEnv(SchedulingEnv[SupportsInt]):
    """
    One decision is a pair of job and machine: ``action = job * m + machine``.

    The action space is ``Discrete(n * m)``. Problem, simulator, observation, reward
    and refusals are those of
    :class:`~core.simulation.environment.HierarchicalSchedulingEnv`; no job is ever
    selected, so ``machines`` and ``machine_mask`` stay 0.
    """

    def __init__(
        self,
        problem: Problem | None = None,
        objective: Objective | None = None,
        *,
        lookahead: float = 0.0,
        reward: Reward | None = None,
        penalty: float = 1.0,
    ) -> None:
        super().__init__(
            problem, objective, lookahead=lookahead, reward=reward, penalty=penalty
        )
        self.action_space = spaces.Discrete(
            self.problem.num_jobs * self.problem.num_machines
        )

    def action_masks(self) -> NDArray[np.bool_]:
        """Shape (n * m,), True where it may be chosen; as MaskablePPO asks for it."""
        sim = self.simulator
        start = sim.earliest_start[0]
        mask = (start <= sim.limit[0]) & torch.isfinite(start)
        return np.asarray(mask.flatten().numpy())

    def step(
        self, action: SupportsInt
    ) -> tuple[Observed, float, bool, bool, dict[str, Any]]:
        """
        Place job ``action // m`` on machine ``action % m``.

        Raises
        ------
        ValueError
            When there is no such pair.
        """
        return self._place(*divmod(int(action), self.problem.num_machines))
