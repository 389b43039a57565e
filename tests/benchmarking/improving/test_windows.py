"""Windows re-planned by CP-SAT: the rest stays, and the cost only falls."""

from itertools import chain

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ortools.sat.python import cp_model

from core.benchmarking.improving.windows import Windows, troubled_job, window_around
from core.planning.stopping import MaxIterations, never
from core.problem.model import Problem
from core.problem.objective import Objective
from core.problem.rows import Job, Machine
from core.problem.verifier.verify import violations
from core.schedulers.exact.cp_model import CpModel
from core.schedulers.exact.cpsat import FOUND, solve
from core.schedulers.exact.window import Window
from core.timing.retime import retime
from tests.exhaustive import orders
from tests.strategies import problems_and_sequences

SMALL = settings(max_examples=25)


@SMALL
@given(problems_and_sequences(max_jobs=10), st.integers(0, 99), st.integers(2, 6))
def test_a_window_never_costs_and_leaves_the_rest_alone(drawn, seed, size):
    """Valid, no worse, settled jobs untouched, the others in their order."""
    problem, order = drawn
    objective, rng = Objective(), np.random.default_rng(seed)
    before = retime(problem, order)
    job = troubled_job(problem, objective, before, rng)
    window = window_around(problem, before, job, size, rng)
    assert job in window.free
    named = sorted([*window.free, *window.settled, *chain(*window.order)])
    assert named == list(range(problem.num_jobs))  # every job in one of the three

    model, solver = CpModel(problem, objective, window, before), cp_model.CpSolver()
    assert solve(solver, model, 60.0, 1, seed, never) == cp_model.OPTIMAL
    found = model.sequences(solver)
    after = retime(problem, found)
    assert not violations(problem, after)
    assert objective.cost(problem, after) <= objective.cost(problem, before) + 1e-6
    settled = list(window.settled)
    assert after.end[settled].tolist() == before.end[settled].tolist()
    for k, kept in enumerate(window.order):
        assert [j for j in found[k] if j in kept] == list(kept)


@SMALL
@given(problems_and_sequences(min_jobs=4, max_jobs=5, max_machines=2), st.data())
def test_a_window_is_solved_to_its_optimum(drawn, data):
    """No order that keeps the fixed jobs' machines and order is cheaper."""
    problem, order = drawn
    objective, before = Objective(), retime(problem, order)
    free = data.draw(
        st.sets(st.integers(0, problem.num_jobs - 1), min_size=1, max_size=3)
    )
    kept = [[j for j in jobs if j not in free] for jobs in order]
    window = Window(sorted(free), kept, (), range(problem.num_machines))
    model, solver = CpModel(problem, objective, window, before), cp_model.CpSolver()
    assert solve(solver, model, 60.0, 1, 0, never) in FOUND
    cost = objective.cost(problem, retime(problem, model.sequences(solver)))
    allowed = [
        x
        for x in orders(problem)
        if [[j for j in jobs if j not in free] for jobs in x] == kept
    ]
    best = min(objective.cost(problem, retime(problem, x)) for x in allowed)
    assert cost == pytest.approx(best, abs=1e-6)


def test_one_window_undoes_alternating_groups():
    """A B A B on one machine, 10 s to change: one setup is left of three."""
    jobs = [Job(f"J{i}", {"M": 5}, group="AB"[i % 2]) for i in range(4)]
    problem = Problem.from_rows(jobs, [Machine("M")], {("A", "B"): 10, ("B", "A"): 10})
    found = Windows(jobs=4).improve(
        problem, Objective(), [[0, 1, 2, 3]], seed=0, stop=MaxIterations(1)
    )
    assert retime(problem, found).makespan == 30


def test_blame_falls_on_jobs_that_hurt():
    """With tardiness alone to pay for, three in four windows are at the late job."""
    jobs = [Job("late", {"M": 9}, due=1.0), *(Job(f"J{i}", {"M": 1}) for i in range(9))]
    problem = Problem.from_rows(jobs, [Machine("M")])
    schedule = retime(problem, [list(range(10))])
    rng = np.random.default_rng(0)
    drawn = [
        troubled_job(problem, Objective(0, 1, 0), schedule, rng) for _ in range(400)
    ]
    assert 0.70 < np.mean(np.array(drawn) == 0) < 0.85  # 0.75 + 0.25 / 10


@pytest.mark.parametrize("settings", [{"jobs": 1}, {"seconds": 0}, {"workers": 0}])
def test_nonsense_is_refused(settings):
    """The message says what was expected."""
    with pytest.raises(ValueError, match="2 jobs or more"):
        Windows(**settings)
