"""Exact times and figures of a schedule."""

import numpy as np
import pytest
from hypothesis import given, settings

from core.problem.calendar import Calendar
from core.problem.model import Problem
from core.problem.rows import Job, Machine
from core.problem.schedule import Schedule, metrics, setup_seconds, tardiness
from core.timing.retime import retime
from tests.strategies import problems_and_sequences


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


def test_figures_are_those_by_hand(shop):
    """Job b is 19 s late with weight 3; 28 of 29 + 39 open seconds are processing."""
    figures = metrics(shop, retime(shop, [[0, 1], [2]]))
    assert (figures.makespan, figures.weighted_tardiness, figures.setup) == (39, 57, 4)
    assert (figures.late_jobs, figures.late_important_jobs) == (1, 0)
    assert figures.on_time_rate == 0.5
    assert figures.flow_time == pytest.approx((15 + 27 + 23) / 3)
    assert figures.utilisation == pytest.approx(28 / (24 + 39))


def test_a_job_without_due_date_is_never_late():
    """Job 0 is due at 45 s and ends 15 s late; job 1 has no due date."""
    schedule = Schedule([0, 1], [0, 0], [0, 30], [0, 30], [60, 90])
    assert tardiness(schedule, np.array([45.0, np.inf])).tolist() == [15.0, 0.0]


@settings(max_examples=30)
@given(problems_and_sequences())
def test_a_schedule_gives_its_order_back(drawn):
    """Sequences are those that made it, and their setups those that it shows."""
    problem, order = drawn
    schedule = retime(problem, order)
    assert schedule.sequences == order[: len(schedule.sequences)]
    assert not any(order[len(schedule.sequences) :])
    open_setup = [
        int(
            problem.calendars[k].open_seconds(end)
            - problem.calendars[k].open_seconds(a)
        )
        for k, a, end in zip(
            schedule.machine, schedule.setup_start, schedule.setup_end, strict=True
        )
    ]
    assert setup_seconds(problem, schedule).tolist() == open_setup


@pytest.mark.parametrize(
    ("arrays", "error", "message"),
    [
        (([0], [0], [0], [0], [1, 2]), ValueError, "one entry per job"),
        (([0], [0], [0], [3], [2]), ValueError, "Job 0 ends before it starts"),
        (([0], [0], [4], [3], [9]), ValueError, "Job 0 ends before it starts"),
        (([0], [0.0], [0], [0], [1]), TypeError, "setup_start holds float64"),
    ],
)
def test_a_nonsense_schedule_is_refused(arrays, error, message):
    """The message names the array or the job at fault."""
    with pytest.raises(error, match=message):
        Schedule(*arrays)


def test_a_schedule_cannot_be_changed_afterwards():
    """A schedule copies its arrays and locks them."""
    end = np.array([9])
    schedule = Schedule([0], [0], [0], [0], end)
    end[0] = 99
    assert schedule.makespan == 9
    with pytest.raises(ValueError, match="read-only"):
        schedule.end[0] = 99
