"""The strip over all decisions, its mark, and the plan as far as it was made."""

import re

import numpy as np
import pytest

from core.charts import theme
from core.charts.decisions import Ghost, partial_gantt, so_far, strip, strip_mark
from core.charts.window import View
from core.planning.settings import PlanSettings
from core.problem.objective import Objective
from core.schedulers.dispatching.rule_trace import trace_of
from core.schedulers.registry import scheduler

pytestmark = pytest.mark.slow  # the first rule that runs is compiled

HOUR = 3600
ALL = View(0, 20 * HOUR)


@pytest.fixture
def trace(shop):
    """The four decisions of a dispatch rule."""
    return trace_of(scheduler(PlanSettings("rule:spt")).schedule(shop, Objective()))


def named(figure, name):
    """The traces of a name."""
    return [x for x in figure.data if x.name == name]


def test_a_click_on_the_strip_names_the_decision(trace):
    """The first trace covers every decision, and tells which it is."""
    click = strip(trace, np.zeros(4, bool)).data[0]
    assert list(click.customdata) == [0, 1, 2, 3]
    assert list(click.x) == [1, 2, 3, 4]
    assert list(click.y) == [1, 1, 1, 1]
    assert [text.split("<br>")[0] for text in click.hovertext] == [
        f"Decision {number}" for number in (1, 2, 3, 4)
    ]


def test_setups_are_as_high_as_they_are_long_and_red_where_late(trace):
    """In minutes; the color tells of the job behind."""
    late = np.array([False, True, False, True])
    setups = strip(trace, late).data[-1]
    assert list(setups.y) == (trace.setup / 60).tolist()
    assert sum(setups.y) > 0
    expected = [theme.LATE if x else theme.SETUP for x in late]
    assert list(setups.marker.color) == expected


def test_a_rule_has_no_doubt_but_choices(trace):
    """The row has the jobs that were possible: a row without anything empties all."""
    figure = strip(trace, np.zeros(4, bool))
    lines = [x for x in figure.data if x.type == "scatter"]
    assert [x.mode for x in lines] == ["lines"] * 3
    possible = np.diff(trace.job_first)
    assert list(lines[0].y) == pytest.approx(list(possible / possible.max()))
    assert lines[0].yaxis is None  # the row that the others lie over
    assert figure.layout.yaxis.title.text == "choices"


@pytest.mark.parametrize(("step", "begin", "end"), [(0, 0.0, 0.25), (3, 0.75, 1.0)])
def test_the_mark_lies_over_its_step(trace, step, begin, end):
    """Between the strip's margins: a share of what lies between them."""
    html = strip_mark(trace, step)
    shares = [float(x) for x in re.findall(r"\* ([\d.]+)\)", html)]
    assert shares == [begin, end, begin]  # left; and width is end less begin
    margin = strip(trace, np.zeros(4, bool)).layout.margin
    assert f"calc({margin.l}px + (100% - {margin.l + margin.r}px)" in html
    assert f"top: {margin.t}px" in html


def test_the_mark_is_made_of_numbers(trace):
    """No word of a planner's file is in it: it goes into the page as HTML."""
    number, share = r"[\d.]+", r"calc\([\d.]+px \+ \(100% - \d+px\) \* [\d.]+\)"
    expected = (
        f'<div class="step-mark" style="left: {share}; width: max\\(4px, '
        f"calc\\({share} - {share}\\)\\); top: {number}px; "
        f'height: {number}px"></div>'
    )
    for step in range(4):
        assert re.fullmatch(expected, strip_mark(trace, step))


def test_the_plan_so_far_has_what_is_placed(shift, trace):
    """A bar for each job up to the step; the others lie behind all that is shown."""
    for step in range(4):
        partial = so_far(trace, step, 99 * HOUR)
        placed = trace.job[: step + 1]
        assert (partial.start[placed] == trace.schedule.start[placed]).all()
        rest = np.setdiff1d(np.arange(4), placed)
        assert (partial.start[rest] == 99 * HOUR).all()
        figure = partial_gantt(shift, trace, step, ALL)
        drawn = [
            job
            for bar in figure.data
            if bar.type == "bar" and bar.customdata is not None and bar.name != "setup"
            for job in np.ravel(bar.customdata).tolist()
        ]
        assert sorted(set(drawn)) == sorted(placed.tolist())


def test_the_job_just_placed_is_outlined(shift, trace):
    """Where it starts, in an empty box."""
    figure = partial_gantt(shift, trace, 2, ALL)
    (box,) = named(figure, "just placed")
    begin = np.datetime64(shift.start) + np.timedelta64(trace[2].start, "s")
    assert np.datetime64(box.base[0]) == begin
    assert box.x[0] == 1000 * (trace[2].end - trace[2].start)
    assert box.marker.color == "rgba(0,0,0,0)"


def test_the_runner_up_has_a_ghost(shift, trace):
    """On its machine, at its times; none is drawn unless asked for."""
    figure = partial_gantt(shift, trace, 0, ALL)
    assert not named(figure, "runner-up")
    ghost = Ghost(2, 3 * HOUR, 5 * HOUR)
    figure = partial_gantt(shift, trace, 0, ALL, ghost)
    (box,) = named(figure, "runner-up")
    assert box.x[0] == 1000 * 2 * HOUR
    rows = figure.layout.yaxis
    row = dict(zip(rows.ticktext, rows.tickvals, strict=True))["L2"]
    assert abs(box.y[0] - row) < 0.5
