"""What the annealing on machine loads stands at: a ring of jobs per machine."""

# mypy: disable-error-code="no-any-return"
# An entry of an array is Any to mypy; the compiler knows better.

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.search.arrays import Arrays
from core.timing.by_address import by_address
from core.timing.flat import Ints
from core.timing.kernel import place, setup_seconds
from core.timing.machine_code import machine_code
from core.timing.random_numbers import random_state


class Loads(NamedTuple):
    """
    What the search stands at, and the cheapest that it found.

    Machine k is node n + k of a ring of its jobs: ``right[n + k]`` is its first job,
    ``left[n + k]`` its last; both are n + k when it has none. ``paid``: seconds of
    setup before each node, 0 before machines. ``load``, ``done``: seconds of work on
    each machine, and when it ends.
    """

    left: Ints
    right: Ints
    machine: Ints
    paid: Ints
    load: Ints
    done: Ints
    best_right: Ints
    sums: NDArray[np.float64]  # setup, cost, best cost, reference makespan
    random: NDArray[np.uint64]


def new_loads(n: int, m: int, seed: int) -> Loads:
    """Empty state for n jobs on m machines; ``start_loads`` fills it."""
    ring, work = np.zeros((4, n + m), dtype=np.int64), np.zeros((2, m), dtype=np.int64)
    return Loads(
        left=ring[0],
        right=ring[1],
        machine=np.zeros(n, dtype=np.int64),
        paid=ring[2],
        load=work[0],
        done=work[1],
        best_right=ring[3],
        sums=np.zeros(4),
        random=random_state(seed),
    )


@machine_code
def keep_loads(s: Loads) -> None:
    """Remember what the state stands at as the best."""
    for i in range(len(s.right)):
        s.best_right[i] = s.right[i]
    s.sums[2] = s.sums[1]


@machine_code
def start_loads(a: Arrays, s: Loads, right: Ints) -> float:
    """Put the state at the rings given by each node's right neighbour; the cost."""
    a, s = by_address(a), by_address(s)
    n = len(s.machine)
    s.sums[0] = a.fixed[2]
    for k in range(len(s.load)):
        s.load[k] = 0
        i = n + k
        while True:
            j = right[i]
            s.right[i], s.left[j] = j, i
            if j >= n:
                break
            s.machine[j] = k
            setup = s.paid[j] = gap_setup(a, k, i, j)
            s.load[k] += setup + a.flat.processing[j, k]
            s.sums[0] += setup
            i = j
        s.done[k] = done_at(a, k, s.load[k])
    s.sums[1] = cost_of_loads(a, s)
    if s.sums[2] == 0.0 or s.sums[1] < s.sums[2]:
        keep_loads(s)
    return s.sums[1]


@machine_code
def gap_setup(a: Arrays, k: int, i: int, j: int) -> int:
    """Setup seconds on machine k from node i to node j."""
    n = len(a.flat.group)
    if j >= n:
        return 0
    return setup_seconds(a.flat, k, -1 if i >= n else i, j)


@machine_code
def done_at(a: Arrays, k: int, load: int) -> int:
    """When machine k has worked off a load; 0 when it does nothing."""
    if load == 0:
        return 0
    return place(a.flat.closures, k, a.flat.available[k], 0, 0, load)[3]


@machine_code
def cost_of_loads(a: Arrays, s: Loads) -> float:
    """Cost of what the state stands at."""
    makespan = a.fixed[0]
    for k in range(len(s.done)):
        makespan = max(makespan, s.done[k])
    return a.scales[0] * makespan + a.scales[1] * a.fixed[1] + a.scales[2] * s.sums[0]


@machine_code
def link_chain(a: Arrays, s: Loads, k: int, i: int, u: int, v: int, j: int) -> None:
    """Put the chain u … v between nodes i and j of machine k."""
    s.paid[u], s.paid[j] = gap_setup(a, k, i, u), gap_setup(a, k, v, j)
    s.right[i], s.left[u] = u, i
    s.right[v], s.left[j] = j, v
