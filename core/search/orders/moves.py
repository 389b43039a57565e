"""
Moves of the annealing on one order: one job, two, a run of jobs, a job back home.

Each shifts jobs to other labels and machines, within what their sequence allows, and
says whether it could; timing and taking back are the annealing's.
"""

# mypy: disable-error-code="no-any-return"
# An entry of an array is Any to mypy; the compiler knows better.

from __future__ import annotations

from core.search.arrays import Arrays
from core.search.orders.guesses import guess_block, guess_insert, guess_swap
from core.search.orders.state import (
    COST,
    CROWDED,
    MAX_BLOCK,
    SPACE,
    TARDINESS,
    TURNED,
    OrderState,
    first_behind,
    shift,
    turn,
)
from core.timing.machine_code import machine_code
from core.timing.random_numbers import next_random

# Furthest that a job moves, in jobs per machine: beyond it, moves of large shifts
# hardly ever pay.
REACH = 40
INFINITE = float("inf")  # for moves that are not guessed
# Over the number of jobs: the share of the moves that look too dear which are timed all
# the same. The more jobs there are, the longer that takes.
DOUBT = 8.0
MAX_RUN = 20  # jobs on a machine that are let go together


@machine_code
def any_of(s: OrderState, count: int) -> int:
    """Draw one of ``count``."""
    return int(next_random(s.random) * count)


@machine_code
def hurting_job(a: Arrays, s: OrderState) -> int:
    """Draw a job that holds up the makespan or a late job."""
    return s.critical[any_of(s, _hurting_chain(a, s))]


@machine_code
def _hurting_chain(a: Arrays, s: OrderState) -> int:
    """
    Find the jobs that hold up the makespan or a late job; returns how many.

    Walks back from that job, from each job to the one that it waited for.
    """
    f, j = a.flat, -1
    if a.scales[1] * s.sums[TARDINESS] > next_random(s.random) * s.sums[COST]:
        for _ in range(20):
            i = any_of(s, len(s.label))
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
        before, latest = s.left[j], f.release[j]
        if s.held[j] and s.machine[j] == a.home_machine[j]:
            latest = max(latest, a.home_start[j])
        if before >= 0 and s.end[before] + s.paid[j] < latest:
            before = -1
        elif before >= 0:
            latest = s.end[before] + s.paid[j]
        for x in range(f.before_at[j], f.before_at[j + 1]):
            i = f.before[x]
            if s.end[i] + f.wait_after[i] > latest:
                before, latest = i, s.end[i] + f.wait_after[i]
        j = before
    return found


@machine_code
def _window(a: Arrays, s: OrderState, j: int) -> tuple[int, int]:
    """Between which labels, themselves excluded, job j may be by its sequence."""
    low, high = 0, (len(s.label) + 1) * SPACE
    for x in range(a.flat.before_at[j], a.flat.before_at[j + 1]):
        low = max(low, s.label[a.flat.before[x]])
    for x in range(a.flat.behind_at[j], a.flat.behind_at[j + 1]):
        high = min(high, s.label[a.flat.behind[x]])
    return low, high


@machine_code
def _near(s: OrderState, j: int, low: int, high: int) -> int:
    """Draw a label between two, those near job j more often."""
    share, label = next_random(s.random), s.label[j]
    share *= share
    reach = REACH * len(s.last) * SPACE
    if next_random(s.random) < 0.5:
        return label - int(share * min(label - low, reach))
    return label + int(share * min(high - label, reach))


@machine_code
def _between(s: OrderState, low: int, high: int) -> int:
    """Return the middle of two labels; -1 where there is none left."""
    if high - low < 2:
        s.counts[CROWDED] += 1
        return -1
    return low + (high - low) // 2


@machine_code
def _beside(
    a: Arrays, s: OrderState, j: int, i: int, k: int, behind: bool, dear: float
) -> bool:
    """
    Take job j to machine k, right behind job i there, or right before it.

    As near as its sequence allows; not where it is there already. ``i`` -1, behind:
    to the beginning of the machine.
    """
    if s.machine[j] == k and (s.left[j] if behind else s.right[j]) == i:
        return False
    low, high = _window(a, s, j)
    if i < 0:
        most = s.label[j] if s.first[k] < 0 else s.label[s.first[k]]
        least = most - 2 * SPACE
    elif behind:
        right = s.right[i] if s.right[i] != j else s.right[j]
        least, most = s.label[i], s.label[i] + 2 * SPACE
        if right >= 0:
            most = min(most, s.label[right])
    else:
        left = s.left[i] if s.left[i] != j else s.left[j]
        least, most = s.label[i] - 2 * SPACE, s.label[i]
        if left >= 0:
            least = max(least, s.label[left])
    if least >= high - 1:
        least, most = high - SPACE, high
    elif most <= low + 1:
        least, most = low, low + SPACE
    label = _between(s, max(low, least), min(high, most))
    return label >= 0 and _move(a, s, j, k, label, dear)


@machine_code
def _too_dear(s: OrderState, guess: float, dear: float) -> bool:
    """Whether a move that adds so much by guess need not be timed."""
    return guess > dear and next_random(s.random) * len(s.label) >= DOUBT


@machine_code
def _move(a: Arrays, s: OrderState, j: int, k: int, label: int, dear: float) -> bool:
    """Take job j to machine k and a label, unless that looks too dear."""
    if dear < INFINITE:
        right = first_behind(s, k, label)
        if right == j:
            right = s.right[j]
        left = s.last[k] if right < 0 else s.left[right]
        if left == j:
            left = s.left[j]
        if k == s.machine[j] and left == s.left[j]:
            return False
        if _too_dear(s, guess_insert(a, s, j, k, left, right), dear):
            return False
    return shift(s, j, k, label)


@machine_code
def insert(a: Arrays, s: OrderState, j: int, dear: float) -> bool:
    """Move job j to a machine it may run on, near its place in the order."""
    x = a.eligible_at[j]
    k = a.machines[x + any_of(s, a.eligible_at[j + 1] - x)]
    low, high = _window(a, s, j)
    label = _near(s, j, low, high)
    if k == s.machine[j]:
        left, right = s.left[j], s.right[j]
        if (left < 0 or s.label[left] < label) and (
            right < 0 or label < s.label[right]
        ):
            return False
    return _move(a, s, j, k, label, dear)


@machine_code
def join_mate(a: Arrays, s: OrderState, j: int, dear: float) -> bool:
    """Move job j beside a job of its setup group."""
    x = a.member_at[a.flat.group[j]]
    i = a.member[x + any_of(s, a.member_at[a.flat.group[j] + 1] - x)]
    k = s.machine[i]
    if i == j or a.flat.processing[j, k] < 0:
        return False
    return _beside(a, s, j, i, k, next_random(s.random) < 0.5, dear)


@machine_code
def swap(a: Arrays, s: OrderState, j: int, dear: float) -> bool:
    """Let job j and another one change places."""
    low, high = _window(a, s, j)
    k = s.machine[j]
    i = s.right[j]
    if i < 0 or next_random(s.random) >= 0.3:
        x = a.eligible_at[j]
        y = a.machines[x + any_of(s, a.eligible_at[j + 1] - x)]
        i = first_behind(s, y, _near(s, j, low, high))
    if i < 0 or i == j:
        return False
    y, p, q = s.machine[i], s.label[j], s.label[i]
    least, most = _window(a, s, i)
    if a.flat.processing[i, k] < 0 or a.flat.processing[j, y] < 0:
        return False
    if q <= low or q >= high or p <= least or p >= most:
        return False
    if dear < INFINITE and _too_dear(s, guess_swap(a, s, j, i), dear):
        return False
    # Both labels are free for the other only when one job is out of the way.
    return shift(s, j, y, q + 1) and shift(s, i, k, p) and shift(s, j, y, q)


@machine_code
def move_block(a: Arrays, s: OrderState, j: int, dear: float) -> bool:
    """Move a run of jobs to one machine and place, mostly of one setup group."""
    size, wanted, last = 1, 2 + any_of(s, MAX_BLOCK - 1), j
    mixed = next_random(s.random) < 0.3
    while size < wanted and s.right[last] >= 0:
        if not mixed and a.flat.group[s.right[last]] != a.flat.group[j]:
            break
        last = s.right[last]
        size += 1
    if size < 2:
        return False
    x = a.eligible_at[j]
    k = a.machines[x + any_of(s, a.eligible_at[j + 1] - x)]
    label = _near(s, j, 0, (len(s.label) + 1) * SPACE)
    later = label > s.label[j]
    if dear < INFINITE and not _block_looks_good(a, s, j, last, k, label, dear):
        return False
    i = last if later else j  # later: the last job leads, so that none is overtaken
    leader = -1
    for _ in range(size):
        if a.flat.processing[i, k] < 0:
            return False
        following = s.left[i] if later else s.right[i]
        if leader < 0:
            low, high = _window(a, s, i)
            if label <= low or label >= high or not shift(s, i, k, label):
                return False
        elif not _beside(a, s, i, leader, k, not later, INFINITE):
            return False
        leader, i = i, following
    return True


@machine_code
def _block_looks_good(
    a: Arrays, s: OrderState, j: int, last: int, k: int, label: int, dear: float
) -> bool:
    """Whether jobs j to ``last`` can come to a label of machine k, and it may pay."""
    i = j
    while a.flat.processing[i, k] >= 0 and i != last:
        i = s.right[i]
    if a.flat.processing[i, k] < 0:
        return False
    right = first_behind(s, k, label)
    left = s.last[k] if right < 0 else s.left[right]
    if k == s.machine[j] and (
        right == j or left == last or s.label[j] <= label <= s.label[last]
    ):
        return False
    return not _too_dear(s, guess_block(a, s, j, last, k, left, right), dear)


@machine_code
def go_home(a: Arrays, s: OrderState) -> bool:
    """
    Move a job that left its home back there, behind its old left neighbour.

    Where that one is elsewhere, behind the next further left that is there.
    """
    j = -1
    for _ in range(20):
        i = any_of(s, len(s.label))
        if s.strayed[i]:
            j = i
            break
    if j < 0 or a.flat.processing[j, a.home_machine[j]] < 0:
        return False
    k, i = a.home_machine[j], a.home_left[j]
    while i >= 0 and s.machine[i] != k:
        i = a.home_left[i]
    return _beside(a, s, j, i, k, True, INFINITE)


@machine_code
def let_go(a: Arrays, s: OrderState) -> bool:
    """
    Let jobs start earlier than they were to, or hold some again.

    Those that are let go are a late one and what holds it up: one alone would gain
    nothing, as what follows without a gap is held as well.
    """
    if next_random(s.random) < 0.5:
        for x in range(_hurting_chain(a, s)):
            j = s.critical[x]
            if s.held[j] and s.machine[j] == a.home_machine[j]:
                turn(s, j)
        return s.counts[TURNED] > 0
    j = any_of(s, len(s.label))
    count, held = 1 + int(MAX_RUN * next_random(s.random) ** 3), s.held[j]
    while j >= 0 and count > 0:
        if s.held[j] == held and s.machine[j] == a.home_machine[j]:
            turn(s, j)
        j = s.right[j]
        count -= 1
    return s.counts[TURNED] > 0
