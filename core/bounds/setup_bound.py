"""What setups cost at least, whatever the order of the jobs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from core.bounds.earliest import groups_by_machine
from core.problem.model import Problem

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class LeastSetups:
    """
    Setups of a job of group h on machine k, by what comes before it; in seconds.

    Parameters
    ----------
    present
        Shape (m, g), bool: some job of the group may run on the machine.
    first
        Shape (m, g): when it is the machine's first.
    own
        Shape (m, g): behind a job of its own group.
    entry
        Shape (m, g): at least, behind a job of another group; +inf where no job of
        another group may run.
    """

    present: NDArray[np.bool_]
    first: Array
    own: Array
    entry: Array


def least_setups(problem: Problem) -> LeastSetups:
    """Least setups by machine and group."""
    m, g = problem.num_machines, problem.num_groups
    setups = np.array([problem.setups_of(k) for k in range(m)], dtype=np.float64)
    present = np.isfinite(groups_by_machine(problem))
    own = setups[:, np.arange(g), np.arange(g)]
    others = np.where(present[:, :, None], setups[:, :g], np.inf)
    others[:, np.arange(g), np.arange(g)] = np.inf
    first = problem.first_setups.astype(np.float64)
    return LeastSetups(present, first, own, others.min(axis=1))


def setup_bound(problem: Problem) -> int:
    """
    Bound the sum of all setups, in seconds.

    Every group is entered at least once: as the first of a machine, which only one
    group per machine can be, or behind another group. What the best choice of firsts
    saves is an assignment problem. All other jobs pay at least the least setup of
    their group, except those that are the first of a machine.
    """
    setups = least_setups(problem)
    count = np.bincount(problem.group, minlength=problem.num_groups)
    groups = np.flatnonzero(count)
    present = setups.present[:, groups]
    first = np.where(present, setups.first[:, groups], np.inf)
    entry = np.where(present, setups.entry[:, groups], np.inf)
    own = np.where(present, setups.own[:, groups], np.inf)

    behind = entry.min(axis=0)
    # A group that no other can precede anywhere is entered first somewhere.
    behind = np.where(np.isfinite(behind), behind, first.min(axis=0))
    saved = np.maximum(behind - first, 0.0)  # (m, groups); 0 where not present
    machines, chosen = linear_sum_assignment(saved, maximize=True)
    entries = behind.sum() - saved[machines, chosen].sum()

    least = np.minimum(own, entry).min(axis=0)
    others = np.repeat(least, count[groups] - 1)
    free = np.sort(others)[::-1][: problem.num_machines].sum()
    return int(entries + others.sum() - free)
