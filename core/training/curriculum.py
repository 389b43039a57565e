"""Which problems a run plays, and when."""

from __future__ import annotations

from collections.abc import Mapping
from math import inf, log
from typing import TypeVar

import numpy as np

from core.instances.generator import KINDS, generate
from core.instances.held_out import HELD_OUT
from core.problem.model import Problem
from core.problem.objective import Objective
from core.training.settings import DataSettings, Stage
from core.training.tasks import Task

K = TypeVar("K")


def stage_at(stages: tuple[Stage, ...], progress: float) -> Stage:
    """Stage in force at a share of the run, in [0, 1]."""
    return next(stage for stage in stages if progress <= stage.until)


def draw(
    data: DataSettings, stage: Stage, count: int, generator: np.random.Generator
) -> list[Task]:
    """
    Draw problems for one iteration: one size for all, kinds mixed.

    Parameters
    ----------
    data, stage
        What to draw, and how large.
    count
        How many.
    generator
        Source of randomness.
    """
    jobs = log_uniform(generator, *stage.jobs)
    machines = log_uniform(generator, *stage.machines)
    tasks = []
    for _ in range(count):
        kind = weighted(generator, data.kinds)
        settings = KINDS[kind].resized(jobs=jobs, machines=machines)
        problem = generate(settings, int(generator.integers(HELD_OUT)))
        choices = data.lookaheads.get(kind, {"inf": 1.0})
        lookahead = lookahead_seconds(problem, weighted(generator, choices))
        tasks.append(Task(problem, draw_objective(data, generator), lookahead, kind))
    return tasks


def held_out(
    kind: str, jobs: int, machines: int, count: int, first: int = 0
) -> list[Problem]:
    """
    Problems of a kind that are never drawn for training.

    Parameters
    ----------
    kind, jobs, machines
        What to draw, and how large.
    count, first
        How many, from which number on.
    """
    settings = KINDS[kind].resized(jobs=jobs, machines=machines)
    return [generate(settings, HELD_OUT + first + i) for i in range(count)]


def lookahead_seconds(problem: Problem, name: str) -> float:
    """Seconds of a lookahead: ``0``, ``mean`` (mean processing time), ``inf``."""
    if name == "mean":
        return float(problem.mean_processing.mean())
    return inf if name == "inf" else float(name)


def draw_objective(data: DataSettings, generator: np.random.Generator) -> Objective:
    """Draw the objective that a rollout is judged by."""
    if generator.random() < data.random_objective:
        a, b, c = generator.dirichlet([0.7, 0.7, 0.4])
        return Objective(float(a), float(b), float(c))
    weights = {i: row[0] for i, row in enumerate(data.objectives)}
    _, a, b, c = data.objectives[weighted(generator, weights)]
    return Objective(a, b, c)


def log_uniform(generator: np.random.Generator, low: int, high: int) -> int:
    """Whole number in [low, high]; each doubling is equally likely."""
    return round(float(np.exp(generator.uniform(log(low), log(high)))))


def weighted(generator: np.random.Generator, weights: Mapping[K, float]) -> K:
    """One of the keys, drawn by weight."""
    names = list(weights)
    share = np.array([weights[name] for name in names], dtype=np.float64)
    return names[int(generator.choice(len(names), p=share / share.sum()))]
