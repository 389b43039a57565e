"""
Best way for a machine to go through its setups at given prices, in machine code.

A machine is in one mode (setup group) at a time, is paid for every open second in it
and once per visit for every job that it could start then, and loses time and money by
changing. A dynamic program over buckets of time; see :mod:`core.bounds.joint`.
"""

# mypy: disable-error-code="no-any-return"
# An entry of an array is Any to mypy; the compiler knows better.

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.timing.machine_code import machine_code

NEVER = -1e300
LONG, SHORT, AGAIN = 0, 1, 2  # kinds of visits by when they end; see `plan_modes`
# Ways to change: leave at the end of a bucket, or as early in it as possible; arrive
# at the end of a bucket, or at the beginning of one.
AT_END, AT_BEGIN, TO_END, TO_BEGIN = 0, 1, 2, 3

Array = NDArray[np.float64]
Ints = NDArray[np.int64]


class ModeArrays(NamedTuple):
    """
    The machines as the dynamic program reads them: B buckets, G modes, q pairs.

    Times are open seconds since the machine is available.
    """

    edge: Any  # (m, B + 1) at the edges of the buckets
    fine: Any  # (m, F + 1) at the edges of the fine stretches
    bucket: Any  # (F,) bucket of each fine stretch
    change: Any  # (m, G, G) seconds from mode to mode, at the least
    enter: Any  # (m, G) seconds of the machine's first setup
    shortest: Any  # (m, G) seconds of a mode's shortest job; +inf: it has none there
    pairs_from: Any  # (m, G + 1) where a mode's pairs begin in `pairs`
    pairs: Any  # (q,)
    latest: Any  # (q, B) last bucket to start in when the visit ends in a bucket; -1
    price: float  # of a second of setup


class VisitTable(NamedTuple):
    """Values of the dynamic program, and where each came from, by machine."""

    begin: Any  # (m, 2, B, G)
    came: Any  # (m, 2, B, G): how the visit was entered; -1: the machine's first
    value: Any  # (m, 3, B, G): of a visit that ends in a bucket, by kind
    since: Any  # (m, 3, B, G): 2 * bucket + pass in which that visit began
    worth: Any  # (m, F): best value up to the end of a fine stretch
    ending: Any  # (m, F): the visit it ends with; -1: none
    # Room to work in, of one machine.
    paid: Any  # (G, B + 1) pay up to each edge
    gifts: Any  # (G, B, B) what a visit to a bucket, from another, earns for its jobs
    reach: Any  # (G, B) worth of a visit, when it begins in a bucket


@machine_code
def _at(edge: Array, x: float) -> int:
    """Bucket whose open time x lies in; B or more when behind all."""
    return int(np.searchsorted(edge, x, side="right")) - 1


@machine_code
def _give(a: ModeArrays, k: int, visit: Array, gifts: Array) -> None:
    """Fill in what visits earn for their jobs."""
    buckets, modes = a.edge.shape[1] - 1, a.enter.shape[1]
    gifts[:] = 0.0
    for g in range(modes):
        for z in range(a.pairs_from[k, g], a.pairs_from[k, g + 1]):
            q = a.pairs[z]
            some = -1
            for b in range(buckets):
                if visit[q, b] > 0.0:
                    some = b
            for f in range(some + 1):
                best, b = 0.0, f
                for e in range(f, buckets):
                    while b <= min(a.latest[q, e], some):
                        best = max(best, visit[q, b])
                        b += 1
                    gifts[g, e, f] += best


@machine_code
def _leave(
    kind: int, value: float, rate: float, edge: Array, e: int, least: float, x: float
) -> float:
    """Value of a visit that ends in bucket e when it is left at x; or NEVER."""
    if value <= NEVER / 2:
        return NEVER
    if kind == LONG:
        return value + rate * (x - edge[e])
    return value if x >= edge[e] + least else NEVER


@machine_code
def _enter(
    t: VisitTable, k: int, turn: int, f: int, h: int, value: float, code: int
) -> None:
    if value > t.begin[k, turn, f, h]:
        t.begin[k, turn, f, h] = value
        t.came[k, turn, f, h] = code


@machine_code
def _set_out(
    a: ModeArrays, t: VisitTable, k: int, rate: Array, e: int, kinds: Any
) -> None:
    """Enter all modes from the visits of the given kinds that end in bucket e."""
    edge, modes = a.edge[k], a.enter.shape[1]
    buckets = len(edge) - 1
    for g in range(modes):
        for kind in range(kinds[0], kinds[1]):
            value = t.value[k, kind, e, g]
            if value <= NEVER / 2:
                continue
            least = 0.0 if kind == LONG else a.shortest[k, g]
            for h in range(modes):
                if h == g or not np.isfinite(a.shortest[k, h]):
                    continue
                lost = a.change[k, g, h]
                code = ((e * modes + g) * 3 + kind) * 4
                for way in range(2):
                    x = edge[e + 1] if way == AT_END else edge[e] + least
                    f = _at(edge, x + lost)
                    if f >= buckets or (f == e and kind == AGAIN):
                        continue
                    found = _leave(kind, value, rate[g, e], edge, e, least, x)
                    found += rate[h, f] * (edge[f + 1] - x - lost) - a.price * lost
                    _enter(t, k, int(f == e), f, h, found, code + way)
                for f in range(e, buckets):
                    x = edge[f + 1] - lost
                    if x > edge[e + 1]:
                        break
                    if x < edge[e]:
                        continue
                    found = _leave(kind, value, rate[g, e], edge, e, least, x)
                    found -= a.price * lost
                    if f > e or kind != AGAIN:
                        _enter(t, k, int(f == e), f, h, found, code + TO_END)
                        continue
                    # There is no third arrival in one bucket.
                    f = _at(edge, edge[e + 1])
                    if f < buckets:
                        found += rate[h, f] * (edge[f + 1] - edge[f])
                        _enter(t, k, 0, f, h, found, code + TO_BEGIN)
                    break


@machine_code
def plan_modes(a: ModeArrays, rates: Array, visit: Array, t: VisitTable) -> None:
    """
    Fill the table, for all machines.

    ``rates`` (m, G, B): pay per open second; ``visit`` (q, B): per job, once a visit.
    A visit is LONG when it ends in a later bucket than it began in, SHORT when in the
    same, AGAIN when it is the second that began in that bucket. There is no third, as
    two changes take at least a bucket's time.
    """
    machines, modes = a.enter.shape
    buckets = a.edge.shape[1] - 1
    for k in range(machines):
        edge, rate = a.edge[k], rates[k]
        paid, gifts, reach = t.paid, t.gifts, t.reach
        for h in range(modes):
            paid[h, 0] = 0.0
            for b in range(buckets):
                paid[h, b + 1] = paid[h, b] + rate[h, b] * (edge[b + 1] - edge[b])
        _give(a, k, visit, gifts)
        reach[:] = NEVER
        t.begin[k] = NEVER
        t.value[k] = NEVER
        for h in range(modes):
            f = _at(edge, a.enter[k, h])
            if f < buckets and np.isfinite(a.shortest[k, h]):
                left = rate[h, f] * (edge[f + 1] - a.enter[k, h])
                _enter(t, k, 0, f, h, left - a.price * a.enter[k, h], -1)
        for e in range(buckets):
            long = edge[e + 1] - edge[e]
            for h in range(modes):
                if not np.isfinite(a.shortest[k, h]):
                    continue
                found, since = NEVER, -1
                for f in range(e):
                    here = reach[h, f] + gifts[h, e, f]
                    if here > found:
                        found, since = here, f
                if found > NEVER / 2:
                    turn = int(t.begin[k, 1, since, h] > t.begin[k, 0, since, h])
                    t.value[k, LONG, e, h] = found + paid[h, e]
                    t.since[k, LONG, e, h] = 2 * since + turn
                if a.shortest[k, h] <= long and t.begin[k, 0, e, h] > NEVER / 2:
                    t.value[k, SHORT, e, h] = t.begin[k, 0, e, h] + gifts[h, e, e]
                    t.since[k, SHORT, e, h] = 2 * e
            _set_out(a, t, k, rate, e, (LONG, AGAIN))
            for h in range(modes):
                if a.shortest[k, h] <= long and t.begin[k, 1, e, h] > NEVER / 2:
                    t.value[k, AGAIN, e, h] = t.begin[k, 1, e, h] + gifts[h, e, e]
                    t.since[k, AGAIN, e, h] = 2 * e + 1
            _set_out(a, t, k, rate, e, (AGAIN, AGAIN + 1))
            for h in range(modes):
                best = max(t.begin[k, 0, e, h], t.begin[k, 1, e, h])
                reach[h, e] = best - paid[h, e + 1]
        _add_up(a, t, k, rate)


@machine_code
def _add_up(a: ModeArrays, t: VisitTable, k: int, rate: Array) -> None:
    """Best value of a machine by the end of each fine stretch."""
    edge, modes = a.edge[k], a.enter.shape[1]
    best, ending = 0.0, -1
    for i in range(len(a.bucket)):
        e = a.bucket[i]
        here, last = best, ending
        for g in range(modes):
            for kind in range(3):
                found = t.value[k, kind, e, g]
                if kind == LONG:
                    found += rate[g, e] * (a.fine[k, i + 1] - edge[e])
                if found > here:
                    here, last = found, (e * modes + g) * 3 + kind
        t.worth[k, i], t.ending[k, i] = here, last
        best, ending = here, last  # pay is never negative: what is reached stays


@machine_code
def use_of_modes(
    a: ModeArrays, t: VisitTable, visit: Array, end: int, used: Array, visits: Array
) -> None:
    """Subtract what the best machines by fine stretch ``end`` offer at each price."""
    machines, modes = a.enter.shape
    for k in range(machines):
        edge = a.edge[k]
        code = t.ending[k, end]
        until = -1.0
        while code >= 0:
            kind, g, e = code % 3, (code // 3) % modes, code // (3 * modes)
            since = t.since[k, kind, e, g]
            f, turn = since // 2, since % 2
            came = t.came[k, turn, f, g]
            if until < 0:
                until = min(edge[e + 1], max(edge[e], a.fine[k, end + 1]))
            at, until_before, code = a.enter[k, g], -1.0, -1
            if came >= 0:
                way, code = came % 4, came // 4
                h, before = (code // 3) % modes, code // (3 * modes)
                lost = a.change[k, h, g]
                if way == TO_END:
                    at = edge[f + 1]
                elif way == TO_BEGIN:
                    at = edge[f]
                elif way == AT_END:
                    at = edge[before + 1] + lost
                else:
                    least = 0.0 if code % 3 == LONG else a.shortest[k, h]
                    at = edge[before] + least + lost
                until_before = at - lost
            used[k, g, f] -= max(edge[f + 1] - at, 0.0)
            if kind == LONG:
                for b in range(f + 1, e):
                    used[k, g, b] -= edge[b + 1] - edge[b]
                used[k, g, e] -= until - edge[e]
            for z in range(a.pairs_from[k, g], a.pairs_from[k, g + 1]):
                q = a.pairs[z]
                best, at_bucket = 0.0, -1
                for b in range(f, a.latest[q, e] + 1):
                    if visit[q, b] > best:
                        best, at_bucket = visit[q, b], b
                if at_bucket >= 0:
                    visits[q, at_bucket] -= 1
            until = until_before
