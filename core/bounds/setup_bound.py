"""What setups cost at least, whatever the order of the jobs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

from core.bounds.earliest import groups_by_machine
from core.problem.calendar import Seconds
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
    groups = np.arange(problem.num_groups)
    present = np.isfinite(groups_by_machine(problem))
    within = problem.setup[:, groups, groups]  # (c, g)
    own = within[problem.setup_class].astype(np.float64)
    first = problem.first_setups.astype(np.float64)
    return LeastSetups(present, first, own, _entries(problem, present))


def _entries(problem: Problem, present: NDArray[np.bool_]) -> Array:
    """
    Shape (m, g): least setups behind a job of another group that the machine may run.

    One machine at a time: the matrix of 4,000 groups alone fills 128 MB.
    """
    entries = np.empty(present.shape)
    known: dict[tuple[int, bytes], Array] = {}  # machines of a type have the same
    for k, row in enumerate(present):
        alike = int(problem.setup_class[k]), row.tobytes()
        if alike not in known:
            groups = np.flatnonzero(row)
            behind = problem.setups_of(k)[groups].astype(np.float64)
            behind[np.arange(len(groups)), groups] = np.inf
            known[alike] = behind.min(axis=0, initial=np.inf)
        entries[k] = known[alike]
    return entries


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
    entries = behind.sum() - _most_saved(saved.astype(np.int64))

    least = np.minimum(own, entry).min(axis=0)
    others = np.repeat(least, count[groups] - 1)
    free = np.sort(others)[::-1][: problem.num_machines].sum()
    return int(entries + others.sum() - free)


def _most_saved(saved: Seconds) -> int:
    """
    Most that can be saved where each machine and each group saves once.

    Parameters
    ----------
    saved
        Shape (m, g), whole numbers that are not negative.
    """
    machine, group = np.nonzero(saved)
    if not machine.size:
        return 0
    m, g = saved.shape
    end = m + g
    one_per_machine, one_per_group = np.arange(m), m + np.arange(g)
    # Whoever saves nothing goes to the end at no cost.
    tail = np.concatenate([machine, one_per_machine, one_per_group])
    head = np.concatenate([m + group, np.full(m + g, end)])
    cost = np.concatenate([-saved[machine, group], np.zeros(m + g, dtype=np.int64)])
    flow = SimpleMinCostFlow()
    flow.add_arcs_with_capacity_and_unit_cost(tail, head, np.ones_like(tail), cost)
    flow.set_nodes_supplies(np.arange(m), np.ones(m, dtype=np.int64))
    flow.set_node_supply(end, -m)
    if flow.solve() != flow.OPTIMAL:
        raise RuntimeError("The assignment of first setups was not solved.")
    return -int(flow.optimal_cost())
