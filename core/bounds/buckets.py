"""A problem cut into buckets of time, as the joint bound reads it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.bounds.earliest import Earliest
from core.bounds.families import FamilyArrays
from core.bounds.modes import ModeArrays, VisitTable
from core.problem.calendar import Seconds
from core.problem.model import Problem
from core.problem.objective import Objective
from core.timing.flat import Closures, flat_problem
from core.timing.kernel import finish, next_open
from core.timing.machine_code import machine_code

Array = NDArray[np.float64]

BUCKETS = 80
FINE = 8  # stretches of a bucket: in these jobs start
MOST_MODES = 24  # above that all setup groups count as one, without setups
HORIZON = 1.25  # of the least makespan; what is later costs nothing but lateness


@dataclass(frozen=True, eq=False)
class Buckets:
    """
    What the two dynamic programs read, and how many modes there are.

    Parameters
    ----------
    families, modes
        Their arrays.
    length
        Seconds of a bucket.
    width
        Seconds of a fine stretch.
    """

    families: FamilyArrays
    modes: ModeArrays
    length: int
    width: int

    @property
    def open(self) -> Array:
        """Shape (m, B), open seconds of every machine in every bucket."""
        return np.diff(self.modes.edge, axis=1)


def cut(
    problem: Problem, objective: Objective, times: Earliest, makespan: int
) -> Buckets:
    """
    Cut a problem into buckets.

    Parameters
    ----------
    problem, objective
        What is bounded.
    times
        Earliest start and end of every job.
    makespan
        Seconds; no schedule ends before. The buckets reach a quarter further.
    """
    width = max(1, -(-int(HORIZON * makespan) // (BUCKETS * FINE)))
    length = width * FINE
    grid = np.arange(BUCKETS * FINE + 1, dtype=np.int64) * width
    fine = np.stack([_since_available(problem, k, grid) for k in _machines(problem)])
    edge = np.ascontiguousarray(fine[:, ::FINE])
    bucket = np.arange(BUCKETS * FINE, dtype=np.int64) // FINE
    mode, change, enter = _modes(problem, length)
    job, machine = np.nonzero(problem.eligible)
    seconds = problem.processing[job, machine]
    families = _families(
        problem, objective, times, grid, fine, edge, bucket, mode[problem.group]
    )
    m, g = problem.num_machines, int(mode.max()) + 1
    pair_mode = mode[problem.group[job]]
    shortest = np.full((m, g), np.inf)
    np.minimum.at(shortest, (machine, pair_mode), seconds)
    order = np.lexsort((pair_mode, machine))
    key = machine[order] * g + pair_mode[order]
    begins = np.searchsorted(key, np.arange(m * g + 1))
    latest = np.empty((len(job), BUCKETS), dtype=np.int64)
    for q, k in enumerate(machine.tolist()):
        room = edge[k, 1:] - seconds[q]
        found = np.searchsorted(edge[k], room, side="right") - 1
        latest[q] = np.minimum(found, np.arange(BUCKETS))
    latest[:, -1] = BUCKETS - 1  # a visit may last beyond the last bucket
    price = objective.scales(problem)[2]
    modes = ModeArrays(
        edge,
        fine,
        bucket,
        change[problem.setup_class],
        enter,
        shortest,
        np.stack([begins[k * g : k * g + g + 1] for k in range(m)]),
        order,
        latest,
        price,
    )
    return Buckets(families, modes, length, width)


def empty_table(arrays: ModeArrays) -> VisitTable:
    """Room for what the machines' dynamic program finds."""
    (m, g), buckets = arrays.enter.shape, arrays.edge.shape[1] - 1
    stretches = len(arrays.bucket)
    return VisitTable(
        np.zeros((m, 2, buckets, g)),
        np.zeros((m, 2, buckets, g), dtype=np.int64),
        np.zeros((m, 3, buckets, g)),
        np.zeros((m, 3, buckets, g), dtype=np.int64),
        np.zeros((m, stretches)),
        np.zeros((m, stretches), dtype=np.int64),
        np.zeros((g, buckets + 1)),
        np.zeros((g, buckets, buckets)),
        np.zeros((g, buckets)),
    )


def _machines(problem: Problem) -> range:
    return range(problem.num_machines)


def _since_available(problem: Problem, k: int, time: Seconds) -> Array:
    """Open seconds of machine k from when it is available up to each time."""
    calendar, free = problem.calendars[k], int(problem.available[k])
    opened = calendar.open_seconds(np.maximum(time, free)) - calendar.open_seconds(free)
    return np.asarray(opened, dtype=np.float64)


def _modes(problem: Problem, length: int) -> tuple[Seconds, Array, Array]:
    """
    Mode of every setup group, and what changes and first setups take at the least.

    Groups that some machine changes between in less than half a bucket are one mode:
    so no machine is in three modes within a bucket. A detour over other groups counts
    where it is shorter.

    Returns
    -------
    tuple
        Shape (g,): modes from 0; shape (c, G, G): seconds by class of setups; shape
        (m, G): first setup of every machine.
    """
    g = problem.num_groups
    setup = problem.setup.astype(np.float64)
    mode = np.arange(g)
    used = np.zeros(g, dtype=np.bool_)
    used[problem.group] = True
    if used.sum() > MOST_MODES:
        mode[:] = 0
    while True:
        count = int(mode.max()) + 1
        change = np.full((len(setup), count, count), np.inf)
        rows, columns = np.meshgrid(mode, mode, indexing="ij")
        for found, seconds in zip(change, setup, strict=True):
            np.minimum.at(found, (rows, columns), seconds[:g])
            np.fill_diagonal(found, 0.0)
            for via in range(count):
                detour = found[:, via, None] + found[None, via]
                np.minimum(found, detour, out=found)
        near = np.any(change < max(length / 2, 1), axis=0)
        near &= ~np.eye(count, dtype=np.bool_)
        if not near.any():
            break
        x, y = np.argwhere(near)[0]
        mode[mode == max(x, y)] = min(x, y)
        mode = np.unique(mode, return_inverse=True)[1]
    first = np.full((problem.num_machines, count), np.inf)
    for k in _machines(problem):
        kind = problem.setup_class[k]
        np.minimum.at(first[k], mode, problem.first_setups[k])
        first[k] = (first[k][:, None] + change[kind]).min(axis=0)
    return mode.astype(np.int64), change, first


def _families(
    problem: Problem,
    objective: Objective,
    times: Earliest,
    grid: Seconds,
    fine: Array,
    edge: Array,
    bucket: Seconds,
    mode: Seconds,
) -> FamilyArrays:
    """Arrays of the jobs; each keeps one successor, that with the most behind it."""
    n, stretches = problem.num_jobs, len(bucket)
    width = int(grid[1])
    kept: list[list[int]] = [[] for _ in range(n)]
    root = np.ones(n, dtype=np.bool_)
    behind = problem.tail + problem.smallest_processing
    for j, successors in enumerate(problem.successors):
        if successors:
            kept[max(successors, key=lambda i: float(behind[i]))].append(j)
            root[j] = False
    job, machine = np.nonzero(problem.eligible)
    seconds = problem.processing[job, machine]
    scale = objective.scales(problem)[1] * problem.weight
    closures = flat_problem(problem).closures
    late = np.empty((len(job), stretches))
    ends = np.empty((len(job), stretches), dtype=np.int32)
    least = np.empty(len(job))
    end = np.empty(stretches, dtype=np.int64)
    for q, (j, k) in enumerate(zip(job.tolist(), machine.tolist(), strict=True)):
        begin = np.maximum(grid[:-1], max(int(problem.available[k]), times.start[j]))
        _finish_all(closures, k, begin, int(seconds[q]), end)
        np.maximum(end, times.end[j], out=end)
        late[q] = scale[j] * np.maximum(end - problem.due[j], 0.0)
        ends[q] = np.minimum(end // width, stretches)
        least[q] = _since_available(problem, k, times.start[j : j + 1])[0]
    last = np.maximum(grid[-1] + problem.smallest_processing, times.end)
    return FamilyArrays(
        np.array(problem.topological_order, dtype=np.int64),
        np.flatnonzero(root),
        np.concatenate([[0], np.cumsum([len(x) for x in kept])]).astype(np.int64),
        np.array([j for jobs in kept for j in jobs], dtype=np.int64),
        np.searchsorted(job, np.arange(n + 1)).astype(np.int64),
        machine.astype(np.int64),
        mode[job],
        seconds,
        least,
        np.minimum(times.start // width, stretches).astype(np.int64),
        late,
        ends,
        scale * np.maximum(last - problem.due, 0.0),
        edge,
        fine,
        bucket,
        np.zeros(stretches + 1),
        np.zeros((2, n), dtype=np.int64),
    )


@machine_code
def _finish_all(
    closures: Closures, k: int, begin: Seconds, seconds: int, end: Seconds
) -> None:
    """When work on machine k ends that begins as soon as it opens at each time."""
    for i in range(len(begin)):
        end[i] = finish(closures, k, next_open(closures, k, begin[i]), seconds)
