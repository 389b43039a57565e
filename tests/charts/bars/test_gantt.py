"""The Gantt chart: what is drawn, where, and how little of it."""

import json
import re
from dataclasses import replace
from datetime import timedelta

import numpy as np
import plotly.graph_objects as go
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.charts import theme
from core.charts.bars.canvas import arranged
from core.charts.bars.categories import categories
from core.charts.bars.floor_marks import FloorMarks
from core.charts.bars.gantt import gantt
from core.charts.bars.marks import Whiskers
from core.charts.window import VISIBLE_BARS, ColorBy, View
from core.problem.model import Problem
from core.problem.rows import Job, Machine
from core.timing.retime import retime
from tests.plans import shift_of
from tests.strategies import problems_and_sequences

HOUR = 3600
ALL = View(0, 20 * HOUR)


def trace(figure, name):
    """The trace of a name."""
    return next(x for x in figure.data if x.name == name)


def spans(bar, start):
    """Begin and end of every bar in hours since plan start."""
    # In words: a browser would show milliseconds in its own time zone.
    begin = (np.array(bar.base, dtype="datetime64[s]") - np.datetime64(start)) / HOUR
    begin = begin / np.timedelta64(1, "s")
    assert all(isinstance(base, str) for base in bar.base)
    return [(b, b + x / 1000 / HOUR) for b, x in zip(begin, bar.x, strict=True)]


@pytest.fixture
def figure(shift, plan):
    """The whole plan by setup group."""
    return gantt(shift, plan, ALL)


def test_bars_lie_where_the_jobs_run(figure, start):
    """Red: a 0-4 h on L1, b 4-6 h on D1. Blue: c 5-12 h across the pause, d 0-1 h."""
    red, blue = trace(figure, "red"), trace(figure, "blue")
    assert list(red.customdata) == [0, 1]
    assert spans(red, start) == [(0, 4), (4, 6)]
    assert list(blue.customdata) == [2, 3]
    assert spans(blue, start) == [(5, 10), (0, 1)]


def test_rows_are_the_machines_by_type(figure, shop, plan):
    """Header, L1, L2; header, D1: jobs a, c on row 1, d on 2, b on 4."""
    rows = arranged(shop, ALL)
    assert rows.machines.tolist() == [0, 2, 1]
    assert rows.y.tolist() == [1.5, 2.5, 4.5]
    assert [y for _, y in rows.headers] == [0.5, 3.5]
    bars = [*trace(figure, "red").y, *trace(figure, "blue").y]
    assert np.round(bars).tolist() == np.round([1.44, 4.44, 1.44, 2.44]).tolist()
    assert list(figure.layout.yaxis.ticktext) == ["L1", "L2", "D1"]


def test_setups_are_thin_bars_of_their_own(figure, start):
    """The lathe is set up for c from 4 to 5 h."""
    setup = trace(figure, "setup")
    assert spans(setup, start) == [(4, 5)]
    assert list(setup.customdata) == [2]
    assert setup.width < trace(figure, "red").width / 2


def test_closures_of_neighbours_are_one_box(figure, start):
    """Both lathes close from 10 to 12 h and stand under each other."""
    closed = trace(figure, "closed")
    assert spans(closed, start) == [(10, 12)]
    assert list(closed.width) == [2]
    assert list(closed.y) == [2]


def test_a_late_job_has_a_stripe(figure, plan, shop, start):
    """Job c is due at 8 h and ends at 10 h; d is due as it ends, on time."""
    late = trace(figure, "late")
    assert spans(late, start) == [(5, 10)]
    assert late.marker.color == theme.LATE


def test_a_window_draws_only_what_is_in_it(shift, plan, start):
    """From 1 to 3 h only job a runs, cut at both ends."""
    figure = gantt(shift, plan, View(HOUR, 3 * HOUR))
    bars = [
        x for x in figure.data if isinstance(x, go.Bar) and x.customdata is not None
    ]
    assert [(x.name, spans(x, start)) for x in bars] == [("red", [(1, 3)])]
    assert figure.layout.xaxis.range == ("2026-01-05T07:00:00", "2026-01-05T09:00:00")


def test_now_and_due_are_lines_when_in_view(shift, plan, start):
    """Now at 2 h; the job in focus is due at 8 h."""
    view = replace(ALL, job=2)
    figure = gantt(shift, plan, view, now=start + timedelta(hours=2))
    words = figure.layout.annotations
    assert [(x.text, x.xanchor) for x in words] == [("now", "left"), ("c due", "left")]
    # 8 of 10 h from the left its words would be cut off: they stand before the line.
    near = gantt(shift, plan, replace(ALL, end=10 * HOUR, job=2))
    assert [x.xanchor for x in near.layout.annotations] == ["right"]
    later = gantt(shift, plan, ALL, now=start + timedelta(days=9))
    assert not later.layout.annotations


def test_the_family_in_focus_keeps_its_colour(shift, plan, start):
    """Job a and its successor b stay; c and d fade; a has the outline."""
    figure = gantt(shift, plan, replace(ALL, job=0))
    red, blue = trace(figure, "red"), trace(figure, "blue")
    assert list(red.marker.opacity) == [1, 1]
    assert max(blue.marker.opacity) < 0.5
    assert red.marker.line.width[0] > red.marker.line.width[1]
    assert "L1" in figure.layout.yaxis.ticktext[0] != "L1"


def test_names_are_never_markup(figure):
    """Job <b>d</b> is called so wherever it is written."""
    texts = [*trace(figure, "blue").hovertext]
    texts += [x for t in figure.data for x in (t.text or []) if t.mode == "text"]
    assert any("&lt;b&gt;d&lt;/b&gt;" in text for text in texts)
    assert not any("<b>d</b>" in text for text in texts)


def test_a_planners_column_is_in_the_hover_and_never_markup(figure):
    """Jobs a and d are for Smith; b has no customer, and no empty line either."""
    red = trace(figure, "red")
    lines = dict(zip(red.customdata, red.hovertext, strict=True))
    assert lines[0].split("<br>")[-1] == "Customer: Smith &amp; &lt;Co&gt;"
    assert "Customer" not in lines[1]


def test_a_hover_stays_short(shift, plan):
    """Nine columns of the planner's own: six, and how many more there are."""
    own = {f"Column {i}": ("x",) * 4 for i in range(9)}
    figure = gantt(replace(shift, extras=own), plan, ALL)
    lines = trace(figure, "red").hovertext[0].split("<br>")
    assert lines[-2:] == ["Column 5: x", "3 more columns"]


@pytest.mark.parametrize("color", ColorBy)
def test_every_job_has_one_colour(shop, plan, color):
    """Whatever the colour stands for."""
    found = categories(shop, plan, replace(ALL, color=color))
    assert sum(x.members.astype(int) for x in found).tolist() == [1, 1, 1, 1]
    assert len({x.color for x in found}) == len(found)


def test_lateness_is_a_scale(shop, plan):
    """a has 2 h to spare, b no due date, c is 2 h late, d just in time."""
    found = categories(shop, plan, replace(ALL, color=ColorBy.LATENESS))
    of = {int(j): x.name for x in found for j in np.flatnonzero(x.members)}
    assert of == {
        0: "over 1 h to spare",
        1: "no due date",
        2: "late",
        3: "just in time",
    }


def test_what_the_palette_has_no_colour_for_is_other():
    """Eleven groups: the eight with most work have a colour; a focus always has."""
    jobs = [
        Job(f"J{i}", {"M": 100 + i}, family=f"F{i}", group=f"G{i:02}")
        for i in range(11)
    ]
    problem = Problem.from_rows(jobs, [Machine("M")])
    schedule = retime(problem, [range(11)])
    view = View(0, schedule.makespan)
    found = categories(problem, schedule, view)
    assert [x.name for x in found] == [f"G{i:02}" for i in range(10, 2, -1)] + [
        "other (3)"
    ]
    focused = categories(problem, schedule, replace(view, job=0))
    assert "G00" in [x.name for x in focused]
    families = categories(
        problem, schedule, replace(view, end=300, color=ColorBy.FAMILY)
    )
    assert {"F0", "F1", "F2"} <= {x.name for x in families}


@settings(max_examples=40)
@given(problems_and_sequences(), st.sampled_from(ColorBy), st.booleans())
def test_every_job_in_view_is_drawn_once(drawn, color, focus):
    """Whatever the plan: each job with time in view is one bar, traces stay few."""
    problem, sequences = drawn
    schedule = retime(problem, sequences)
    end = max(schedule.makespan // 2, 1)
    view = View(0, end, color=color, job=0 if focus else None)
    figure = gantt(shift_of(problem), schedule, view)
    bars = [
        x
        for x in figure.data
        if isinstance(x, go.Bar) and x.customdata is not None and x.name != "setup"
    ]
    drawn_jobs = sorted(int(j) for x in bars for j in x.customdata)
    assert drawn_jobs == np.flatnonzero(schedule.start < end).tolist()
    assert len(figure.data) <= 17


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("job", [None, 0])
def test_every_trace_is_one_that_plotly_accepts(shift, plan, start, crowd, job, dark):
    """Nothing looks at the values on the way: here Plotly does, and changes none."""
    whole = gantt(
        shift,
        plan,
        View(0, 20 * HOUR, job=job),
        now=start + timedelta(hours=1),
        planners={1: "you"},
        whiskers=Whiskers(plan.end - 60, plan.end, plan.end + 600),
        floor=FloorMarks(HOUR, plan.start < HOUR, plan.start >= HOUR, {0: 2 * HOUR}),
    )
    many, schedule = crowd
    joined = gantt(many, schedule, View(0, schedule.makespan, job=job))
    for figure in (whole, joined):
        drawn = theme.in_dark(figure) if dark else figure
        accepted = go.Figure(drawn.to_dict())
        assert json.loads(accepted.to_json()) == json.loads(drawn.to_json())


def test_five_thousand_jobs_are_all_shown_and_stay_small(crowd):
    """The whole time, joined bars, and a figure of less than a megabyte."""
    shift, schedule = crowd
    figure = gantt(shift, schedule, View(0, schedule.makespan))
    drawn = [trace for trace in figure.data if trace.customdata is not None]
    assert sum(len(trace.customdata) for trace in drawn) <= VISIBLE_BARS
    assert "setup" not in [trace.name for trace in drawn]
    jobs = sum(
        int(re.match(r"<b>([\d,]+) job", text)[1].replace(",", ""))
        for trace in drawn
        for text in trace.hovertext
    )
    assert jobs == 5000
    assert len(figure.to_json()) < 1_000_000
