"""The verifier of what must stay names exactly the rule that a schedule breaks."""

from dataclasses import fields, replace

import numpy as np
import pytest

from core.problem.floor import Floor, JobState, Lock, PreviousPlan, Status
from core.problem.model import Job, Machine, Problem
from core.problem.schedule import Schedule
from core.problem.verifier.verify_floor import violations_on
from core.timing.retime import retime

A, B, C, D = range(4)
EARLY = {"setup_start": 11, "setup_end": 11, "start": 11, "end": 17}


@pytest.fixture
def shop() -> Problem:
    """Changing M0 from x to y takes 4 s."""
    machines = [Machine("M0", group="x"), Machine("M1")]
    jobs = [
        Job("a", {"M0": 10}, group="x"),
        Job("b", {"M0": 10}, group="y"),
        Job("c", {"M0": 9, "M1": 8}),
        Job("d", {"M1": 6}),
    ]
    return Problem.from_rows(jobs, machines, {("x", "y"): 4})


@pytest.fixture
def plan(shop) -> Schedule:
    """M0: a 0-10, setup 10-14, b 14-24; M1: c 0-8, d 8-14."""
    return retime(shop, [[A, B], [C, D]])


def moved(schedule, job, **times):
    """Change some times of a job."""
    arrays = {x.name: getattr(schedule, x.name).copy() for x in fields(schedule)}
    for name, value in times.items():
        arrays[name][job] = value
    return Schedule(**arrays)


def rules(shop, schedule, floor):
    """Rule and job of everything that is broken."""
    return [(x.rule, x.job) for x in violations_on(shop, schedule, floor)]


def test_a_plan_goes_on_behind_its_history_and_a_begun_setup(shop, plan):
    """At 12 s M0 is being set up for b; d has not begun where c took longer."""
    states = {
        A: JobState(Status.FINISHED, 0, 0, 10),
        C: JobState(Status.STARTED, 1, 0, remaining=3),
    }
    floor = Floor(12, states, PreviousPlan.of(plan))
    late = moved(
        moved(plan, C, end=15), D, setup_start=15, setup_end=15, start=15, end=21
    )
    assert rules(shop, late, floor) == []
    # Without the plan before, nobody knows of a setup that had begun.
    assert rules(shop, late, replace(floor, previous=None)) == [(7, B)]


@pytest.mark.parametrize(
    ("job", "times", "found"),
    [
        (A, {"start": 1}, [(7, A)]),
        (C, {"end": 16}, [(7, C), (3, D)]),
        (D, EARLY, [(7, D), (3, D)]),
        (B, {"setup_start": 12, "setup_end": 16, "start": 16, "end": 26}, [(3, B)]),
    ],
)  # fmt: skip
def test_history_is_as_it_was_and_nothing_begins_before_now(
    shop, plan, job, times, found
):
    """Wrong start and end, wrong rest, a start before now, a setup made twice."""
    states = {
        A: JobState(Status.FINISHED, 0, 0, 10),
        C: JobState(Status.STARTED, 1, 0, remaining=3),
    }
    floor = Floor(12, states, PreviousPlan.of(plan))
    late = moved(
        moved(plan, C, end=15), D, setup_start=15, setup_end=15, start=15, end=21
    )
    assert sorted(rules(shop, moved(late, job, **times), floor)) == sorted(found)


def test_locked_jobs_stay(shop, plan):
    """C is locked to M1, d to 8 s."""
    states = {C: JobState(lock=Lock.MACHINE), D: JobState(lock=Lock.START)}
    floor = Floor(0, states, PreviousPlan.of(plan))
    assert rules(shop, plan, floor) == []
    other = retime(shop, [[A, B, C], [D]])
    assert rules(shop, other, floor) == [(8, C), (8, D)]


def test_frozen_jobs_keep_machine_order_and_start(shop, plan):
    """Frozen until 9 s: c then d on M1; d an hour later than it could is too late."""
    floor = Floor(0, {}, PreviousPlan.of(plan), {1: 9})
    assert rules(shop, plan, floor) == []
    assert rules(shop, retime(shop, [[A, B], [D, C]]), floor) == [(9, None)]
    lazy = moved(plan, D, start=3608, end=3614)
    assert rules(shop, lazy, floor) == [(9, D)]
    assert rules(shop, lazy, Floor(0, {}, PreviousPlan.of(plan), {1: 8})) == []


def test_a_frozen_job_may_be_pushed_by_the_world(shop, plan):
    """C ends at 15 s, so d starts then and not at 8."""
    states = {C: JobState(Status.STARTED, 1, 0, remaining=10)}
    floor = Floor(
        5, states | {A: JobState(Status.STARTED, 0, 0)}, PreviousPlan.of(plan), {1: 9}
    )
    late = moved(
        moved(plan, C, end=15), D, setup_start=15, setup_end=15, start=15, end=21
    )
    assert rules(shop, late, floor) == []
    assert np.array_equal(late.start, [0, 14, 0, 15])
