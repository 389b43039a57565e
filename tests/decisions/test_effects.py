"""What jobs, machines, releases and closures make late."""

import numpy as np
import pytest
from hypothesis import given, settings

from core.decisions.effects import (
    effect_of_closure,
    effect_of_job,
    effect_of_queue,
    effect_of_release,
)
from core.problem.calendar import Calendar
from core.problem.model import Problem
from core.problem.rows import Job, Machine
from core.timing.retime import retime
from tests.strategies import problems_and_sequences


@pytest.fixture
def shop():
    """
    The mill, closed at 20-30 s, runs long 0-50, then due 50-60; drill after due.

    Setup of the drill into the late release takes 5 s: 60-70, then 100-110.
    """
    mill = Machine("mill", group="A", calendar=Calendar(np.array([[20, 30]])))
    jobs = [
        Job("long", {"mill": 40}, group="A"),
        Job("due", {"mill": 10}, "WO", "A", ["long"], due=25.0),
        Job("drilled", {"drill": 10}, "WO", "A", ["due"], due=45.0),
        Job("released", {"drill": 10}, group="B", release=100, due=50.0),
    ]
    machines = [mill, Machine("drill", group="A")]
    return Problem.from_rows(jobs, machines, {("A", "B"): 5, ("B", "A"): 5})


@pytest.fixture
def plan(shop):
    """In the order of the list: ends 50, 60, 70 and 110."""
    made = retime(shop, [[0, 1], [2, 3]])
    assert made.end.tolist() == [50, 60, 70, 110]
    return made


def found(effect):
    """The orders made late, and by how much."""
    return {x.order.name: x.late for x in effect.made_late}


def test_without_a_job_what_waited_for_it_goes_ahead(shop, plan):
    """Without long, WO runs 0-10 and 10-20: all of its 25 s of lateness go."""
    effect = effect_of_job(shop, plan, 0)
    assert found(effect) == {"WO": 25.0}
    assert effect.late == 25.0
    assert [(x.end, x.end_without) for x in effect.made_late] == [(70, 20)]


def test_what_waited_for_a_job_waits_for_its_predecessors(shop, plan):
    """Without due, drilled follows long at 50 s and ends at 60 instead of 70."""
    effect = effect_of_job(shop, plan, 1)
    assert {x.order.name: x.end_without for x in effect.orders} == {
        "long": 50,
        "WO": 60,
        "released": 110,
    }


def test_the_order_of_a_job_is_compared_by_its_other_jobs(shop, plan):
    """Without drilled, WO ends at 60 either way; without both there is no order."""
    assert effect_of_job(shop, plan, 2).late == 0
    names = [x.order.name for x in effect_of_job(shop, plan, 3).orders]
    assert names == ["WO", "long"] or names == ["long", "WO"]


def test_a_closure_makes_late_what_it_delays(shop, plan):
    """Open at 20-30 s, WO ends 10 s earlier; half of it costs 5 s."""
    assert found(effect_of_closure(shop, plan, 0, 20, 30)) == {"WO": 10.0}
    assert found(effect_of_closure(shop, plan, 0, 0, 25)) == {"WO": 5.0}


def test_a_release_makes_late_what_waits_for_it(shop, plan):
    """Released at 0, the job runs 75-85: 25 of its 60 s of lateness go."""
    assert found(effect_of_release(shop, plan, 3)) == {"released": 25.0}


def test_a_queue_is_compared_with_a_machine_for_each_job(shop, plan):
    """No job waits for the drill; due waits for long as its predecessor."""
    assert effect_of_queue(shop, plan, 1).late == 0
    alone = Problem.from_rows(
        [Job(f"J{i}", {"M": 10}, due=5.0) for i in range(3)], [Machine("M")]
    )
    assert found(effect_of_queue(alone, retime(alone, [[0, 1, 2]]), 0)) == {
        "J1": 10.0,
        "J2": 20.0,
    }


def test_what_cannot_be_taken_away_is_refused(shop, plan):
    """An open machine has no closure, and a plan has at least one job."""
    with pytest.raises(ValueError, match="'mill' is not closed in that time"):
        effect_of_closure(shop, plan, 0, 30, 40)
    with pytest.raises(ValueError, match="ends after it begins"):
        effect_of_closure(shop, plan, 0, 40, 40)
    one = Problem.from_rows([Job("only", {"M": 1})], [Machine("M")])
    with pytest.raises(ValueError, match="Without job 'only'"):
        effect_of_job(one, retime(one, [[0]]), 0)


@settings(max_examples=60)
@given(problems_and_sequences(min_jobs=2))
def test_only_a_missing_job_can_make_an_order_later(drawn):
    """Its setup may have been shorter; more room, open time or material never hurt."""
    problem, sequences = drawn
    plan = retime(problem, sequences)
    for job in range(problem.num_jobs):
        effect_of_job(problem, plan, job)
    effects = [effect_of_release(problem, plan, j) for j in range(problem.num_jobs)]
    for k, calendar in enumerate(problem.calendars):
        effects.append(effect_of_queue(problem, plan, k))
        effects += [
            effect_of_closure(problem, plan, k, begin, end)
            for begin, end in calendar.closures.tolist()
        ]
    for effect in effects:
        assert all(x.end_without <= x.end for x in effect.orders)
        assert sum(x.late for x in effect.made_late) == effect.late
