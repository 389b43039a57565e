"""Shifts in the middle: what happened is in the problem, what is said on the floor."""

from dataclasses import replace

import numpy as np
import pytest

from core.instances.generator import generate
from core.instances.kinds import KINDS, GeneratorSettings
from core.instances.midway import HAPPENINGS, RUSH, midway, simple_plan
from core.planning.settings import PlanSettings
from core.problem.floor import Lock, Status
from core.problem.objective import Objective
from core.problem.verifier.verify import violations
from core.problem.verifier.verify_floor import violations_on
from core.schedulers.registry import scheduler
from core.timing.committing import committed

SMALL = KINDS["shift"].resized(24, 4)


@pytest.fixture(scope="module")
def day():
    """A small shift, and a plan of it."""
    problem = generate(SMALL, 5)
    return problem, simple_plan(problem, 5)


def at_half(*names, **settings):
    """Half of the plan is over, and something has happened."""
    return GeneratorSettings(cut=((0.5, 0.5),), happenings=names, **settings)


def test_a_plan_by_hand_is_valid_and_has_the_urgent_jobs_first(day):
    """With the same seed it is the same."""
    problem, plan = day
    assert violations(problem, plan) == ()
    assert (simple_plan(problem, 5).start == plan.start).all()


def test_nothing_happened_leaves_the_problem_alone(day):
    """What had begun by half of the plan has, as planned; nothing is locked."""
    problem, plan = day
    case = midway(problem, plan, at_half("nothing"), 0)
    assert case.problem is problem
    assert case.floor.now == plan.makespan // 2
    begun = np.flatnonzero(plan.start < case.floor.now).tolist()
    assert case.floor.begun() == begun
    assert not case.floor.freeze_until


def test_a_machine_is_down_from_now_on_for_as_long_as_is_drawn(day):
    """180 minutes on one machine, unless told otherwise."""
    problem, plan = day
    case = midway(problem, plan, at_half("machine down"), 0)
    now, longer = case.floor.now, []
    pairs = zip(case.problem.calendars, problem.calendars, strict=True)
    for calendar, before in pairs:
        until = now + 180 * 60
        closed = [
            until - now - int(np.diff(x.open_seconds(np.array([now, until])))[0])
            for x in (calendar, before)
        ]
        longer.append(closed[0] - closed[1])
    assert sorted(longer)[:-1] == [0, 0, 0]
    assert max(longer) == 180 * 60


def test_a_rush_order_is_new_urgent_and_not_in_the_plan(day):
    """Two hours of work, due four hours from now, at a weight of 50."""
    problem, plan = day
    case = midway(problem, plan, at_half("rush order"), 0)
    made, now = case.problem, case.floor.now
    assert made.job_ids == (*problem.job_ids, RUSH)
    assert (made.release[-1], made.due[-1]) == (now, now + 4 * 3600)
    assert made.weight[-1] == 50.0
    assert set(made.processing[-1].tolist()) <= {7200.0, np.inf}
    assert case.floor.previous.machine[-1] == -1


def test_material_is_late_and_a_job_takes_twice_as_long(day):
    """One job is released later; one has twice its times, on every machine."""
    problem, plan = day
    late = midway(problem, plan, at_half("late material"), 0)
    (job,) = np.flatnonzero(late.problem.release != problem.release).tolist()
    assert late.problem.release[job] == plan.start[job] + 480 * 60
    twice = midway(problem, plan, at_half("twice as long"), 0).problem
    changed = (twice.processing != problem.processing) & problem.eligible
    (job,) = np.flatnonzero(changed.any(axis=1)).tolist()
    able = problem.eligible[job]
    assert (twice.processing[job, able] == 2 * problem.processing[job, able]).all()


def test_locks_that_cannot_be_are_left_out(day):
    """With all that happens, whatever is locked can be kept."""
    problem, plan = day
    settings = replace(
        at_half(*HAPPENINGS, happening_count=((2, 2),), lock_share=0.9),
        cut=((0.2, 0.2),),
        said_share=1.0,
    )
    locks = 0
    for seed in range(20):
        case = midway(problem, plan, settings, seed)
        committed(case.problem, case.floor)
        states = case.floor.states.values()
        locks += sum(x.lock is Lock.START for x in states)
        running = [x for x in states if x.status is Status.STARTED]
        assert all(x.remaining is not None for x in running)
    assert locks > 10


@pytest.mark.parametrize("kind", ["midway", "midway_calendar"])
@pytest.mark.parametrize("planner", ["rule:atcs", "hierarchical"])
def test_what_is_left_of_a_shift_is_a_problem_for_every_scheduler(kind, planner):
    """Fewer jobs, some reserved; the same for a seed."""
    made = scheduler(PlanSettings(scheduler=planner))
    settings = replace(KINDS[kind].resized(24, 4), lock_share=0.4)
    reserved = 0
    for seed in range(6):
        problem, again = generate(settings, seed), generate(settings, seed)
        assert problem.content_hash == again.content_hash
        assert 0 < problem.num_jobs <= 27
        assert problem.scale is not None
        reserved += int((problem.reserved_machine >= 0).sum())
        schedule = made.schedule(problem, Objective()).schedule
        assert violations(problem, schedule) == ()
    assert reserved


def test_a_whole_day_is_planned_on_by_its_own_rules(day):
    """Violations against the floor, history included, are none."""
    from core.schedulers.from_now import planned_from_now

    problem, plan = day
    settings = replace(
        at_half("machine down", "late material"),
        lock_share=0.3,
        freeze_minutes=((60, 60),),
    )
    how = PlanSettings(scheduler="rule:edd")
    for seed in range(10):
        case = midway(problem, plan, settings, seed)
        made = planned_from_now(case.problem, case.floor, scheduler(how), how)
        assert violations_on(case.problem, made.schedule, case.floor) == ()


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"cut": [0.2, 1.0]}, "cut below 1"),
        ({"happenings": ["flood"]}, "happenings"),
        ({"lock_share": 1.5}, "lock_share"),
        ({"rush_weight": -1.0}, "rush_weight"),
    ],
)
def test_settings_out_of_range_are_refused(values, words):
    """The message names the field."""
    with pytest.raises(ValueError, match=words):
        GeneratorSettings.from_mapping(values)
