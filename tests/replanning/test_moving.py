"""A planner moves a job: what cannot be goes back with the reason, the rest flows."""

from datetime import datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.problem.calendar import Calendar
from core.problem.floor import PreviousPlan
from core.problem.model import Problem
from core.problem.rows import Job, Machine
from core.problem.shift import Shift
from core.problem.verifier.verify import violations
from core.replanning.day.events import (
    JobBegan,
    JobEnded,
    JobLocked,
    JobMoved,
    JobNotBegun,
    JobUnlocked,
    MachineDown,
)
from core.replanning.day.floor_of_day import floor_of_day, previous_of
from core.replanning.day.replay import replay
from core.replanning.moving import MoveRefusedError, moved
from core.timing.commitments import ImpossibleLockError
from core.timing.retime import retime
from tests.strategies import problems_and_sequences

START = datetime(2026, 1, 6, 6, 0)


def at(minutes):
    """Minutes after plan start."""
    return START + timedelta(minutes=minutes)


@pytest.fixture
def shift():
    """Four jobs of 10 min, D behind A; M0 runs all, M1 all but A, closed 60-90 min."""
    both = {"M0": 600, "M1": 600}
    problem = Problem.from_rows(
        [
            Job("A", {"M0": 600}),
            Job("B", both),
            Job("C", both, release=900),
            Job("D", both, predecessors=["A"]),
        ],
        [Machine("M0"), Machine("M1", calendar=Calendar(np.array([[3600, 5400]])))],
    )
    return Shift(problem, START, "Tue early")


def plan_of(shift, orders=((0, 1, 2, 3), ())):
    """A plan of the shift: A, B, C, D one behind the other on M0."""
    return retime(shift.problem, orders)


def floor_of(shift, schedule, minute=0, events=(), freeze=None):
    """What the floor says at a minute, and the shift after its events."""
    replayed = replay(shift, events, at(max(minute, 0)))
    previous = previous_of(shift, schedule, replayed.shift)
    until = None if freeze is None else at(freeze)
    return replayed.shift, floor_of_day(replayed, previous, at(minute), until)


def minutes_of(schedule):
    """Start of each job, in minutes."""
    return (schedule.start / 60).tolist()


def test_a_moved_job_lets_the_others_flow(shift):
    """A 0, B 10, C 20, D 30 min on M0: behind C, B pushes D to 36 min."""
    plan = plan_of(shift)
    assert minutes_of(plan) == [0, 10, 20, 30]
    made = moved(*floor_of(shift, plan), job=2, machine=0, start=15 * 60)
    # B is half done at 15 min, so C goes behind it: nothing changes.
    assert minutes_of(made) == [0, 10, 20, 30]
    made = moved(*floor_of(shift, plan), job=1, machine=0, start=26 * 60)
    assert minutes_of(made) == [0, 26, 15, 36]


def test_a_job_goes_to_another_machine_and_leaves_its_place(shift):
    """B to M1 at 40 min; what stood behind it on M0 moves up."""
    made = moved(*floor_of(shift, plan_of(shift)), job=1, machine=1, start=40 * 60)
    assert made.machine.tolist() == [0, 1, 0, 0]
    assert minutes_of(made) == [0, 40, 15, 25]


@pytest.mark.parametrize(
    ("job", "machine", "minute", "words"),
    [
        (0, 1, 20, "A may not run on M1. It may run on M0"),
        (2, 1, 14, "C cannot start at .* it is released Tue 6 Jan 06:15"),
        (3, 1, 9, "D cannot start at .* it waits for A until Tue 6 Jan 06:10"),
        (1, 1, 70, "M1 is closed until Tue 6 Jan 07:30"),
    ],
)
def test_an_illegal_move_is_refused_with_the_reason(shift, job, machine, minute, words):
    """The planner reads which rule, and until when."""
    with pytest.raises(MoveRefusedError, match=words):
        moved(*floor_of(shift, plan_of(shift)), job, machine, minute * 60)


def test_a_hand_that_slips_is_no_refusal(shift):
    """C is released at 15 min: dropped at 14, with 2 min of leeway, it starts then."""
    plan = plan_of(shift)
    made = moved(*floor_of(shift, plan), 2, 1, 14 * 60, leeway=120)
    assert minutes_of(made)[2] == 15


def test_what_has_begun_stays(shift):
    """At 15 min A is done, B runs until 20; nothing goes before now, or into B."""
    plan = plan_of(shift)
    given = floor_of(shift, plan, minute=15)
    with pytest.raises(MoveRefusedError, match="B has begun"):
        moved(*given, 1, 1, 20 * 60)
    with pytest.raises(MoveRefusedError, match="it is Tue 6 Jan 06:15"):
        moved(*given, 2, 1, 14 * 60)
    with pytest.raises(MoveRefusedError, match=r"M0 is busy .* until Tue 6 Jan 06:20"):
        moved(*given, 2, 0, 16 * 60)
    made = moved(*given, 3, 1, 16 * 60)
    assert minutes_of(made) == [0, 10, 20, 16]


def test_what_is_frozen_stays(shift):
    """Nothing changes before 25 min: C starts at 20."""
    given = floor_of(shift, plan_of(shift), minute=5, freeze=25)
    with pytest.raises(MoveRefusedError, match="C is frozen"):
        moved(*given, 2, 1, 30 * 60)


def test_events_say_what_went_otherwise(shift):
    """B was told to begin on M1 at 12 min, and A to end at 14 (10 as planned)."""
    events = [
        JobBegan(time=at(12), job="B", machine="M1"),
        JobEnded(time=at(14), job="A", machine="M0", began=at(0)),
    ]
    given = floor_of(shift, plan_of(shift), minute=15, events=events)
    made = moved(*given, 2, 0, 16 * 60)
    assert made.machine.tolist() == [0, 1, 0, 0]
    assert minutes_of(made) == [0, 12, 16, 26]
    assert made.end[:2].tolist() == [14 * 60, 22 * 60]


def test_a_job_that_was_planned_and_has_not_begun_may_move(shift):
    """At 15 min B should run; it does not, so it goes to M1."""
    events = [JobNotBegun(time=at(15), job="B")]
    given = floor_of(shift, plan_of(shift), minute=15, events=events)
    made = moved(*given, 1, 1, 20 * 60)
    assert minutes_of(made) == [0, 20, 15, 25]


def test_a_moved_job_is_locked_until_it_is_unlocked(shift):
    """C at 30 min on M1 stays there when B is moved in its way; unlocked, it flows."""
    plan = moved(*floor_of(shift, plan_of(shift)), 2, 1, 30 * 60)
    lock = JobMoved(time=at(0), job="C", machine="M1", lock="start", start=at(30))
    given = floor_of(shift, plan, events=[lock])
    with pytest.raises(MoveRefusedError, match=r"C is locked at .*06:30.* Unlock it"):
        moved(*given, 1, 1, 25 * 60)
    free = JobUnlocked(time=at(1), job="C")
    given = floor_of(shift, plan, minute=1, events=[lock, free])
    assert minutes_of(moved(*given, 1, 1, 25 * 60))[1:3] == [25, 35]


def test_a_lock_says_where_a_job_has_to_be(shift):
    """D locked on M1: the plan in hand, which has it on M0, cannot keep that."""
    lock = JobLocked(time=at(0), job="D", machine="M1", lock="start", start=at(9))
    given = floor_of(shift, plan_of(shift), events=[lock])
    with pytest.raises(ImpossibleLockError, match="'D'"):
        moved(*given, 1, 1, 25 * 60)


def test_a_plan_of_another_start_is_matched_by_id(shift):
    """A plan made for 06:00 serves a shift that starts at 06:10 and has a job more."""
    plan = plan_of(shift)
    problem = Problem.from_rows(
        [Job(x, {"M0": 600, "M1": 600}) for x in "XBCA"], [Machine("M1"), Machine("M0")]
    )
    later = Shift(problem, at(10), "x")
    previous = previous_of(shift, plan, later)
    assert previous.known.tolist() == [False, True, True, True]
    assert previous.machine.tolist() == [-1, 1, 1, 1]
    assert previous.start[1:].tolist() == [0, 600, -600]
    assert previous.lost == ("D",)


@given(st.data())
def test_a_move_is_valid_or_refused(data):
    """Whatever was moved wherever: a valid plan that keeps what has begun."""
    problem, orders = data.draw(problems_and_sequences(min_jobs=2))
    shift = Shift(problem, START, "x")
    plan = retime(problem, orders)
    now = data.draw(st.integers(0, 40))
    down = MachineDown(
        time=START,
        machine=data.draw(st.sampled_from(problem.machine_ids)),
        since=START + timedelta(seconds=now),
        until=START + timedelta(seconds=now + data.draw(st.integers(1, 20))),
    )
    when = START + timedelta(seconds=now)
    replayed = replay(shift, [down], when)
    previous = PreviousPlan.of(plan)
    floor = floor_of_day(replayed, previous, when)
    job = data.draw(st.integers(0, problem.num_jobs - 1))
    machine = data.draw(st.integers(0, problem.num_machines - 1))
    start = data.draw(st.integers(0, 60))
    try:
        made = moved(replayed.shift, floor, job, machine, start, leeway=5)
    except MoveRefusedError:
        return
    begun = plan.start < now
    assert (made.start[begun] == plan.start[begun]).all()
    assert made.machine[job] == machine
    assert made.start[job] >= start
    broken = violations(replayed.shift.problem, made)
    assert not [x for x in broken if x.job is None or not begun[x.job]]
