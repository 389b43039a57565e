"""A problem to play, and how: what training draws and validation keeps."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from core.problem.model import Problem
from core.problem.objective import Objective
from core.simulation.tensors import ProblemTensors, stack


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
