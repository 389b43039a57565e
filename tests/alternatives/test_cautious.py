"""Cautious plans: chosen on some futures, judged on others."""

import numpy as np
import pytest

from core.alternatives.cautious import caution, expected_cost
from core.futures.futures import futures
from core.futures.spread import Spread
from core.instances.generator import generate
from core.instances.kinds import KINDS
from core.planning.settings import PlanSettings
from core.problem.model import Problem
from core.problem.objective import Objective
from core.problem.rows import Job, Machine
from core.problem.verifier.verify import violations
from core.schedulers.registry import scheduler
from core.timing.retime import retime

ON_TIME = Objective(0, 1, 0)


def test_a_job_that_varies_goes_behind_one_that_is_sure():
    """
    Both take 100 s and are on time in either order: wild due at 230, sure at 210.

    Wild may take three times as long: in front of sure it makes both late.
    """
    jobs = [Job("wild", {"M": 100}, due=230), Job("sure", {"M": 100}, due=210)]
    problem = Problem.from_rows(jobs, [Machine("M")])
    spread = Spread(0.0, np.array([0.5, 1.0]), np.array([3.0, 1.0]))
    wild_first = retime(problem, [[0, 1]])
    found = caution(problem, ON_TIME, wild_first, spread)
    assert found.planned.cost == found.cautious.cost == 0
    assert found.cautious.schedule.sequences[0] == (1, 0)
    assert found.cautious.expected_late < found.planned.expected_late
    assert (found.given_away, found.gained > 0) == (0.0, True)


def test_expected_cost_is_the_cost_itself_without_spread():
    """Every future is the plan."""
    problem = generate(KINDS["shift_calendar"].resized(20, 4), 1)
    plan = scheduler(PlanSettings("rule:atcs")).schedule(problem, Objective()).schedule
    seen = futures(problem, plan, Spread(0.0), count=3)
    assert expected_cost(Objective(), seen) == pytest.approx(
        Objective().cost(problem, plan)
    )


def test_without_spread_caution_changes_nothing():
    """The cheapest as planned is the one to take."""
    problem = generate(KINDS["shift"].resized(20, 4), 2)
    plan = scheduler(PlanSettings("rule:atcs")).schedule(problem, Objective()).schedule
    found = caution(problem, Objective(), plan, Spread(0.0))
    assert found.cautious.cost == found.planned.cost
    assert found.given_away == found.gained == 0
    assert found.planned.cost <= Objective().cost(problem, plan)
    assert not violations(problem, found.planned.schedule)


def test_it_is_judged_on_futures_that_it_was_not_chosen_on():
    """The figures are those of another draw, and the same every time."""
    problem = generate(KINDS["shift_calendar"].resized(20, 4), 5)
    plan = scheduler(PlanSettings("rule:atcs")).schedule(problem, Objective()).schedule
    found, again = (caution(problem, Objective(), plan, seed=3) for _ in range(2))
    chosen = found.cautious
    draws = [futures(problem, chosen.schedule, seed=draw) for draw in (6, 7)]
    first, second = (expected_cost(Objective(), x) for x in draws)
    assert chosen.expected_cost == second != first
    assert chosen.late_jobs == draws[1].late_as_planned
    assert again.cautious.expected_cost == chosen.expected_cost


def test_stopped_at_once_it_is_the_plan_in_hand():
    """There is nothing else to choose."""
    problem = generate(KINDS["shift"].resized(20, 4), 2)
    plan = scheduler(PlanSettings("rule:atcs")).schedule(problem, Objective()).schedule
    found = caution(problem, Objective(), plan, stop=lambda: True)
    assert found.candidates == 1
    assert found.cautious.schedule is plan
