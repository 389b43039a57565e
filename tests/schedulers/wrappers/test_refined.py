"""Tests of refinement after any scheduler."""

import pytest

from core.planning.settings import PlanSettings
from core.planning.stopping import MaxIterations
from core.problem.model import Problem
from core.problem.objective import Objective
from core.problem.rows import Job, Machine
from core.schedulers.registry import scheduler
from core.schedulers.wrappers import refined
from core.schedulers.wrappers.refined import Refined


def test_compiling_is_over_before_the_seconds_begin(monkeypatch):
    """On a new computer, too, a planner gets all of the seconds asked for."""
    happened = []

    def limit(seconds):
        happened.append(("clock", seconds))
        return MaxIterations(3)

    monkeypatch.setattr(refined, "get_ready", lambda *given: happened.append("ready"))
    monkeypatch.setattr(refined, "MaxSeconds", limit)
    problem = Problem.from_rows([Job("job", {"machine": 1})], [Machine("machine")])
    Refined(scheduler(PlanSettings("rule:spt")), 5.0).schedule(problem, Objective())
    assert happened == ["ready", ("clock", 5.0)]


def test_a_plan_at_cost_0_says_that_there_is_nothing_to_improve(monkeypatch):
    """The scheduler's own plan, decisions included, and at once."""
    monkeypatch.setattr(refined, "get_ready", lambda *given: pytest.fail("compiles"))
    problem = Problem.from_rows(
        [Job("job", {"machine": 1}, due=60.0)], [Machine("machine")]
    )
    inner, objective = scheduler(PlanSettings("rule:spt")), Objective(0, 1, 0)
    plain = inner.schedule(problem, objective)
    found = Refined(inner, 5.0).schedule(problem, objective)
    assert found.cost == 0
    assert found.reason == f"{plain.reason} Its cost is 0: nothing to improve."
    assert found.schedule.end.tolist() == plain.schedule.end.tolist()
