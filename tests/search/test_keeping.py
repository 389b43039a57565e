"""The search with a previous plan to keep: exactly priced, and never worse."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.planning.stopping import MaxIterations
from core.problem.measures.stability import Home
from core.problem.model import Problem
from core.problem.objective import Objective
from core.problem.rows import Job, Machine
from core.problem.verifier.verify import violations
from core.search.arrays import arrays
from core.search.chains import OrderChain, loads_decide
from core.search.holding import timed
from core.search.refine import refine
from core.timing.retime import retime
from tests.exhaustive import first_order
from tests.strategies import problems_and_sequences

KEEP = Objective(stability=3.0)


def home_of(schedule, **other):
    """Everything priced fully, unless said otherwise."""
    n = len(schedule.machine)
    parts = {"machine": schedule.machine, "start": schedule.start}
    return Home(**{**parts, "nearness": np.ones(n), "jobs": n, **other})


@settings(max_examples=40)
@given(problems_and_sequences(max_jobs=10), st.data(), st.integers(0, 99))
def test_the_price_of_change_is_exact(drawn, data, seed):
    """After any moves, taken or taken back; new jobs and slow shops among them."""
    problem, start = drawn
    n = problem.num_jobs
    machine = data.draw(
        st.lists(st.integers(-1, problem.num_machines - 1), min_size=n, max_size=n)
    )
    starts = data.draw(st.lists(st.integers(-320, 360), min_size=n, max_size=n))
    nearness = data.draw(st.lists(st.floats(0, 1), min_size=n, max_size=n))
    home = Home(machine, starts, nearness, n + 2)
    chain = OrderChain(problem, arrays(problem, KEEP, home), start, seed)
    assert chain.first_cost == pytest.approx(
        KEEP.cost(problem, timed(problem, start, home), home)
    )
    chain.run(300, 1.0, 0.5)
    best = timed(problem, chain.best(), home, chain.best_held())
    assert not violations(problem, best)
    assert KEEP.cost(problem, best, home) == pytest.approx(chain.best_cost)


@settings(max_examples=10)
@given(problems_and_sequences(max_jobs=8), st.integers(0, 9))
def test_a_refined_plan_is_never_worse_than_its_start(drawn, seed):
    """In the objective that prices the change; a previous plan in another order."""
    problem, start = drawn
    home = home_of(retime(problem, first_order(problem)))
    before = retime(problem, start)
    after = refine(
        problem, KEEP, before, stop=MaxIterations(9), moves=500, seed=seed, home=home
    )
    assert not violations(problem, after)
    assert KEEP.cost(problem, after, home) <= KEEP.cost(problem, before, home)


def shop() -> Problem:
    """Thirty jobs of 10 to 20 minutes on three machines, due within four hours."""
    rng = np.random.default_rng(3)
    jobs = [
        Job(
            f"J{i}",
            {f"M{k}": int(rng.integers(600, 1200)) for k in range(3)},
            due=float(rng.integers(600, 14000)),
        )
        for i in range(30)
    ]
    return Problem.from_rows(jobs, [Machine(f"M{k}") for k in range(3)])


def test_jobs_come_home_when_that_is_all_that_counts():
    """Everything on one machine; at a great price all thirty go back to three."""
    problem, objective = shop(), Objective(stability=1000.0)
    previous = retime(problem, first_order(problem))
    thirds = [list(range(k, 30, 3)) for k in range(3)]
    home = home_of(retime(problem, thirds))
    found = refine(
        problem, objective, previous, stop=MaxIterations(99), moves=40_000, home=home
    )
    assert home.changed(previous).sum() > 20
    assert home.changed(found).sum() == 0


def test_the_dearer_a_change_the_fewer_jobs_change():
    """From the same start with the same moves: less changes at 3 than at 0.001."""
    problem = shop()
    thirds = [list(range(k, 30, 3)) for k in range(3)]
    start = retime(problem, thirds)
    home = home_of(start)
    changed = []
    for price in (0.001, 0.3, 3.0):
        objective = Objective(stability=price)
        found = refine(
            problem, objective, start, stop=MaxIterations(99), moves=40_000, home=home
        )
        changed.append(int(home.changed(found).sum()))
    assert changed[0] > changed[1] > changed[2]


def test_a_previous_plan_at_no_price_changes_nothing():
    """Bit for bit the plan of a search that knows of none."""
    problem, objective = shop(), Objective()
    start = retime(problem, first_order(problem))
    home = home_of(start)
    without, with_home = (
        refine(
            problem, objective, start, stop=MaxIterations(99), moves=4000, home=previous
        )
        for previous in (None, home)
    )
    assert without.end.tolist() == with_home.end.tolist()
    assert without.machine.tolist() == with_home.machine.tolist()


def test_starts_count_where_a_previous_plan_is_priced():
    """Machine loads do not know when a job begins."""
    jobs = [Job("I", {"M": 1}), Job("J", {"M": 1})]
    problem = Problem.from_rows(jobs, [Machine("M")])
    home = home_of(retime(problem, [[0, 1]]))
    assert loads_decide(problem, Objective(), home)
    assert not loads_decide(problem, KEEP, home)
