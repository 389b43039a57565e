"""Orders of a problem, and where a plan leaves them."""

from math import inf

import numpy as np
import pytest
from hypothesis import given, settings

from core.problem.calendar import Calendar
from core.problem.measures.orders import (
    UnknownOrderError,
    find_order,
    order_lines,
    orders,
)
from core.problem.model import Problem
from core.problem.rows import Job, Machine
from core.problem.schedule import tardiness
from core.timing.retime import retime
from tests.strategies import problems_and_sequences


@pytest.fixture
def shop():
    """
    WO-1 is cut and then drilled; a job alone, and WO-2 without a due date.

    The saw closes at 50-60 s. Cut 0-40, alone 40-70; drilled 40-60, other 60-70.
    """
    saw = Machine("saw", calendar=Calendar(np.array([[50, 60]])))
    jobs = [
        Job("cut", {"saw": 40}, family="WO-1", due=10.0),
        Job("drilled", {"drill": 20}, "WO-1", predecessors=["cut"], due=55.0),
        Job("alone", {"saw": 20}, due=100.0, important=True),
        Job("other", {"drill": 10}, "WO-2"),
    ]
    return Problem.from_rows(jobs, [saw, Machine("drill")])


@pytest.fixture
def plan(shop):
    """The jobs in the order of the list."""
    return retime(shop, [[0, 2], [1, 3]])


def test_an_order_is_due_with_the_last_of_its_jobs(shop):
    """WO-1's jobs are due at 10 and 55 s; a job without family is its own order."""
    assert [(x.name, x.jobs, x.due, x.important) for x in orders(shop)] == [
        ("WO-1", (0, 1), 55.0, False),
        ("alone", (2,), 100.0, True),
        ("WO-2", (3,), inf, False),
    ]


def test_the_latest_order_comes_first_and_one_without_due_date_last(shop, plan):
    """WO-1 ends 5 s late, the job alone has 30 s to spare."""
    lines = order_lines(shop, plan)
    assert [(x.order.name, x.end, x.spare, x.late) for x in lines] == [
        ("WO-1", 60, -5.0, 5.0),
        ("alone", 70, 30.0, 0.0),
        ("WO-2", 70, inf, 0.0),
    ]


def test_what_is_done_counts_in_open_time(shop, plan):
    """At 55 s WO-1 has 55 of 60 s behind it; the saw, closed since 50, 10 of 20."""
    lines = {x.order.name: x for x in order_lines(shop, plan, 55)}
    assert lines["WO-1"].share_done == pytest.approx(55 / 60)
    assert lines["alone"].share_done == 0.5
    assert lines["WO-2"].share_done == 0
    assert (lines["WO-1"].next_job, lines["WO-1"].next_machine) == (1, 1)
    assert (lines["alone"].next_job, lines["alone"].next_machine) == (2, 0)


def test_an_order_that_has_ended_has_no_next_job(shop, plan):
    """All of it is done at 70 s."""
    found = order_lines(shop, plan, 70)
    assert {(x.share_done, x.next_job, x.next_machine) for x in found} == {
        (1.0, None, None)
    }


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("wo 1", "Did you mean 'WO-1'"),
        ("cut", "'cut' is a job. Its order is 'WO-1'"),
        ("zzz", "The first orders are 'WO-1', 'alone', 'WO-2'"),
    ],
)
def test_an_unknown_order_is_refused_with_a_likely_one(shop, name, message):
    """A job of an order leads to the order."""
    with pytest.raises(UnknownOrderError, match=message):
        find_order(shop, name)


@settings(max_examples=60)
@given(problems_and_sequences())
def test_an_order_is_never_later_than_its_latest_job(drawn):
    """Every job is in one order, which ends with its last job; all of them dated."""
    problem, sequences = drawn
    schedule = retime(problem, sequences)
    late = tardiness(schedule, problem.due)
    lines = order_lines(problem, schedule)
    assert sorted(j for x in lines for j in x.order.jobs) == list(
        range(problem.num_jobs)
    )
    for line in lines:
        assert line.end == schedule.end[list(line.order.jobs)].max()
        if np.isfinite(problem.due[list(line.order.jobs)]).all():
            assert line.late <= late[list(line.order.jobs)].max()
