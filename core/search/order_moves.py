"""
Annealing on one order of all jobs: for any predecessors, closures and due dates.

All jobs stand in one order in which every job is behind its predecessors; machine k
runs its own jobs in that order. So no move can make jobs wait in a circle. A move
shifts jobs within the order, or to other machines; then only the jobs whose times
change are timed again, in order, until nothing changes any more.
"""

# mypy: disable-error-code="no-any-return"
# An entry of an array is Any to mypy; the compiler knows better.

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.problem.stability import SAME_START
from core.search.arrays import Arrays, Floats
from core.timing.flat import Ints
from core.timing.kernel import place, setup_seconds
from core.timing.machine_code import machine_code
from core.timing.random_numbers import next_random, random_state

MAX_BLOCK = 6  # jobs that move together
# A move is given up once the jobs timed so far cost so many temperatures too much:
# what follows hardly ever makes up for it, and on large shifts most of the time went
# into timing to the end what was refused in the end.
HOPELESS = 30.0
# Where a previous plan is to be kept: the share of moves that take a job back to its
# place there, and of the others the share that move a job that it did not have.
HOMEWARD = 0.2
FRESH = 0.3


class OrderState(NamedTuple):
    """
    What the search stands at, what it found, and what it must take back.

    ``order``, ``position``: the jobs in order, and its inverse. ``machine``,
    ``left``, ``right``: machine of each job and its neighbours there (-1: none);
    ``first``, ``last`` job of each machine. ``end``, ``paid``: end of each job and
    the setup before it. ``best_*``: the cheapest so far. The rest is scratch.
    """

    order: Ints
    position: Ints
    machine: Ints
    left: Ints
    right: Ints
    first: Ints
    last: Ints
    end: Ints
    paid: Ints
    pending: NDArray[np.uint8]
    strayed: NDArray[np.uint8]  # (n,) whether a job left its home
    changed: Ints  # (n,) jobs whose times changed in this move
    old_end: Ints
    old_paid: Ints
    old_strayed: NDArray[np.uint8]
    shifts: Ints  # (moves, 4) job; machine, place and right neighbour it had
    critical: Ints
    best_order: Ints
    best_machine: Ints
    sums: NDArray[np.float64]  # tardiness, setup, cost, best cost, change
    counts: Ints  # entries of changed, shifts, critical; jobs pending
    random: NDArray[np.uint64]


def new_order(n: int, m: int, seed: int) -> OrderState:
    """Empty state for n jobs on m machines; ``start_order`` fills it."""
    rows = np.zeros((13, n), dtype=np.int64)
    return OrderState(
        order=rows[0],
        position=rows[1],
        machine=rows[2],
        left=rows[3],
        right=rows[4],
        first=np.zeros(m, dtype=np.int64),
        last=np.zeros(m, dtype=np.int64),
        end=rows[5],
        paid=rows[6],
        pending=np.zeros(n, dtype=np.uint8),
        strayed=np.zeros(n, dtype=np.uint8),
        changed=rows[7],
        old_end=rows[8],
        old_paid=rows[9],
        old_strayed=np.zeros(n, dtype=np.uint8),
        shifts=np.zeros((MAX_BLOCK, 4), dtype=np.int64),
        critical=rows[10],
        best_order=rows[11],
        best_machine=rows[12],
        sums=np.array([0.0, 0.0, 0.0, np.inf, 0.0]),
        counts=np.zeros(4, dtype=np.int64),
        random=random_state(seed),
    )


@machine_code
def _keep(s: OrderState) -> None:
    """Remember what the state stands at as the best."""
    for x in range(len(s.order)):  # a slice would allocate
        s.best_order[x] = s.order[x]
        s.best_machine[x] = s.machine[x]
    s.sums[3] = s.sums[2]


@machine_code
def start_order(a: Arrays, s: OrderState, order: Ints, machine: Ints) -> float:
    """Put the state at an order and an assignment; returns the cost."""
    s.first[:] = -1
    s.last[:] = -1
    s.sums[0] = 0.0
    s.sums[1] = 0.0
    s.sums[4] = 0.0
    for q in range(len(order)):
        j = order[q]
        k = machine[j]
        s.order[q] = j
        s.position[j] = q
        s.machine[j] = k
        s.left[j] = s.last[k]
        s.right[j] = -1
        if s.last[k] < 0:
            s.first[k] = j
        else:
            s.right[s.last[k]] = j
        s.last[k] = j
        s.paid[j] = _setup(a, s, j)
        start, s.end[j] = _times(a, s, j, s.paid[j])
        s.strayed[j] = _strays(a, s, j, start)
        s.sums[4] += a.home_price[j] * s.strayed[j]
        s.sums[0] += a.weight[j] * max(0.0, s.end[j] - a.due[j])
        s.sums[1] += s.paid[j]
    s.pending[:] = 0
    s.counts[:] = 0
    s.sums[2] = _cost(a, s)
    if s.sums[2] < s.sums[3]:
        _keep(s)
    return s.sums[2]


@machine_code
def _setup(a: Arrays, s: OrderState, j: int) -> int:
    """Seconds of setup before job j, by its neighbour on the machine."""
    return setup_seconds(a.flat, s.machine[j], s.left[j], j)


@machine_code
def _times(a: Arrays, s: OrderState, j: int, setup: int) -> tuple[int, int]:
    """Start and end of job j, from its neighbour on the machine and predecessors."""
    k, i = s.machine[j], s.left[j]
    free = a.flat.available[k] if i < 0 else s.end[i]
    ready = a.flat.release[j]
    for x in range(a.flat.before_at[j], a.flat.before_at[j + 1]):
        ready = max(ready, s.end[a.flat.before[x]])
    work = a.flat.processing[j, k]
    _, _, start, end = place(a.flat.closures, k, free, ready, setup, work)
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
def _cost(a: Arrays, s: OrderState) -> float:
    """Cost of what the state stands at."""
    makespan = 0
    for k in range(len(s.last)):
        if s.last[k] >= 0:
            makespan = max(makespan, s.end[s.last[k]])
    return a.scales[0] * makespan + _parts(a, s)


@machine_code
def _parts(a: Arrays, s: OrderState) -> float:
    """Cost without its makespan part."""
    return a.scales[1] * s.sums[0] + a.scales[2] * s.sums[1] + s.sums[4]


@machine_code
def _put(s: OrderState, j: int, k: int, q: int) -> None:
    """Take job j to place q of the order and to machine k; neighbours follow."""
    left, right, old = s.left[j], s.right[j], s.machine[j]
    if left < 0:
        s.first[old] = right
    else:
        s.right[left] = right
    if right < 0:
        s.last[old] = left
    else:
        s.left[right] = left
    p = s.position[j]
    while p < q:
        s.order[p] = s.order[p + 1]
        s.position[s.order[p]] = p
        p += 1
    while p > q:
        s.order[p] = s.order[p - 1]
        s.position[s.order[p]] = p
        p -= 1
    s.order[q] = j
    s.position[j] = q
    if 2 * q > len(s.order):  # walk from the nearer side
        left = s.last[k]
        while left >= 0 and s.position[left] > q:
            left = s.left[left]
        right = s.first[k] if left < 0 else s.right[left]
    else:
        right = s.first[k]
        while right >= 0 and s.position[right] < q:
            right = s.right[right]
        left = s.last[k] if right < 0 else s.left[right]
    s.machine[j], s.left[j], s.right[j] = k, left, right
    if left < 0:
        s.first[k] = j
    else:
        s.right[left] = j
    if right < 0:
        s.last[k] = j
    else:
        s.left[right] = j


@machine_code
def _mark(s: OrderState, j: int) -> None:
    """Job j must be timed again."""
    if j >= 0 and s.pending[s.position[j]] == 0:
        s.pending[s.position[j]] = 1
        s.counts[3] += 1


@machine_code
def _shift(s: OrderState, j: int, k: int, q: int) -> None:
    """Take job j to machine k and place q, and remember where it came from."""
    at = s.counts[1]
    s.shifts[at, 0], s.shifts[at, 1] = j, s.machine[j]
    s.shifts[at, 2], s.shifts[at, 3] = s.position[j], s.right[j]
    s.counts[1] += 1
    _put(s, j, k, q)


@machine_code
def _mark_shifted(s: OrderState) -> int:
    """Mark the jobs whose left neighbour changed; the first place to look at."""
    first = len(s.order)
    for at in range(s.counts[1]):
        j = s.shifts[at, 0]
        for i in (j, s.right[j], s.shifts[at, 3]):
            if i >= 0:
                _mark(s, i)
                first = min(first, s.position[i])
    return first


@machine_code
def _window(a: Arrays, s: OrderState, j: int) -> tuple[int, int]:
    """First and last place of the order that job j may take by its sequence."""
    low, high = 0, len(s.order) - 1
    for x in range(a.flat.before_at[j], a.flat.before_at[j + 1]):
        low = max(low, s.position[a.flat.before[x]] + 1)
    for x in range(a.flat.behind_at[j], a.flat.behind_at[j + 1]):
        high = min(high, s.position[a.flat.behind[x]] - 1)
    return low, high


@machine_code
def _retime(a: Arrays, s: OrderState, q: int, limit: float, slack: float) -> bool:
    """
    Time the marked jobs and all that follow from them; False: cost above the limit.

    Stops as soon as one job alone, with the work in sequence behind it, makes the
    makespan too late, or the jobs timed so far cost more than the limit by ``slack``.
    """
    s.counts[0] = 0
    before = s.sums[2] - _parts(a, s)
    latest = limit / a.scales[0] if a.scales[0] > 0 else np.inf
    while s.counts[3] > 0:
        while s.pending[q] == 0:
            q += 1
        s.pending[q] = 0
        s.counts[3] -= 1
        j = s.order[q]
        paid = _setup(a, s, j)
        start, end = _times(a, s, j, paid)
        strays = _strays(a, s, j, start)
        if paid == s.paid[j] and end == s.end[j] and strays == s.strayed[j]:
            continue
        at = s.counts[0]
        s.changed[at], s.old_end[at], s.old_paid[at] = j, s.end[j], s.paid[j]
        s.old_strayed[at] = s.strayed[j]
        s.counts[0] += 1
        s.sums[1] += paid - s.paid[j]
        s.paid[j] = paid
        if strays != s.strayed[j]:
            s.sums[4] += a.home_price[j] if strays else -a.home_price[j]
            s.strayed[j] = strays
        if end == s.end[j]:
            continue
        if a.due[j] < np.inf:
            late = max(0.0, end - a.due[j]) - max(0.0, s.end[j] - a.due[j])
            s.sums[0] += a.weight[j] * late
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
    s.sums[2] = cost
    return True


@machine_code
def _take_back(
    s: OrderState, q: int, tardiness: float, setup: float, change: float
) -> None:
    """Undo the move: times first, then the shifts, the last one first."""
    while s.counts[3] > 0:
        if s.pending[q]:
            s.pending[q] = 0
            s.counts[3] -= 1
        q += 1
    for at in range(s.counts[0]):
        j = s.changed[at]
        s.end[j], s.paid[j] = s.old_end[at], s.old_paid[at]
        s.strayed[j] = s.old_strayed[at]
    for at in range(s.counts[1] - 1, -1, -1):
        _put(s, s.shifts[at, 0], s.shifts[at, 1], s.shifts[at, 2])
    s.sums[0], s.sums[1], s.sums[4] = tardiness, setup, change


@machine_code
def _any(s: OrderState, count: int) -> int:
    """Draw one of ``count``."""
    return int(next_random(s.random) * count)


@machine_code
def _hurting_job(a: Arrays, s: OrderState) -> int:
    """
    Draw a job that holds up the makespan or a late job.

    Walks back from that job, from each job to the one that it waited for.
    """
    j = -1
    if a.scales[1] * s.sums[0] > next_random(s.random) * s.sums[2]:
        for _ in range(20):
            i = _any(s, len(s.order))
            if s.end[i] > a.due[i]:
                j = i
                break
    if j < 0:
        for k in range(len(s.last)):
            if s.last[k] >= 0 and (j < 0 or s.end[s.last[k]] > s.end[j]):
                j = s.last[k]
    found = 0
    while j >= 0:
        s.critical[found] = j
        found += 1
        before, latest = s.left[j], a.flat.release[j]
        if before >= 0 and s.end[before] + s.paid[j] < latest:
            before = -1
        elif before >= 0:
            latest = s.end[before] + s.paid[j]
        for x in range(a.flat.before_at[j], a.flat.before_at[j + 1]):
            if s.end[a.flat.before[x]] > latest:
                before, latest = a.flat.before[x], s.end[a.flat.before[x]]
        j = before
    return s.critical[_any(s, found)]


@machine_code
def _place_near(s: OrderState, p: int, low: int, high: int) -> int:
    """Draw a place of the window, near ones more often."""
    share = next_random(s.random)
    reach = share * share
    if next_random(s.random) < 0.5:
        return p - int(reach * (p - low + 1)) if p >= low else low
    return p + int(reach * (high - p + 1)) if p <= high else high


@machine_code
def _insert(a: Arrays, s: OrderState, j: int) -> bool:
    """Move job j to a machine it may run on, near its place in the order."""
    x = a.eligible_at[j]
    k = a.machines[x + _any(s, a.eligible_at[j + 1] - x)]
    low, high = _window(a, s, j)
    q = _place_near(s, s.position[j], low, high)
    if k == s.machine[j]:
        left, right = s.left[j], s.right[j]
        if (left < 0 or s.position[left] < q) and (right < 0 or q < s.position[right]):
            return False
    _shift(s, j, k, q)
    return True


@machine_code
def _join_mate(a: Arrays, s: OrderState, j: int) -> bool:
    """Move job j beside a job of its setup group."""
    x = a.member_at[a.flat.group[j]]
    i = a.member[x + _any(s, a.member_at[a.flat.group[j] + 1] - x)]
    k = s.machine[i]
    if i == j or a.flat.processing[j, k] < 0:
        return False
    low, high = _window(a, s, j)
    q = s.position[i]
    if next_random(s.random) < 0.5:
        q += 0 if s.position[j] < q else 1
    else:
        q -= 1 if s.position[j] < q else 0
    q = min(max(q, low), high)
    _shift(s, j, k, q)
    return True


@machine_code
def _swap(a: Arrays, s: OrderState, j: int) -> bool:
    """Let job j and another one change places."""
    low, high = _window(a, s, j)
    p = s.position[j]
    i = s.order[_place_near(s, p, low, high)]
    if next_random(s.random) < 0.3 and s.right[j] >= 0:
        i = s.right[j]
    q, k, y = s.position[i], s.machine[j], s.machine[i]
    if i == j or a.flat.processing[i, k] < 0 or a.flat.processing[j, y] < 0:
        return False
    start, stop = _window(a, s, i)
    if q < low or q > high or p < start or p > stop:
        return False
    _shift(s, j, y, q)
    _shift(s, i, k, p)
    return True


@machine_code
def _move_block(a: Arrays, s: OrderState, j: int) -> bool:
    """Move a run of jobs to one machine and place, mostly of one setup group."""
    size, wanted, last = 1, 2 + _any(s, MAX_BLOCK - 1), j
    mixed = next_random(s.random) < 0.3
    while size < wanted and s.right[last] >= 0:
        if not mixed and a.flat.group[s.right[last]] != a.flat.group[j]:
            break
        last = s.right[last]
        size += 1
    if size < 2:
        return False
    x = a.eligible_at[j]
    k = a.machines[x + _any(s, a.eligible_at[j + 1] - x)]
    q = _place_near(s, s.position[j], 0, len(s.order) - 1)
    later = q > s.position[j]
    i = last if later else j  # later: the last job leads, so that none is overtaken
    before = -1
    for _ in range(size):
        low, high = _window(a, s, i)
        if before >= 0 and later:
            q = s.position[before] - (1 if s.position[i] < s.position[before] else 0)
        elif before >= 0:
            q = s.position[before] + (0 if s.position[i] < s.position[before] else 1)
        if a.flat.processing[i, k] < 0 or q < low or q > high:
            return False
        following = s.left[i] if later else s.right[i]
        _shift(s, i, k, q)
        before, i = i, following
    return True


@machine_code
def _priced(a: Arrays) -> bool:
    """Whether a previous plan is to be kept."""
    most = 0.0
    for j in range(len(a.home_price)):
        most = max(most, a.home_price[j])
    return most > 0


@machine_code
def _go_home(a: Arrays, s: OrderState) -> bool:
    """
    Move a job that left its home back there, behind its old left neighbour.

    Where that one is elsewhere, behind the next further left that is there.
    """
    j = -1
    for _ in range(20):
        i = _any(s, len(s.order))
        if s.strayed[i]:
            j = i
            break
    if j < 0 or a.flat.processing[j, a.home_machine[j]] < 0:
        return False
    k, i = a.home_machine[j], a.home_left[j]
    while i >= 0 and s.machine[i] != k:
        i = a.home_left[i]
    right = s.first[k] if i < 0 else s.right[i]
    if right == j:
        return False
    low, high = _window(a, s, j)
    if i >= 0:
        q = s.position[i] + (0 if s.position[j] < s.position[i] else 1)
    elif right >= 0:
        q = s.position[right] - (1 if s.position[j] < s.position[right] else 0)
    else:
        q = s.position[j]
    _shift(s, j, k, min(max(q, low), high))
    return True


@machine_code
def _random_move(a: Arrays, s: OrderState, focus: float, homes: bool) -> bool:
    """Shift jobs by a move drawn at random; False: none of that kind can be made."""
    n = len(s.order)
    s.counts[1], s.counts[0] = 0, 0
    if homes and next_random(s.random) < HOMEWARD:
        return _go_home(a, s)
    if len(a.fresh) > 0 and next_random(s.random) < FRESH:
        j = a.fresh[_any(s, len(a.fresh))]
    else:
        j = _hurting_job(a, s) if next_random(s.random) < focus else _any(s, n)
    kind = next_random(s.random)
    if kind < 0.55:
        return _insert(a, s, j)
    if kind < 0.7:
        return _join_mate(a, s, j)
    if kind < 0.9:
        return _swap(a, s, j)
    return _move_block(a, s, j)


@machine_code
def trial_increases(a: Arrays, s: OrderState, focus: float, increases: Floats) -> int:
    """
    By how much random moves would raise the cost; every move is taken back.

    What they would change against a previous plan is left out.

    Parameters
    ----------
    a, s, focus
        As for :func:`anneal_order`; but for its random numbers, ``s`` ends as it was.
    increases
        Shape (i,): where to write; as many moves are tried as it has room for.

    Returns
    -------
    int
        How many increases were written; moves that lower the cost are no increase.
    """
    written = 0
    for _ in range(len(increases)):
        tardiness, setup, cost, change = s.sums[0], s.sums[1], s.sums[2], s.sums[4]
        if not _random_move(a, s, focus, False):
            s.counts[0] = 0
            _take_back(s, 0, tardiness, setup, change)
            continue
        q = _mark_shifted(s)
        _retime(a, s, q, np.inf, np.inf)
        more = s.sums[2] - cost - (s.sums[4] - change)
        if more > 0:
            increases[written] = more
            written += 1
        _take_back(s, q, tardiness, setup, change)
        s.sums[2] = cost
    return written


@machine_code
def anneal_order(
    a: Arrays, s: OrderState, moves: int, hot: float, cold: float, focus: float
) -> int:
    """
    Simulated annealing: a number of moves, cooling from ``hot`` to ``cold``.

    Temperatures are in units of cost; ``focus`` is the share of moves that start
    from a job that hurts. Returns how many moves were taken.
    """
    temperature, taken = hot, 0
    cooling = (cold / hot) ** (1.0 / moves)
    homes = _priced(a)
    for _ in range(moves):
        temperature *= cooling
        tardiness, setup, change = s.sums[0], s.sums[1], s.sums[4]
        if not _random_move(a, s, focus, homes):
            s.counts[0] = 0
            _take_back(s, 0, tardiness, setup, change)
            continue
        limit = s.sums[2] - temperature * np.log(next_random(s.random) + 1e-300)
        q = _mark_shifted(s)
        if not _retime(a, s, q, limit, HOPELESS * temperature):
            _take_back(s, q, tardiness, setup, change)
            continue
        taken += 1
        if s.sums[2] < s.sums[3] - 1e-12:
            _keep(s)
    return taken
