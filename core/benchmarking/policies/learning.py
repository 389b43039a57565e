"""How many decisions a policy needs to learn: two steps against flat."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import torch
from torch import nn

from core.benchmarking.policies.learning_settings import (
    FRESH,
    NETWORKS,
    Curve,
    LearningSettings,
    judged_on,
    task_of,
)
from core.benchmarking.policies.maskable import maskable_curve
from core.benchmarking.table import Cell, Report, ResultTable, mean
from core.policy.fixed_policy import FixedSizePolicy
from core.policy.flat_policy import FlatPolicy
from core.policy.set_policy import SetPolicy
from core.training.settings import (
    ExplorationSettings,
    PPOSettings,
    RolloutSettings,
    TrainingSettings,
)
from core.training.tasks import Task
from core.training.trainer import Trainer, greedy_costs

Tell = Callable[[str], None]
_WORDS = {
    "one": "one problem learned by heart",
    "fresh": "fresh problems, judged on held-out ones",
}


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
