"""Load over time: what machines do, could do, and are wanted for."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.problem.calendar import Calendar
from core.problem.measures.load import jobs_within, load
from core.problem.model import Problem
from core.problem.rows import Job, Machine
from core.problem.schedule import setup_seconds
from core.timing.retime import retime
from tests.strategies import problems_and_sequences


@pytest.fixture
def shop():
    """
    M is closed 100-200 s: A runs 0-80; B is set up 80-90, runs 90-100, 200-220.

    N, of the same type, does nothing from 50 s on. A is due at 80 s, B at 100.
    """
    jobs = [
        Job("A", {"M": 80}, group="x", due=80),
        Job("B", {"M": 30, "N": 30}, group="y", due=100),
    ]
    closed = Calendar(np.array([[100, 200]]))
    machines = [Machine("M", "cut", calendar=closed), Machine("N", "cut", available=50)]
    problem = Problem.from_rows(jobs, machines, {("x", "y"): 10})
    plan = retime(problem, [[0, 1], []])
    assert (plan.setup_start.tolist(), plan.end.tolist()) == ([0, 80], [80, 220])
    return problem, plan


def test_work_setup_closure_and_free_time_are_told_apart(shop):
    """In periods of 100 s: 0-100, 100-200, 200-300."""
    found = load(*shop, period=100)
    assert found.edges.tolist() == [0, 100, 200, 300]
    assert found.work[0].tolist() == [90, 0, 20]
    assert found.setup[0].tolist() == [10, 0, 0]
    assert found.closed[0].tolist() == [0, 100, 0]
    assert found.free[0].tolist() == [0, 0, 80]
    assert found.closed[1].tolist() == [50, 0, 0]  # not available yet
    assert found.free[1].tolist() == [50, 100, 100]


def test_due_dates_want_more_than_a_machine_holds(shop):
    """By 100 s 80 + 30 + 10 s are wanted of M, which is open for 100: 20 too many."""
    found = load(*shop, period=100)
    assert found.wanted[0].tolist() == [120, 0, 0]
    assert found.excess[0].tolist() == [20, 0, 0]
    assert found.backlog.tolist() == [20, 0]
    assert found.bottleneck == 0


def test_what_is_too_much_is_told_from_what_has_to_be_done_before():
    """Of M 250 s are wanted by 200: 50 of them earlier, and 50 there is no room for."""
    jobs = [Job("A", {"M": 100}, due=200), Job("B", {"M": 150}, due=200)]
    problem = Problem.from_rows(jobs, [Machine("M")])
    found = load(problem, retime(problem, [[0, 1]]), period=100)
    assert found.wanted[0].tolist() == [50, 200, 0]
    assert found.excess[0].tolist() == [0, 100, 0]
    assert found.too_much[0].tolist() == [0, 50, 0]
    shorter = replace(problem, processing=np.array([[100], [80]]))
    found = load(shorter, retime(shorter, [[0, 1]]), period=100)
    assert found.excess[0].tolist() == [0, 80]
    assert found.too_much[0].tolist() == [0, 0]


def test_a_successor_wants_its_predecessor_sooner():
    """B takes 30 s and is due at 100: A has to end by 70, and is wanted from 50 on."""
    jobs = [Job("A", {"M": 20}), Job("B", {"N": 30}, due=100, predecessors=["A"])]
    problem = Problem.from_rows(jobs, [Machine("M"), Machine("N")])
    found = load(problem, retime(problem, [[0], [1]]), period=10)
    assert found.wanted[0].tolist() == [0, 0, 0, 0, 0]  # the plan ends at 50
    longer = replace(problem, release=np.array([50, 0]))
    found = load(longer, retime(longer, [[0], [1]]), period=10)
    assert found.wanted[0].tolist() == [0, 0, 0, 0, 0, 10, 10, 0, 0, 0]
    assert found.wanted[1].tolist() == [0, 0, 0, 0, 0, 0, 0, 10, 10, 10]


def test_machine_types_are_the_sum_of_their_machines(shop):
    """M and N are both of the type cut."""
    problem, plan = shop
    found = load(problem, plan, period=100).by_type(problem)
    assert found.names == ("cut",)
    assert found.closed.tolist() == [[50, 100, 0]]
    assert found.use[0] == pytest.approx(120 / 450)


def test_a_period_tells_its_jobs(shop):
    """From 85 on B is set up for; between 100 and 200 it is interrupted, but there."""
    _, plan = shop
    machines = np.array([True, False])
    assert jobs_within(plan, machines, 0, 80).tolist() == [0]
    assert jobs_within(plan, machines, 0, 85).tolist() == [0, 1]
    assert jobs_within(plan, machines, 100, 200).tolist() == [1]
    assert jobs_within(plan, ~machines, 0, 300).tolist() == []


def test_too_many_periods_are_refused(shop):
    """220 s in periods of 0.1 s, or of none."""
    long = replace(shop[0], release=np.array([0, 4000]))
    with pytest.raises(ValueError, match="at most 2000 periods, got 40"):
        load(long, retime(long, [[0, 1], []]), period=1)
    with pytest.raises(ValueError, match="at least 1 s"):
        load(*shop, period=0)


@settings(max_examples=100)
@given(problems_and_sequences(), st.integers(1, 40))
def test_nothing_is_lost_and_nothing_counted_twice(drawn, period):
    """The parts of each period are its length, and all work and setups are there."""
    problem, sequences = drawn
    plan = retime(problem, sequences)
    found = load(problem, plan, period)
    whole = found.work + found.setup + found.closed + found.free
    assert (whole == period).all()
    assert (found.free >= 0).all()
    done = problem.processing[np.arange(problem.num_jobs), plan.machine]
    assert found.work.sum() == done.sum()
    assert found.setup.sum() == setup_seconds(problem, plan).sum()
    assert (found.too_much <= found.excess).all()
    assert (found.too_much.sum(axis=1) == found.backlog).all()
    kinds = found.by_type(problem)
    assert kinds.wanted.sum() == found.wanted.sum()
    assert kinds.members.sum() == problem.num_machines
