"""Neighbours of one colour as one bar."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from core.charts.bars.joined_bars import joined_bars, needs_overview
from core.charts.window import VISIBLE_BARS, View
from core.problem.schedule import tardiness
from core.timing.retime import retime
from tests.strategies import problems_and_sequences

HOUR = 3600


def spans(found):
    """Begin, end and number of jobs of each run."""
    return list(
        zip(found.begin.tolist(), found.end.tolist(), found.count.tolist(), strict=True)
    )


def test_neighbours_of_one_kind_are_one_run_over_their_setup(shop, plan):
    """Jobs a (0-4 h) and c (5-10 h, pauses to 12 h) on L1 with the setup between."""
    late = tardiness(plan, shop.due) > 0
    every = View(0, 20 * HOUR)
    same = joined_bars(shop, plan, every, np.zeros(4, dtype=np.int64), late)
    ends = plan.end.tolist()
    assert spans(same) == [(0, ends[2], 2), (4 * HOUR, ends[1], 1), (0, ends[3], 1)]
    assert same.job.tolist() == [0, 1, 3]
    assert same.late.sum() == late.sum()
    apart = joined_bars(shop, plan, every, np.arange(4), late)
    assert apart.count.tolist() == [1, 1, 1, 1]


@given(problems_and_sequences(), st.data())
def test_every_job_is_in_one_run_and_no_run_has_two_kinds(drawn, data):
    """Whatever the plan: counts add up, and a run lies on one machine."""
    problem, sequences = drawn
    schedule, jobs = retime(problem, sequences), problem.num_jobs
    kind = np.array(
        data.draw(st.lists(st.integers(0, 2), min_size=jobs, max_size=jobs))
    )
    late = tardiness(schedule, problem.due) > 0
    found = joined_bars(problem, schedule, View(0, schedule.makespan + 1), kind, late)
    assert found.count.sum() == jobs
    assert found.late.sum() == late.sum()
    for i in range(len(found.job)):
        inside = np.flatnonzero(
            (schedule.machine == found.machine[i])
            & (schedule.start >= found.begin[i])
            & (schedule.end <= found.end[i])
        )
        assert set(kind[inside]) == {found.kind[i]}
        assert len(inside) == found.count[i]


def test_a_crowd_without_like_neighbours_stays_within_the_limit(crowd):
    """5,000 jobs whose colours alternate: slots of time, and all jobs counted."""
    problem, schedule = crowd[0].problem, crowd[1]
    view = View(0, schedule.makespan)
    assert needs_overview(problem, schedule, view)
    found = joined_bars(
        problem, schedule, view, problem.group, np.zeros(5000, dtype=np.bool_)
    )
    assert len(found.job) <= VISIBLE_BARS
    assert found.count.sum() == 5000
    assert not needs_overview(problem, schedule, View(0, 1500))


def test_nothing_in_view_is_no_run(shop, plan):
    """Empty arrays, no error."""
    late = np.zeros(4, dtype=np.bool_)
    found = joined_bars(
        shop, plan, View(90 * HOUR, 91 * HOUR), np.zeros(4, dtype=int), late
    )
    assert len(found.job) == len(found.end) == len(found.late) == 0
