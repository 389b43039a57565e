"""Which jobs a policy looks at where there are very many."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from core.simulation.problems.problem_arrays import ProblemArrays
from core.timing.flat import Ints

# Up to so many jobs all candidates are looked at: decisions of such plans are noted,
# and shown beside each other.
MOST_SEEN_WHOLE = 3_000
# Where machines close, the most urgent: with all 4,000 or 10,000 jobs in sight plans
# cost 9 to 12 percent more, as the networks were trained with fewer.
URGENT = 256
# Elsewhere, the best of the last look at all of them, and what has come since. Fewer,
# or by urgency, makes dearer plans.
BEST, EVERY = 128, 8  # a look at all every eighth decision
# How much more urgent a job is for e times the mean weight, in ideal horizons; jobs
# without a due date are as urgent as those that must start at its end.
CREDIT = 0.1


class Sight(NamedTuple):
    """
    How many candidates are looked at in a decision.

    Parameters
    ----------
    urgent
        The most urgent ones.
    best
        Those that the policy found best when it last looked at all, beside those that
        could not be chosen then.
    """

    urgent: int
    best: int


def window(arrays: ProblemArrays) -> Sight:
    """How many candidates a policy looks at; as many as there are jobs: at all."""
    jobs = arrays.processing.shape[1]
    if jobs <= MOST_SEEN_WHOLE:
        return Sight(jobs, jobs)
    return Sight(URGENT, jobs) if arrays.has_closures else Sight(jobs, BEST)


def urgency_ranks(arrays: ProblemArrays) -> Ints:
    """
    Place of each job among all, the most urgent at 0.

    Urgent is what must start early to be on time, with all jobs behind it; a job of
    much weight counts as one that must start earlier.

    Parameters
    ----------
    arrays
        One problem.

    Returns
    -------
    ndarray
        Shape (N,), int64; equally urgent jobs in their order.
    """
    latest = arrays.effective_due[0] - arrays.smallest_processing[0]
    horizon = arrays.horizon[0]
    weight = arrays.weight[0].clip(min=1e-9)
    start = np.where(np.isfinite(latest), latest, horizon)
    urgency = start - CREDIT * horizon * np.log(weight / arrays.mean_weight[0])
    ranks = np.empty(len(start), dtype=np.int64)
    ranks[np.argsort(urgency, kind="stable")] = np.arange(len(start))
    return ranks
