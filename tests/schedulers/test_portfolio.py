"""Scheduler auto: never worse than its members, the same plan again, explained."""

from dataclasses import replace
from itertools import pairwise
from math import inf

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.instances.generator import generate
from core.instances.kinds import KINDS
from core.planning.decision import Scores
from core.planning.effort import EFFORTS
from core.planning.settings import PlanSettings
from core.planning.stopping import MaxIterations
from core.policy.errors import ModelError
from core.policy.shipped import load_default_model
from core.problem.model import Problem
from core.problem.objective import Objective
from core.problem.rows import Job, Machine
from core.problem.verifier.verify import violations
from core.schedulers.dispatching.rules import RuleScheduler
from core.schedulers.hierarchical import HierarchicalScheduler
from core.schedulers.portfolio import PortfolioScheduler
from core.schedulers.registry import scheduler
from tests.strategies import problems

QUICK = PlanSettings(effort="quick")
OBJECTIVES = [Objective(), Objective(0, 1, 0), Objective(1, 0, 0), Objective(0, 0, 1)]


@pytest.fixture(autouse=True)
def few_moves(monkeypatch):
    """A search of a thousand moves is enough to be wrong."""
    monkeypatch.setattr("core.planning.effort.LEAST_MOVES", 10_000)
    monkeypatch.setattr("core.planning.effort.MOVES_PER_JOB", 1)


def broken():
    """A model that cannot be loaded."""
    raise ModelError("Model 'x' is damaged")


@settings(max_examples=25)
@given(problems(), st.sampled_from(OBJECTIVES))
def test_it_is_never_worse_than_a_member(problem, objective):
    """Neither than the best rule nor than the policy at any lookahead, and valid."""
    model = load_default_model()
    mean = float(problem.mean_processing.mean())
    members = [RuleScheduler("rule:best")]
    members += [
        HierarchicalScheduler(model, PlanSettings(lookahead=wait))
        for wait in (0.0, mean, inf)
    ]
    result = scheduler(QUICK).schedule(problem, objective)
    least = min(x.schedule(problem, objective).cost for x in members)
    assert result.cost <= least
    assert not violations(problem, result.schedule)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_the_same_input_gives_the_same_plan_and_its_decisions(kind):
    """To the second; the decisions are the policy's view of what the plan chose."""
    problem = generate(KINDS[kind].resized(14, 3), 5)
    first, second = (
        scheduler(QUICK).schedule(problem, Objective(), seed=3) for _ in range(2)
    )
    assert np.array_equal(first.schedule.end, second.schedule.end)
    assert first.trace.is_of(first.schedule)
    assert first.trace.scores is Scores.POLICY
    assert len(first.trace) == problem.num_jobs


def test_a_model_that_is_broken_is_planned_without_and_said():
    """Rules and search have a plan."""
    problem = generate(KINDS["shift"].resized(12, 3), 1)
    result = PortfolioScheduler(broken, QUICK).schedule(problem, Objective())
    assert result.reason.startswith("Model 'x' is damaged. Rules and search planned")
    assert (result.model, result.trace) == (None, None)
    best = RuleScheduler("rule:best").schedule(problem, Objective())
    assert result.cost <= best.cost


@pytest.mark.parametrize("asked", [0, 1, 5, 40])
def test_a_stop_at_any_moment_leaves_a_plan(asked):
    """At once, it is that of one fast rule, and the reason says so."""
    problem = generate(KINDS["shift"].resized(12, 3), 2)
    result = scheduler(QUICK).schedule(problem, Objective(), stop=MaxIterations(asked))
    assert result.reason.endswith("Stopped before the end.")
    if asked == 0:
        edd = RuleScheduler("rule:edd").schedule(problem, Objective())
        assert result.cost == edd.cost


def test_no_time_at_all_gives_the_fast_rules_plan():
    """A limit of 0 seconds is a stop at once."""
    problem = generate(KINDS["shift"].resized(12, 3), 2)
    none = replace(QUICK, most_seconds=0.0)
    result = scheduler(none).schedule(problem, Objective())
    assert "rule: earliest due date" in result.reason
    assert result.reason.endswith("Stopped before the end.")


def test_a_plan_that_costs_nothing_is_left_alone():
    """One job without a due date, judged by lateness alone."""
    one = Problem.from_rows([Job("a", {"m": 60})], [Machine("m")])
    result = scheduler(QUICK).schedule(one, Objective(0, 1, 0))
    assert result.cost == 0
    assert "nothing to improve" in result.reason


def test_until_stopped_it_goes_on_until_stopped():
    """The open effort counts no moves."""
    problem = generate(KINDS["shift"].resized(8, 2), 2)
    assert EFFORTS["open"].moves(8) is None
    result = scheduler(replace(QUICK, effort="open")).schedule(
        problem, Objective(), stop=MaxIterations(60)
    )
    assert not violations(problem, result.schedule)


def test_plans_on_the_way_are_told_and_get_cheaper(monkeypatch):
    """The first is that of a rule, the last costs what the result does; all valid."""
    monkeypatch.setattr("core.schedulers.growing.PAUSE_SECONDS", 0.0)
    problem, told = generate(KINDS["shift"].resized(20, 4), 2), []
    planner = scheduler(QUICK, lambda schedule, cost: told.append((schedule, cost)))
    result = planner.schedule(problem, Objective())
    first, _ = told[0]
    costs = [cost for _, cost in told]
    rule = RuleScheduler("rule:edd").schedule(problem, Objective()).schedule
    assert np.array_equal(first.end, rule.end)
    assert all(later < cost for cost, later in pairwise(costs))
    assert costs[-1] == pytest.approx(result.cost)
    for schedule, cost in told:
        assert not violations(problem, schedule)
        assert Objective().cost(problem, schedule) == pytest.approx(cost)
