"""The part of a plan that was decided is stepped through by itself."""

from dataclasses import replace
from datetime import datetime

import numpy as np
import pytest

from core.decisions.recording import replay
from core.planning.decision import Scores
from core.planning.plan import Plan
from core.planning.settings import PlanSettings
from core.problem.calendar import Calendar
from core.problem.floor import PreviousPlan
from core.problem.model import Problem
from core.problem.rows import Job, Machine
from core.problem.shift import Shift
from core.replanning.commitments import floor_as_planned
from core.replanning.repairs import Repair, repair
from core.schedulers.decided import decided
from core.schedulers.registry import plan
from core.timing.retime import retime

START = datetime(2026, 1, 5, 6)
HOW = PlanSettings(scheduler="rule:edd", effort="quick", most_seconds=0.02)


@pytest.fixture
def shift():
    """Two machines alike, five jobs of 20 s."""
    jobs = [Job(name, {"M0": 20, "M1": 20}, due=100.0) for name in "abcde"]
    problem = Problem.from_rows(jobs, [Machine("M0"), Machine("M1")])
    extras = {"Customer": ("Ada", "Bob", "Cyd", "Dan", "Eve")}
    return Shift(problem, START, "day", extras=extras)


def pushed(shift, closures=((0, 0),)):
    """M0: a 0, b 20; M1: c 0, d 20, e 40; it is 10 s, M1 is closed as told."""
    before = PreviousPlan.of(retime(shift.problem, [[0, 1], [2, 3, 4]]))
    floor = floor_as_planned(shift.problem, before, 10)
    calendars = (Calendar.always_open(), Calendar(np.array(closures)))
    changed = replace(shift, problem=replace(shift.problem, calendars=calendars))
    return repair(changed, floor, Repair.PUSH, HOW).plan


def test_the_policy_is_walked_through_what_was_left(shift):
    """M1 is down from 10 to 40 s: c ends at 50; b, d and e are decided, c is not."""
    part = decided(pushed(shift, [[10, 40]]))
    assert part.shift.problem.job_ids == ("b", "d", "e")
    assert part.shift.extras == {"Customer": ("Bob", "Dan", "Eve")}
    assert part.result.schedule.start.tolist() == [20, 50, 70]
    trace = part.result.trace
    assert trace.scores is Scores.POLICY
    assert (trace.probability > 0).all()
    assert replay(part.shift.problem, trace).start.tolist() == [20, 50, 70]


def test_a_job_that_kept_its_old_start_was_released_then(shift):
    """C took 10 s less; d stays at 20 s although M1 is free at 10."""
    problem = shift.problem
    processing = problem.processing.copy()
    processing[2] = 10
    before = PreviousPlan.of(retime(problem, [[0, 1], [2, 3, 4]]))
    floor = floor_as_planned(problem, before, 10)
    shorter = replace(shift, problem=replace(problem, processing=processing))
    part = decided(repair(shorter, floor, Repair.PUSH, HOW).plan)
    place = part.shift.problem.job_ids.index("d")
    assert part.shift.problem.release[place] == 20
    assert part.result.schedule.start[place] == 20
    assert part.result.trace is not None


def test_a_plan_from_plan_start_is_itself(shift):
    """And one of which all is past has nothing to decide."""
    whole = plan(shift, HOW)
    assert decided(whole) is whole
    before = PreviousPlan.of(whole.result.schedule)
    floor = floor_as_planned(shift.problem, before, 1_000)
    over = repair(shift, floor, Repair.PUSH, HOW).plan
    assert isinstance(over, Plan)
    assert decided(over) is None
