"""
Times and cost of what the annealing on one order stands at, after every move.

Only the jobs whose times change are timed again, each once, by label, until nothing
changes any more.
"""

# mypy: disable-error-code="no-any-return"
# An entry of an array is Any to mypy; the compiler knows better.

from __future__ import annotations

import numpy as np

from core.problem.measures.stability import SAME_START
from core.search.arrays import Arrays
from core.search.orders.state import (
    BEST,
    CHANGE,
    CHANGED,
    COST,
    PENDING,
    SETUP,
    SHIFTS,
    TARDINESS,
    TURNED,
    OrderState,
    keep,
    line_up,
    shift_back,
)
from core.timing.by_address import by_address
from core.timing.flat import Ints
from core.timing.kernel import place, setup_seconds
from core.timing.machine_code import machine_code


@machine_code
def start_order(a: Arrays, s: OrderState, order: Ints, machine: Ints) -> float:
    """Put the state at an order and an assignment; returns the cost."""
    a, s = by_address(a), by_address(s)
    line_up(s, order, machine)
    s.sums[TARDINESS] = a.fixed[1]
    s.sums[SETUP] = a.fixed[2]
    s.sums[CHANGE] = 0.0
    for q in range(len(order)):
        j = order[q]
        s.paid[j] = _setup(a, s, j)
        start, s.end[j] = _times(a, s, j, s.paid[j])
        s.strayed[j] = _strays(a, s, j, start)
        s.sums[TARDINESS] += a.weight[j] * max(0.0, s.end[j] - a.due[j])
        s.sums[SETUP] += s.paid[j]
        s.sums[CHANGE] += a.home_price[j] * s.strayed[j]
    s.sums[COST] = _cost(a, s)
    if s.sums[COST] < s.sums[BEST]:
        keep(s)
    return s.sums[COST]


@machine_code
def _setup(a: Arrays, s: OrderState, j: int) -> int:
    """Seconds of setup before job j, by its neighbour on the machine."""
    return setup_seconds(a.flat, s.machine[j], s.left[j], j)


@machine_code
def _times(a: Arrays, s: OrderState, j: int, setup: int) -> tuple[int, int]:
    """Start and end of job j, from its neighbour on the machine and predecessors."""
    f, k, i = a.flat, s.machine[j], s.left[j]
    free = f.available[k] if i < 0 else s.end[i]
    ready = f.release[j]
    if s.held[j] and k == a.home_machine[j]:
        ready = max(ready, a.home_start[j])
    for x in range(f.before_at[j], f.before_at[j + 1]):
        ready = max(ready, s.end[f.before[x]] + f.wait_after[f.before[x]])
    _, _, start, end = place(
        f.closures, k, free, ready, setup, f.processing[j, k], f.may_pause[j]
    )
    return start, end


@machine_code
def _strays(a: Arrays, s: OrderState, j: int, start: int) -> bool:
    """Whether job j, which had a home, is not there when it starts then."""
    if a.home_machine[j] < 0:
        return False
    return (
        s.machine[j] != a.home_machine[j] or abs(start - a.home_start[j]) > SAME_START
    )


@machine_code
def makespan_of(a: Arrays, s: OrderState) -> int:
    """Largest end of any job, and of what is past change."""
    makespan = int(a.fixed[0])
    for k in range(len(s.last)):
        if s.last[k] >= 0:
            makespan = max(makespan, s.end[s.last[k]])
    return makespan


@machine_code
def _cost(a: Arrays, s: OrderState) -> float:
    """Cost of what the state stands at."""
    return a.scales[0] * makespan_of(a, s) + _parts(a, s)


@machine_code
def _parts(a: Arrays, s: OrderState) -> float:
    """Cost without its makespan part."""
    return (
        a.scales[1] * s.sums[TARDINESS] + a.scales[2] * s.sums[SETUP] + s.sums[CHANGE]
    )


@machine_code
def _mark(s: OrderState, j: int) -> None:
    """Job j must be timed again."""
    if j < 0 or s.pending[j]:
        return
    s.pending[j] = 1
    at, label = s.counts[PENDING], s.label[j]
    s.counts[PENDING] += 1
    while at > 0:
        above = (at - 1) >> 1
        if s.label[s.heap[above]] <= label:
            break
        s.heap[at] = s.heap[above]
        at = above
    s.heap[at] = j


@machine_code
def _next_marked(s: OrderState) -> int:
    """Take the job with the smallest label of those that must be timed again."""
    top = s.heap[0]
    s.pending[top] = 0
    s.counts[PENDING] -= 1
    size = s.counts[PENDING]
    if size > 0:
        j, at = s.heap[size], 0
        label = s.label[j]
        while True:
            below = 2 * at + 1
            if below >= size:
                break
            if below + 1 < size and s.label[s.heap[below + 1]] < s.label[s.heap[below]]:
                below += 1
            if s.label[s.heap[below]] >= label:
                break
            s.heap[at] = s.heap[below]
            at = below
        s.heap[at] = j
    return top


@machine_code
def retime_shifted(a: Arrays, s: OrderState, limit: float, slack: float) -> bool:
    """
    Time what the move shifted and all that follows from it; False: it is refused.

    Refused are a reserved start that would move, and a cost above the limit. Stops as
    soon as one job alone, with the work in sequence behind it, makes the makespan too
    late, or the jobs timed so far cost more than the limit by ``slack``.
    """
    for at in range(s.counts[SHIFTS]):  # whoever has another left neighbour now
        j = s.shifts[at, 0]
        _mark(s, j)
        _mark(s, s.right[j])
        _mark(s, s.shifts[at, 4])
    for at in range(s.counts[TURNED]):
        _mark(s, s.turned[at])
    before = s.sums[COST] - _parts(a, s)
    latest = limit / a.scales[0] if a.scales[0] > 0 else np.inf
    while s.counts[PENDING] > 0:
        j = _next_marked(s)
        paid = _setup(a, s, j)
        start, end = _times(a, s, j, paid)
        strays = _strays(a, s, j, start)
        if paid == s.paid[j] and end == s.end[j] and strays == s.strayed[j]:
            continue
        at = s.counts[CHANGED]
        s.changed[at], s.old_end[at], s.old_paid[at] = j, s.end[j], s.paid[j]
        s.old_strayed[at] = s.strayed[j]
        s.counts[CHANGED] += 1
        s.sums[SETUP] += paid - s.paid[j]
        s.paid[j] = paid
        if strays != s.strayed[j]:
            s.sums[CHANGE] += a.home_price[j] if strays else -a.home_price[j]
            s.strayed[j] = strays
        if end == s.end[j]:
            continue
        if a.flat.reserved_start[j] >= 0:
            return False
        if a.due[j] < np.inf:
            late = max(0.0, end - a.due[j]) - max(0.0, s.end[j] - a.due[j])
            s.sums[TARDINESS] += a.weight[j] * late
        s.end[j] = end
        if end + a.tail[j] > latest:
            return False
        if before + _parts(a, s) > limit + slack:
            return False
        _mark(s, s.right[j])
        for x in range(a.flat.behind_at[j], a.flat.behind_at[j + 1]):
            _mark(s, a.flat.behind[x])
    cost = _cost(a, s)
    if cost > limit:
        return False
    s.sums[COST] = cost
    return True


@machine_code
def take_back(s: OrderState, tardiness: float, setup: float, change: float) -> None:
    """Undo the move: its times, then its shifts."""
    for x in range(s.counts[PENDING]):
        s.pending[s.heap[x]] = 0
    s.counts[PENDING] = 0
    for at in range(s.counts[CHANGED]):
        j = s.changed[at]
        s.end[j], s.paid[j] = s.old_end[at], s.old_paid[at]
        s.strayed[j] = s.old_strayed[at]
    s.counts[CHANGED] = 0
    shift_back(s)
    s.sums[TARDINESS], s.sums[SETUP], s.sums[CHANGE] = tardiness, setup, change
