"""Events: a log that outlives a restart, and replays to the same problem."""

from dataclasses import fields, replace
from datetime import datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.problem.calendar import Calendar
from core.problem.floor import Floor, JobState, Lock, PreviousPlan, Status
from core.problem.model import Problem
from core.problem.rows import Job, Machine
from core.problem.shift import Shift
from core.replanning.day.event_file import (
    event_from_json,
    events_from_json,
    events_to_json,
)
from core.replanning.day.event_log import EVENT_COLUMNS, event_rows, withdrawn
from core.replanning.day.events import (
    KINDS,
    JobBegan,
    JobEnded,
    JobLocked,
    JobLonger,
    JobMoved,
    JobNotBegun,
    JobUnlocked,
    MachineBack,
    MachineDown,
    MaterialLate,
    PlanFrozen,
    RushJob,
    RushOrder,
)
from core.replanning.day.floor_of_day import floor_of_day, without_locks
from core.replanning.day.replay import apply, replay
from core.replanning.day.replayed import EventLock, EventsRefusedError, EventState
from core.timing.retime import retime
from tests.strategies import problems

START = datetime(2026, 1, 6, 6, 0)


def at(minutes):
    """Minutes after plan start."""
    return START + timedelta(minutes=minutes)


NOW = at(130)


@pytest.fixture
def shift():
    """Two jobs of 10 and 20 min; M0 runs both, M1 the second; M1 closed from 60 min."""
    problem = Problem.from_rows(
        [
            Job("A", {"M0": 600}, family="F", group="red", due=3600.0),
            Job("B", {"M0": 1200, "M1": 1800}, family="F", group="blue"),
        ],
        [
            Machine("M0", "mill", group="red"),
            Machine("M1", "mill", calendar=Calendar(np.array([[3600, 7200]]))),
        ],
        {("red", "blue"): 120, ("blue", "red"): 300},
    )
    return Shift(problem, START, "Tue early", extras={"Customer": ("Ada", "Bob")})


def rush(**changes):
    """Two jobs of an order in a row, the second in a group that is new."""
    return RushOrder(
        time=at(60),
        jobs=(
            RushJob(id="R1", processing={"M0": 300}, family="R", group="blue"),
            RushJob(
                id="R2",
                processing={"M0": 600, "M1": 900},
                family="R",
                group="green",
                setup=240,
                predecessors=("R1",),
                due=at(240),
                **changes,
            ),
        ),
    )


def every_kind():
    """One event of each kind, in an order in which they can happen."""
    return (
        MachineDown(time=at(10), machine="M1", until=at(130), reason="spindle"),
        MachineBack(time=at(100), machine="M1", who="Ada", note="sooner"),
        JobLonger(time=at(11), job="B", seconds=600),
        MaterialLate(time=at(12), jobs=("B",), arrives=at(90), material="steel"),
        rush(),
        JobLocked(time=at(13), job="B", machine="M0", lock="machine", start=at(90)),
        JobUnlocked(time=at(14), job="B"),
        JobMoved(time=at(14), job="B", machine="M1", lock="start", start=at(95)),
        JobBegan(time=at(5), job="A", machine="M0"),
        JobEnded(time=at(16), job="A", machine="M0", began=at(0)),
        JobNotBegun(time=at(120), job="B"),
        PlanFrozen(time=at(20), until=at(180)),
        PlanFrozen(time=at(30), until=None, machines=("M0",)),
    )


def test_every_kind_is_written_and_read_back(shift):
    """An event read back says and does the same; all kinds are tried."""
    events = every_kind()
    assert {x.kind for x in events} == set(KINDS)
    again = events_from_json(events_to_json(events))
    assert again == events
    assert [x.what for x in again] == [x.what for x in events]
    first, second = (apply(shift, x, NOW) for x in (events, again))
    assert first.content_hash == second.content_hash


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"kind": "flood"}, "no event 'flood'"),
        ({"kind": ""}, "no event ''"),
        ({"format": 2}, "format 1"),
        ({"colour": "red"}, "'colour'"),
        ({"machine": 5}, "expected str"),
        ({"until": "soon"}, "soon"),
        ({"until": "2026-01-06T08:10:00+01:00"}, "local"),
    ],
)
def test_a_damaged_log_is_refused(change, words):
    """Nothing is guessed; the message names what is at fault."""
    kept = every_kind()[0].to_json() | change
    with pytest.raises(ValueError, match=words):
        event_from_json(kept)


def test_a_machine_is_down_until_it_is_back(shift):
    """Down from 10 to 130 min, back at 100; its own closure 60 to 120 min stays."""
    down, back = every_kind()[:2]
    once = apply(shift, [down], NOW)
    assert once.problem.calendars[1].closures.tolist() == [[600, 7800]]
    assert once.problem.calendars[0].closures.tolist() == []
    both = apply(shift, [down, back], NOW)
    assert both.problem.calendars[1].closures.tolist() == [[600, 7200]]


def test_a_job_that_takes_longer_does_so_on_every_machine(shift):
    """10 min more than 20 and 30; the other job stays."""
    longer = apply(shift, [JobLonger(time=at(1), job="B", seconds=600)], NOW)
    assert longer.problem.processing.tolist() == [[600, np.inf], [1800, 2400]]


def test_late_material_keeps_a_job_waiting(shift):
    """The release is the later one of both."""
    late = MaterialLate(time=at(1), jobs=("B",), arrives=at(90))
    sooner = MaterialLate(time=at(2), jobs=("B",), arrives=at(30))
    assert apply(shift, [late, sooner], NOW).problem.release.tolist() == [0, 5400]


def test_a_rush_order_comes_in_behind_the_other_jobs(shift):
    """Its jobs run in a row; what is new of them gets a group and a family."""
    found = apply(shift, [rush()], NOW)
    problem = found.problem
    assert problem.job_ids == ("A", "B", "R1", "R2")
    assert problem.family_names == ("F", "R")
    assert problem.family.tolist() == [0, 0, 1, 1]
    assert problem.group_names == ("red", "blue", "green")
    assert problem.group.tolist() == [0, 1, 1, 2]
    assert problem.precedence.tolist() == [[2, 3]]
    assert problem.due.tolist() == [3600, np.inf, np.inf, 240 * 60]
    assert problem.weight.tolist() == [1, 1, 50, 50]
    assert problem.processing[3].tolist() == [600, 900]
    assert problem.initial_group.tolist() == [0, 3]  # M1 is set up for nothing, still
    # Into green as the job says; from green as long as the longest into the other.
    assert problem.setup[0].tolist() == [
        [0, 120, 240],
        [300, 0, 240],
        [300, 120, 0],
        [0, 0, 0],
    ]
    assert found.extras == {"Customer": ("Ada", "Bob", "", "")}


def test_past_and_locks_are_told_apart_from_the_problem(shift):
    """What has begun and what is locked changes no time and no machine."""
    events = every_kind()
    made = replay(shift, events, NOW)
    assert made.begun == {
        "A": EventState("finished", "M0", 300, 960),  # it began when it was told to
        "B": EventState("planned"),
    }
    assert made.locks == {"B": EventLock("start", "M1", 95 * 60, moved=True)}
    assert made.freeze == {"M0": 0, "M1": 180 * 60}  # lifted on one machine again
    assert made.shift.problem.job_ids == ("A", "B", "R1", "R2")


def test_a_lock_of_the_files_is_lifted_or_replaced(shift):
    """B is locked on M1 by its file; unlocked it is free, moved it stays on M0."""
    by_file = JobState(machine=1, lock=Lock.MACHINE)
    run = JobState(Status.FINISHED, 0, 0, 600)
    shift = replace(shift, floor=Floor(at(20).minute * 60, {0: run, 1: by_file}))
    free = JobUnlocked(time=at(21), job="B")
    made = replay(shift, [free], NOW)
    assert made.shift.floor.states == {0: run}
    assert made.lifted == {"B"}
    move = JobMoved(time=at(22), job="B", machine="M0", lock="start", start=at(30))
    for events in ([move], [free, move]):
        made = replay(shift, events, NOW)
        previous = PreviousPlan.of(retime(shift.problem, ((0, 1), ())))
        floor = floor_of_day(made, previous, at(21))
        assert floor.states[1].machine == 0
        assert floor.states[1].lock is Lock.START
        assert without_locks(floor, shift.floor, {1}).states[1] == by_file
    with pytest.raises(EventsRefusedError, match="not locked"):
        replay(shift, [free, free], NOW)
    alone = replace(shift, floor=Floor(0, {1: by_file}))
    assert replay(alone, [free], NOW).shift.floor is None


def test_an_event_that_is_withdrawn_never_was(shift):
    """Each row by itself; an unknown one is refused."""
    events = every_kind()
    without = withdrawn(events, events[2].id)
    assert apply(shift, without, NOW).problem.processing[1].tolist() == [1200, 1800]
    assert withdrawn([events[0]], events[0].id) == ()
    assert apply(shift, (), NOW).content_hash == shift.content_hash
    with pytest.raises(ValueError, match="no event"):
        withdrawn(events, "x")


def test_the_log_as_a_table():
    """A row per event that was ever told, also of those that are withdrawn."""
    down, back = every_kind()[:2]
    rows = event_rows([down, back], [down.id])
    named = [dict(zip(EVENT_COLUMNS, row, strict=True)) for row in rows]
    assert named[0]["what"] == "M1 is down until Tue 08:10 (spindle)."
    assert [x["state"] for x in named] == ["in force", "withdrawn"]
    assert (named[1]["who"], named[1]["note"]) == ("Ada", "sooner")


@pytest.mark.parametrize(
    ("events", "words"),
    [
        ([MachineDown(time=at(1), machine="M00", until=at(9))], "Did you mean M0"),
        ([JobLonger(time=at(1), job="C", seconds=60)], "no job 'C'"),
        ([MachineDown(time=at(131), machine="M1", until=at(140))], "after now"),
        ([MachineDown(time=at(9), machine="M1", until=at(9))], "before it is down"),
        ([MachineBack(time=at(9), machine="M1")], "No event says"),
        ([JobLonger(time=at(1), job="A", seconds=-600)], "no time at all"),
        ([JobLonger(time=at(1), job="A", seconds=0)], "by nothing"),
        ([JobBegan(time=at(1), job="A", machine="M1")], "may run on M0"),
        (
            [
                JobBegan(time=at(1), job="A", machine="M0"),
                JobBegan(time=at(2), job="B", machine="M0"),
            ],
            "M0 still runs A",
        ),
        (
            [JobEnded(time=at(1), job="A", machine="M0", began=at(2))],
            "end before it began",
        ),
        (
            [
                JobEnded(time=at(2), job="A", machine="M0", began=at(1)),
                JobLonger(time=at(3), job="A", seconds=60),
            ],
            "ended already",
        ),
        (
            [
                JobBegan(time=at(1), job="A", machine="M0"),
                MaterialLate(time=at(2), jobs=("A",), arrives=at(60)),
            ],
            "begun already",
        ),
        (
            [JobLocked(time=at(1), job="A", machine="M1", lock="machine", start=at(5))],
            "may not run on M1",
        ),
        ([JobUnlocked(time=at(1), job="A")], "not locked"),
        ([PlanFrozen(time=at(9), until=at(9))], "Nothing is left to freeze"),
        ([PlanFrozen(time=at(9), until=at(10), machines=("M7",))], "no machine 'M7'"),
        ([rush(weight=0.0)], "weight 0"),
        ([rush(), rush()], "a job 'R1' already"),
        ([RushOrder(time=at(1), jobs=())], "has no job"),
        (
            [
                RushOrder(
                    time=at(1),
                    jobs=(
                        RushJob(id="X", processing={"M0": 1}, predecessors=("Y",)),
                        RushJob(id="Y", processing={"M0": 1}, predecessors=("X",)),
                    ),
                )
            ],
            "wait for each other",
        ),
    ],
)
def test_what_cannot_be_is_refused_in_words(shift, events, words):
    """The message says what is wrong and how to mend it."""
    with pytest.raises(EventsRefusedError, match=words):
        apply(shift, events, NOW)


def test_all_faults_are_said_at_once_and_nothing_is_applied(shift):
    """Two of three events are at fault: both are named."""
    good = JobLonger(time=at(1), job="A", seconds=60)
    bad = JobLonger(time=at(1), job="C", seconds=60)
    worse = MachineBack(time=at(2), machine="M9")
    before = shift.content_hash
    with pytest.raises(EventsRefusedError) as refused:
        apply(shift, [good, bad, worse], NOW)
    assert [x.event for x in refused.value.faults] == [bad, worse]
    assert Shift(shift.problem, START, "", extras=shift.extras).content_hash == before


@st.composite
def logs(draw, problem):
    """Some events that can happen to a problem."""
    jobs, machines = list(problem.job_ids), list(problem.machine_ids)
    moments = st.integers(0, 100).map(lambda x: START + timedelta(seconds=x))
    one = st.one_of(
        st.builds(
            MachineDown,
            time=st.just(START),
            machine=st.sampled_from(machines),
            since=moments,
            until=moments.map(lambda x: x + timedelta(seconds=101)),
        ),
        st.builds(
            JobLonger,
            time=moments,
            job=st.sampled_from(jobs),
            seconds=st.integers(1, 30),
        ),
        st.builds(
            MaterialLate,
            time=moments,
            jobs=st.sampled_from(jobs).map(lambda x: (x,)),
            arrives=moments,
        ),
    )
    log = draw(st.lists(one, max_size=5))
    number = draw(st.integers(0, 2))
    for i in range(number):
        row = RushJob(
            id=f"rush-{i}",
            processing={draw(st.sampled_from(machines)): draw(st.integers(1, 20))},
            group=draw(st.sampled_from(["", "new", *problem.group_names])),
            setup=draw(st.integers(0, 9)),
            predecessors=(draw(st.sampled_from(jobs)),),
        )
        log.append(RushOrder(time=START, jobs=(row,)))
    return log


@given(st.data())
def test_base_and_events_replay_to_the_same_problem(data):
    """Also from the log as it was kept; and each job keeps its place and its name."""
    problem = data.draw(problems())
    shift = Shift(problem, START, "x")
    log = data.draw(logs(problem))
    now = START + timedelta(hours=1)
    once = apply(shift, log, now)
    again = apply(shift, events_from_json(events_to_json(log)), now)
    assert once.problem.content_hash == again.problem.content_hash
    n = problem.num_jobs
    assert once.problem.job_ids[:n] == problem.job_ids
    for entry in fields(problem):
        if entry.name in ("due", "weight", "group", "family", "important"):
            before, after = (
                getattr(problem, entry.name),
                getattr(once.problem, entry.name),
            )
            assert after[:n].tolist() == before.tolist()
    g = problem.num_groups
    assert (once.problem.setup[:, :g, :g] == problem.setup[:, :g]).all()
    for first, then in zip(problem.calendars, once.problem.calendars, strict=True):
        assert (then.open_seconds(300) <= first.open_seconds(300)).all()
