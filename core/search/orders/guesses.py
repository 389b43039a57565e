"""
What a move would cost, by guess: a tenth of the time that timing it exactly takes.

Now and then it is worked out for every job what it costs to end some time earlier or
later, with all that follows from it. A move is then guessed from the few jobs that it
puts elsewhere and from those slopes of the jobs right behind them. The guess is nearly
exact for moves that are taken, and far too high for some that lead to many jobs by
several ways; of nineteen moves in twenty that would be refused it says so. It is only
made where no machine closes: a closure turns a minute into a night, or into nothing.
"""

# mypy: disable-error-code="no-any-return"
# An entry of an array is Any to mypy; the compiler knows better.

from __future__ import annotations

from core.search.arrays import Arrays
from core.search.orders.state import LATEST, OrderState
from core.timing.kernel import setup_seconds
from core.timing.machine_code import machine_code

# Longest stretch of one machine that is guessed job by job when a job moves within it.
STRETCH = 8
VERY_EARLY, EARLY, LATE, VERY_LATE = range(4)  # columns of slopes


@machine_code
def foresee(a: Arrays, s: OrderState, makespan: int) -> None:
    """Work out for every job what it would cost to end earlier or later."""
    by_label, slope = s.guess.by_label, s.guess.slope
    near, far = s.guess.steps[0], s.guess.steps[1]
    s.sums[LATEST] = makespan
    for q in range(1, len(by_label)):  # by label, as they nearly are
        j, at = by_label[q], q
        label = s.label[j]
        while at > 0 and s.label[by_label[at - 1]] > label:
            by_label[at] = by_label[at - 1]
            at -= 1
        by_label[at] = j
    for q in range(len(by_label) - 1, -1, -1):
        j = by_label[q]
        now = s.end[j]
        early = _ending(a, s, j, now - near, makespan)
        late = _ending(a, s, j, now + near, makespan)
        very_early = _ending(a, s, j, now - far, makespan)
        very_late = _ending(a, s, j, now + far, makespan)
        slope[j, VERY_EARLY] = (very_early - early) / (far - near)
        slope[j, EARLY] = early / near
        slope[j, LATE] = late / near
        slope[j, VERY_LATE] = (very_late - late) / (far - near)


@machine_code
def _ending(a: Arrays, s: OrderState, j: int, end: int, makespan: int) -> float:
    """Cost of job j ending then, with all that follows; slopes behind it are known."""
    cost, i = _changed(a, s, j, end), s.right[j]
    if i >= 0:
        return cost + _followed(a, s, i, end, s.paid[i])
    if end > makespan:
        return cost + a.scales[0] * (end - makespan)
    if end < s.end[j] and s.end[j] >= makespan:  # others may be as late
        return cost - 0.5 * a.scales[0] * (makespan - end)
    return cost


@machine_code
def _moved(s: OrderState, j: int, end: int) -> float:
    """Cost of job j ending then, by its slopes."""
    slope, near, by = s.guess.slope, s.guess.steps[0], end - s.end[j]
    if by > 0:
        beyond = max(0, by - near)
        return (by - beyond) * slope[j, LATE] + beyond * slope[j, VERY_LATE]
    by = min(-by, s.guess.steps[1])  # nobody knows how much earlier pays
    beyond = max(0, by - near)
    return (by - beyond) * slope[j, EARLY] + beyond * slope[j, VERY_EARLY]


@machine_code
def _ready(a: Arrays, s: OrderState, j: int, but: int, end: int) -> int:
    """When job j may start, by release and predecessors; one of them ends otherwise."""
    f = a.flat
    ready = f.release[j]
    for x in range(f.before_at[j], f.before_at[j + 1]):
        i = f.before[x]
        done = end if i == but else s.end[i]
        ready = max(ready, done + f.wait_after[i])
    return ready


@machine_code
def _free(a: Arrays, s: OrderState, k: int, left: int) -> int:
    """When machine k is done with a job; -1: may be used at all."""
    return a.flat.available[k] if left < 0 else s.end[left]


@machine_code
def _followed(a: Arrays, s: OrderState, i: int, free: int, setup: int) -> float:
    """Cost of job i where its machine is free then, and the setup takes so long."""
    work = a.flat.processing[i, s.machine[i]]
    return _moved(s, i, max(free + setup, _ready(a, s, i, -1, 0)) + work)


@machine_code
def _changed(a: Arrays, s: OrderState, j: int, end: int) -> float:
    """Cost of job j ending then, by its own due date and the jobs that wait for it."""
    f, due = a.flat, a.due[j]
    late = max(0.0, end - due) - max(0.0, s.end[j] - due)
    cost = a.scales[1] * a.weight[j] * late
    for x in range(f.behind_at[j], f.behind_at[j + 1]):
        i = f.behind[x]
        k = s.machine[i]
        start = _free(a, s, k, s.left[i]) + s.paid[i]
        start = max(start, _ready(a, s, i, j, end))
        cost += _moved(s, i, start + f.processing[i, k])
    return cost


@machine_code
def _stretch(
    a: Arrays, s: OrderState, k: int, left: int, first: int, count: int, right: int
) -> float:
    """
    What it adds to have these jobs on machine k, between two others or ends (-1).

    The jobs are ``count`` of the queue, from ``first`` on.
    """
    g, cost, free = s.guess, 0.0, _free(a, s, k, left)
    for q in range(first, first + count):
        j = g.queue[q]
        setup = setup_seconds(a.flat, k, left, j)
        free = max(free + setup, _ready(a, s, j, -1, 0)) + a.flat.processing[j, k]
        cost += a.scales[2] * (setup - s.paid[j])
        if free != s.end[j]:
            cost += _changed(a, s, j, free)
        left = j
    if right >= 0:
        setup = setup_seconds(a.flat, k, left, right)
        cost += a.scales[2] * (setup - s.paid[right])
        return cost + _followed(a, s, right, free, setup)
    return cost + a.scales[0] * max(0.0, free - s.sums[LATEST])


@machine_code
def guess_insert(
    a: Arrays, s: OrderState, j: int, k: int, left: int, right: int
) -> float:
    """What it would add to the cost to take job j between two jobs of machine k."""
    queue, before, behind = s.guess.queue, s.left[j], s.right[j]
    if k == s.machine[j]:
        later = left >= 0 and s.label[left] > s.label[j]
        i, last, count = (behind, left, 0) if later else (right, before, 1)
        queue[0] = j
        for _ in range(STRETCH):
            queue[count] = i
            count += 1
            if i == last and later:
                queue[count] = j
                return _stretch(a, s, k, before, 0, count + 1, right)
            if i == last:
                return _stretch(a, s, k, left, 0, count, behind)
            i = s.right[i]
    queue[0] = j
    cost = _stretch(a, s, s.machine[j], before, 0, 0, behind)
    return cost + _stretch(a, s, k, left, 0, 1, right)


@machine_code
def guess_swap(a: Arrays, s: OrderState, j: int, i: int) -> float:
    """What it would add to the cost to let two jobs change places."""
    if s.right[i] == j:
        j, i = i, j
    queue, k, y = s.guess.queue, s.machine[j], s.machine[i]
    queue[0], queue[1] = i, j
    if s.right[j] == i:
        return _stretch(a, s, k, s.left[j], 0, 2, s.right[i])
    cost = _stretch(a, s, k, s.left[j], 0, 1, s.right[j])
    return cost + _stretch(a, s, y, s.left[i], 1, 1, s.right[i])


@machine_code
def guess_block(
    a: Arrays, s: OrderState, j: int, last: int, k: int, left: int, right: int
) -> float:
    """What it would add to the cost to take jobs j to ``last`` between two others."""
    queue, count, i = s.guess.queue, 1, j
    queue[0] = j
    while i != last:
        i = s.right[i]
        queue[count] = i
        count += 1
    cost = _stretch(a, s, s.machine[j], s.left[j], 0, 0, s.right[last])
    return cost + _stretch(a, s, k, left, 0, count, right)
