"""What became of the one rollout of a problem, without tensors."""

from __future__ import annotations

import numpy as np

from core.problem.schedule import Schedule
from core.simulation.compiled.arrays import Moving
from core.simulation.problems.problem_arrays import ProblemArrays


def finished_schedule(moving: Moving) -> Schedule:
    """Schedule of the first rollout, every job of which is placed."""
    return Schedule(moving.machine[0], *moving.times[:, 0].astype(np.int64))


def cost_so_far(arrays: ProblemArrays, moving: Moving) -> float:
    """Cost of what is scheduled in the first rollout, of the first problem."""
    makespan, tardiness, setup = arrays.cost_scales[0].tolist()
    cost: float = (
        makespan * float(moving.makespan[0])
        + tardiness * float(moving.weighted_tardiness[0])
        + setup * float(moving.setup_total[0])
    )
    return cost
