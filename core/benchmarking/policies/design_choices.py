"""What a choice made before training is worth: short runs that differ in it alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from core.benchmarking.table import Cell, Report, ResultTable
from core.policy.set_policy import SetPolicy
from core.problem.objective import Objective, times_the_cost
from core.training.curriculum import held_out, lookahead_seconds
from core.training.evaluation import rule_costs
from core.training.settings import (
    LOOKAHEADS,
    DataSettings,
    ExplorationSettings,
    PPOSettings,
    RolloutSettings,
    Stage,
    TrainingSettings,
)
from core.training.source import JUDGED
from core.training.tasks import Task
from core.training.trainer import Trainer, greedy_plans

Tell = Callable[[str], None]

# Of each choice, what there is to choose from, as changes of the settings.
REWARDS = ("cost", "shaped")
ADVANTAGES = ("group", "gae", "best")
EXPLORATIONS = {"none": 0.0, "epsilon": 0.2}
PARTS = ("lookahead", "reward", "advantage", "exploration")


@dataclass(frozen=True)
class ChoiceSettings:
    """
    What is compared, and how long the runs are.

    Parameters
    ----------
    jobs, machines
        Size of all problems, drawn anew for every iteration.
    decisions
        Budget of a run.
    problems
        Held-out problems that it is judged on, greedily.
    kinds
        Of problems: each is trained and judged by itself.
    parts
        Of ``PARTS``: which choices.
    seed
        Of the runs.

    Raises
    ------
    ValueError
        When a part is unknown, or a number below 1.
    """

    jobs: int = 80
    machines: int = 8
    decisions: int = 500_000
    problems: int = 20
    kinds: tuple[str, ...] = ("shift", "unrelated", "flexible_job_shop")
    parts: tuple[str, ...] = PARTS
    seed: int = 0

    def __post_init__(self) -> None:
        if not self.parts or (unknown := set(self.parts) - set(PARTS)):
            raise ValueError(f"Expected parts of {', '.join(PARTS)}; got {unknown}.")
        for name in ("jobs", "machines", "decisions", "problems"):
            if getattr(self, name) < 1:
                raise ValueError(f"Expected {name} >= 1, got {getattr(self, name)}.")


def options(part: str) -> dict[str, dict[str, Any]]:
    """Settings to change, by the name of each option of a choice."""
    if part == "lookahead":
        return {name: {"lookahead": name} for name in LOOKAHEADS}
    if part == "reward":
        return {name: {"reward": name} for name in REWARDS}
    if part == "advantage":
        return {name: {"advantage": name} for name in ADVANTAGES}
    return {name: {"epsilon": share} for name, share in EXPLORATIONS.items()}


def training_settings(
    settings: ChoiceSettings,
    kind: str,
    *,
    lookahead: str = "inf",
    reward: str = "cost",
    advantage: str = "group",
    epsilon: float = 0.0,
) -> TrainingSettings:
    """Settings of a run; all that is not named is the same in all of them."""
    per_iteration = 64 * settings.jobs
    return TrainingSettings(
        iterations=max(1, settings.decisions // per_iteration),
        seed=settings.seed,
        validate_every=1_000_000,
        checkpoint_every=1_000_000,
        stages=(Stage(1.0, (settings.jobs,) * 2, (settings.machines,) * 2),),
        ppo=PPOSettings(
            learning_rate=1e-3,
            final_learning_rate=2e-4,
            minibatch_decisions=1280,
            update_decisions=1_000_000,
            ent_coef=0.003,
            target_kl=0.1,
            advantage=advantage,  # type: ignore[arg-type]
        ),
        rollout=RolloutSettings(problems=8, copies=8, reward=reward),  # type: ignore[arg-type]
        exploration=ExplorationSettings(
            job_epsilon=epsilon, machine_epsilon=epsilon / 2
        ),
        data=DataSettings(
            kinds={kind: 1.0},
            lookaheads={kind: {lookahead: 1.0}},
            random_objective=0.0,
        ),
    )


def trained(settings: TrainingSettings) -> SetPolicy:
    """Train a policy from scratch."""
    torch.manual_seed(settings.seed)
    policy = SetPolicy()
    Trainer(settings, policy, validation=[]).run()
    return policy


def judged(policy: SetPolicy, tasks: Sequence[Task]) -> NDArray[np.float64]:
    """Shape (P, 4): cost, makespan, tardiness and setup terms of the greedy plans."""
    plans = greedy_plans(policy, list(tasks)).schedules()
    one = Objective(1.0, 1.0, 1.0)
    return np.array(
        [
            [task.objective.cost(task.problem, plan), *one.terms(task.problem, plan)]
            for task, plan in zip(tasks, plans, strict=True)
        ]
    )


def choices_report(
    settings: ChoiceSettings, *, tell: Tell = lambda text: None
) -> Report:
    """
    Train and judge every option of every choice.

    Lookaheads are compared on every kind; the other choices on the first. A run that
    two choices share is made once.

    Parameters
    ----------
    settings
        What is compared.
    tell
        Told of each run.
    """
    made: dict[str, NDArray[np.float64]] = {}
    tables: list[ResultTable] = []
    detail: list[tuple[Cell, ...]] = []
    columns = ("cost", "of the best rule", "makespan", "tardiness", "setup")
    for part in settings.parts:
        rows: list[tuple[Cell, ...]] = []
        for kind in settings.kinds if part == "lookahead" else settings.kinds[:1]:
            problems = held_out(
                kind, settings.jobs, settings.machines, settings.problems, JUDGED
            )
            rule = rule_costs([Task(p, Objective(), 0.0, kind) for p in problems])
            for name, changes in options(part).items():
                run = training_settings(settings, kind, **changes)
                key = str(run)
                if key not in made:
                    wait = changes.get("lookahead", "inf")
                    tasks = [
                        Task(p, Objective(), lookahead_seconds(p, wait), kind)
                        for p in problems
                    ]
                    made[key] = judged(trained(run), tasks)
                found = made[key]
                ratio = times_the_cost(float(found[:, 0].mean()), float(rule.mean()))
                means = found.mean(0).tolist()
                rows.append((kind, name, means[0], ratio, *means[1:]))
                detail.append((part, *rows[-1]))
                tell(f"{part}, {kind}, {name}: {ratio:.3f} of the best rule")
        tables.append(
            ResultTable(
                f"Trained with {settings.decisions:,} decisions each: {part}",
                ("kind", part, *columns),
                tuple(rows),
            )
        )
    whole = ResultTable(
        "choices", ("choice", "kind", "option", *columns), tuple(detail)
    )
    return Report(whole, tuple(tables))
