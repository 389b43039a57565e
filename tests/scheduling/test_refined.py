"""Tests of refinement after any scheduler."""

from core.problem.model import Job, Machine, Problem
from core.problem.objective import Objective
from core.scheduling import refined
from core.scheduling.refined import Refined
from core.scheduling.registry import scheduler
from core.scheduling.stopping import MaxIterations


def test_compiling_is_over_before_the_seconds_begin(monkeypatch):
    """On a new computer, too, a planner gets all of the seconds asked for."""
    happened = []

    def limit(seconds):
        happened.append(("clock", seconds))
        return MaxIterations(3)

    monkeypatch.setattr(refined, "get_ready", lambda *given: happened.append("ready"))
    monkeypatch.setattr(refined, "MaxSeconds", limit)
    problem = Problem.from_rows([Job("job", {"machine": 1})], [Machine("machine")])
    Refined(scheduler("rule:spt"), 5.0).schedule(problem, Objective())
    assert happened == ["ready", ("clock", 5.0)]
