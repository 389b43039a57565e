"""The old way: one action for every pair of job and machine."""

from __future__ import annotations

from typing import Any, SupportsInt, cast

import numpy as np
import torch
from gymnasium import spaces
from numpy.typing import NDArray

from core.simulation.environment import Observed, SchedulingEnv


class FlatActionEnv(SchedulingEnv[SupportsInt]):
    """
    One decision is a pair of job and machine; registered as ``ShiftwrightFlat-v0``.

    The action space is ``Discrete(n * m)``, ``action = job * m + machine``. Problem,
    simulator, observation, reward and refusals are those of the two-step way; no job is
    ever selected, so ``machines`` and ``machine_mask`` stay 0.
    """

    def _actions(self) -> spaces.Space[SupportsInt]:
        pairs = self.problem.num_jobs * self.problem.num_machines
        return cast("spaces.Space[SupportsInt]", spaces.Discrete(pairs))

    def action_masks(self) -> NDArray[np.int8]:
        """Shape (n * m,), 1 where it may be chosen; as MaskablePPO asks for it."""
        sim = self.simulator
        start = sim.earliest_start[0]
        mask = (start <= sim.limit[0]) & torch.isfinite(start)
        return np.asarray(mask.flatten().numpy().astype(np.int8))

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
