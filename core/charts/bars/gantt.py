"""The Gantt chart: which machine runs what, and when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from core.charts import theme
from core.charts.bars.canvas import Canvas, Sketch
from core.charts.bars.categories import Category, categories
from core.charts.bars.floor_marks import (
    FloorMarks,
    add_floor_marks,
    add_freeze,
    add_freeze_words,
)
from core.charts.bars.joined_bars import JoinedBars, joined_bars, needs_overview
from core.charts.bars.marks import (
    BAR_OFFSET,
    Whiskers,
    add_closures,
    add_due_marks,
    add_headers,
    add_joined_late_marks,
    add_labels,
    add_late_marks,
    add_lines,
    add_planner_marks,
    add_thread,
    add_whiskers,
)
from core.charts.window import View
from core.problem import phrases
from core.problem.model import Problem
from core.problem.phrases import NOTHING
from core.problem.schedule import Schedule, slack
from core.problem.shift import Shift

ROW_PIXELS = {20: 26, 45: 21, 10**9: 17}  # by number of machines, up to
LEAST_PIXELS = 44  # of all rows
AXIS_PIXELS = 46  # of the time axis: two lines and its ticks
LEGEND_PIXELS = 52  # two lines; a narrow screen takes more from the rows
HEAD_PIXELS = AXIS_PIXELS + LEGEND_PIXELS  # what a chart has above its rows
HOVERED_EXTRAS = 6  # of a planner's own columns; the panel has them all
BAR, SETUP = 0.62, 0.2  # heights, of a row of height 1


def gantt(
    shift: Shift,
    schedule: Schedule,
    view: View,
    now: datetime | None = None,
    planners: Mapping[int, str] | None = None,
    whiskers: Whiskers | None = None,
    floor: FloorMarks | None = None,
) -> go.Figure:
    """
    Draw a schedule: a row per machine, a bar per job.

    Parameters
    ----------
    shift, schedule
        What is drawn: a plan's schedule, or one in the making. Only what the view
        shows goes into the figure.
    view
        Visible time, machines, colours, and the job in focus: it keeps its colour
        with its family while the rest fades.
    now
        Where the line of the present is drawn, if that is in view.
    planners
        Jobs that the planner decided on, and what of them; they are marked.
    whiskers
        When jobs end in possible futures, where that is to be seen.
    floor
        What has begun, is locked or frozen, where that is to be seen.

    Returns
    -------
    go.Figure
        One trace per category of colour, and one each for setups, late marks,
        closures and the like. ``customdata`` of a bar is the index of its job. Where
        there are more bars than a browser draws quickly, neighbours of one colour are
        one bar, with the index of the first of them.
    """
    canvas = Canvas(shift, schedule, view)
    problem = shift.problem
    sketch = Sketch()
    add_headers(sketch, canvas)
    colors = categories(problem, schedule, view)
    joined = needs_overview(problem, schedule, view)
    if joined:
        _add_joined_bars(sketch, canvas, colors)
        add_closures(sketch, canvas)
        add_thread(sketch, canvas)
    else:
        _add_bars(sketch, canvas, colors, floor)
        if whiskers is not None:
            add_whiskers(sketch, canvas, whiskers)
    if floor is not None:
        add_freeze(sketch, canvas, floor)
    add_planner_marks(sketch, canvas, planners or {})
    add_due_marks(sketch, canvas)
    figure = sketch.figure(_layout(canvas))
    if floor is not None:
        add_freeze_words(figure, canvas, floor)
    add_lines(figure, canvas, now)
    return figure


def _add_bars(
    sketch: Sketch,
    canvas: Canvas,
    colors: Sequence[Category],
    floor: FloorMarks | None,
) -> None:
    """One bar per job and setup, with names where there is room."""
    _add_setups(sketch, canvas)
    hover = _hover_texts(canvas)
    ink = np.full(canvas.problem.num_jobs, theme.INK, dtype=object)
    for category in colors:
        chosen = canvas.running[category.members[canvas.running]]
        ink[chosen] = theme.ink_on(category.color)
        if len(chosen):
            _add_category(sketch, canvas, chosen, category, hover)
    if floor is not None:
        add_floor_marks(sketch, canvas, floor)
    add_closures(sketch, canvas)
    add_late_marks(sketch, canvas)
    add_thread(sketch, canvas)
    add_labels(sketch, canvas, ink)


def _add_joined_bars(
    sketch: Sketch, canvas: Canvas, colors: Sequence[Category]
) -> None:
    """One bar for neighbours of one colour: what a large plan looks like as a whole."""
    problem, view, schedule = canvas.problem, canvas.view, canvas.schedule
    kinds = np.zeros(problem.num_jobs, dtype=np.int64)
    for i, category in enumerate(colors):
        kinds[category.members] = i
    focused = np.zeros(problem.num_jobs, dtype=np.bool_)
    if view.job is not None:  # its family is not joined with others
        focused = problem.family == problem.family[view.job]
    found = joined_bars(problem, schedule, view, 2 * kinds + focused, canvas.late)
    y = canvas.y[found.job]
    for i, category in enumerate(colors):
        chosen = np.flatnonzero(found.kind // 2 == i)
        if len(chosen):
            sketch.add_bar(
                **canvas.axis.cut(found.begin[chosen], found.end[chosen]),
                y=y[chosen] + BAR_OFFSET,
                width=BAR,
                orientation="h",
                name=theme.plain(category.name, 18),
                customdata=found.job[chosen],
                hovertext=[_joined_words(canvas, found, k) for k in chosen.tolist()],
                hovertemplate="%{hovertext}<extra></extra>",
                marker={
                    "color": category.color,
                    "line": {"width": 0},
                    "opacity": canvas.opacity(found.job[chosen]),
                },
            )
    add_joined_late_marks(sketch, canvas, found)


def _joined_words(canvas: Canvas, found: JoinedBars, run: int) -> str:
    """What a run says when pointed at."""
    problem = canvas.problem
    machine = theme.plain(problem.machine_ids[found.machine[run]])
    times = phrases.span(canvas.start, found.begin[run], found.end[run])
    late = f", {phrases.count(found.late[run])} late" if found.late[run] else ""
    many = phrases.many(int(found.count[run]), "job")
    return f"<b>{many}</b>{late}<br>{machine}  {times}"


def nothing_planned(problem: Problem) -> Schedule:
    """Return a schedule of which a chart shows no bar."""
    zeros = np.zeros(problem.num_jobs, dtype=np.int64)
    return Schedule(zeros, zeros, zeros, zeros, zeros)


def _add_category(
    sketch: Sketch,
    canvas: Canvas,
    jobs: NDArray[np.int64],
    category: Category,
    hover: NDArray[Any],
) -> None:
    """Jobs of one category as one trace."""
    schedule, focused = canvas.schedule, canvas.view.job
    line: dict[str, Any] = {"color": theme.edge(category.color), "width": 0.8}
    if focused is not None:
        line["width"] = np.where(jobs == focused, 2.5, 0.8)
        line["color"] = np.where(jobs == focused, theme.INK, line["color"])
    sketch.add_bar(
        **canvas.axis.cut(schedule.start[jobs], schedule.end[jobs]),
        y=canvas.y[jobs] + BAR_OFFSET,
        width=BAR,
        orientation="h",
        name=theme.plain(category.name, 18),
        customdata=jobs,
        hovertext=hover[jobs],
        hovertemplate="%{hovertext}<extra></extra>",
        textposition="none",
        marker={
            "color": category.color,
            "line": line,
            "opacity": canvas.opacity(jobs),
        },
    )


def _add_setups(sketch: Sketch, canvas: Canvas) -> None:
    """Thin bars for the setups before the jobs in view."""
    problem, schedule = canvas.problem, canvas.schedule
    begin, end = schedule.setup_start, schedule.setup_end
    chosen = canvas.jobs[canvas.axis.overlaps(begin[canvas.jobs], end[canvas.jobs])]
    if not len(chosen):
        return
    groups = [theme.plain(problem.group_names[g]) for g in problem.group[chosen]]
    sketch.add_bar(
        **canvas.axis.cut(begin[chosen], end[chosen]),
        y=canvas.y[chosen] + BAR_OFFSET,
        width=SETUP,
        orientation="h",
        name="setup",
        customdata=chosen,
        hovertext=[
            f"Setup for {theme.plain(problem.job_ids[j])} (group {group or NOTHING})"
            f"<br>{phrases.span(canvas.start, begin[j], end[j])}"
            for j, group in zip(chosen.tolist(), groups, strict=True)
        ],
        hovertemplate="%{hovertext}<extra></extra>",
        marker={
            "color": theme.SETUP,
            "line": {"width": 0},
            "opacity": canvas.opacity(chosen),
        },
    )


def _hover_texts(canvas: Canvas) -> NDArray[Any]:
    """Shape (n,): what each job in view says when pointed at."""
    problem, schedule = canvas.problem, canvas.schedule
    spare = slack(schedule, problem.due)
    texts = np.full(problem.num_jobs, "", dtype=object)
    for job in canvas.running.tolist():
        family = theme.plain(problem.family_names[problem.family[job]])
        machine = theme.plain(problem.machine_ids[schedule.machine[job]])
        times = phrases.span(canvas.start, schedule.start[job], schedule.end[job])
        own = [
            f"{theme.plain(header)}: {theme.plain(cells[job])}"
            for header, cells in canvas.shift.extras.items()
            if cells[job]
        ]
        if len(own) > HOVERED_EXTRAS:
            rest = phrases.many(len(own) - HOVERED_EXTRAS, "more column")
            own = [*own[:HOVERED_EXTRAS], rest]
        texts[job] = "<br>".join(
            [
                f"<b>{theme.plain(problem.job_ids[job])}</b>  family {family}"
                f"{'  ★ important' if problem.important[job] else ''}",
                f"{machine}  {times}",
                phrases.to_due(float(spare[job])),
                *own,
            ]
        )
    return texts


def _layout(canvas: Canvas) -> dict[str, Any]:
    """Axes, legend and size; the machine of the job in focus stands out."""
    axis, rows, view = canvas.axis, canvas.rows, canvas.view
    names = [theme.plain(canvas.problem.machine_ids[k], 16) for k in rows.machines]
    if view.job is not None:
        here = canvas.schedule.machine[view.job]
        names = [
            f"<b>▸ {name}</b>" if k == here else name
            for k, name in zip(rows.machines, names, strict=True)
        ]
    pixels = next(p for most, p in ROW_PIXELS.items() if len(rows.machines) <= most)
    inner = max(rows.height * pixels, LEAST_PIXELS)
    return {
        **theme.base_layout(),
        "barmode": "overlay",
        "bargap": 0,
        "height": round(inner) + HEAD_PIXELS + 12,
        "margin": {"l": 8, "r": 8, "t": 8, "b": 12},
        "legend": theme.STILL_LEGEND,
        "xaxis": {
            "type": "date",
            "side": "top",
            "automargin": True,  # below the legend
            "range": axis.at(np.array([view.begin, view.end])),
            "fixedrange": True,
            "gridcolor": theme.GRID,
            "ticks": "outside",
            "tickangle": 0,
            "tickcolor": theme.CLOSED,
            "ticklen": 4,
            "tickformatstops": [
                {"dtickrange": [None, 3600000 * 23], "value": "%H:%M\n%a %-d %b"},
                {"dtickrange": [3600000 * 23, None], "value": "%a %-d %b"},
            ],
            "zeroline": False,
        },
        "yaxis": {
            "range": [rows.height + 0.05, -0.6],
            "fixedrange": True,
            "tickvals": rows.y,
            "ticktext": names,
            "automargin": True,
            "ticklabelstandoff": 6,
            "gridcolor": theme.GRID,
            "zeroline": False,
            "ticks": "",
        },
    }
