"""The cost of a schedule, by hand and as a sum of its terms."""

from dataclasses import astuple, replace
from math import inf, nan

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from core.bounds.cost_bound import lower_bounds
from core.problem.model import Problem
from core.problem.objective import Objective, times_the_cost
from core.problem.problem_fields import Scale
from core.problem.rows import Job, Machine
from core.simulation.simulator import Simulator
from core.timing.retime import retime
from tests.strategies import problems_and_sequences


def test_the_cost_is_that_of_the_formula():
    """
    Two jobs, one machine: H = 100 s, W = 6. The second job ends 10 + 20 s later.

    It is 50 s late with weight 5, and 20 s are setup:
    130/100 + 10 · 250/(6 · 100) + 0.2 · 20/100.
    """
    jobs = [
        Job("a", {"M": 40}, group="x"),
        Job("b", {"M": 60}, group="y", release=70, due=80.0, important=True),
    ]
    problem = Problem.from_rows(jobs, [Machine("M")], {("x", "y"): 20})
    schedule = retime(problem, [[0, 1]])
    assert schedule.makespan == 130
    terms = Objective().terms(problem, schedule)
    assert terms == pytest.approx((1.3, 10 * 250 / 600, 0.04))
    assert Objective().cost(problem, schedule) == pytest.approx(sum(terms))
    assert Objective(0, 0, 1).cost(problem, schedule) == pytest.approx(0.2)


def test_a_part_costs_what_the_whole_does():
    """
    Of a shift with H = 200 s and W = 10, two jobs are left: they end at 130 s.

    What is fixed ends at 300 s, is late by 50 weighted seconds and took 5 s of setup.
    """
    jobs = [Job("a", {"M": 40}), Job("b", {"M": 60}, due=90.0, weight=3.0, release=70)]
    scale = Scale(200.0, 10.0, 300, 50.0, 5)
    problem = replace(Problem.from_rows(jobs, [Machine("M")]), scale=scale)
    schedule = retime(problem, [[0, 1]])
    expected = (300 / 200, 10 * (3 * 40 + 50) / (10 * 200), 0.2 * 5 / 200)
    assert Objective().terms(problem, schedule) == pytest.approx(expected)
    # The same of a plan in the making, of the trace, and of the bound before it.
    for compiled in (True, False):
        sim = Simulator([problem], [Objective()], compiled=compiled)
        sim.step(*map(torch.tensor, ([0], [0], [0])))
        sim.step(*map(torch.tensor, ([0], [1], [0])))
        assert sim.cost.item() == pytest.approx(sum(expected))
        assert sim.bound.item() == pytest.approx(sum(expected))
    bound = lower_bounds(problem, Objective())
    assert bound.cost == pytest.approx(sum(expected))


@settings(max_examples=30)
@given(problems_and_sequences(), st.integers(0, 5), st.integers(0, 5))
def test_the_cost_is_linear_in_its_weights(drawn, a, b):
    """The cost of (a, b, 1) is a, b and 1 times the costs of the pure objectives."""
    problem, order = drawn
    schedule = retime(problem, order)
    pure = [
        Objective(*weights).cost(problem, schedule)
        for weights in ((1, 0, 0), (0, 1, 0), (0, 0, 1))
    ]
    expected = a * pure[0] + b * pure[1] + pure[2]
    assert Objective(a, b, 1).cost(problem, schedule) == pytest.approx(expected)


@pytest.mark.parametrize(
    "weights",
    [(0, 0, 0), (-1, 1, 1), (nan, 1, 1), (inf, 1, 1), (0, 0, 0, 1), (1, 1, 1, -1)],
)
def test_nonsense_weights_are_refused(weights):
    """Weights are finite, not negative, and not all zero; the message shows them."""
    with pytest.raises(ValueError, match="must be 0 or more"):
        Objective(*weights)


def test_the_default_is_the_documented_one():
    """Makespan and tardiness count fully, setups a fifth, a previous plan nothing."""
    assert astuple(Objective()) == (1.0, 1.0, 0.2, 0.0)
    assert Objective(1, 2, 3, 4).weights == (1, 2, 3)


@pytest.mark.parametrize(
    ("cost", "other", "times"),
    [(3.0, 2.0, 1.5), (0.0, 2.0, 0.0), (0.0, 0.0, 1.0), (1e-9, 0.0, inf)],
)
def test_a_cost_as_a_multiple_of_another(cost, other, times):
    """Also of a cost of 0, which a plan on time has where nothing else counts."""
    assert times_the_cost(cost, other) == times
