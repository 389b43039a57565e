"""The Gantt chart: which machine runs what, and when."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from core.charts import theme
from core.charts.categories import Category, categories
from core.charts.marks import (
    BAR_OFFSET,
    add_closures,
    add_due_marks,
    add_headers,
    add_labels,
    add_late_marks,
    add_lines,
    add_planner_marks,
    add_thread,
)
from core.charts.rows import Axis, Rows, arranged, opacity
from core.charts.window import View, shown_jobs
from core.problem import phrases
from core.problem.model import Problem
from core.problem.schedule import Schedule

ROW_PIXELS = {20: 26, 45: 21, 10**9: 17}  # by number of machines, up to
AXIS_PIXELS = 46  # of the time axis: two lines and its ticks
LEGEND_PIXELS = 52  # two lines; a narrow screen takes more from the rows
BAR, SETUP = 0.62, 0.2  # heights, of a row of height 1


def gantt(
    problem: Problem,
    schedule: Schedule,
    start: datetime,
    view: View,
    now: datetime | None = None,
    planners: Mapping[int, str] | None = None,
) -> go.Figure:
    """
    Draw a schedule: a row per machine, a bar per job.

    Parameters
    ----------
    problem, schedule
        What is drawn. Only what the view shows goes into the figure.
    start
        Plan start, local time without zone.
    view
        Visible time, machines, colours, and the job in focus: it keeps its colour
        with its family while the rest fades.
    now
        Where the line of the present is drawn, if that is in view.
    planners
        Jobs that the planner decided on, and what of them; they are marked.

    Returns
    -------
    go.Figure
        One trace per category of colour, and one each for setups, late marks,
        closures and the like. ``customdata`` of a bar is the index of its job.
    """
    rows = arranged(problem, view)
    jobs = shown_jobs(problem, schedule, view)
    axis = Axis(start, view)
    y = np.zeros(problem.num_machines)
    y[rows.machines] = rows.y
    y = y[schedule.machine]  # (n,)

    figure = go.Figure(layout=_layout(problem, schedule, axis, rows))
    add_headers(figure, axis, rows)
    hover = np.full(problem.num_jobs, "", dtype=object)
    hover[jobs] = [_hover(problem, schedule, start, job) for job in jobs.tolist()]
    _add_setups(figure, problem, schedule, axis, jobs, y)
    running = jobs[axis.overlaps(schedule.start[jobs], schedule.end[jobs])]
    ink = np.full(problem.num_jobs, theme.INK, dtype=object)
    for category in categories(problem, schedule, view):
        chosen = running[category.members[running]]
        ink[chosen] = theme.ink_on(category.color)
        if len(chosen):
            figure.add_trace(_bars(problem, schedule, axis, chosen, y, category, hover))
    add_closures(figure, problem, axis, rows)
    add_late_marks(figure, problem, schedule, axis, running, y)
    add_thread(figure, problem, schedule, axis, y)
    add_labels(figure, problem, schedule, axis, running, y, ink)
    add_planner_marks(figure, problem, schedule, axis, running, y, planners or {})
    add_due_marks(figure, problem, schedule, axis, jobs)
    add_lines(figure, problem, schedule, axis, now)
    return figure


def _bars(
    problem: Problem,
    schedule: Schedule,
    axis: Axis,
    jobs: NDArray[np.int64],
    y: NDArray[np.float64],
    category: Category,
    hover: NDArray[Any],
) -> go.Bar:
    """Jobs of one category as one trace."""
    view = axis.view
    line: dict[str, Any] = {"color": theme.edge(category.color), "width": 0.8}
    if view.job is not None:
        focus = jobs == view.job
        line["width"] = np.where(focus, 2.5, 0.8)
        line["color"] = np.where(focus, theme.INK, line["color"])
    return go.Bar(
        **axis.cut(schedule.start[jobs], schedule.end[jobs]),
        y=y[jobs] + BAR_OFFSET,
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
            "opacity": opacity(problem, view, jobs),
        },
    )


def _add_setups(
    figure: go.Figure,
    problem: Problem,
    schedule: Schedule,
    axis: Axis,
    jobs: NDArray[np.int64],
    y: NDArray[np.float64],
) -> None:
    """Thin bars for the setups before the jobs in view."""
    chosen = jobs[axis.overlaps(schedule.setup_start[jobs], schedule.setup_end[jobs])]
    if not len(chosen):
        return
    groups = [theme.plain(problem.group_names[g]) for g in problem.group[chosen]]
    figure.add_bar(
        **axis.cut(schedule.setup_start[chosen], schedule.setup_end[chosen]),
        y=y[chosen] + BAR_OFFSET,
        width=SETUP,
        orientation="h",
        name="setup",
        customdata=chosen,
        hovertext=[
            f"Setup for {theme.plain(problem.job_ids[j])} (group {group or '–'})<br>"
            + phrases.span(axis.start, schedule.setup_start[j], schedule.setup_end[j])
            for j, group in zip(chosen.tolist(), groups, strict=True)
        ],
        hovertemplate="%{hovertext}<extra></extra>",
        marker={
            "color": theme.SETUP,
            "line": {"width": 0},
            "opacity": opacity(problem, axis.view, chosen),
        },
    )


def _hover(problem: Problem, schedule: Schedule, start: datetime, job: int) -> str:
    """What a job says when pointed at."""
    family = theme.plain(problem.family_names[problem.family[job]])
    machine = theme.plain(problem.machine_ids[schedule.machine[job]])
    times = phrases.span(start, schedule.start[job], schedule.end[job])
    slack = float(problem.due[job] - schedule.end[job])
    return (
        f"<b>{theme.plain(problem.job_ids[job])}</b>  family {family}"
        f"{'  ★ important' if problem.important[job] else ''}"
        f"<br>{machine}  {times}<br>{phrases.to_due(slack)}"
    )


def _layout(
    problem: Problem, schedule: Schedule, axis: Axis, rows: Rows
) -> dict[str, Any]:
    """Axes, legend and size; the machine of the job in focus stands out."""
    names = [theme.plain(problem.machine_ids[k], 16) for k in rows.machines]
    if axis.view.job is not None:
        here = schedule.machine[axis.view.job]
        names = [
            f"<b>▸ {name}</b>" if k == here else name
            for k, name in zip(rows.machines, names, strict=True)
        ]
    pixels = next(p for most, p in ROW_PIXELS.items() if len(rows.machines) <= most)
    inner = rows.height * pixels
    return {
        "template": "none",
        "barmode": "overlay",
        "bargap": 0,
        "height": round(inner) + AXIS_PIXELS + LEGEND_PIXELS + 12,
        "margin": {"l": 8, "r": 8, "t": AXIS_PIXELS + LEGEND_PIXELS, "b": 12},
        "font": {"family": theme.FONT, "size": 12, "color": theme.INK},
        "paper_bgcolor": theme.BACKGROUND,
        "plot_bgcolor": theme.BACKGROUND,
        "dragmode": False,
        "hovermode": "closest",
        "hoverlabel": {
            "bgcolor": theme.BACKGROUND,
            "bordercolor": theme.CLOSED,
            "font": {"family": theme.FONT, "size": 13, "color": theme.INK},
            "align": "left",
        },
        "legend": {
            "orientation": "h",
            # Above the axis, by paper: so it makes its own room when it needs more.
            "x": 0,
            "y": 1 + (AXIS_PIXELS + 8) / inner,
            "xanchor": "left",
            "yanchor": "bottom",
            "itemclick": False,
            "itemdoubleclick": False,
            "font": {"size": 12},
            "traceorder": "normal",
        },
        "xaxis": {
            "type": "date",
            "side": "top",
            "range": axis.at(np.array([axis.view.begin, axis.view.end])),
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
