"""
Cheapest way to run each family at given prices of machine time, in machine code.

The jobs of a tree of predecessors, each on one machine from some fine stretch of time
on: a dynamic program over the end of each job. See :mod:`core.bounds.joint`.
"""

# mypy: disable-error-code="no-any-return"
# An entry of an array is Any to mypy; the compiler knows better.

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.timing.machine_code import machine_code

BEYOND = -2  # pointer of a job that starts behind the last stretch
UNREACHABLE = 1e300

Array = NDArray[np.float64]
Ints = NDArray[np.int64]


class FamilyArrays(NamedTuple):
    """
    The jobs as the dynamic program reads them: n jobs, q pairs of job and machine.

    B buckets of time hold the prices; each consists of equal fine stretches, F in all,
    in which jobs start. Times on a machine are open seconds since it is available.
    """

    order: Any  # (n,) jobs, predecessors first
    roots: Any  # (r,) jobs without a kept successor
    kept_from: Any  # (n + 1,) where the kept predecessors of a job begin in `kept`
    kept: Any
    pair_from: Any  # (n + 1,) where the pairs of a job begin
    machine: Any  # (q,)
    mode: Any  # (q,)
    seconds: Any  # (q,) processing
    least: Any  # (q,) open seconds of the machine before the job's earliest start
    first: Any  # (n,) fine stretch of the job's earliest start
    late: Any  # (q, F) cost of lateness when it starts in a fine stretch
    ends: Any  # (q, F) fine stretch that it then ends in, at the earliest; F: behind
    beyond: Any  # (n,) cost of lateness when it starts behind all stretches
    edge: Any  # (m, B + 1) open seconds at the edges of the buckets
    fine: Any  # (m, F + 1) open seconds at the edges of the fine stretches
    bucket: Any  # (F,) bucket of each fine stretch
    # Room to work in, as machine code makes no arrays.
    before: Any  # (F + 1,)
    waiting: Any  # (2, n) int64


@machine_code
def _charge(
    edge: Array,
    paid: Array,
    rate: Array,
    b: int,
    low: float,
    high: float,
    seconds: float,
    e: int,
) -> tuple[float, float]:
    """
    Least price of ``seconds`` from some x in [low, high], all within bucket b.

    The price is linear between the points where the start or the end meets an edge.
    ``e`` is the bucket of ``low + seconds``, at most the last, which is followed by
    time without a price. Returns the price and its x.
    """
    last = len(edge) - 1
    until = min(low + seconds, edge[last])
    begun = paid[b] + rate[b] * (low - edge[b])
    best, at = paid[e] + rate[e] * (until - edge[e]) - begun, low
    while e < last - 1 and edge[e + 1] < high + seconds:
        e += 1
        x = edge[e] - seconds
        if x > low:
            value = paid[e] - begun - rate[b] * (x - low)
            if value < best:
                best, at = value, x
    x = edge[last] - seconds
    if low < x < high:
        value = paid[last] - begun - rate[b] * (x - low)
        if value < best:
            best, at = value, x
    until = min(high + seconds, edge[last])
    value = paid[e] + rate[e] * (until - edge[e]) - begun - rate[b] * (high - low)
    if value < best:
        best, at = value, high
    return best, at


@machine_code
def plan_families(
    a: FamilyArrays, paid: Array, rates: Array, visit: Array, cost: Array, choice: Ints
) -> None:
    """
    Fill ``cost[j, i]``: job j and all before it in its tree end in stretch i or before.

    ``paid`` (m, modes, B + 1): price of a machine's open time up to each edge;
    ``rates`` (m, modes, B): of an open second; ``visit`` (q, B): of starting a pair in
    a bucket; ``choice`` (n, F + 1): the pair and the stretch that it starts in, as
    ``pair * (F + 1) + start``.
    """
    stretches = len(a.bucket)
    last = a.edge.shape[1] - 1
    before = a.before
    for j in a.order:
        before[:] = 0.0
        for z in range(a.kept_from[j], a.kept_from[j + 1]):
            for i in range(stretches + 1):
                before[i] += cost[a.kept[z], i]
        cost[j] = UNREACHABLE
        for q in range(a.pair_from[j], a.pair_from[j + 1]):
            k, seconds = a.machine[q], a.seconds[q]
            edge, price, rate = a.edge[k], paid[k, a.mode[q]], rates[k, a.mode[q]]
            e = 0
            for i in range(a.first[j], stretches):
                low, high = a.fine[k, i], a.fine[k, i + 1]
                if high <= low:
                    continue  # closed all the time
                low = min(max(low, a.least[q]), high)
                b = a.bucket[i]
                while e < last - 1 and edge[e + 1] <= low + seconds:
                    e += 1
                charge, _ = _charge(edge, price, rate, b, low, high, seconds, e)
                value = before[i] + a.late[q, i] + visit[q, b] + charge
                end = a.ends[q, i]
                if value < cost[j, end]:
                    cost[j, end] = value
                    choice[j, end] = q * (stretches + 1) + i
        value = before[stretches] + a.beyond[j]
        if value < cost[j, stretches]:
            cost[j, stretches], choice[j, stretches] = value, BEYOND
        for i in range(1, stretches + 1):
            if cost[j, i - 1] <= cost[j, i]:
                cost[j, i], choice[j, i] = cost[j, i - 1], choice[j, i - 1]


@machine_code
def use_of_families(
    a: FamilyArrays,
    paid: Array,
    rates: Array,
    choice: Ints,
    end: int,
    used: Array,
    visits: Array,
) -> None:
    """Add what the cheapest families that end by stretch ``end`` take of each price."""
    stretches = len(a.bucket)
    last = a.edge.shape[1] - 1
    jobs, by = a.waiting[0], a.waiting[1]
    waiting = len(a.roots)
    for i in range(waiting):
        jobs[i], by[i] = a.roots[i], end
    while waiting > 0:
        waiting -= 1
        j = jobs[waiting]
        chosen = choice[j, by[waiting]]
        start = stretches
        if chosen != BEYOND:
            q, start = chosen // (stretches + 1), chosen % (stretches + 1)
            k, seconds, mode = a.machine[q], a.seconds[q], a.mode[q]
            edge = a.edge[k]
            low, high = a.fine[k, start], a.fine[k, start + 1]
            low = min(max(low, a.least[q]), high)
            b = a.bucket[start]
            e = b
            while e < last - 1 and edge[e + 1] <= low + seconds:
                e += 1
            price, rate = paid[k, mode], rates[k, mode]
            _, x = _charge(edge, price, rate, b, low, high, seconds, e)
            while b < last and edge[b] < x + seconds:
                inside = min(edge[b + 1], x + seconds) - max(edge[b], x)
                used[k, mode, b] += max(inside, 0.0)
                b += 1
            visits[q, a.bucket[start]] += 1
        for z in range(a.kept_from[j], a.kept_from[j + 1]):
            jobs[waiting], by[waiting] = a.kept[z], start
            waiting += 1
