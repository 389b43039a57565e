"""Marks of what is past change, over the bars of a chart."""

from datetime import datetime

import numpy as np
import pytest

from core.charts.bars.floor_marks import FloorMarks
from core.charts.bars.gantt import gantt
from core.charts.window import View
from core.problem.model import Job, Machine, Problem
from core.problem.shift import Shift
from core.timing.retime import retime


@pytest.fixture
def shift():
    """Three jobs of an hour, one behind the other."""
    jobs = [Job(x, {"M": 3600}) for x in "ABC"]
    return Shift(Problem.from_rows(jobs, [Machine("M")]), datetime(2026, 1, 6, 6), "x")


def test_history_is_pale_up_to_now_and_locks_are_hatched(shift):
    """At 07:30 A is done and B half done; C is locked; nothing changes before 08:30."""
    schedule = retime(shift.problem, [[0, 1, 2]])
    marks = FloorMarks(
        5400,
        begun=np.array([True, True, False]),
        locked=np.array([False, False, True]),
        freeze_until={0: 9000},
    )
    figure = gantt(shift, schedule, View(0, 4 * 3600), floor=marks)
    traces = {trace.name: trace for trace in figure.data}
    assert list(traces["has begun"].x) == [3600_000, 1800_000]
    assert list(traces["has begun"].base) == [
        "2026-01-06T06:00:00",
        "2026-01-06T07:00:00",
    ]
    assert list(traces["locked"].base) == ["2026-01-06T08:00:00"]
    assert traces["locked"].marker.pattern.shape == "x"
    assert "frozen" not in traces  # A and B have begun, C is locked anyway
    assert list(traces["nothing changes before"].x[:2]) == ["2026-01-06T08:30:00"] * 2
    assert [x.text for x in figure.layout.annotations] == ["nothing changes before"]


def test_what_is_frozen_is_dotted_on_its_machine_alone():
    """X is frozen until 06:30, Y is not: A on X is dotted, B on Y as free as before."""
    jobs = [Job("A", {"X": 3600}), Job("B", {"Y": 3600})]
    problem = Problem.from_rows(jobs, [Machine("X"), Machine("Y")])
    two = Shift(problem, datetime(2026, 1, 6, 6), "x")
    nobody = np.zeros(2, dtype=np.bool_)
    marks = FloorMarks(0, nobody, nobody, {0: 1800})
    figure = gantt(two, retime(problem, [[0], [1]]), View(0, 2 * 3600), floor=marks)
    traces = {trace.name: trace for trace in figure.data}
    assert len(traces["frozen"].base) == 1
    assert traces["frozen"].marker.pattern.shape == "."
    line = traces["nothing changes before"]
    assert list(line.x) == ["2026-01-06T06:30:00"] * 2 + [None]
    assert line.y[1] - line.y[0] == 1
    assert not figure.layout.annotations  # it does not hold for all of the chart


def test_without_marks_nothing_is_drawn(shift):
    """The chart of a plan that nothing has happened to."""
    figure = gantt(shift, retime(shift.problem, [[0, 1, 2]]), View(0, 3600))
    assert not {"has begun", "locked"} & {trace.name for trace in figure.data}
