"""What the local search compiles: a problem and what it is judged by, as arrays."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.problem.measures.stability import NOT_PRICED, Home
from core.problem.model import Problem
from core.problem.objective import Objective
from core.timing.flat import FlatProblem, Ints, cut, flat_problem

Floats = NDArray[np.float64]


class Arrays(NamedTuple):
    """
    A problem and its objective as flat arrays; lists of lists are cut by offsets.

    Machines ``machines[eligible_at[j]:eligible_at[j + 1]]`` are those of job j,
    the fastest first; so on for the jobs of one group (``member``).
    """

    flat: FlatProblem
    due: Floats
    weight: Floats
    tail: Floats  # least seconds of work in sequence behind a job
    setup_to: Ints  # (c, g, g + 1): the setups, by the group that comes next
    has_setups: NDArray[np.bool_]  # (m,)
    eligible_at: Ints
    machines: Ints
    member_at: Ints
    member: Ints
    scales: Floats  # cost per second of makespan, tardiness, setup
    fixed: Floats  # makespan, weighted tardiness, setup of what is past change
    home_machine: Ints  # (n,) machine of each job in the previous plan; -1: none
    home_start: Ints  # (n,) seconds
    home_left: Ints  # (n,) its left neighbour there; -1: none
    home_price: Floats  # (n,) cost of its change
    fresh: Ints  # jobs that the previous plan did not have


def arrays(problem: Problem, objective: Objective, home: Home | None = None) -> Arrays:
    """
    Flat arrays of a problem, built once per search.

    ``home``: the previous plan; of no account where the objective does not price it.
    """
    possible = problem.possible_processing
    fastest = np.argsort(possible, axis=1, kind="stable")
    counts = np.isfinite(possible).sum(axis=1).tolist()
    eligible = [row[:count] for row, count in zip(fastest, counts, strict=True)]
    members: list[list[int]] = [[] for _ in range(problem.num_groups)]
    for job, group in enumerate(problem.group.tolist()):
        members[group].append(job)
    has_setups = [problem.setups_of(k).any() for k in range(problem.num_machines)]
    given = (
        problem.due,
        problem.weight,
        problem.tail,
        problem.setup.swapaxes(1, 2),
        np.array(has_setups),
        *cut(eligible),
        *cut(members),
        np.array(objective.scales(problem)),
        np.array(problem.fixed_figures, dtype=np.float64),
        *_home(problem.num_jobs, objective.stability, home),
    )
    # Numba compiles again for read-only arrays, and for another order in memory.
    return Arrays(flat_problem(problem), *(np.array(x, order="C") for x in given))


def _home(
    n: int, stability: float, home: Home | None
) -> tuple[Ints, Ints, Ints, Floats, Ints]:
    """Machine, start, left neighbour and price of each job's home; the new jobs."""
    nowhere = np.full(n, NOT_PRICED)
    if home is None or stability == 0:
        none = np.zeros(0, dtype=np.int64)
        return nowhere, np.zeros(n, dtype=np.int64), nowhere, np.zeros(n), none
    left = nowhere.copy()
    order = np.lexsort((home.start, home.machine))
    order = order[home.machine[order] != NOT_PRICED]
    together = home.machine[order[1:]] == home.machine[order[:-1]]
    left[order[1:][together]] = order[:-1][together]
    there = home.machine != NOT_PRICED
    price = stability * home.nearness * there / home.jobs
    return home.machine, home.start, left, price, np.flatnonzero(~there)
