"""Where a plan leaves the policy's first choice."""

from dataclasses import replace
from math import log, nan

import numpy as np
import pytest

from core.decisions.departures import departure_words, job_departure, machine_departure
from core.planning.decision import Decision, Scores
from core.problem.model import Problem
from core.problem.objective import Objective
from core.problem.rows import Job, Machine
from core.timing.retime import retime

ON_TIME = Objective(0, 1, 0)


@pytest.fixture
def shop():
    """A, 10 s, due at 10, and B, 10 s, due at 15, on M; B may run on N in 40 s."""
    jobs = [Job("A", {"M": 10}, due=10), Job("B", {"M": 10, "N": 40}, due=15)]
    problem = Problem.from_rows(jobs, [Machine("M"), Machine("N")])
    return problem, retime(problem, [[0, 1], []])


def decision(**given):
    """The first decision: A before B, though the policy likes B three times better."""
    usual = Decision(
        *(0, 0, 0, 0),
        *(np.array([0, 1]), np.log([0.25, 0.75])),
        *(np.array([0]), np.array([0.0])),
        *(Scores.POLICY, nan, 0, 0, 0, 0, 10, 0.0, 0.0, False, False),
    )
    return replace(usual, **given)


def test_the_job_that_the_policy_preferred_is_named_with_what_it_would_cost(shop):
    """A B is 5 s late; B A is 10 s late: twice the cost."""
    problem, plan = shop
    found = job_departure(problem, ON_TIME, plan, decision())
    assert (found.chosen, found.first) == (0, 1)
    assert (found.chance, found.first_chance) == pytest.approx((0.25, 0.75))
    assert found.cost_more == pytest.approx(1.0)
    words = departure_words(found, problem.job_ids, "refinement placed")
    assert words == (
        "The policy gave A 25 %; its first choice was B (75 %). Refinement placed A "
        "here; with the policy's choice the plan would cost 100.0 % more."
    )


def test_the_machine_that_the_policy_preferred_too(shop):
    """B on N ends at 40, 25 s late instead of 5: four times more."""
    problem, plan = shop
    second = decision(
        job=1, machines=np.array([0, 1]), machine_scores=np.array([0.0, log(4)])
    )
    found = machine_departure(problem, ON_TIME, plan, second)
    assert (found.chosen, found.first) == (0, 1)
    assert found.cost_more == pytest.approx(4.0)


def test_a_first_choice_a_planner_and_a_rule_leave_nothing_to_say(shop):
    """None of them departs from a policy."""
    problem, plan = shop
    for other in (
        decision(job=1),
        decision(job_forced=True),
        decision(scores=Scores.RULE),
        decision(job_scores=np.array([0.0, 0.0])),
    ):
        assert job_departure(problem, ON_TIME, plan, other) is None


def test_what_cannot_be_exchanged_says_so(shop):
    """B must run behind A."""
    problem, plan = shop
    chained = replace(problem, precedence=np.array([[0, 1]]))
    found = job_departure(chained, ON_TIME, plan, decision())
    assert found.cost_more is None
    assert "cannot change places" in departure_words(
        found, problem.job_ids, "sampling drew"
    )
