"""
Annealing on machine loads: where only the order on each machine counts.

Without predecessors, releases and due dates that matter, a machine is done when it
has worked off its processing and its setups, whatever the other machines do. So a
move is judged in constant time, and the best place on a machine is found by one
walk along it.
"""

# mypy: disable-error-code="no-any-return"
# An entry of an array is Any to mypy; the compiler knows better.

from __future__ import annotations

import numpy as np

from core.search.arrays import Arrays
from core.search.loads.state import (
    Loads,
    cost_of_loads,
    done_at,
    gap_setup,
    keep_loads,
    link_chain,
)
from core.timing.by_address import by_address
from core.timing.kernel import setup_seconds
from core.timing.machine_code import machine_code
from core.timing.random_numbers import next_random

NEAR = 10  # fastest machines of a job that are tried most, where nothing is set up
FURTHEST = 64  # steps along a machine to a job to change places with
CANDIDATES = 3  # jobs of the other machine, of which the fittest changes places


@machine_code
def _pressure(done: int, reference: float, power: int) -> float:
    """
    Seconds of makespan that one machine is blamed for: (W / R)^q R / q, q = 2^power.

    The makespan alone would not tell two plans apart that differ on any machine but
    the last; this one's slope is 1 at R and falls off quickly below it.
    """
    x = done / reference
    for _ in range(power):
        x *= x
    return x * reference / (1 << power)


@machine_code
def _chain_load(a: Arrays, s: Loads, k: int, u: int, v: int) -> tuple[int, int]:
    """Work and setups inside the chain u … v on machine k; work -1: not eligible."""
    work, setup, j = 0, 0, u
    while True:
        if a.flat.processing[j, k] < 0:
            return -1, 0
        work += a.flat.processing[j, k]
        if j == v:
            return work + setup, setup
        setup += gap_setup(a, k, j, s.right[j])
        j = s.right[j]


@machine_code
def _best_place(a: Arrays, s: Loads, k: int, u: int, v: int) -> tuple[int, int]:
    """Node of machine k behind which the chain u … v costs least setup, and that."""
    n = len(s.machine)
    i = best = n + k
    if not a.has_setups[k]:
        return best, 0
    kind, to, begin = a.flat.setup_class[k], a.flat.group[u], a.flat.group[v]
    j = s.right[i]
    if j >= n:
        return best, setup_seconds(a.flat, k, -1, u)
    least = setup_seconds(a.flat, k, -1, u) - s.paid[j]
    least += a.flat.setup[kind, begin, a.flat.group[j]]
    while True:
        i, j = j, s.right[j]
        if j >= n:
            more = a.setup_to[kind, to, a.flat.group[i]]
            return (i, more) if more < least else (best, least)
        more = a.setup_to[kind, to, a.flat.group[i]] - s.paid[j]
        more += a.flat.setup[kind, begin, a.flat.group[j]]
        if more < least:
            least, best = more, i


@machine_code
def _change(
    a: Arrays,
    s: Loads,
    k: int,
    y: int,
    k_load: int,
    y_load: int,
    setup: int,
    power: int,
) -> float:
    """Cost of new loads of machines k and y and of more setup, as pressure."""
    more = 0.0
    if k_load != s.load[k]:
        more += _pressure(done_at(a, k, k_load), s.sums[3], power)
        more -= _pressure(s.done[k], s.sums[3], power)
    if y != k:
        more += _pressure(done_at(a, y, y_load), s.sums[3], power)
        more -= _pressure(s.done[y], s.sums[3], power)
    return a.scales[0] / len(s.load) * more + a.scales[2] * setup


@machine_code
def _take(
    a: Arrays, s: Loads, k: int, y: int, k_load: int, y_load: int, setup: int
) -> None:
    """Make the new loads known; remember the state when it is the cheapest."""
    s.load[k], s.done[k] = k_load, done_at(a, k, k_load)
    if y != k:
        s.load[y], s.done[y] = y_load, done_at(a, y, y_load)
    s.sums[0] += setup
    s.sums[1] = cost_of_loads(a, s)
    if s.sums[1] < s.sums[2] - 1e-12:
        keep_loads(s)


@machine_code
def _any(s: Loads, count: int) -> int:
    """Draw one of ``count``."""
    return int(next_random(s.random) * count)


@machine_code
def _some_machine(a: Arrays, s: Loads, j: int) -> int:
    """Draw a machine of job j, a fast one more often."""
    x, count = a.eligible_at[j], a.eligible_at[j + 1] - a.eligible_at[j]
    share = next_random(s.random)
    one_group = a.flat.setup.shape[2] == 1
    if one_group and count > NEAR and next_random(s.random) < 0.9:
        count = NEAR
    return a.machines[x + int(share * share * share * count)]


@machine_code
def _move_chain(a: Arrays, s: Loads, u: int, limit: float, power: int) -> bool:
    """Move job u, now and then with a few behind it, to its best place on a machine."""
    n = len(s.machine)
    v, size = u, 1
    if next_random(s.random) < 0.25:
        size += 1 + _any(s, 4)
        while size > 1 and s.right[v] < n:
            v = s.right[v]
            size -= 1
    y = s.machine[u]
    k = _some_machine(a, s, u) if next_random(s.random) < 0.85 else y
    i, j = s.left[u], s.right[v]
    old, inside = _chain_load(a, s, y, u, v)
    new, fresh = (old, inside) if k == y else _chain_load(a, s, k, u, v)
    if new < 0:
        return False
    gap = gap_setup(a, y, i, j)
    freed = s.paid[u] + s.paid[j] - gap
    s.right[i], s.left[j], s.paid[j] = j, i, gap
    place, needed = _best_place(a, s, k, u, v)
    setup = needed + fresh - freed - inside
    if k == y:
        k_load = y_load = s.load[k] + needed - freed
    else:
        k_load, y_load = s.load[k] + new + needed, s.load[y] - old - freed
    if (k == y and place == i) or _change(
        a, s, k, y, k_load, y_load, setup, power
    ) > limit:
        link_chain(a, s, y, i, u, v, j)
        return False
    link_chain(a, s, k, place, u, v, s.right[place])
    x = u
    s.machine[u] = k
    while x != v:
        s.machine[s.right[x]], s.paid[s.right[x]] = k, gap_setup(a, k, x, s.right[x])
        x = s.right[x]
    _take(a, s, k, y, k_load, y_load, setup)
    return True


@machine_code
def _partner(a: Arrays, s: Loads, u: int, k: int) -> int:
    """Draw a job of machine k to change places with job u; -1: none that may."""
    n, y = len(s.machine), s.machine[u]
    v = s.right[n + k]
    if v >= n:
        return -1
    for _ in range(8):  # any of its jobs; where it has few, the first and a walk
        w = _any(s, n)
        if s.machine[w] == k:
            v = w
            break
    steps = 1 + _any(s, min(2 * n // len(s.load), FURTHEST) + 1)
    found, most = -1, 0
    for _ in range(CANDIDATES):
        for _ in range(steps):
            v = s.right[v]
        if v >= n:
            v = s.right[v]
        if a.flat.processing[v, y] >= 0:
            gain = a.flat.processing[v, k] - a.flat.processing[v, y]
            if found < 0 or gain > most:
                found, most = v, gain
    return found


@machine_code
def _exchange(a: Arrays, s: Loads, u: int, limit: float, power: int) -> bool:
    """Let two jobs change machines, each to its best place on the other's."""
    y = s.machine[u]
    if a.flat.setup.shape[2] > 1:  # times alone do not tell who fits where
        v = _any(s, len(s.machine))
        k = s.machine[v]
    else:
        k = _some_machine(a, s, u)
        v = -1 if k == y else _partner(a, s, u, k)
    if k == y or v < 0 or a.flat.processing[u, k] < 0 or a.flat.processing[v, y] < 0:
        return False
    i, j, p, q = s.left[u], s.right[u], s.left[v], s.right[v]
    gap_y, gap_k = gap_setup(a, y, i, j), gap_setup(a, k, p, q)
    freed_y, freed_k = s.paid[u] + s.paid[j] - gap_y, s.paid[v] + s.paid[q] - gap_k
    s.right[i], s.left[j], s.paid[j] = j, i, gap_y
    s.right[p], s.left[q], s.paid[q] = q, p, gap_k
    at_k, needed_k = _best_place(a, s, k, u, u)
    at_y, needed_y = _best_place(a, s, y, v, v)
    setup = needed_k + needed_y - freed_k - freed_y
    k_load = (
        s.load[k]
        + needed_k
        - freed_k
        + a.flat.processing[u, k]
        - a.flat.processing[v, k]
    )
    y_load = (
        s.load[y]
        + needed_y
        - freed_y
        + a.flat.processing[v, y]
        - a.flat.processing[u, y]
    )
    if _change(a, s, k, y, k_load, y_load, setup, power) > limit:
        link_chain(a, s, y, i, u, u, j)
        link_chain(a, s, k, p, v, v, q)
        return False
    link_chain(a, s, k, at_k, u, u, s.right[at_k])
    link_chain(a, s, y, at_y, v, v, s.right[at_y])
    s.machine[u], s.machine[v] = k, y
    _take(a, s, k, y, k_load, y_load, setup)
    return True


@machine_code
def anneal_loads(
    a: Arrays, s: Loads, moves: int, hot: float, cold: float, focus: float, power: int
) -> int:
    """
    Simulated annealing: a number of moves, cooling from ``hot`` to ``cold``.

    Temperatures are in units of cost; ``focus`` is the share of moves that start on
    the machine that ends last. Returns how many moves were taken.
    """
    a, s = by_address(a), by_address(s)
    n, m = len(s.machine), len(s.load)
    temperature, taken = hot, 0
    cooling = (cold / hot) ** (1.0 / moves)
    s.sums[3] = 0.0
    for k in range(m):
        s.sums[3] = max(s.sums[3], float(s.done[k]))
    for _ in range(moves):
        temperature *= cooling
        u = _any(s, n)
        if next_random(s.random) < focus:
            worst = 0
            for k in range(m):
                if s.done[k] > s.done[worst]:
                    worst = k
            for _ in range(100):
                if s.machine[u] == worst:
                    break
                u = _any(s, n)
        limit = -temperature * np.log(next_random(s.random) + 1e-300)
        if next_random(s.random) < 0.7:
            taken += _move_chain(a, s, u, limit, power)
        else:
            taken += _exchange(a, s, u, limit, power)
    return taken
