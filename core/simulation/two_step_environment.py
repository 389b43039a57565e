"""The two-step way: an action is a job and a machine for it, one after the other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from core.simulation.environment import Observed, SchedulingEnv


class HierarchicalSchedulingEnv(SchedulingEnv[Mapping[str, Any]]):
    """
    One decision is a job and a machine for it; registered as ``Shiftwright-v0``.

    Its action space is ``Dict(job=Discrete(n), machine=Discrete(m))``. An agent that
    decides in two steps calls :meth:`select_job` in between, which puts the machines
    for that job into the observation and the masks; before that the machine mask is
    all 0. An invalid action changes nothing, costs the penalty, and ``info["error"]``
    says why: already scheduled, incompatible machine, machine busy (or closed) or not
    ready; ``most_invalid`` of them in a row truncate the episode.

    Examples
    --------
    A valid action at random:

    >>> env = gymnasium.make("Shiftwright-v0").unwrapped
    >>> _ = env.reset(seed=0)
    >>> job = env.action_space.sample(mask=env.action_masks())["job"]
    >>> _ = env.select_job(job)
    >>> machine = env.action_space.sample(mask=env.action_masks())["machine"]
    >>> "error" in env.step({"job": job, "machine": machine})[4]
    False
    """

    def _actions(self) -> spaces.Space[Mapping[str, Any]]:
        n, m = self.problem.num_jobs, self.problem.num_machines
        space = spaces.Dict({"job": spaces.Discrete(n), "machine": spaces.Discrete(m)})
        return cast("spaces.Space[Mapping[str, Any]]", space)

    def action_masks(self) -> dict[str, NDArray[np.int8]]:
        """
        Both masks, int8, 1 where it may be chosen.

        ``job``, shape (n,), and ``machine``, shape (m,): that of the job selected
        last, all 0 before one is selected.
        """
        machine = self.machine_mask(self._selected)
        return {
            "job": self.job_mask.astype(np.int8),
            "machine": machine.astype(np.int8),
        }

    def select_job(self, job: int) -> Observed:
        """
        Look at the machines for a job; nothing is decided yet.

        Returns
        -------
        dict
            The observation with those machines; none where the job may not be chosen.

        Raises
        ------
        ValueError
            When there is no such job.
        """
        self.fault(job, 0)
        self._selected = int(job)
        return self._observed()

    def step(
        self, action: Mapping[str, Any]
    ) -> tuple[Observed, float, bool, bool, dict[str, Any]]:
        """
        Place ``action["job"]`` on ``action["machine"]``.

        Raises
        ------
        ValueError
            When there is no such job or machine.
        """
        return self._place(int(action["job"]), int(action["machine"]))
