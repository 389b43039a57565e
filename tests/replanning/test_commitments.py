"""History, freeze and locks: what is past change, and the plan of the rest."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.problem.calendar import Calendar
from core.problem.floor import Floor, JobState, Lock, PreviousPlan, Status
from core.problem.model import Problem
from core.problem.objective import Objective
from core.problem.rows import Job, Machine
from core.replanning.commitments import (
    Commitment,
    ImpossibleLockError,
    committed,
    floor_as_planned,
    joined,
    remaining,
    with_freeze,
)
from core.timing.commitments import LockRule, NoticeKind
from core.timing.retime import retime
from tests.replanning.days import days

A, B, C, D = range(4)


@pytest.fixture
def shop() -> Problem:
    """Changing M0 from x to y takes 4 s; c comes after a; M1 is closed in 40-50 s."""
    machines = [
        Machine("M0", group="x"),
        Machine("M1", calendar=Calendar(np.array([[40, 50]]))),
    ]
    jobs = [
        Job("a", {"M0": 10, "M1": 10}, group="x"),
        Job("b", {"M0": 10}, group="y"),
        Job("c", {"M0": 9, "M1": 8}, group="y", predecessors=["a"]),
        Job("d", {"M1": 6}, group="y"),
    ]
    return Problem.from_rows(jobs, machines, {("x", "y"): 4})


@pytest.fixture
def plan(shop):
    """M0: a 0-10, setup 10-14, b 14-24; M1: c 10-18, d 18-24."""
    return retime(shop, [[A, B], [C, D]])


def at(shop, plan, now, exceptions=None, until=0):
    """Commitments at a second if all went by the plan but for the exceptions."""
    floor = floor_as_planned(shop, PreviousPlan.of(plan), now, exceptions)
    return committed(shop, with_freeze(floor, shop.num_machines, until))


def same_places(one, other):
    """Whether all jobs have the same machine, start and end."""
    return all(
        np.array_equal(getattr(one, name), getattr(other, name))
        for name in ("machine", "start", "end")
    )


# --- History ------------------------------------------------------------------


def test_what_has_begun_is_history_and_a_begun_setup_stays(shop, plan):
    """At 12 s a is done, c runs, and M0 is half set up for b."""
    c = at(shop, plan, 12)
    assert c.kind.tolist() == [Commitment.HISTORY, 0, Commitment.HISTORY, 0]
    assert c.ready.tolist() == [14, 18]
    assert [shop.group_names[g] for g in c.group] == ["y", "y"]
    assert (c.setups[0].start, c.setups[0].end) == (10, 14)
    rest = remaining(shop, c)
    assert rest.job_ids == ("b", "d")
    assert same_places(joined(shop, c, retime(rest, [[0], [1]])), plan)


def test_a_running_job_ends_when_what_is_left_is_done(shop, plan):
    """C has run 5 of 8 s at 15 s; with 20 s left it ends at 35, with 30 over 40-50."""
    assert at(shop, plan, 15).end[C] == 18
    for left, end in ((20, 35), (30, 55)):
        exceptions = {C: JobState(Status.STARTED, 1, 10, remaining=left)}
        c = at(shop, plan, 15, exceptions)
        assert (c.end[C], c.ready[1]) == (end, end)


def test_nothing_begins_behind_a_job_that_still_runs(shop, plan):
    """With 9 s left of a at 16 s, neither b behind it nor its successor c has begun."""
    exceptions = {A: JobState(Status.STARTED, 0, 0, remaining=9)}
    c = at(shop, plan, 16, exceptions)
    assert c.kind.tolist() == [Commitment.HISTORY, 0, 0, 0]
    assert (c.ready[0], c.setups) == (25, {})
    rest = remaining(shop, c)
    assert rest.release.tolist() == [16, 25, 16]


def test_history_against_the_rules_is_kept_and_said(shop):
    """C began before its predecessor ended, and while its machine was closed."""
    states = {
        A: JobState(Status.FINISHED, 0, 30, 50),
        C: JobState(Status.FINISHED, 1, 41, 55),
        D: JobState(Status.STARTED, 1, 52),
    }
    c = committed(shop, Floor(60, states))
    assert [(x.kind, x.job, x.other) for x in c.notices] == [
        (NoticeKind.BEFORE_PREDECESSOR, C, A),
        (NoticeKind.OVERLAPS, D, C),
        (NoticeKind.IN_CLOSURE, C, None),
    ]


def test_what_nobody_wrote_down_is_said(shop):
    """A finished job without times ended by now; a started one has all of it left."""
    states = {A: JobState(Status.FINISHED, 0), D: JobState(Status.STARTED, 1)}
    c = committed(shop, Floor(20, states))
    assert (c.end[A], c.start[D], c.end[D]) == (20, 20, 26)
    assert {x.kind for x in c.notices} == {NoticeKind.NO_END, NoticeKind.NO_START}


# --- Freeze -------------------------------------------------------------------


def test_a_frozen_job_is_pushed_right_where_the_world_forbids_its_start(shop, plan):
    """A ends at 30 s instead of 10: c and d, frozen, follow at 30 and 38."""
    exceptions = {A: JobState(Status.STARTED, 0, 0, remaining=25)}
    c = at(shop, plan, 5, exceptions, until=19)
    assert c.kind.tolist() == [1, Commitment.FROZEN, 2, 2]
    assert c.start.tolist() == [0, 34, 30, 38]
    pushed = [(x.job, x.time) for x in c.notices if x.kind is NoticeKind.PUSHED]
    assert pushed == [(C, 30), (B, 34), (D, 38)]


def test_frozen_are_predecessors_and_what_comes_before_on_the_machine(shop, plan):
    """D starts at 18 s on M1: c before it is frozen, and with c its predecessor a."""
    floor = Floor(0, {}, PreviousPlan.of(plan), {1: 19})
    assert committed(shop, floor).kind.tolist() == [2, 0, 2, 2]


def test_a_job_behind_one_that_the_plan_does_not_know_is_not_frozen(shop, plan):
    """Without a in the plan, its successor c, and d behind c, are free; it is said."""
    previous = PreviousPlan.matched(
        plan, (["x", "b", "c", "d"], shop.machine_ids), (shop.job_ids, shop.machine_ids)
    )
    assert previous.lost == ("x",)
    c = committed(shop, Floor(0, {}, previous, {0: 99, 1: 99}))
    assert c.kind.tolist() == [0, 2, 0, 0]
    assert {(x.kind, x.job, x.other) for x in c.notices} == {
        (NoticeKind.NOT_FROZEN, C, A),
        (NoticeKind.NOT_FROZEN, D, A),
    }


# --- Locks --------------------------------------------------------------------


def test_a_locked_start_takes_its_predecessors_along(shop, plan):
    """C locked to 10 s on M1 needs a, which is locked to 0 s on M0 with it."""
    states = {C: JobState(lock=Lock.START)}
    c = committed(shop, Floor(0, states, PreviousPlan.of(plan)))
    assert c.kind.tolist() == [3, 0, 3, 0]
    assert [(x.kind, x.job, x.other) for x in c.notices] == [
        (NoticeKind.LOCKED_ALONG, A, C)
    ]
    rest = remaining(shop, c)
    assert rest.reserved_machine.tolist() == [0, -1, 1, -1]
    assert rest.reserved_start.tolist() == [0, -1, 10, -1]


def test_a_locked_machine_is_the_only_one(shop, plan):
    """C may run on M1 alone, and a, released to M1, too."""
    states = {
        C: JobState(lock=Lock.MACHINE),
        A: JobState(Status.RELEASED, machine=1),
    }
    rest = remaining(shop, committed(shop, Floor(0, states, PreviousPlan.of(plan))))
    assert rest.eligible.tolist() == [[0, 1], [1, 0], [0, 1], [0, 1]]


def to(machine, start):
    """A lock to a machine and a start."""
    return JobState(lock=Lock.START, machine=machine, start=start)


@pytest.mark.parametrize(
    ("now", "states", "rule", "job", "first", "other"),
    [
        (0, {C: to(1, 9)}, "PREDECESSOR", C, 10, A),
        (0, {D: to(1, 45)}, "CLOSED", D, 50, None),
        (9, {D: to(1, 5)}, "BEFORE_NOW", D, 9, None),
        (0, {D: to(0, 5)}, "NOT_ELIGIBLE", D, None, None),
        (0, {A: to(0, 0), B: to(0, 13)}, "MACHINE", B, 14, A),
    ],
)
def test_a_lock_that_cannot_be_names_the_rule(
    shop, plan, now, states, rule, job, first, other
):
    """And the first start that could be, and the job in its way."""
    with pytest.raises(ImpossibleLockError) as error:
        committed(shop, Floor(now, states, PreviousPlan.of(plan)))
    (fault,) = error.value.faults
    assert (fault.rule, fault.job) == (LockRule[rule], job)
    assert (fault.first, fault.other) == (first, other)


@pytest.mark.parametrize("lock", list(Lock))
def test_a_lock_without_a_previous_plan_is_refused(shop, lock):
    """Nothing says where or when the job has to stay."""
    with pytest.raises(ImpossibleLockError) as error:
        committed(shop, Floor(0, {B: JobState(lock=lock)}))
    assert [x.rule for x in error.value.faults] == [LockRule.NOT_IN_PLAN]


# --- For all ------------------------------------------------------------------


@given(days(), st.integers(0, 100))
@settings(max_examples=200)
def test_a_plan_that_is_cut_goes_on_as_it_was(day, freeze):
    """Whatever second and however much is frozen: the same plan, at the same cost."""
    problem, sequences, plan, now = day
    c = at(problem, plan, now, until=freeze)
    assert not c.notices
    schedule = None
    if c.open_jobs.size:
        rest = remaining(problem, c)
        place = {job: i for i, job in enumerate(c.open_jobs.tolist())}
        left = [[place[x] for x in jobs if x in place] for jobs in sequences]
        schedule = retime(rest, left)
        cost = Objective().cost(rest, schedule)
        assert cost == pytest.approx(Objective().cost(problem, plan), abs=1e-9)
    whole = joined(problem, c, schedule)
    assert same_places(whole, plan)
    set_up = plan.setup_end > plan.setup_start
    for name in ("setup_start", "setup_end"):
        assert (getattr(whole, name) == getattr(plan, name))[set_up].all()


@given(days())
@settings(max_examples=100)
def test_a_plan_frozen_to_its_end_leaves_nothing_open(day):
    """Cut at any second, every job is history or frozen, where and when it was."""
    problem, _, plan, now = day
    c = at(problem, plan, now, until=plan.makespan + 1)
    assert not c.open_jobs.size
    assert same_places(joined(problem, c, None), plan)
