"""Guesses of what moves cost, beside what they do cost."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.instances.generator import generate
from core.instances.kinds import KINDS
from core.problem.objective import Objective
from core.search.arrays import arrays
from core.search.chains import OrderChain, guesses_hold
from core.search.orders.guesses import foresee, guess_block, guess_insert, guess_swap
from core.search.orders.moves import any_of
from core.search.orders.state import (
    CHANGED,
    COST,
    SETUP,
    SHIFTS,
    SPACE,
    TARDINESS,
    shift,
)
from core.search.orders.timing import makespan_of, retime_shifted, take_back
from core.timing.by_address import by_address
from core.timing.machine_code import machine_code
from core.timing.retime import retime
from tests.exhaustive import first_order
from tests.strategies import problems_and_sequences

LATE = Objective(0, 1, 0.5)


@machine_code
def added(a, s, j, k, label):
    """Cost that it adds to take job j there; the move is taken back."""
    s.counts[CHANGED], s.counts[SHIFTS] = 0, 0
    tardiness, setup, cost = s.sums[TARDINESS], s.sums[SETUP], s.sums[COST]
    more = np.inf
    if shift(s, j, k, label) and retime_shifted(a, s, np.inf, np.inf):
        more = s.sums[COST] - cost
    s.sums[COST] = cost
    take_back(s, tardiness, setup, 0.0)
    return more


@machine_code
def to_the_ends(a, s, pairs):
    """Guess and cost of moving the last job of a machine to the end of another."""
    a, s = by_address(a), by_address(s)
    foresee(a, s, makespan_of(a, s))
    count, free = 0, (len(s.label) + 1) * SPACE
    for j in s.last:
        for k in range(len(s.last)):
            if j >= 0 and k != s.machine[j] and a.flat.processing[j, k] >= 0:
                pairs[count, 0] = guess_insert(a, s, j, k, s.last[k], -1)
                pairs[count, 1] = added(a, s, j, k, free)
                count += 1
    return count


@machine_code
def anywhere(a, s, pairs):
    """Guess and cost of random moves of one job to another machine."""
    a, s = by_address(a), by_address(s)
    foresee(a, s, makespan_of(a, s))
    for x in range(len(pairs)):
        j = any_of(s, len(s.label))
        i = any_of(s, len(s.label))
        k, right = s.machine[i], s.right[i]
        pairs[x] = np.inf
        if k == s.machine[j] or a.flat.processing[j, k] < 0 or right < 0:
            continue
        label = (s.label[i] + s.label[right]) // 2
        for y in range(a.flat.before_at[j], a.flat.before_at[j + 1]):
            if s.label[a.flat.before[y]] >= label:
                label = -1
        for y in range(a.flat.behind_at[j], a.flat.behind_at[j + 1]):
            if s.label[a.flat.behind[y]] <= label:
                label = -1
        if label >= 0:
            pairs[x, 0] = guess_insert(a, s, j, k, i, right)
            pairs[x, 1] = added(a, s, j, k, label)


@machine_code
def swap_and_block(a, s, j, i, last, k):
    """Guesses: jobs j and i change places; jobs j to ``last`` come to the end of k."""
    a, s = by_address(a), by_address(s)
    foresee(a, s, makespan_of(a, s))
    return guess_swap(a, s, j, i), guess_block(a, s, j, last, k, s.last[k], -1)


@settings(max_examples=30)
@given(
    problems_and_sequences(max_jobs=8, closures=False, precedence=False),
    st.integers(0, 9),
)
def test_a_guess_is_exact_where_nothing_follows(drawn, seed):
    """Of the last job on a machine that becomes the last of another one."""
    problem, start = drawn
    chain = OrderChain(problem, arrays(problem, LATE), start, seed)
    pairs = np.zeros((problem.num_machines**2, 2))
    pairs = pairs[: to_the_ends(chain.flat, chain.state, pairs)]
    assert pairs[:, 0] == pytest.approx(pairs[:, 1], abs=1e-9)


@settings(max_examples=20)
@given(
    problems_and_sequences(min_jobs=3, closures=False, precedence=False),
    st.integers(0, 9),
)
def test_a_guess_of_two_jobs_side_by_side_is_exact_where_nothing_follows(drawn, seed):
    """The last two jobs of a machine change places, or go to the end of another one."""
    problem, start = drawn
    chain = OrderChain(problem, arrays(problem, LATE), start, seed)
    state, flat = chain.state, chain.flat
    before = chain.first_cost
    for k, jobs in enumerate(start):
        if len(jobs) < 2:
            continue
        j, i = jobs[-2:]
        for y in range(problem.num_machines):
            if y == k or not problem.eligible[[j, i], y].all():
                continue
            swapped, moved = swap_and_block(flat, state, j, i, i, y)
            other = [list(x) for x in start]
            other[k][-2:] = [i, j]
            cost = LATE.cost(problem, retime(problem, other))
            assert swapped == pytest.approx(cost - before, abs=1e-9)
            other[k][-2:] = []
            other[y] += [j, i]
            cost = LATE.cost(problem, retime(problem, other))
            assert moved == pytest.approx(cost - before, abs=1e-9)


@pytest.mark.parametrize("kind", ["shift", "assembly"])
def test_guesses_tell_good_moves_from_bad_ones(kind):
    """Where jobs wait for jobs, most moves that lower the cost look so, few others."""
    problem = generate(KINDS[kind].resized(60, 6), 7)
    chain = OrderChain(problem, arrays(problem, Objective()), first_order(problem), 0)
    pairs = np.zeros((20_000, 2))
    anywhere(chain.flat, chain.state, pairs)
    guess, cost = pairs[np.isfinite(pairs).all(axis=1)].T
    good = cost < 0
    assert (guess[good] < 0).mean() > 0.9
    assert (guess[~good] < 0).mean() < 0.2


def test_nothing_is_guessed_where_machines_close():
    """A minute may be a night there."""
    problem = generate(KINDS["shift_calendar"].resized(40, 4), 7)
    assert not guesses_hold(arrays(problem, Objective()))
