"""A problem to play, and how: what training draws and validation keeps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from core.problem.model import Problem
from core.problem.objective import Objective
from core.simulation.problems.problem_tensors import ProblemTensors
from core.simulation.problems.stack import stack


@dataclass(frozen=True, eq=False)
class Task:
    """A problem to play, the objective to judge it by, and the lookahead in seconds."""

    problem: Problem
    objective: Objective
    lookahead: float
    kind: str


def tensors_of(tasks: list[Task], device: torch.device | str = "cpu") -> ProblemTensors:
    """Problems of some tasks, side by side."""
    return stack(
        [task.problem for task in tasks], [task.objective for task in tasks], device
    )


def mean_by_kind(tasks: Sequence[Task], costs: Sequence[float]) -> dict[str, float]:
    """Mean cost of each kind, in the order in which kinds come."""
    by_kind: dict[str, list[float]] = {}
    for task, cost in zip(tasks, costs, strict=True):
        by_kind.setdefault(task.kind, []).append(cost)
    return {kind: float(np.mean(costs)) for kind, costs in by_kind.items()}
