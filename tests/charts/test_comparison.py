"""Charts of a comparison: what is drawn is what differs."""

from math import nan

import numpy as np
import pytest

from core.charts.comparison import (
    ComparedPlan,
    change_histogram,
    changes_table,
    comparison_gantts,
    difference_boxes,
    visibility_lines,
)
from core.charts.window import View
from core.comparison.trials import Score, Trial
from core.problem.model import Problem
from core.problem.rows import Job, Machine
from core.timing.retime import retime
from tests.plans import plan_of, shift_of


@pytest.fixture
def problem():
    """Four jobs of an hour, two machines; the first is due after an hour."""
    return Problem.from_rows(
        [
            Job(f"J{i}", {"M": 3600, "N": 3600}, due=3600 if i == 0 else np.inf)
            for i in range(4)
        ],
        [Machine("M"), Machine("N")],
    )


@pytest.fixture
def plans(problem):
    """In two batches on one machine, and at once on both."""
    long = retime(problem, [(1, 0, 2, 3), ()])
    short = retime(problem, [(0, 1), (2, 3)])
    batches, sight = np.array([0, 0, 1, 1]), np.array([4, 3, 2, 1])
    shift = shift_of(problem, Customer=("Smith", "", "Miller", ""))
    return [
        ComparedPlan("batches", plan_of(shift, long), batches, np.array([2, 1, 2, 1])),
        ComparedPlan("<b>at once</b>", plan_of(shift, short), None, sight),
    ]


def named(figure, name):
    """The traces of a name."""
    return [trace for trace in figure.data if trace.name == name]


def test_all_charts_share_one_window(plans):
    """And the same rows."""
    first, second = comparison_gantts(plans, View(0, 4 * 3600))
    assert first.layout.xaxis.range == second.layout.xaxis.range
    assert first.layout.yaxis.range == second.layout.yaxis.range


def test_batch_borders_stand_where_the_next_batch_begins(plans):
    """After the second of four jobs: at 8 o'clock; none where all were seen."""
    view = View(0, 5 * 3600)
    first, second = comparison_gantts(plans, view)
    (border,) = named(first, "next batch")
    at = "2026-01-05T08:00:00"
    assert [x for x in border.x if x is not None] == [at, at]
    assert not named(second, "next batch")
    (hidden,) = named(
        comparison_gantts(plans, View(0, 3600))[0],
        "next batch",
    )
    assert not hidden.x


def test_the_histogram_counts_every_job_that_moved():
    """Two sooner, one later, one unchanged; no bar is both sooner and later."""
    changes = np.array([-7200, -60, 0, 3600])
    figure = change_histogram(changes, "a", "b")
    sooner, later = figure.data
    assert (sum(sooner.y), sum(later.y)) == (2, 1)
    assert (sooner.name, later.name) == ("sooner (2)", "later (1)")
    assert max(sooner.x) < 0 < min(later.x)
    assert "1 job unchanged" in figure.layout.xaxis.title.text


def test_a_histogram_of_equal_plans_is_empty():
    """And can be drawn."""
    figure = change_histogram(np.zeros(3, dtype=np.int64), "a", "b")
    assert sum(sum(trace.y) for trace in figure.data) == 0


def test_what_each_could_see_is_one_line_per_plan(plans):
    """Decision by decision; names are text, never markup."""
    figure = visibility_lines(plans)
    assert list(figure.data[0].y) == [2, 1, 2, 1]
    assert list(figure.data[1].x) == [1, 2, 3, 4]
    assert figure.data[1].name == "&lt;b&gt;at once&lt;/b&gt;"
    assert figure.data[0].line.dash != figure.data[1].line.dash


def test_boxes_show_the_trials_in_which_both_had_a_plan():
    """-50 % and +50 %; the third had none."""

    def score(cost):
        return Score({"cost": cost})

    done = [
        Trial(i, {"a": score(2.0), "b": score(cost)})
        for i, cost in enumerate((1.0, 3.0, nan))
    ]
    figure = difference_boxes(done, "a", [("b", "The other")])
    assert list(figure.data[0].x) == [-50.0, 50.0]
    assert figure.data[0].name == "The other"


def test_the_table_has_those_that_gain_most_first(plans):
    """J3 ends two hours sooner; J0 is late by an hour before, on time after."""
    table = changes_table(plans[0].plan, plans[1].plan)
    assert table["Job"].tolist()[0] in {"J2", "J3"}
    row = table.set_index("Job").loc["J0"]
    assert row["Change"] == -60
    assert row["In words"] == "1 h sooner"
    assert (row["Late before"], row["Late after"]) == (60, 0)
    assert row["Customer"] == "Smith"
    assert table["Change"].is_monotonic_increasing
    assert table.set_index("Job").loc["J1", "In words"] == "1 h later"
