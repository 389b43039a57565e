"""The verifier names exactly the rule that a schedule breaks."""

from dataclasses import fields, replace
from datetime import datetime

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from core.problem.calendar import Calendar
from core.problem.model import Problem
from core.problem.rows import Job, Machine
from core.problem.schedule import Schedule
from core.problem.verifier.time_words import by_the_clock
from core.problem.verifier.verify import Violation, violations
from core.timing.retime import retime
from tests.strategies import problems_and_sequences


@pytest.fixture
def shop() -> Problem:
    """M0 is set up for x, free from 5 s, closed in 20-30 s; M1 closed in 40-50 s."""
    machines = [
        Machine("M0", available=5, group="x", calendar=Calendar(np.array([[20, 30]]))),
        Machine("M1", calendar=Calendar(np.array([[40, 50]]))),
    ]
    jobs = [
        Job("a", {"M0": 10, "M1": 30}, group="x"),
        Job("b", {"M0": 10}, group="y", release=12),
        Job("c", {"M0": 9, "M1": 8}, group="y", predecessors=["a"]),
        Job("d", {"M1": 6}, group="y"),
    ]
    return Problem.from_rows(jobs, machines, {("x", "y"): 4, ("y", "y"): 2})


@pytest.fixture
def valid(shop) -> Schedule:
    """M0: a 5-15, setup 15-19, b 19-39; M1: c 15-23, setup 23-25, d 25-31."""
    return retime(shop, [[0, 1], [2, 3]])


def changed(schedule, **times):
    """Change some times of a schedule, given as array=(job, seconds)."""
    arrays = {x.name: getattr(schedule, x.name).copy() for x in fields(schedule)}
    for name, (job, value) in times.items():
        arrays[name][job] = value
    return Schedule(**arrays)


def rules(problem, schedule):
    """Which rules are broken."""
    return {violation.rule for violation in violations(problem, schedule)}


def test_the_valid_schedule_is_valid(shop, valid):
    """The schedule that the other tests break breaks nothing itself."""
    assert violations(shop, valid) == ()


@pytest.mark.parametrize(
    ("times", "rule", "job", "machine", "message"),
    [
        (
            {"machine": (3, 0), "setup_start": (3, 39), "setup_end": (3, 41)}
            | {"start": (3, 41), "end": (3, 47)},
            *(1, 3, 0, "Job 'd' may not run on machine 'M0'."),
        ),
        (
            {"machine": (3, 7)},
            1,
            3,
            None,
            "Job 'd' is on machine number 7; there are 2",
        ),
        ({"machine": (3, -1)}, 1, 3, None, "Job 'd' is on machine number -1"),
        (
            {"start": (2, 14), "end": (2, 22)},
            *(2, 2, None, "before its predecessor 'a' ends at 15 s."),
        ),
        (
            {"setup_start": (3, 22), "setup_end": (3, 24)},
            *(3, 3, 1, "Machine 'M1' begins with job 'd' at 22 s, before job 'c' ends"),
        ),
        ({"setup_end": (3, 24)}, 3, 3, 1, "on machine 'M1' lasts 1 s; it takes 2 s."),
        (
            {"setup_start": (3, 24), "setup_end": (3, 27)}
            | {"start": (3, 27), "end": (3, 33)},
            *(3, 3, 1, "lasts 3 s; it takes 2 s."),
        ),
        (
            {"end": (3, 32)},
            *(4, 3, 1, "for 7 s of open time on machine 'M1'; it takes 6 s."),
        ),
        ({"end": (3, 30)}, 4, 3, 1, "processed for 5 s"),
        (
            {"setup_start": (0, 4), "setup_end": (0, 4)},
            *(5, 0, 0, "begins with job 'a' at 4 s, before it is available at 5 s."),
        ),
        (
            {"start": (3, 45), "end": (3, 56)},
            *(4, 3, 1, "Job 'd' starts at 45 s, while machine 'M1' is closed."),
        ),
        (
            {"start": (3, 34), "end": (3, 45)},
            *(4, 3, 1, "Job 'd' ends at 45 s, while machine 'M1' is closed."),
        ),
        (
            {"setup_start": (3, 41), "setup_end": (3, 52)}
            | {"start": (3, 52), "end": (3, 58)},
            *(4, 3, 1, "The setup for job 'd' starts at 41 s, while machine 'M1'"),
        ),
        (
            {"setup_start": (3, 38), "setup_end": (3, 43)}
            | {"start": (3, 52), "end": (3, 58)},
            *(4, 3, 1, "The setup for job 'd' ends at 43 s, while machine 'M1'"),
        ),
    ],
)
def test_one_broken_rule_is_named(shop, valid, times, rule, job, machine, message):
    """Exactly one violation, with its rule, job and machine, and their names."""
    (found,) = violations(shop, changed(valid, **times))
    assert (found.rule, found.job, found.machine) == (rule, job, machine)
    assert message in str(found)


def test_a_job_before_its_release_is_named(shop):
    """Job b starts at 19 s; were it released at 25 s only, that would be early."""
    schedule = retime(shop, [[0, 1], [2, 3]])
    later = replace(shop, release=np.array([0, 25, 0, 0]))
    (found,) = violations(later, schedule)
    assert (found.rule, found.job) == (2, 1)
    assert str(found) == "Job 'b' starts at 19 s, before its release at 25 s."


def test_a_start_before_the_setup_is_done_is_named(shop, valid):
    """A schedule that slipped through its own checks is still caught."""
    start = valid.start.copy()
    start[3] = 24
    object.__setattr__(valid, "start", start)
    found = violations(shop, valid)
    assert "Job 'd' starts at 24 s, before machine 'M1' is set up at 25 s." in map(
        str, found
    )


def test_planners_read_times_by_the_clock(shop, valid):
    """Exact to the second; a length in hours, minutes and seconds."""
    by = by_the_clock(datetime(2026, 1, 5, 6))
    assert (by.at(3600), by.at(3661)) == ("Mon 5 Jan 07:00", "Mon 5 Jan 07:01:01")
    assert [by.lasts(x) for x in (0, 59, 5400, 5374)] == [
        *("0 min", "59 s", "1 h 30 min", "1 h 29 min 34 s"),
    ]
    late = changed(valid, setup_start=(1, 16))
    assert [str(x) for x in violations(shop, late, by)] == [
        "The setup for job 'b' on machine 'M0' lasts 3 s; it takes 4 s."
    ]
    early = changed(valid, setup_start=(1, 13), setup_end=(1, 17))
    assert str(violations(shop, early, by)[0]) == (
        "Machine 'M0' begins with job 'b' at Mon 5 Jan 06:00:13, before job 'a' ends "
        "at Mon 5 Jan 06:00:15."
    )


def test_a_job_too_many_or_too_few_is_named(shop, valid):
    """A schedule of other jobs is not judged further."""
    short = Schedule(*(getattr(valid, x.name)[:3] for x in fields(valid)))
    message = "The schedule has 3 jobs; the problem has 4."
    assert violations(shop, short) == (Violation(1, None, None, message),)


def test_waiting_is_valid(shop, valid):
    """Job d and its setup may wait, also for each other, and work across a closure."""
    late = changed(valid, start=(3, 36), end=(3, 52))
    assert not violations(shop, changed(late, setup_start=(3, 26), setup_end=(3, 28)))


def test_work_may_end_as_a_closure_begins(shop, valid):
    """From 34 s, 6 s of work end at 40 s, not at 50 s when M1 opens again."""
    assert not violations(shop, changed(valid, start=(3, 34), end=(3, 40)))
    assert rules(shop, changed(valid, start=(3, 34), end=(3, 50))) == {4}


def test_the_first_setup_starts_from_what_the_machine_is_set_up_for(shop):
    """M0 is set up for x, so that b first takes 4 s of setup, and a none after c."""
    schedule = retime(shop, [[1, 0], [2, 3]])
    assert not violations(shop, schedule)
    assert rules(shop, changed(schedule, setup_end=(1, 5))) == {3}


def test_waits_pauses_and_reservations_are_kept_to_the_second():
    """
    On M, closed in 20-30 and 33-34 s: a runs 0-10, b 34-46 in one go.

    On N: c comes 5 s after a, at 15 s, and r is reserved at 40 s.
    """
    closed = Machine("M", calendar=Calendar(np.array([[20, 30], [33, 34]])))
    jobs = [
        Job("a", {"M": 10}, wait_after=5),
        Job("b", {"M": 12}, may_pause=False),
        Job("c", {"N": 5}, predecessors=["a"]),
        Job("r", {"N": 5, "M": 5}, reserved=("N", 40)),
    ]
    shop = Problem.from_rows(jobs, [closed, Machine("N")])
    kept = retime(shop, [[0, 1], [2, 3]])
    assert kept.start.tolist() == [0, 34, 15, 40]
    assert not violations(shop, kept)
    whole = replace(shop, may_pause=[True] * 4)
    paused = retime(whole, [[0, 1], [2, 3]])
    assert paused.start[1] == 10
    assert paused.end[1] == 32
    said = {
        "broken by a pause": paused,
        "too early": changed(kept, start=(2, 14), end=(2, 19)),
        "moved": changed(kept, start=(3, 41), end=(3, 46)),
        "elsewhere": changed(
            kept,
            machine=(3, 0),
            setup_start=(3, 46),
            setup_end=(3, 46),
            start=(3, 46),
            end=(3, 51),
        ),
    }
    found = {name: violations(shop, plan) for name, plan in said.items()}
    broken = {name: [(x.rule, x.job) for x in faults] for name, faults in found.items()}
    assert broken == {
        "broken by a pause": [(4, 1)],
        "too early": [(2, 2)],
        "moved": [(6, 3)],
        "elsewhere": [(6, 3), (6, 3)],
    }
    assert [str(x) for faults in found.values() for x in faults] == [
        "Job 'b' may not pause, and machine 'M' is closed for 10 s of its processing.",
        "Job 'c' starts 4 s after the end of its predecessor 'a', which has to be 5 s "
        "or more.",
        "Job 'r' starts at 41 s; it is reserved at 40 s.",
        "Job 'r' is not on machine 'N', where it is reserved.",
        "Job 'r' starts at 46 s; it is reserved at 40 s.",
    ]


SHIFTS = st.integers(1, 5)


@settings(max_examples=30)
@given(problems_and_sequences(min_jobs=2), st.data())
def test_every_rule_is_found_in_any_schedule(drawn, data):
    """One thing moved or retold, in any schedule; its rule is among those named."""
    problem, order = drawn
    made = retime(problem, order)
    job = data.draw(st.integers(0, problem.num_jobs - 1))
    k, start = int(made.machine[job]), int(made.start[job])
    by = data.draw(SHIFTS)
    seconds = problem.processing.copy()
    seconds[job, k] += by
    assert rules(replace(problem, processing=seconds), made) == {4}

    release = problem.release.copy()
    release[job] = start + by
    assert rules(replace(problem, release=release), made) == {2}

    setup = problem.setup + by
    assert rules(replace(problem, setup=setup), made) == {3}

    available = problem.available.copy()
    available[k] = int(made.setup_start[made.machine == k].min()) + by
    assert rules(replace(problem, available=available), made) == {5}

    closed = np.vstack([problem.calendars[k].closures, [[start, start + by]]])
    calendars = list(problem.calendars)
    calendars[k] = Calendar(closed)
    assert 4 in rules(replace(problem, calendars=tuple(calendars)), made)


@settings(max_examples=30)
@given(problems_and_sequences(min_jobs=2, max_machines=2), st.data())
def test_two_jobs_at_once_are_found_in_any_schedule(drawn, data):
    """A job that is moved onto another of its machine keeps it doubly busy."""
    problem, order = drawn
    made = retime(problem, order)
    busy = [jobs for jobs in made.sequences if len(jobs) > 1]
    assume(busy)
    jobs = data.draw(st.sampled_from(busy))
    first, second = data.draw(st.permutations(jobs))[:2]
    arrays = {x.name: getattr(made, x.name).copy() for x in fields(made)}
    for times in arrays.values():
        times[second] = times[first]
    assert 3 in rules(problem, Schedule(**arrays))


@settings(max_examples=30)
@given(problems_and_sequences(), st.data())
def test_a_wrong_machine_is_found_in_any_schedule(drawn, data):
    """A job on a machine that is not its own, or does not exist, breaks rule 1."""
    problem, order = drawn
    made = retime(problem, order)
    job = data.draw(st.integers(0, problem.num_jobs - 1))
    wrong = [-1, problem.num_machines, *np.flatnonzero(~problem.eligible[job]).tolist()]
    machine = data.draw(st.sampled_from(wrong))
    assert 1 in rules(problem, changed(made, machine=(job, machine)))
