"""Repairs: push keeps every order, gentle is never worse, nothing stays nothing."""

from dataclasses import replace
from datetime import datetime

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.instances.generator import generate
from core.instances.kinds import KINDS
from core.planning.keeping import KEEPS
from core.planning.settings import PlanSettings
from core.problem.calendar import Calendar
from core.problem.floor import Floor, JobState, Lock, PreviousPlan, Status
from core.problem.model import Problem
from core.problem.objective import Objective
from core.problem.rows import Job, Machine
from core.problem.shift import Shift
from core.problem.verifier.verify_floor import violations_on
from core.replanning.changes import home_of
from core.replanning.commitments import floor_as_planned
from core.replanning.repair_kinds import Repair
from core.replanning.repairs import NoPreviousPlanError, repair, repairs
from core.schedulers.registry import scheduler
from core.timing.retime import retime
from tests.replanning.days import days

SEARCH = PlanSettings(scheduler="rule:edd", effort="quick")
RULE = replace(SEARCH, most_seconds=0.02)
MANY = dict(max_examples=60, suppress_health_check=[HealthCheck.too_slow])


def shift_of(problem):
    """Return a shift of a problem."""
    return Shift(problem, datetime(2026, 1, 5, 6), "day")


@pytest.fixture
def shop() -> Problem:
    """Two machines alike; b and c take long, all is due at 100 s."""
    machines = [Machine("M0"), Machine("M1")]
    both = {"M0": 20, "M1": 20}
    jobs = [Job(name, both, due=100.0) for name in "abcd"]
    return Problem.from_rows(jobs, machines)


@pytest.fixture
def floor(shop):
    """M0: a 0-20, b 20-40; M1: c 0-20, d 20-40; it is 10 s."""
    plan = retime(shop, [[0, 1], [2, 3]])
    return floor_as_planned(shop, PreviousPlan.of(plan), 10)


def down(problem, machine, begin, end):
    """Close a machine."""
    calendars = list(problem.calendars)
    closures = np.vstack([calendars[machine].closures, [[begin, end]]])
    calendars[machine] = Calendar(closures)
    return replace(problem, calendars=tuple(calendars))


def test_push_moves_only_what_a_breakdown_moves(shop, floor):
    """M0 is down from 10 to 700 s: a ends at 710, b follows; c and d stay."""
    made = repair(shift_of(down(shop, 0, 10, 700)), floor, Repair.PUSH, RULE)
    schedule = made.plan.result.schedule
    assert schedule.start.tolist() == [0, 710, 0, 20]
    assert schedule.end.tolist() == [710, 730, 20, 40]
    found = made.changes
    assert (found.compared, found.changed_jobs, found.moved_machine) == (2, 1, 0)
    assert found.changed_next_4h == 1
    assert found.stability == pytest.approx(1 / 4)


def test_gentle_takes_a_change_that_is_worth_it(shop, floor):
    """With b on M1 at 40 s nothing else changes, and b is on time."""
    shift = shift_of(down(shop, 0, 10, 700))
    made = repair(shift, floor, Repair.GENTLE, SEARCH)
    schedule = made.plan.result.schedule
    assert schedule.machine.tolist() == [0, 1, 1, 1]
    assert made.changes.changed_jobs == 1
    kept = repair(shift, floor, Repair.GENTLE, replace(SEARCH, keep="most"))
    assert kept.changes.changed_jobs <= 1


def test_a_new_job_goes_where_it_moves_nobody(floor):
    """A job of 5 s that takes 6 s to set up for fits after 40 s alone, one without at
    once behind a."""
    machines = [Machine("M0"), Machine("M1")]
    both = {"M0": 20, "M1": 20}
    old = [Job(name, both, due=100.0) for name in "abcd"]
    for gap, start in ((0, 40), (5, 20)):
        jobs = [*old, Job("rush", {"M0": 5}, weight=50.0)]
        problem = Problem.from_rows(jobs, machines)
        before = floor.previous
        times = [
            np.append(getattr(before, x), 0)
            for x in ("setup_start", "setup_end", "start", "end")
        ]
        for part in times:
            part[1] += gap
        plan = PreviousPlan(np.append(before.machine, -1), *times)
        states = {j: floor.states[j] for j in floor.states}
        made = repair(shift_of(problem), Floor(10, states, plan), Repair.PUSH, RULE)
        assert made.plan.result.schedule.start[4] == start
        assert made.changes.changed_jobs == 0


def test_planning_anew_is_never_dearer_than_pushing_a_good_plan():
    """By the earliest due date alone much is late; the plan in hand was refined."""
    problem = generate(KINDS["shift"].resized(40, 4), 3)
    plan = scheduler(PlanSettings(effort="quick")).schedule(problem, Objective())
    now = plan.schedule.makespan // 4
    broken = down(problem, 0, now, now + 3600)
    floor = floor_as_planned(broken, PreviousPlan.of(plan.schedule), now)
    made = {x.repair: x for x in repairs(shift_of(broken), floor, SEARCH)}
    push, free, frozen = (
        made[x].plan.result.cost for x in (Repair.PUSH, Repair.FREE, Repair.FROZEN)
    )
    assert free <= push
    assert frozen <= push
    changed = {x: made[x].changes.changed_jobs for x in made}
    assert changed[Repair.FROZEN] <= changed[Repair.FREE]
    again = repair(shift_of(broken), floor, Repair.FREE, SEARCH).plan.result
    assert again.cost == free  # by moves, not by seconds


def test_hours_are_frozen_only_as_far_as_a_lock_leaves_room():
    """A-c run on M from 0 to 3 h, d is locked to 3 h; down for an hour, a frozen day
    would push d. With one hour frozen b goes behind d, and d keeps its start."""
    jobs = [Job(name, {"M": 3600}, due=4 * 3600.0) for name in "abcd"]
    problem = Problem.from_rows(jobs, [Machine("M")])
    before = PreviousPlan.of(retime(problem, [[0, 1, 2, 3]]))
    floor = floor_as_planned(problem, before, 600, {3: JobState(lock=Lock.START)})
    made = repair(
        shift_of(down(problem, 0, 600, 4200)), floor, Repair.FROZEN, RULE
    ).plan.result
    assert made.schedule.start[3] == 3 * 3600
    assert made.schedule.start[0] == 0


def test_without_a_previous_plan_there_is_nothing_to_repair(shop):
    """Nor with one of other jobs."""
    for plan in (None, PreviousPlan.empty(4)):
        with pytest.raises(NoPreviousPlanError, match="plan the shift first"):
            repair(shift_of(shop), Floor(0, {}, plan), Repair.PUSH)


@given(days(), st.sampled_from(sorted(KEEPS)), st.integers(0, 60))
@settings(**MANY)
def test_nothing_happened_is_a_rule(day, keep, freeze):
    """Cut anywhere, a replan returns the plan, whatever is kept, but for nothing."""
    problem, _, plan, now = day
    until = dict.fromkeys(range(problem.num_machines), freeze)
    floor = floor_as_planned(problem, PreviousPlan.of(plan), now, None, until)
    how = replace(RULE, keep=keep)
    for kind in (Repair.PUSH, Repair.FROZEN, Repair.GENTLE):
        if kind is Repair.GENTLE and keep == "off":
            continue
        made = repair(shift_of(problem), floor, kind, how)
        schedule = made.plan.result.schedule
        for name in ("machine", "start", "end"):
            assert (getattr(schedule, name) == getattr(plan, name)).all()
        assert made.changes.changed_jobs == 0


@st.composite
def disturbed(draw):
    """A day on which something happened: the problem, and the floor."""
    problem, _, plan, now = draw(days())
    k = draw(st.integers(0, problem.num_machines - 1))
    job = draw(st.integers(0, problem.num_jobs - 1))
    what = draw(st.sampled_from(["down", "late", "longer", "running", "none"]))
    exceptions = {}
    if what == "down":
        problem = down(problem, k, now, now + draw(st.integers(1, 40)))
    elif what == "late":
        release = problem.release.copy()
        release[job] = draw(st.integers(0, 80))
        problem = replace(problem, release=release)
    elif what == "longer":
        processing = problem.processing.copy()
        processing[job] *= 2
        problem = replace(problem, processing=processing)
    elif what == "running" and plan.start[job] < now:
        exceptions[job] = JobState(
            Status.STARTED,
            int(plan.machine[job]),
            int(plan.start[job]),
            remaining=draw(st.integers(0, 30)),
        )
    until = dict.fromkeys(
        range(problem.num_machines), draw(st.sampled_from([0, now, now + 10, 200]))
    )
    floor = floor_as_planned(problem, PreviousPlan.of(plan), now, exceptions, until)
    return problem, floor


@given(disturbed())
@settings(**MANY)
def test_every_repair_is_valid_and_none_worse_than_push_by_its_own_objective(day):
    """A plan that breaks a rule cannot be made; gentle's prices changes as well."""
    problem, floor = day
    made = {x.repair: x for x in repairs(shift_of(problem), floor, RULE)}
    for x in made.values():
        result = x.plan.result
        assert violations_on(problem, result.schedule, floor) == ()
        assert x.plan.lower_bound <= result.cost + 1e-9
    price = KEEPS["normal"].price
    home = home_of(problem, floor)

    def judged(kind):
        result = made[kind].plan.result
        return result.cost + price * home.change(result.schedule)

    assert judged(Repair.GENTLE) <= judged(Repair.PUSH) + 1e-9
    push, free = (made[x].plan.result.cost for x in (Repair.PUSH, Repair.FREE))
    assert free <= push + 1e-9
