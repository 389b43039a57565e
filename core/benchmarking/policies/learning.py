"""How many decisions a policy needs to learn: two steps against flat."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, SupportsInt

import gymnasium
import numpy as np
import torch
from torch import nn

from core.benchmarking.table import Cell, Report, ResultTable, mean
from core.instances.generator import generate
from core.instances.kinds import KINDS
from core.policy.fixed_policy import FixedSizePolicy
from core.policy.flat_policy import FlatPolicy
from core.policy.set_policy import SetPolicy
from core.problem.objective import Objective
from core.simulation.environment import Observed
from core.simulation.flat_environment import FlatActionEnv
from core.training.settings import (
    ExplorationSettings,
    PPOSettings,
    RolloutSettings,
    TrainingSettings,
)
from core.training.tasks import Task
from core.training.trainer import Trainer, greedy_costs

Tell = Callable[[str], None]
Curve = list[tuple[int, float]]  # decisions so far, cost of the greedy plan
NETWORKS = ("set", "fixed", "flat")
WAYS = (*NETWORKS, "maskable")
# Learned by heart, one problem per seed; or drawn anew for every rollout, and judged
# on others.
PROBLEMS = ("one", "fresh")
JUDGED = 10  # held-out problems of a seed, where they are drawn anew
_WORDS = {
    "one": "one problem learned by heart",
    "fresh": "fresh problems, judged on held-out ones",
}
FRESH = 10**6  # seeds of problems that are drawn anew begin here


@dataclass(frozen=True)
class LearningSettings:
    """
    What is learned, and how long.

    Parameters
    ----------
    jobs, machines, kind
        The problems; each seed draws its own, the same for all ways.
    decisions
        Budget of a run.
    copies
        Rollouts between two updates; MaskablePPO collects as many decisions.
    seeds
        Of the runs.
    ways
        ``set``, ``fixed`` (two steps), ``flat``, and ``maskable``, which is
        MaskablePPO of sb3-contrib on :class:`FlatActionEnv`.
    learning_rate, ent_coef
        Of Adam and of the entropy, for all ways.
    problems
        ``one``: a problem is learned by heart. That is the flat network's home
        ground, which knows a job by its place alone. ``fresh``: every rollout of the
        flat way, and every group of rollouts of ours, has a problem of its own, and
        what counts is the mean cost of held-out ones.

    Raises
    ------
    ValueError
        When a way or a choice of problems is unknown, or a number below 1.
    """

    jobs: int = 50
    machines: int = 8
    kind: str = "shift"
    decisions: int = 200_000
    copies: int = 20
    seeds: tuple[int, ...] = (0, 1, 2)
    ways: tuple[str, ...] = WAYS
    learning_rate: float = 1e-3
    ent_coef: float = 0.01
    problems: str = "one"

    def __post_init__(self) -> None:
        unknown = [way for way in self.ways if way not in WAYS]
        if unknown or not self.ways:
            raise ValueError(f"Expected ways of {', '.join(WAYS)}; got {self.ways}.")
        if self.problems not in PROBLEMS:
            raise ValueError(
                f"Expected problems of {', '.join(PROBLEMS)}; got {self.problems!r}."
            )
        for name in ("jobs", "machines", "decisions", "copies"):
            if getattr(self, name) < 1:
                raise ValueError(f"Expected {name} >= 1, got {getattr(self, name)}.")

    @property
    def per_update(self) -> int:
        """Decisions between two updates."""
        return self.jobs * self.copies

    @property
    def updates(self) -> int:
        """Updates within the budget, one at least."""
        return max(1, self.decisions // self.per_update)


def task_of(settings: LearningSettings, seed: int) -> Task:
    """Draw a problem as all runs learn it: default objective, machines never wait."""
    size = KINDS[settings.kind].resized(settings.jobs, settings.machines)
    return Task(generate(size, seed), Objective(), 0.0, settings.kind)


def judged_on(settings: LearningSettings, seed: int) -> list[Task]:
    """Problems whose mean cost is the curve: the one that is learned, or held-out."""
    if settings.problems == "one":
        return [task_of(settings, seed)]
    first = seed * JUDGED
    return [task_of(settings, number) for number in range(first, first + JUDGED)]


def network(way: str, settings: LearningSettings) -> nn.Module:
    """
    Build an untrained network with just the places the problem needs.

    Raises
    ------
    ValueError
        When there is no such network.
    """
    if way == "set":
        return SetPolicy()
    if way == "fixed":
        return FixedSizePolicy(settings.jobs, settings.machines)
    if way == "flat":
        return FlatPolicy(settings.jobs, settings.machines)
    raise ValueError(f"Expected a network of {', '.join(NETWORKS)}; got {way!r}.")


def own_curve(way: str, settings: LearningSettings, seed: int) -> Curve:
    """Train one of our networks with our PPO; cost of its greedy plans on the way."""
    torch.manual_seed(seed)
    judged = judged_on(settings, seed)
    # The rollouts of a problem are each other's baseline, so several of each.
    groups = 1 if settings.problems == "one" else max(1, settings.copies // 5)
    training = replace(
        TrainingSettings(),
        iterations=settings.updates,
        seed=seed,
        ppo=PPOSettings(
            learning_rate=settings.learning_rate,
            ent_coef=settings.ent_coef,
            minibatch_decisions=max(1, settings.per_update // 4),
            update_decisions=settings.per_update,
            update_epochs=4,
        ),
        rollout=RolloutSettings(problems=groups, copies=settings.copies // groups),
        exploration=ExplorationSettings(job_epsilon=0.0, machine_epsilon=0.0),
    )

    def drawn(numbers: np.random.Generator, progress: float, count: int) -> list[Task]:
        if settings.problems == "one":
            return judged
        seeds = numbers.integers(FRESH, 2**31, size=count)
        return [task_of(settings, int(number)) for number in seeds]

    policy = network(way, settings)
    trainer = Trainer(
        training, policy, draw_tasks=drawn, validation=[]
    )  # validated here, at every update

    def cost() -> float:
        return float(greedy_costs(policy, judged).mean())

    curve = [(0, cost())]
    for _ in range(settings.updates):
        trainer.step()
        curve.append((trainer.decisions, cost()))
    return curve


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


def decisions_until(curve: Curve, cost: float) -> int | None:
    """Decisions after which the greedy plan first cost no more; ``None``: never."""
    return next((decisions for decisions, found in curve if found <= cost), None)


def learning_report(
    settings: LearningSettings, *, tell: Tell = lambda text: None
) -> Report:
    """
    Train every way with every seed, and compare the decisions they need.

    The target of a seed is the least greedy cost that the flat network reaches; the
    summary has none where the flat network was not trained.

    Parameters
    ----------
    settings
        What is learned, and how long.
    tell
        Told of each run.
    """
    curves: dict[tuple[str, int], Curve] = {}
    for seed in settings.seeds:
        for way in settings.ways:
            curve = (
                maskable_curve(settings, seed)
                if way == "maskable"
                else own_curve(way, settings, seed)
            )
            curves[way, seed] = curve
            tell(f"{way}, seed {seed}: cost {min(cost for _, cost in curve):.4f}")
    return report_of(settings, curves)


def report_of(
    settings: LearningSettings, curves: dict[tuple[str, int], Curve]
) -> Report:
    """Report on curves by way and seed."""
    rows: list[tuple[Cell, ...]] = []
    flat_mean: float | None = None
    found: dict[str, list[tuple[float, int | None]]] = {}
    for (way, seed), curve in curves.items():
        best = min(cost for _, cost in curve)
        flat = curves.get(("flat", seed))
        target = None if flat is None else min(cost for _, cost in flat)
        needed = None if target is None else decisions_until(curve, target)
        found.setdefault(way, []).append((best, needed))
    if "flat" in found:
        flat_mean = mean([float(x) for _, x in found["flat"] if x is not None])
    for way, runs in found.items():
        reached = [float(needed) for _, needed in runs if needed is not None]
        average = mean(reached) if len(reached) == len(runs) else None
        share = (
            None if average is None or not flat_mean else average / flat_mean
        )  # of the flat network's own decisions; of all seeds or none
        rows.append(
            (
                *(way, len(runs), mean([best for best, _ in runs])),
                *(f"{len(reached)} of {len(runs)}", average, share),
            )
        )
    n, m = settings.jobs, settings.machines
    return Report(
        ResultTable(
            "learning",
            ("way", "seed", "decisions", "cost"),
            tuple(
                (way, seed, decisions, cost)
                for (way, seed), curve in curves.items()
                for decisions, cost in curve
            ),
        ),
        (
            ResultTable(
                f"Decisions until the cost that the flat policy reaches at its best, "
                f"{n}x{m}, {settings.decisions:,} decisions each, "
                f"{_WORDS[settings.problems]}",
                ("way", "seeds", "mean best cost", "reached", "decisions", "over flat"),
                tuple(rows),
            ),
        ),
    )
