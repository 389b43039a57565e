"""Hand over and roll on: the same plan goes on, in the times of the next shift."""

from datetime import datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings

from core.planning.settings import PlanSettings
from core.problem.floor import PreviousPlan
from core.problem.shift import Shift
from core.replanning.commitments import floor_as_planned
from core.replanning.handover import NothingLeftError, handover
from core.replanning.repair_kinds import Repair
from core.replanning.repairs import repair
from core.replanning.returned import returned
from core.timing.retime import retime
from tests.replanning.days import days

START = datetime(2026, 1, 5, 6)


@given(days())
@settings(max_examples=60)
def test_a_plan_that_is_handed_over_goes_on_as_it_was(day):
    """Pushed right tomorrow, every job that is left starts and ends when it was to."""
    problem, _, plan, now = day
    floor = floor_as_planned(problem, PreviousPlan.of(plan), now)
    shift = Shift(problem, START, "day")
    left = np.flatnonzero(plan.end > now)
    if not left.size:
        with pytest.raises(NothingLeftError):
            handover(shift, plan, floor)
        return
    made = handover(shift, plan, floor, freeze=0)
    assert made.shift.start == START + timedelta(seconds=now)
    assert made.shift.problem.job_ids == tuple(problem.job_ids[j] for j in left)
    again = repair(made.shift, made.shift.floor, Repair.PUSH, PlanSettings())
    schedule = again.plan.result.schedule
    for name in ("machine", "start", "end"):
        later = 0 if name == "machine" else now
        assert (getattr(schedule, name) + later == getattr(plan, name)[left]).all()


@given(days())
@settings(max_examples=60)
def test_a_plan_that_comes_back_unchanged_is_taken_as_it_is(day):
    """The nearest valid one is the plan itself; one job late, it is mended."""
    problem, _, plan, now = day
    shift = Shift(problem, START, "day")
    floor = floor_as_planned(problem, PreviousPlan.of(plan), now)
    for where in (None, floor):
        found = returned(shift, PreviousPlan.of(plan), PlanSettings(), where)
        assert found.faults == ()
        assert found.as_it_is is not None
        assert (found.nearest.result.schedule.start == plan.start).all()
        assert found.changes.changed_jobs == 0


def test_an_edited_plan_that_breaks_a_rule_has_a_nearest_one():
    """Job 1 is put at 10 s on the machine that job 0 keeps until 20: it follows."""
    from core.problem.model import Job, Machine, Problem

    problem = Problem.from_rows(
        [Job("a", {"M": 20}), Job("b", {"M": 5})], [Machine("M")]
    )
    plan = retime(problem, [[0, 1]])
    starts = np.array([0, 10])
    edited = PreviousPlan(plan.machine, starts, starts, starts, np.array([20, 15]))
    found = returned(Shift(problem, START, "day"), edited)
    assert found.as_it_is is None
    assert [x.rule for x in found.faults] == [3]
    assert found.nearest.result.schedule.start.tolist() == [0, 20]
