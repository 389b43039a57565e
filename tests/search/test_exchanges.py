"""Exchanges are those that plain lists make, and cost what the objective says."""

from dataclasses import replace
from itertools import product

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st

from core.instances.generator import generate
from core.instances.kinds import KINDS as SHIFTS
from core.planning.settings import PlanSettings
from core.problem.objective import Objective
from core.schedulers.registry import scheduler
from core.search.exchanges import (
    KINDS,
    exchange_room,
    exchanged,
    next_exchange,
    put,
)
from core.timing.retime import retime
from tests.strategies import special_problems

# Of one figure alone much costs nothing.
OBJECTIVES = [Objective(1.0, 0.0, 0.0), Objective(0.0, 1.0, 0.0), Objective()]


def by_lists(old, there, job, wished, place, kind):
    """The exchange with plain lists; None where there is none of that kind."""
    new, at = [list(x) for x in old], old[there].index(job)
    before, after = old[there][:at], old[there][at + 1 :]
    first, last = old[wished][:place], old[wished][place:]
    if kind == 3 and not last:
        return None
    new[there], new[wished] = [
        (before + after, [*first, job, *last]),
        (before + last, [*first, job, *after]),
        (first + after, [*before, job, *last]),
        (before + last[:1] + after, [*first, job, *last[1:]]),
    ][kind]
    return new


def kept(problem, sequences):
    """How many jobs are on a machine that they prefer."""
    return sum(problem.preferred[j, k] for k, x in enumerate(sequences) for j in x)


def small_shift(seed):
    """Shift of twelve jobs on four machines."""
    return generate(SHIFTS["shift"].resized(12, 4), seed)


@given(
    st.integers(0, 999).map(small_shift) | special_problems(),
    st.sampled_from(OBJECTIVES),
    st.integers(0, 10_000),
)
def test_the_next_exchange_is_the_first_that_grants_a_wish_for_nothing(
    problem, objective, seed
):
    """All exchanges of a job and a machine, one after the other, tried by hand."""
    made = scheduler(PlanSettings("rule:edd")).schedule(problem, objective).schedule
    dice = np.random.default_rng(seed)
    others = problem.eligible.copy()
    others[np.arange(problem.num_jobs), made.machine] = False
    assume(others.any())
    job, wished = dice.choice(np.argwhere(others)).tolist()
    there = int(made.machine[job])
    preferred = problem.preferred | (dice.random(others.shape) < 0.2)
    preferred[job, wished] = True
    problem = replace(problem, preferred=preferred & problem.eligible)
    room = exchange_room(problem, objective)
    put(room, made.sequences)
    old = [list(x) for x in made.sequences]
    old += [[] for _ in range(problem.num_machines - len(old))]
    places = dice.permutation(len(old[wished]) + 1)
    cost, good = objective.cost(problem, retime(problem, old)), []
    for number, (place, kind) in enumerate(product(places.tolist(), range(KINDS))):
        new = by_lists(old, there, job, wished, place, kind)
        if new is None or kept(problem, new) <= kept(problem, old):
            continue
        try:
            timed = retime(problem, new)
        except ValueError:
            continue
        if objective.cost(problem, timed) <= cost:
            good.append((number, new))
    last, number, offered = KINDS * len(places), -1, []
    while (number := next_exchange(room, job, wished, places, number + 1, last)) < last:
        offered.append((number, exchanged(room)))
    assert offered == good
