"""What every job waited for, by hand and for random schedules."""

import numpy as np
import pytest
from hypothesis import given, settings

from core.problem.calendar import Calendar
from core.problem.measures.waiting import (
    Cause,
    idle_seconds,
    previous_job,
    waits,
)
from core.problem.model import Problem
from core.problem.rows import Job, Machine
from core.problem.schedule import Schedule, open_seconds, slack
from core.timing.retime import retime
from tests.strategies import problems_and_sequences, special_sequences

MINUTE = 60


@pytest.fixture
def workshop():
    """A lathe that closes at 180 s and 900 s for a minute; a drill free from 30 s."""
    lathe = Machine(
        "lathe", group="A", calendar=Calendar(np.array([[180, 240], [900, 960]]))
    )
    drill = Machine("drill", available=30)
    jobs = [
        Job("first", {"lathe": 60}, group="A"),
        Job("behind", {"lathe": 60}, group="A"),
        Job("set up", {"lathe": 60}, group="B"),
        Job("released", {"lathe": 60}, group="B", release=400),
        Job("after", {"lathe": 60}, group="B", predecessors=["late drill"]),
        Job("shut", {"lathe": 60}, group="A", release=910),
        Job("free late", {"drill": 60}),
        Job("late drill", {"drill": 600}, due=690),
    ]
    return Problem.from_rows(jobs, [lathe, drill], {("A", "B"): 30, ("B", "A"): 0})


@pytest.fixture
def plan(workshop):
    """The jobs as early as their order allows."""
    return retime(workshop, [[0, 1, 2, 3, 4, 5], [6, 7]])


def test_every_cause_is_told_apart(workshop, plan):
    """Starts by hand: 0, 60, 150, 400, 690, 960 on the lathe; 30, 90 on the drill."""
    assert plan.start.tolist() == [0, 60, 150, 400, 690, 960, 30, 90]
    found = waits(workshop, plan)
    assert [(wait.cause, wait.job) for wait in found] == [
        (Cause.NOTHING, None),
        (Cause.MACHINE, 0),
        (Cause.SETUP, 1),
        (Cause.RELEASE, None),
        (Cause.PREDECESSOR, 7),
        (Cause.CLOSURE, None),
        (Cause.MACHINE, None),
        (Cause.MACHINE, 6),
    ]


def test_waits_windows_and_reservations_are_causes():
    """
    The mill is closed in 20-30 s. a ends at 10 s, b waits 4 s after it.

    c takes 12 s in one go: at 17 s it is too late for that before the closure, d is
    reserved at 50 s. On the saw, e is behind b by 3 s, and open then.
    """
    mill = Machine("mill", calendar=Calendar(np.array([[20, 30]])))
    jobs = [
        Job("a", {"mill": 10}, wait_after=4),
        Job("b", {"mill": 3}, predecessors=["a"], wait_after=3),
        Job("c", {"mill": 12}, may_pause=False),
        Job("d", {"mill": 1}, reserved=("mill", 50)),
        Job("e", {"saw": 1}, predecessors=["b"]),
        Job("f", {"saw": 1}, predecessors=["c"], wait_after=1),
    ]
    problem = Problem.from_rows(jobs, [mill, Machine("saw")])
    plan = retime(problem, [[0, 1, 2, 3], [4, 5]])
    assert plan.start.tolist() == [0, 14, 30, 50, 20, 42]
    assert [(x.cause, x.job, x.ready) for x in waits(problem, plan)] == [
        (Cause.NOTHING, None, 0),
        (Cause.WAIT, 0, 14),
        (Cause.WINDOW, None, 0),
        (Cause.RESERVED, None, 50),
        (Cause.WAIT, 1, 20),
        (Cause.PREDECESSOR, 2, 42),
    ]


def test_waiting_is_counted_from_when_the_job_was_ready(workshop, plan):
    """The job released at 910 starts at 960; the one behind another waits a minute."""
    found = waits(workshop, plan)
    assert (found[5].ready, found[5].seconds) == (910, 50)
    assert (found[1].ready, found[1].seconds) == (0, 60)
    assert (found[4].ready, found[4].seconds) == (690, 0)


def test_a_start_later_than_needed_is_the_plans_own_choice(workshop, plan):
    """The last job on the drill starts ten seconds late, and nothing held it."""
    moved = Schedule(
        plan.machine,
        plan.setup_start,
        plan.setup_end,
        plan.start + np.array([0, 0, 0, 0, 0, 0, 0, 10]),
        plan.end + np.array([0, 0, 0, 0, 0, 0, 0, 10]),
    )
    assert waits(workshop, moved)[7].cause is Cause.CHOICE


def test_slack_counts_down_to_the_due_date(workshop, plan):
    """The drill's job is due when it ends; the others have no due date."""
    assert slack(plan, workshop.due)[7] == 0
    assert slack(plan, workshop.due)[0] == np.inf


def test_idle_is_what_neither_runs_nor_is_set_up(workshop, plan):
    """The plan ends at 1020: 900 s open on the lathe, 360 s of work, 30 s of setup."""
    assert plan.makespan == 1020
    assert open_seconds(workshop, 1020).tolist() == [900, 990]
    assert idle_seconds(workshop, plan).tolist() == [900 - 360 - 30, 990 - 660]


@settings(max_examples=60)
@given(problems_and_sequences() | special_sequences())
def test_every_job_of_an_early_plan_waited_for_something_real(drawn):
    """As early as the order allows, no start is a choice; jobs named come before."""
    problem, sequences = drawn
    schedule = retime(problem, sequences)
    before = previous_job(schedule)
    for job, wait in enumerate(waits(problem, schedule)):
        assert wait.cause is not Cause.CHOICE
        assert wait.seconds >= 0
        assert wait.ready + wait.seconds == schedule.start[job]
        if wait.cause in (Cause.PREDECESSOR, Cause.WAIT):
            assert wait.job in problem.predecessors[job]
            after = problem.wait_after[wait.job]
            assert schedule.end[wait.job] + after == schedule.start[job]
            assert (after > 0) == (wait.cause is Cause.WAIT)
        elif wait.job is not None:
            assert wait.job == before[job]
        if wait.cause is Cause.NOTHING:
            assert schedule.start[job] == 0
