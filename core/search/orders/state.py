"""
What the annealing on one order stands at: jobs in a row on each machine.

Every job has a label, and every job that must wait for another one has a larger label
than that: its predecessors, and what is before it on its machine. So no move can make
jobs wait in a circle. A job moves by taking another label; nothing else is numbered
again, so that a move costs the same in large shifts as in small ones.
"""

# mypy: disable-error-code="no-any-return"
# An entry of an array is Any to mypy; the compiler knows better.

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.timing.flat import Ints
from core.timing.machine_code import machine_code
from core.timing.random_numbers import random_state

MAX_BLOCK = 6  # jobs that move together
MAX_QUEUE = 16  # jobs of a machine that a guess puts in another order
STEPS = (0.3, 2.0)  # of slopes, in usual times of a job
SPACE = 1 << 32  # between neighbouring labels, when they are spread evenly

# Entries of ``sums``; the last is the makespan of when guesses were prepared.
TARDINESS, SETUP, COST, BEST, CHANGE, LATEST = range(6)
# Entries of ``counts``: how much there is of ``changed``, ``shifts``, ``heap``,
# ``dirty`` and ``turned``; how many moves found no label free, and how many were taken
# since guesses were prepared.
CHANGED, SHIFTS, PENDING, DIRTY, CROWDED, TURNED, TAKEN = range(7)


class Guess(NamedTuple):
    """
    What guesses are made of; see :mod:`core.search.orders.guesses`.

    ``slope``: cost of each second that a job ends earlier or later, up to the first of
    ``steps`` and from there to the second, as it was when guesses were prepared;
    ``by_label``: the jobs in the order of then; ``queue``: room for jobs of a machine
    that a move puts in another order.
    """

    slope: NDArray[np.float64]  # (n, 4)
    steps: Ints  # (2,) seconds
    by_label: Ints
    queue: Ints


class OrderState(NamedTuple):
    """
    What the search stands at, what it found, and what it must take back.

    ``label``, ``machine``, ``left``, ``right``: label and machine of each job and its
    neighbours there (-1: none); ``first``, ``last`` job of each machine. ``end``,
    ``paid``: end of each job and the setup before it; ``strayed``: whether it left its
    home; ``held``: whether it starts no earlier there than it was to. ``best_*``: the
    cheapest so far, and the ``dirty`` jobs, which may be elsewhere now. The rest is
    scratch.
    """

    label: Ints
    machine: Ints
    left: Ints
    right: Ints
    first: Ints
    last: Ints
    end: Ints
    paid: Ints
    strayed: NDArray[np.uint8]
    held: NDArray[np.uint8]
    heap: Ints  # jobs to be timed again, the smallest label on top
    pending: NDArray[np.uint8]  # (n,) whether a job is in the heap
    changed: Ints  # (n,) jobs whose times changed in this move
    old_end: Ints
    old_paid: Ints
    old_strayed: NDArray[np.uint8]
    turned: Ints  # (n,) jobs that are held now and were not, or the other way
    shifts: Ints  # (moves, 5) job; machine, label and neighbours that it had
    critical: Ints
    best_label: Ints
    best_machine: Ints
    best_held: NDArray[np.uint8]
    dirty: Ints  # jobs that moved since the best
    is_dirty: NDArray[np.uint8]
    sums: NDArray[np.float64]
    counts: Ints
    guess: Guess
    random: NDArray[np.uint64]


def new_order(n: int, m: int, seed: int, usual: float) -> OrderState:
    """Empty state for n jobs on m machines; ``usual``: seconds that a job takes."""
    rows, flags = np.zeros((15, n), dtype=np.int64), np.zeros((6, n), dtype=np.uint8)
    return OrderState(
        label=rows[0],
        machine=rows[1],
        left=rows[2],
        right=rows[3],
        first=np.zeros(m, dtype=np.int64),
        last=np.zeros(m, dtype=np.int64),
        end=rows[4],
        paid=rows[5],
        strayed=flags[0],
        held=flags[4],
        heap=rows[6],
        pending=flags[1],
        changed=rows[7],
        old_end=rows[8],
        old_paid=rows[9],
        old_strayed=flags[2],
        turned=rows[14],
        shifts=np.zeros((MAX_BLOCK, 5), dtype=np.int64),
        critical=rows[10],
        best_label=rows[11],
        best_machine=rows[12],
        best_held=flags[5],
        dirty=rows[13],
        is_dirty=flags[3],
        sums=np.array([0.0, 0.0, 0.0, np.inf, 0.0, 0.0]),
        counts=np.zeros(7, dtype=np.int64),
        guess=Guess(
            slope=np.zeros((n, 4)),
            steps=np.array([round(step * max(usual, 10.0)) for step in STEPS]),
            by_label=np.arange(n),
            queue=np.zeros(MAX_QUEUE, dtype=np.int64),
        ),
        random=random_state(seed),
    )


def spread_labels(s: OrderState) -> None:
    """Spread the labels evenly again, in the same order."""
    n = len(s.label)
    s.label[np.argsort(s.label, kind="stable")] = np.arange(1, n + 1) * SPACE
    # The best is in the labels of before: the next one is written whole.
    s.is_dirty[:] = 1
    s.dirty[:] = np.arange(n)
    s.counts[DIRTY], s.counts[CROWDED] = n, 0


@machine_code
def line_up(s: OrderState, order: Ints, machine: Ints) -> None:
    """Put all jobs in an order and on machines, with evenly spread labels."""
    s.first[:] = -1
    s.last[:] = -1
    s.pending[:] = 0
    s.counts[:] = 0
    for q in range(len(order)):
        j = order[q]
        s.label[j] = (q + 1) * SPACE
        s.guess.by_label[q] = j
        link(s, j, machine[j], s.last[machine[j]], -1)
        s.is_dirty[j] = 1
        s.dirty[q] = j
    s.counts[DIRTY] = len(order)


@machine_code
def link(s: OrderState, j: int, k: int, left: int, right: int) -> None:
    """Put job j on machine k, between two jobs or ends (-1)."""
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
def unlink(s: OrderState, j: int) -> None:
    """Take job j off its machine."""
    left, right, k = s.left[j], s.right[j], s.machine[j]
    if left < 0:
        s.first[k] = right
    else:
        s.right[left] = right
    if right < 0:
        s.last[k] = left
    else:
        s.left[right] = left


@machine_code
def first_behind(s: OrderState, k: int, label: int) -> int:
    """First job of machine k with such a label or a larger one; -1: none."""
    i = s.first[k]
    if i < 0:
        return -1
    if label - s.label[i] < s.label[s.last[k]] - label:  # walk from the nearer side
        while i >= 0 and s.label[i] < label:
            i = s.right[i]
        return i
    right, i = -1, s.last[k]
    while i >= 0 and s.label[i] >= label:
        right, i = i, s.left[i]
    return right


@machine_code
def shift(s: OrderState, j: int, k: int, label: int) -> bool:
    """Take job j to machine k and a label; False: another job has that label there."""
    right = first_behind(s, k, label)
    if right == j:
        right = s.right[j]
    elif right >= 0 and s.label[right] == label:
        s.counts[CROWDED] += 1
        return False
    left = s.last[k] if right < 0 else s.left[right]
    if left == j:
        left = s.left[j]
    at = s.counts[SHIFTS]
    s.shifts[at, 0], s.shifts[at, 1], s.shifts[at, 2] = j, s.machine[j], s.label[j]
    s.shifts[at, 3], s.shifts[at, 4] = s.left[j], s.right[j]
    s.counts[SHIFTS] += 1
    unlink(s, j)
    s.label[j] = label
    link(s, j, k, left, right)
    return True


@machine_code
def turn(s: OrderState, j: int) -> None:
    """Hold job j where it was not, or let it go."""
    s.held[j] = 1 - s.held[j]
    s.turned[s.counts[TURNED]] = j
    s.counts[TURNED] += 1


@machine_code
def shift_back(s: OrderState) -> None:
    """Undo all shifts of the move, the last one first, and what it let go."""
    for at in range(s.counts[TURNED]):
        s.held[s.turned[at]] = 1 - s.held[s.turned[at]]
    s.counts[TURNED] = 0
    for at in range(s.counts[SHIFTS] - 1, -1, -1):
        j = s.shifts[at, 0]
        unlink(s, j)
        s.label[j] = s.shifts[at, 2]
        link(s, j, s.shifts[at, 1], s.shifts[at, 3], s.shifts[at, 4])
    s.counts[SHIFTS] = 0


@machine_code
def remember(s: OrderState) -> None:
    """Note what the move shifted; keep the state when it is the cheapest."""
    for at in range(s.counts[SHIFTS]):
        _note(s, s.shifts[at, 0])
    for at in range(s.counts[TURNED]):
        _note(s, s.turned[at])
    if s.sums[COST] < s.sums[BEST] - 1e-12:
        keep(s)


@machine_code
def _note(s: OrderState, j: int) -> None:
    """Note that job j is not where the best has it."""
    if not s.is_dirty[j]:
        s.is_dirty[j] = 1
        s.dirty[s.counts[DIRTY]] = j
        s.counts[DIRTY] += 1


@machine_code
def keep(s: OrderState) -> None:
    """Remember what the state stands at as the best; only what moved is written."""
    for x in range(s.counts[DIRTY]):
        j = s.dirty[x]
        s.best_label[j], s.best_machine[j] = s.label[j], s.machine[j]
        s.best_held[j] = s.held[j]
        s.is_dirty[j] = 0
    s.counts[DIRTY] = 0
    s.sums[BEST] = s.sums[COST]
