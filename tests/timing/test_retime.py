"""Exact times from the order of jobs on each machine."""

from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given, settings

from core.problem.calendar import Calendar
from core.problem.model import Problem
from core.problem.rows import Job, Machine
from core.problem.schedule import Schedule, setup_seconds
from core.problem.verifier.verify import violations
from core.timing.retime import retime
from tests.strategies import problems_and_sequences, special_sequences
from tests.timing.reference import finish, retime_in_python


@pytest.fixture
def shop() -> Problem:
    """Two machines; M0 is set up for x, free from 5 s and closed in 20-30 s."""
    closed = Calendar(np.array([[20, 30]]))
    machines = [Machine("M0", available=5, group="x", calendar=closed), Machine("M1")]
    jobs = [
        Job("a", {"M0": 10, "M1": 30}, group="x", due=20.0),
        Job("b", {"M0": 10}, group="y", release=12, due=20.0, weight=3.0),
        Job("c", {"M0": 9, "M1": 8}, group="y", predecessors=["a"], important=True),
    ]
    return Problem.from_rows(jobs, machines, {("x", "y"): 4})


def test_times_follow_the_rules(shop):
    """
    M0 runs a (5-15), is set up (15-19) and runs b (19-39, of which 10 s closed).

    M1 needs no first setup; c waits for a and runs 15-23.
    """
    schedule = retime(shop, [[0, 1], [2]])
    assert schedule.machine.tolist() == [0, 0, 1]
    assert schedule.setup_start.tolist() == [5, 15, 0]
    assert schedule.setup_end.tolist() == [5, 19, 0]
    assert schedule.start.tolist() == [5, 19, 15]
    assert schedule.end.tolist() == [15, 39, 23]


def test_a_setup_may_pause_and_may_come_before_the_release(shop):
    """The setup of c starts at 15 s, pauses with the machine and ends at 19 s."""
    schedule = retime(shop, [[0, 2, 1], []])
    assert (schedule.setup_start[2], schedule.setup_end[2]) == (15, 19)
    assert (schedule.start[2], schedule.end[2]) == (19, 38)
    assert schedule.start[1] == 38  # no setup from y to y


@given(problems_and_sequences() | special_sequences())
def test_exact_times_are_always_valid(drawn):
    """The verifier, which shares no code with it, finds nothing in a retimed order."""
    problem, order = drawn
    assert violations(problem, retime(problem, order)) == ()


@given(problems_and_sequences() | special_sequences())
def test_times_are_those_of_the_rules_in_plain_python(drawn):
    """All four times of every job, to the second."""
    problem, order = drawn
    ours, theirs = retime(problem, order), retime_in_python(problem, order)
    for entry in fields(Schedule):
        name = entry.name
        assert getattr(ours, name).tolist() == getattr(theirs, name).tolist(), name


@settings(max_examples=30)
@given(problems_and_sequences())
def test_no_job_could_start_earlier_in_its_order(drawn):
    """A job or setup that begins at the open second before its own breaks a rule."""
    problem, order = drawn
    made = retime(problem, order)
    for job, k in enumerate(made.machine.tolist()):
        calendar = problem.calendars[k]
        setup = int(setup_seconds(problem, made)[job])
        for what in ("start", "setup_start"):
            before = range(int(getattr(made, what)[job]))
            opened = [t for t in before if calendar.next_open(t) == t]
            if not opened or (what == "start" and opened[-1] < made.setup_end[job]):
                continue  # nothing before it is open, or the setup is in the way
            times = {x.name: getattr(made, x.name).copy() for x in fields(made)}
            times[what][job] = opened[-1]
            times["setup_end"][job] = finish(calendar, times["setup_start"][job], setup)
            seconds = int(problem.processing[job, k])
            times["end"][job] = finish(calendar, times["start"][job], seconds)
            assert violations(problem, Schedule(**times))


@pytest.mark.parametrize(
    ("sequences", "message"),
    [
        ([[0, 1]], "Got 1 sequences for 2 machines"),
        ([[0, 1], []], "Job 'c' must be in the sequences exactly once"),
        ([[0, 1, 1], [2]], "Job 'b' must be in the sequences exactly once"),
        ([[0, 1], [2, 3]], r"Expected jobs 0 … 2 in the sequences, got 3"),
        ([[0, 1], [2, -1]], r"got -1"),
        ([[0], [1, 2]], "Job 'b' is not eligible on 'M1'"),
        ([[2, 0, 1], []], "Job 'c' waits for itself"),
    ],
)
def test_impossible_orders_are_refused(shop, sequences, message):
    """The message names the job at fault."""
    with pytest.raises(ValueError, match=message):
        retime(shop, sequences)
