"""Gymnasium environments: one problem, planned decision by decision."""

from __future__ import annotations

from typing import Any, Generic, TypeVar, cast

import gymnasium
import numpy as np
import torch
from gymnasium import spaces
from numpy.typing import NDArray

from core.instances.generator import GeneratorSettings, generate
from core.problem.model import Problem
from core.problem.objective import Objective
from core.problem.schedule import Schedule
from core.simulation.features import (
    GLOBAL_FEATURES,
    JOB_FEATURES,
    MACHINE_FEATURES,
    observe,
    observe_machines,
)
from core.simulation.reward import CostReward, Reward
from core.simulation.simulator import Simulator
from core.simulation.state_table import STATE_FEATURES

ALREADY_SCHEDULED = "already scheduled"
INCOMPATIBLE = "incompatible machine"
BUSY = "machine busy"
NOT_READY = "not ready"

LIMIT = 1e4  # of features: they are logarithms and ratios, far below it

MOST_INVALID = 1000  # in a row: a masked agent makes none, a random one far fewer

Array = NDArray[Any]
Observed = dict[str, Array]
Action = TypeVar("Action")


class SchedulingEnv(gymnasium.Env[Observed, Action], Generic[Action]):
    """
    What the environments share: one problem, its simulator, and what is observed.

    Parameters
    ----------
    problem
        What is planned; unless given, a generated shift of 20 jobs on 5 machines.
    objective
        What the plan is judged by.
    lookahead
        Seconds that a machine may wait for a job; 0: it never waits while it could
        start another, inf: any order.
    reward
        What a decision earns; the fall of the cost bound unless given.
    penalty
        What an invalid action costs, not negative.
    most_invalid
        Invalid actions in a row, positive, after which the episode is truncated.
    render_mode
        ``"ansi"``: :meth:`render` gives the plan so far as text; ``None``: nothing.

    Raises
    ------
    ValueError
        When the penalty or the lookahead is negative, ``most_invalid`` is below 1,
        or there is no such render mode.

    Notes
    -----
    Observations are arrays of fixed size, job j and machine k in row j and k:

    - ``jobs`` (n, F): features of the jobs that may be chosen, 0 in other rows;
    - ``machines`` (m, F'): those of the machines that the selected job may be placed
      on, 0 in other rows and while none is selected;
    - ``overall`` (F'',) and ``state`` (80,): the whole, for networks of any and of
      fixed size;
    - ``job_mask`` (n,), ``machine_mask`` (m,): 1 where it may be chosen.

    The features are named in :mod:`core.simulation.features` and
    :mod:`core.simulation.state`. An episode ends when every job is placed.

    Masks that are given out, there and by ``action_masks``, are int8, 1 where it may
    be chosen: what ``action_space.sample(mask=...)`` takes.
    """

    metadata = {"render_modes": ["ansi"]}  # noqa: RUF012 - as Gymnasium has it

    def __init__(
        self,
        problem: Problem | None = None,
        objective: Objective | None = None,
        *,
        lookahead: float = 0.0,
        reward: Reward | None = None,
        penalty: float = 1.0,
        most_invalid: int = MOST_INVALID,
        render_mode: str | None = None,
    ) -> None:
        if not penalty >= 0:
            raise ValueError(f"Expected penalty >= 0, got {penalty}.")
        if not most_invalid >= 1:
            raise ValueError(f"Expected most_invalid >= 1, got {most_invalid}.")
        if render_mode not in (None, *self.metadata["render_modes"]):
            raise ValueError(
                f"Expected render_mode None or 'ansi', got {render_mode!r}."
            )
        if problem is None:
            problem = generate(GeneratorSettings(jobs=20, machines=5), seed=0)
        self.problem = problem
        self.objective = objective or Objective()
        self.penalty = penalty
        self.most_invalid = most_invalid
        self.render_mode = render_mode
        self.simulator = Simulator([problem], [self.objective], lookahead=lookahead)
        self._reward: Reward = CostReward() if reward is None else reward
        self._reward.begin(self.simulator)
        self._selected: int | None = None
        self._invalid = 0  # actions in a row
        n, m = problem.num_jobs, problem.num_machines
        low = np.array([feature.low for feature in STATE_FEATURES], np.float32)
        high = np.array([feature.high for feature in STATE_FEATURES], np.float32)
        self._space = spaces.Dict(
            {
                "jobs": _features(n, len(JOB_FEATURES)),
                "machines": _features(m, len(MACHINE_FEATURES)),
                "overall": _features(len(GLOBAL_FEATURES)),
                "state": spaces.Box(low, high),
                "job_mask": spaces.MultiBinary(n),
                "machine_mask": spaces.MultiBinary(m),
            }
        )
        self.observation_space = cast("spaces.Space[Observed]", self._space)
        self.action_space = self._actions()

    def _actions(self) -> spaces.Space[Action]:
        """Return the action space of the problem."""
        raise NotImplementedError

    @property
    def schedule(self) -> Schedule:
        """
        The plan, once every job is placed.

        Raises
        ------
        ValueError
            When jobs are left.
        """
        return self.simulator.schedules()[0]

    @property
    def job_mask(self) -> NDArray[np.bool_]:
        """Shape (n,): the jobs that may be chosen."""
        return np.asarray(self.simulator.job_mask[0].numpy().copy())

    def machine_mask(self, job: int | None) -> NDArray[np.bool_]:
        """Shape (m,): the machines that a job may be placed on; none without a job."""
        if job is None:
            return np.zeros(self.problem.num_machines, dtype=np.bool_)
        mask = self.simulator.machine_mask(_one(0), _one(job))
        return np.asarray(mask[0].numpy())

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Observed, dict[str, Any]]:
        """Go back to plan start; the problem stays the same whatever the seed."""
        super().reset(seed=seed)
        self.simulator.reset()
        self._reward.begin(self.simulator)
        self._selected, self._invalid = None, 0
        return self._observed(), self._info()

    def render(self) -> str | None:
        """
        Return the plan so far: a line per machine, its jobs with start and end.

        Times are seconds since plan start. ``None`` without a render mode.
        """
        if self.render_mode is None:
            return None
        sim, problem = self.simulator, self.problem
        placed = np.flatnonzero(sim.scheduled[0].numpy())
        machine, start, end = sim.machine[0], sim.times[2, 0], sim.times[3, 0]
        lines = [
            f"{problem.num_jobs - int(sim.remaining[0])} of {problem.num_jobs} jobs"
        ]
        for k, name in enumerate(problem.machine_ids):
            jobs = sorted(
                placed[machine.numpy()[placed] == k], key=lambda j: int(start[j])
            )
            bars = (f"{problem.job_ids[j]} {int(start[j])}-{int(end[j])}" for j in jobs)
            lines.append(f"{name}: {', '.join(bars) or '-'}")
        return "\n".join(lines)

    def _place(
        self, job: int, machine: int
    ) -> tuple[Observed, float, bool, bool, dict[str, Any]]:
        """Place a job on a machine, or refuse to."""
        fault = self.fault(job, machine)
        if fault is not None:
            self._invalid += 1
            info = self._info() | {"error": fault}
            cut = self._invalid >= self.most_invalid and not self._done
            return self._observed(), -self.penalty, self._done, cut, info
        chosen = _one(0), _one(job), _one(machine)
        self.simulator.step(*chosen)
        earned = float(self._reward.after(self.simulator, *chosen)[0])
        self._selected, self._invalid = None, 0
        return self._observed(), earned, self._done, False, self._info()

    def fault(self, job: int, machine: int) -> str | None:
        """
        Why a job may not be placed on a machine now; ``None``: it may.

        Raises
        ------
        ValueError
            When there is no such job or machine.
        """
        n, m = self.problem.num_jobs, self.problem.num_machines
        if not (0 <= job < n and 0 <= machine < m):
            raise ValueError(
                f"Expected a job 0 … {n - 1} and a machine 0 … {m - 1}, got {job} "
                f"and {machine}."
            )
        sim = self.simulator
        if bool(sim.scheduled[0, job]):
            return ALREADY_SCHEDULED
        if not self.problem.eligible[job, machine]:
            return INCOMPATIBLE
        if self.machine_mask(job)[machine]:
            return None
        late = bool(sim.waiting_for[0, job] > 0 or sim.job_ready[0, job] > sim.limit[0])
        return NOT_READY if late else BUSY  # busy, or closed until then

    @property
    def _done(self) -> bool:
        return int(self.simulator.remaining[0]) == 0

    def _info(self) -> dict[str, Any]:
        """Facts beside the observation: seconds are since plan start."""
        sim = self.simulator
        info: dict[str, Any] = {
            "remaining": int(sim.remaining[0]),
            "cost_bound": float(sim.bound[0]),
        }
        if self._done:
            info["cost"] = float(sim.cost[0])
        else:
            info["now"] = int(sim.now[0])
        return info

    def _observed(self) -> Observed:
        """Observe the state, and the machines for the selected job."""
        seen: Observed = {
            name: np.zeros(part.shape or (), part.dtype)
            for name, part in self._space.spaces.items()
        }
        if self._done:
            return seen
        with torch.no_grad():
            whole = observe(self.simulator, with_state=True)
            seen["jobs"][whole.job.numpy()] = whole.job_features.numpy()
            seen["overall"][:] = whole.global_features[0].numpy()
            if whole.state is not None:
                seen["state"][:] = whole.state[0].numpy()
            seen["job_mask"][:] = self.job_mask
            job = self._selected
            if job is not None and self.job_mask[job]:
                parts = observe_machines(self.simulator, _one(0), _one(job))
                features = parts.machine_features.numpy()
                seen["machines"][parts.machine.numpy()] = features
            seen["machine_mask"][:] = self.machine_mask(job)
        return seen


def _one(index: int) -> torch.Tensor:
    """Return the index as the simulator takes it: of one rollout."""
    return torch.tensor([index])


def _features(*shape: int) -> spaces.Box:
    return spaces.Box(-LIMIT, LIMIT, shape, np.float32)
