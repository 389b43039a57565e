"""Which decision to look at next."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.planning.trace import Trace
from core.problem.model import Problem
from core.problem.schedule import tardiness

MOST_DOUBTFUL = 0.1  # share of the decisions with a choice that count as doubtful
LEAST_DOUBT = 0.05  # below this share of an even choice, nobody is in doubt


def setups(trace: Trace) -> NDArray[np.bool_]:
    """Shape (T,): decisions that cost a setup."""
    paid: NDArray[np.bool_] = trace.setup > 0
    return paid


def late(problem: Problem, trace: Trace) -> NDArray[np.bool_]:
    """Shape (T,): decisions whose job ends late."""
    ends_late = tardiness(trace.schedule, problem.due) > 0
    return ends_late[trace.job]


def doubtful(trace: Trace) -> NDArray[np.bool_]:
    """Shape (T,): of the decisions with a choice, the tenth that is most in doubt."""
    doubt = np.nan_to_num(trace.entropy)
    choices = (np.diff(trace.job_first) > 1) | (np.diff(trace.machine_first) > 1)
    if not choices.any():
        return choices
    edge = max(float(np.quantile(doubt[choices], 1 - MOST_DOUBTFUL)), LEAST_DOUBT)
    return choices & (doubt >= edge)


def following(marked: NDArray[np.bool_], step: int) -> int | None:
    """First marked decision behind a step; ``None`` when there is none."""
    steps = np.flatnonzero(marked[step + 1 :])
    return step + 1 + int(steps[0]) if len(steps) else None
