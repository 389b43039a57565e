"""How many decisions a policy needs to learn one problem: two steps against flat."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import nn

from core.benchmarking.table import Cell, Report, Table, mean
from core.policy.fixed_policy import FixedSizePolicy
from core.policy.flat_policy import FlatPolicy
from core.policy.set_policy import SetPolicy
from core.problem.generator import generate
from core.problem.kinds import KINDS
from core.problem.model import Problem
from core.problem.objective import Objective
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


@dataclass(frozen=True)
class LearningSettings:
    """
    What is learned, and how long.

    Parameters
    ----------
    jobs, machines, kind
        The problem; each seed draws its own, the same for all ways.
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

    Raises
    ------
    ValueError
        When a way is unknown, or a number below 1.
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

    def __post_init__(self) -> None:
        unknown = [way for way in self.ways if way not in WAYS]
        if unknown or not self.ways:
            raise ValueError(f"Expected ways of {', '.join(WAYS)}; got {self.ways}.")
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


def problem_of(settings: LearningSettings, seed: int) -> Problem:
    """Problem that all runs of a seed learn."""
    return generate(
        KINDS[settings.kind].resized(settings.jobs, settings.machines), seed
    )


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
    """
    Train one of our networks with our PPO, on one problem over and over.

    One problem is the flat network's home ground: it knows a job by its place alone,
    and on fresh problems that means nothing.
    """
    torch.manual_seed(seed)
    task = Task(problem_of(settings, seed), Objective(), 0.0, settings.kind)
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
        rollout=RolloutSettings(problems=1, copies=settings.copies),
        exploration=ExplorationSettings(job_epsilon=0.0, machine_epsilon=0.0),
    )
    policy = network(way, settings)
    trainer = Trainer(
        training, policy, draw_tasks=lambda *_: [task], validation=[]
    )  # validated here, at every update
    curve = [(0, float(greedy_costs(policy, [task])[0]))]
    for _ in range(settings.updates):
        trainer.step()
        curve.append((trainer.decisions, float(greedy_costs(policy, [task])[0])))
    return curve


def maskable_curve(settings: LearningSettings, seed: int) -> Curve:
    """
    Train MaskablePPO of sb3-contrib on the flat action space of the same problem.

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
    problem, objective = problem_of(settings, seed), Objective()
    agent = MaskablePPO(
        "MultiInputPolicy",
        FlatActionEnv(problem, objective),
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
    env = FlatActionEnv(problem, objective)

    def greedy() -> float:
        seen, _ = env.reset()
        done = False
        while not done:
            action, _ = agent.predict(
                seen, deterministic=True, action_masks=env.action_masks()
            )
            seen, _, done, _, _ = env.step(np.asarray(action).item())
        return objective.cost(problem, env.schedule)

    curve = [(0, greedy())]
    for _ in range(settings.updates):
        agent.learn(settings.per_update, reset_num_timesteps=False)
        curve.append((int(agent.num_timesteps), greedy()))
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
        Table(
            "learning",
            ("way", "seed", "decisions", "cost"),
            tuple(
                (way, seed, decisions, cost)
                for (way, seed), curve in curves.items()
                for decisions, cost in curve
            ),
        ),
        (
            Table(
                f"Decisions until the cost that the flat policy reaches at its best, "
                f"{n}x{m}, {settings.decisions:,} decisions each",
                ("way", "seeds", "mean best cost", "reached", "decisions", "over flat"),
                tuple(rows),
            ),
        ),
    )
