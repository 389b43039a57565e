"""A planned shift."""

from dataclasses import replace
from datetime import datetime

import numpy as np
import pytest

from core.planning.plan import Plan
from core.planning.scheduler import Result
from core.planning.settings import PlanSettings
from core.problem.measures.waiting import Cause
from core.problem.model import Problem
from core.problem.objective import Objective
from core.problem.rows import Job, Machine
from core.problem.shift import Shift
from core.timing.retime import retime


@pytest.fixture
def plan():
    """Job b runs behind a on the only machine: 0-60 and 60-120 s."""
    jobs = [Job("a", {"M": 60}), Job("b", {"M": 60})]
    problem = Problem.from_rows(jobs, [Machine("M")])
    schedule = retime(problem, [[0, 1]])
    result = Result(problem, schedule, Objective(), "rule:edd", 0.0, 2, "By hand.")
    shift = Shift(problem, datetime(2026, 1, 5, 6), "Two")
    return Plan(shift, PlanSettings("rule:edd"), result)


def test_a_plan_says_what_each_job_waited_for(plan):
    """Worked out once."""
    assert [wait.cause for wait in plan.waits] == [Cause.NOTHING, Cause.MACHINE]
    assert plan.waits is plan.waits


def test_a_plan_without_decisions_holds_no_choices(plan):
    """Only a trace can say what the planner chose."""
    assert plan.choices == 0


def test_a_result_of_another_shift_is_refused(plan):
    """Its jobs would be shown under the wrong names; an equal problem will do."""
    problem = plan.shift.problem
    same = replace(problem, due=np.array(problem.due))
    assert Plan(replace(plan.shift, problem=same), plan.settings, plan.result)
    other = replace(problem, job_ids=("a", "c"))
    with pytest.raises(ValueError, match="result of the shift's problem"):
        Plan(replace(plan.shift, problem=other), plan.settings, plan.result)
