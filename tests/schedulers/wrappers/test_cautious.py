"""The scheduler that plans for times that vary."""

import pytest

from core.alternatives.cautious import expected_cost
from core.futures.futures import futures
from core.instances.generator import generate
from core.instances.kinds import KINDS
from core.planning.settings import PlanSettings
from core.problem.objective import Objective
from core.schedulers.registry import scheduler


def test_a_cautious_plan_says_what_it_gives_away():
    """On a shift with nights in between, from a rule's plan: dearer, but safer."""
    problem = generate(KINDS["shift_calendar"].resized(40, 5), 4)
    settings = PlanSettings("rule:atcs", cautious=True)
    made = scheduler(settings).schedule(problem, Objective(), seed=1)
    plain = scheduler(PlanSettings("rule:atcs")).schedule(problem, Objective(), seed=1)
    assert made.scheduler == "rule:atcs"
    assert "Cautious, of" in made.reason
    costs = [
        expected_cost(Objective(), futures(problem, x.schedule, seed=9))
        for x in (made, plain)
    ]
    assert costs[0] < costs[1]


def test_caution_is_a_setting_that_is_kept():
    """In JSON and back; another kind of value is refused."""
    settings = PlanSettings(cautious=True)
    assert PlanSettings.from_json(settings.to_json()) == settings
    assert not settings.plans_like(PlanSettings())
    with pytest.raises(TypeError, match="cautious"):
        PlanSettings(cautious=1)
