"""Problems of any sizes side by side, as tensors."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from core.problem.model import Problem
from core.problem.objective import Objective
from core.simulation.problems.problem_tensors import ProblemTensors
from core.simulation.problems.side_by_side import side_by_side


def stack(
    problems: Sequence[Problem],
    objectives: Sequence[Objective],
    device: torch.device | str = "cpu",
) -> ProblemTensors:
    """
    Put problems of any sizes side by side on a device.

    Parameters
    ----------
    problems, objectives
        P of each.
    device
        Where the tensors live.

    Raises
    ------
    ValueError
        When there is no problem, or not one objective per problem.
    """
    return ProblemTensors.of(side_by_side(problems, objectives), device)
