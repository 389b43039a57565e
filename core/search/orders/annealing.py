"""
Annealing on one order of all jobs: for any predecessors, closures and due dates.

Random moves, each timed exactly, taken or taken back by the temperature.
"""

# mypy: disable-error-code="no-any-return"
# An entry of an array is Any to mypy; the compiler knows better.

from __future__ import annotations

import numpy as np

from core.search.arrays import Arrays, Floats
from core.search.orders.guesses import foresee
from core.search.orders.moves import (
    INFINITE,
    any_of,
    go_home,
    hurting_job,
    insert,
    join_mate,
    let_go,
    move_block,
    swap,
)
from core.search.orders.state import (
    CHANGE,
    CHANGED,
    COST,
    SETUP,
    SHIFTS,
    TAKEN,
    TARDINESS,
    TURNED,
    OrderState,
    remember,
)
from core.search.orders.timing import makespan_of, retime_shifted, take_back
from core.timing.by_address import by_address
from core.timing.machine_code import machine_code
from core.timing.random_numbers import next_random

# A move is given up once the jobs timed so far cost so many temperatures too much:
# what follows hardly ever makes up for it, and on large shifts most of the time went
# into timing to the end what was refused in the end.
HOPELESS = 30.0
# A guess may be above the limit by so many temperatures. Nearly all that is taken in
# the end is below 2; what lies far above comes from guesses that are wrong, and without
# it the search ends worse.
TRUST = 100.0
STALE = 20  # guesses are prepared anew after so many moves that were taken, at least
# Where a previous plan is to be kept: the share of moves that take a job back to its
# place there, and of the others the share that move a job that it did not have.
HOMEWARD = 0.2
FRESH = 0.3
# And of what is left, the share that let jobs start earlier than they were to.
TURNING = 0.1


@machine_code
def _random_move(
    a: Arrays, s: OrderState, focus: float, homes: bool, dear: float
) -> bool:
    """
    Shift jobs by a move drawn at random; False: none of that kind can be made.

    ``dear``: what it may add to the cost by guess; infinite: nothing is guessed.
    """
    s.counts[CHANGED], s.counts[SHIFTS], s.counts[TURNED] = 0, 0, 0
    if homes and next_random(s.random) < HOMEWARD:
        return go_home(a, s)
    if homes and next_random(s.random) < TURNING:
        return let_go(a, s)
    if len(a.fresh) > 0 and next_random(s.random) < FRESH:
        j = a.fresh[any_of(s, len(a.fresh))]
    elif next_random(s.random) < focus:
        j = hurting_job(a, s)
    else:
        j = any_of(s, len(s.label))
    kind = next_random(s.random)
    if kind < 0.5:
        return insert(a, s, j, dear)
    if kind < 0.62:
        return join_mate(a, s, j, dear)
    if kind < 0.9:
        return swap(a, s, j, dear)
    return move_block(a, s, j, dear)


@machine_code
def _priced(a: Arrays) -> bool:
    """Whether a previous plan is to be kept."""
    most = 0.0
    for j in range(len(a.home_price)):
        most = max(most, a.home_price[j])
    return most > 0


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
    a, s = by_address(a), by_address(s)
    written = 0
    for _ in range(len(increases)):
        tardiness, setup, change = s.sums[TARDINESS], s.sums[SETUP], s.sums[CHANGE]
        cost = s.sums[COST]
        if _random_move(a, s, focus, False, INFINITE) and retime_shifted(
            a, s, np.inf, np.inf
        ):
            more = s.sums[COST] - cost - (s.sums[CHANGE] - change)
            if more > 0:
                increases[written] = more
                written += 1
            s.sums[COST] = cost
        take_back(s, tardiness, setup, change)
    return written


@machine_code
def anneal_order(
    a: Arrays,
    s: OrderState,
    moves: int,
    hot: float,
    cold: float,
    focus: float,
    patience: float,
    guessing: bool,
) -> int:
    """
    Simulated annealing: a number of moves, cooling from ``hot`` to ``cold``.

    Temperatures are in units of cost; ``focus`` is the share of moves that start
    from a job that hurts. No move is given up before the jobs timed so far cost more
    than the limit by ``patience``: in a large shift one job that moves is a little
    earlier or later for hundreds, and the sum decides. ``guessing``: time only moves
    that look good by :mod:`core.search.orders.guesses`, and some others. Returns how
    many moves were taken.
    """
    a, s = by_address(a), by_address(s)
    temperature, taken = hot, 0
    cooling = (cold / hot) ** (1.0 / moves)
    homes = _priced(a)
    stale = max(STALE, len(s.label) // STALE)
    s.counts[TAKEN] = stale
    for _ in range(moves):
        temperature *= cooling
        tardiness, setup, change = s.sums[TARDINESS], s.sums[SETUP], s.sums[CHANGE]
        if guessing and s.counts[TAKEN] >= stale:
            foresee(a, s, makespan_of(a, s))
            s.counts[TAKEN] = 0
        more = -temperature * np.log(next_random(s.random) + 1e-300)
        dear = more + TRUST * temperature if guessing else INFINITE
        if not _random_move(a, s, focus, homes, dear):
            if s.counts[SHIFTS] + s.counts[TURNED] > 0:
                take_back(s, tardiness, setup, change)
            continue
        slack = max(patience, HOPELESS * temperature)
        limit = s.sums[COST] + more
        if not retime_shifted(a, s, limit, slack):
            take_back(s, tardiness, setup, change)
            continue
        taken += 1
        s.counts[TAKEN] += 1
        remember(s)
    return taken
