"""What the local search compiles: a problem as flat arrays, and its timing rules."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.problem.model import Problem
from core.problem.objective import Objective
from core.timing.machine_code import machine_code as machine_code

Ints = NDArray[np.int64]


class Arrays(NamedTuple):
    """
    A problem and its objective as flat arrays; lists of lists are cut by offsets.

    Machines ``machines[eligible_at[j]:eligible_at[j + 1]]`` are those of job j,
    the fastest first; so on for predecessors (``before``), successors (``behind``),
    jobs of one group (``member``) and closures of one machine. Seconds are int64.
    """

    processing: Ints  # (n, m); -1 where not eligible
    release: Ints
    due: NDArray[np.float64]
    weight: NDArray[np.float64]
    tail: NDArray[np.float64]  # least seconds of work in sequence behind a job
    group: Ints
    setup: Ints  # (c, g + 1, g)
    setup_to: Ints  # (c, g, g + 1): the same, by the group that comes next
    has_setups: NDArray[np.bool_]  # (m,)
    setup_class: Ints
    initial_group: Ints
    available: Ints
    eligible_at: Ints
    machines: Ints
    before_at: Ints
    before: Ints
    behind_at: Ints
    behind: Ints
    member_at: Ints
    member: Ints
    closure_at: Ints
    closure_start: Ints
    closure_end: Ints
    open_at: Ints  # open seconds before each closure
    closed_at: Ints  # closed seconds before each closure
    scales: NDArray[np.float64]  # cost per second of makespan, tardiness, setup


def arrays(problem: Problem, objective: Objective) -> Arrays:
    """Flat arrays of a problem, built once per search."""
    fastest = np.argsort(problem.processing, axis=1, kind="stable").tolist()
    counts = problem.eligible.sum(axis=1).tolist()
    eligible = [row[:count] for row, count in zip(fastest, counts, strict=True)]
    members: list[list[int]] = [[] for _ in range(problem.num_groups)]
    for job, group in enumerate(problem.group.tolist()):
        members[group].append(job)
    calendars = problem.calendars
    closures = np.concatenate([calendar.closures for calendar in calendars])
    closure_at = np.cumsum([0, *(len(calendar.closures) for calendar in calendars)])
    given = (
        np.where(problem.eligible, problem.processing, -1.0).astype(np.int64),
        problem.release,
        problem.due,
        problem.weight,
        problem.tail,
        problem.group,
        problem.setup,
        problem.setup.swapaxes(1, 2),
        np.array([matrix.any() for matrix in problem.setup])[problem.setup_class],
        problem.setup_class,
        problem.initial_group,
        problem.available,
        *_flat(eligible),
        *_flat(problem.predecessors),
        *_flat(problem.successors),
        *_flat(members),
        closure_at.astype(np.int64),
        closures[:, 0],
        closures[:, 1],
        np.concatenate([calendar.open_at_closure for calendar in calendars]),
        np.concatenate([calendar.closed_before[:-1] for calendar in calendars]),
        np.array(objective.scales(problem)),
    )
    # Numba compiles again for read-only arrays, and for another order in memory.
    return Arrays(*(np.array(array, order="C") for array in given))


def _flat(lists: Any) -> tuple[Ints, Ints]:
    """Offsets and entries of a list of lists."""
    at = np.cumsum([0, *(len(entries) for entries in lists)]).astype(np.int64)
    return at, np.array([x for entries in lists for x in entries], dtype=np.int64)


@machine_code
def next_random(state: NDArray[np.uint64]) -> float:
    """Draw from [0, 1) by xorshift64* (Vigna 2016); ``state`` (1,) is not zero."""
    x = state[0]
    x ^= x >> np.uint64(12)
    x ^= x << np.uint64(25)
    x ^= x >> np.uint64(27)
    state[0] = x
    mixed = x * np.uint64(2685821657736338717)
    return np.float64(mixed >> np.uint64(11)) * (1.0 / 9007199254740992.0)


@machine_code
def finished(a: Arrays, k: int, free: int, ready: int, setup: int, work: int) -> int:
    """
    End of a job on machine k that is free since ``free``, job ready at ``ready``.

    The four lines of the timing rules: setup as soon as the machine is free, work
    when setup and job are ready, both paused by closures.
    """
    low, high = a.closure_at[k], a.closure_at[k + 1]
    if low == high:
        return max(free + setup, ready) + work
    i = low  # the first closure that ends after the moment in hand
    while low < high:
        i = (low + high) >> 1
        if a.closure_end[i] <= free:
            low = i + 1
        else:
            high = i
    i, high = low, a.closure_at[k + 1]
    time = free
    if i < high and a.closure_start[i] <= time:
        time = a.closure_end[i]
        i += 1
    while i < high and time + setup > a.closure_start[i]:
        setup -= a.closure_start[i] - time
        time = a.closure_end[i]
        i += 1
    time = max(time + setup, ready)
    while i < high and a.closure_end[i] <= time:
        i += 1
    if i < high and a.closure_start[i] <= time:
        time = a.closure_end[i]
        i += 1
    while i < high and time + work > a.closure_start[i]:
        work -= a.closure_start[i] - time
        time = a.closure_end[i]
        i += 1
    return time + work
