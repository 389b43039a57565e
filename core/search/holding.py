"""Times of sequences beside a previous plan: who waits for the start that it had."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from core.problem.measures.stability import Home
from core.problem.model import Problem
from core.problem.schedule import Schedule
from core.timing.retime import retime

# Whether each job, on its machine of the previous plan, starts no earlier than there;
# ``None``: all of them.
Held = NDArray[np.bool_] | None


def timed(
    problem: Problem,
    sequences: Sequence[Sequence[int]],
    home: Home | None,
    held: Held = None,
) -> Schedule:
    """
    Time sequences; jobs that are held start no earlier than in the previous plan.

    A job that another one has left a gap for would change if it moved up. It stays,
    unless something is to be gained.

    Parameters
    ----------
    problem, sequences
        See :func:`core.timing.retime.retime`.
    home
        The previous plan; ``None``: nobody is held.
    held
        Shape (n,), of jobs on the machine that they had there; others are not.
    """
    if home is None:
        return retime(problem, sequences)
    machine = np.empty(problem.num_jobs, dtype=np.int64)
    for k, jobs in enumerate(sequences):
        machine[list(jobs)] = k
    waits = machine == home.machine
    if held is not None:
        waits &= held
    release = np.where(waits, np.maximum(problem.release, home.start), problem.release)
    return retime(replace(problem, release=release), sequences)
