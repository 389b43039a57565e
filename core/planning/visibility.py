"""What a scheduler could see and choose from when it decided; no network in here."""

from __future__ import annotations

from dataclasses import dataclass
from heapq import heapify, heappop, heappush

import numpy as np
from numpy.typing import NDArray

from core.planning.scheduler import Result
from core.problem.model import Problem

VISIBLE, FEWEST_VISIBLE, MOST_VISIBLE = 172, 50, 888

Batches = tuple[tuple[int, ...], ...]


@dataclass(frozen=True, eq=False)
class BatchResult(Result):
    """
    Result of planning in batches.

    Parameters
    ----------
    batches
        The jobs of each batch, in the order in which the batches were planned.

    Notes
    -----
    Everything else is as in :class:`core.planning.scheduler.Result`.
    """

    batches: Batches = ()


@dataclass(frozen=True)
class ActionCounts:
    """
    How many answers the first decision has.

    Parameters
    ----------
    flat
        Pairs of job and machine in one list: jobs times machines.
    hierarchical
        The same asked as two questions: jobs plus machines.
    """

    flat: int
    hierarchical: int


def action_counts(jobs: int, machines: int) -> ActionCounts:
    """Sizes of both ways to ask for a job and its machine."""
    return ActionCounts(jobs * machines, jobs + machines)


def visible_jobs(result: Result) -> NDArray[np.int64]:
    """Shape (n,): unplanned jobs that each decision could see, in order."""
    sizes = [result.problem.num_jobs]
    if isinstance(result, BatchResult) and result.batches:
        sizes = [len(batch) for batch in result.batches]
    return np.concatenate([np.arange(size, 0, -1) for size in sizes])


def batch_of_job(result: Result) -> NDArray[np.int64] | None:
    """Shape (n,): the batch of each job; ``None`` where there was but one."""
    if not isinstance(result, BatchResult) or len(result.batches) < 2:
        return None
    place = np.zeros(result.problem.num_jobs, dtype=np.int64)
    for i, batch in enumerate(result.batches):
        place[list(batch)] = i
    return place


def batches(problem: Problem, visible: int = VISIBLE) -> Batches:
    """
    Divide the jobs into batches, as a planner's list would be cut.

    Families with an important job come first, then those due earliest; a family
    that others wait for goes with the most urgent of them. A family stays whole
    unless it is larger than a batch, or bound in a circle with others that are
    together. Reserved jobs come before all others, so that these keep clear of them.

    Parameters
    ----------
    problem
        What is planned.
    visible
        Most jobs in a batch.

    Returns
    -------
    tuple of tuple of int
        Every job once. No job stands before one of its predecessors, neither
        across the batches nor within one.

    Raises
    ------
    ValueError
        When ``visible`` is not positive.
    """
    if visible < 1:
        raise ValueError(f"Expected visible >= 1, got {visible}.")
    found: list[list[int]] = [[]]
    for unit in _reserved_first(problem, _units(problem)):
        if len(found[-1]) + len(unit) > visible and len(unit) <= visible:
            found.append([])
        for job in unit:
            if len(found[-1]) == visible:
                found.append([])
            found[-1].append(job)
    return tuple(tuple(batch) for batch in found if batch)


def _reserved_first(problem: Problem, units: list[list[int]]) -> list[list[int]]:
    """Units without the reserved jobs, behind these, each of which is one."""
    start = problem.reserved_start
    reserved = np.flatnonzero(start >= 0)
    if not len(reserved):
        return units
    first = [[j] for j in reserved[np.argsort(start[reserved])].tolist()]
    return first + [[j for j in unit if start[j] < 0] for unit in units]


def _units(problem: Problem) -> list[list[int]]:
    """Jobs of families, most urgent first, every unit behind those it waits for."""
    # They take longer to load than most plans to make, which need none of it.
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import connected_components

    families = len(problem.family_names)
    before, after = problem.family[problem.precedence].T
    graph = csr_array(
        (np.ones(len(before)), (before, after)), shape=(families, families)
    )
    # Families that wait for each other both ways can only be planned together.
    _, component = connected_components(graph, connection="strong")
    unit_of = component[problem.family]
    jobs: dict[int, list[int]] = {}
    for job in problem.topological_order.tolist():
        jobs.setdefault(int(unit_of[job]), []).append(job)
    urgency = {
        unit: (
            not problem.important[members].any(),
            float(problem.due[members].min()),
            min(members),
        )
        for unit, members in jobs.items()
    }
    edges = {(int(unit_of[a]), int(unit_of[b])) for a, b in problem.precedence.tolist()}
    behind: dict[int, list[int]] = {unit: [] for unit in jobs}
    waiting = dict.fromkeys(jobs, 0)
    for a, b in edges:
        if a != b:
            behind[a].append(b)
            waiting[b] += 1
    left = dict(waiting)
    order = [unit for unit in jobs if not left[unit]]
    for unit in order:
        for other in behind[unit]:
            left[other] -= 1
            if not left[other]:
                order.append(other)
    for unit in reversed(order):
        urgency[unit] = min([urgency[unit], *(urgency[x] for x in behind[unit])])
    queue = [(urgency[unit], unit) for unit in jobs if not waiting[unit]]
    heapify(queue)
    found = []
    while queue:
        _, unit = heappop(queue)
        found.append(jobs[unit])
        for other in behind[unit]:
            waiting[other] -= 1
            if not waiting[other]:
                heappush(queue, (urgency[other], other))
    return found
