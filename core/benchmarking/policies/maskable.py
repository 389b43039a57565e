"""MaskablePPO of sb3-contrib on the flat action space, to compare with."""

from __future__ import annotations

from typing import Any, SupportsInt

import gymnasium
import numpy as np

from core.benchmarking.policies.learning_settings import (
    FRESH,
    Curve,
    LearningSettings,
    judged_on,
    task_of,
)
from core.simulation.environment import Observed
from core.simulation.flat_environment import FlatActionEnv


class FreshFlatEnv(gymnasium.Env[Observed, SupportsInt]):
    """
    :class:`FlatActionEnv` whose every episode is a problem of its own.

    Parameters
    ----------
    settings
        Size and kind of the problems.
    seed
        Of their seeds.

    Attributes
    ----------
    inner
        The problem of this episode.
    """

    metadata = {"render_modes": []}  # noqa: RUF012 - as Gymnasium has it

    def __init__(self, settings: LearningSettings, seed: int) -> None:
        self._settings = settings
        self._numbers = np.random.default_rng(seed)
        self.inner = self._drawn()
        self.observation_space = self.inner.observation_space
        self.action_space = self.inner.action_space

    def _drawn(self) -> FlatActionEnv:
        task = task_of(self._settings, int(self._numbers.integers(FRESH, 2**31)))
        return FlatActionEnv(task.problem, task.objective)

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Observed, dict[str, Any]]:
        """Draw the next problem."""
        super().reset(seed=seed)
        self.inner = self._drawn()
        return self.inner.reset()

    def step(
        self, action: SupportsInt
    ) -> tuple[Observed, float, bool, bool, dict[str, Any]]:
        """Place a job on a machine, as :meth:`FlatActionEnv.step` does."""
        return self.inner.step(action)

    def action_masks(self) -> np.ndarray[Any, np.dtype[np.int8]]:
        """Shape (n * m,), 1 where it may be chosen."""
        return self.inner.action_masks()


def maskable_curve(settings: LearningSettings, seed: int) -> Curve:
    """
    Train MaskablePPO of sb3-contrib on the flat action space of the same problems.

    Raises
    ------
    ImportError
        When sb3-contrib is missing; it is needed here alone.
    """
    try:
        from sb3_contrib import MaskablePPO
    except ImportError as error:
        raise ImportError(
            "The way 'maskable' needs sb3-contrib of requirements-test.txt; install "
            "it, or leave the way out."
        ) from error
    judged = [FlatActionEnv(t.problem, t.objective) for t in judged_on(settings, seed)]
    agent = MaskablePPO(
        "MultiInputPolicy",
        FlatActionEnv(judged[0].problem, judged[0].objective)
        if settings.problems == "one"
        else FreshFlatEnv(settings, seed),
        learning_rate=settings.learning_rate,
        n_steps=settings.per_update,
        batch_size=max(2, settings.per_update // 4),
        n_epochs=4,
        gamma=1.0,
        gae_lambda=1.0,
        ent_coef=settings.ent_coef,
        seed=seed,
        device="cpu",
    )

    def greedy(env: FlatActionEnv) -> float:
        seen, _ = env.reset()
        done = False
        while not done:
            action, _ = agent.predict(
                seen, deterministic=True, action_masks=env.action_masks()
            )
            seen, _, done, _, _ = env.step(np.asarray(action).item())
        return env.objective.cost(env.problem, env.schedule)

    curve = [(0, float(np.mean([greedy(env) for env in judged])))]
    for _ in range(settings.updates):
        agent.learn(settings.per_update, reset_num_timesteps=False)
        curve.append(
            (int(agent.num_timesteps), float(np.mean([greedy(env) for env in judged])))
        )
    return curve
