"""Figures of decisions: a strip over all steps, and the plan as far as it was made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from core.charts import theme
from core.charts.bars.canvas import Canvas
from core.charts.bars.gantt import BAR, gantt
from core.charts.bars.marks import BAR_OFFSET
from core.charts.window import View
from core.planning.decision import Scores
from core.planning.trace import Trace
from core.problem import phrases
from core.problem.schedule import Schedule
from core.problem.shift import Shift

STRIP_PIXELS = 168
STRIP_LEFT, STRIP_RIGHT, STRIP_TOP, STRIP_BOTTOM = 52, 8, 4, 22  # its margins
DOUBT, CHOICES, COST, SETUP = "doubt", "choices", "cost", "setup"


@dataclass(frozen=True)
class Ghost:
    """
    Where the job just placed would have run.

    Parameters
    ----------
    machine
        The runner-up.
    start, end
        Seconds since plan start.
    """

    machine: int
    start: int
    end: int


def strip(trace: Trace, late: NDArray[np.bool_]) -> go.Figure:
    """
    Draw all decisions side by side: doubt, cost with its bound, setups.

    Where no policy decided, nobody was in doubt: the jobs to choose from stand there.

    Parameters
    ----------
    trace
        The decisions.
    late
        Shape (T,): whether the job of each decision ends late.

    Returns
    -------
    go.Figure
        The first trace is what a click hits: ``customdata`` holds the step.
    """
    steps = np.arange(1, len(trace) + 1)
    figure = go.Figure(layout=_strip_layout(trace))
    hover = [
        f"Decision {t + 1}<br>{_doubt_words(trace, t)}cost so far {trace.cost[t]:.3f}, "
        f"at least {trace.bound[t]:.3f} in the end"
        f"<br>{_setup_words(int(trace.setup[t]))}{'<br>ends late' if late[t] else ''}"
        f"{'<br>chosen by the planner' if trace.forced[t].any() else ''}"
        for t in range(len(trace))
    ]
    figure.add_bar(
        x=steps,
        y=np.ones(len(steps)),
        yaxis="y4",
        width=1,
        marker={"color": "rgba(0,0,0,0)", "line": {"width": 0}},
        customdata=steps - 1,
        hovertext=hover,
        hovertemplate="%{hovertext}<extra></extra>",
    )
    # Never left out: Plotly draws no axes over a row that has nothing in it.
    figure.add_scatter(
        x=steps,
        y=_top_row(trace),
        mode="lines",
        line={"width": 1, "color": theme.ACCENT, "shape": "hvh"},
        fill="tozeroy",
        fillcolor=theme.TINT,
        hoverinfo="skip",
    )
    for values, color, dash in (
        (trace.bound, theme.ACCENT, "solid"),
        (trace.cost, theme.MUTED_INK, "dot"),
    ):
        figure.add_scatter(
            x=steps,
            y=values,
            yaxis="y2",
            mode="lines",
            line={"width": 1.5, "color": color, "dash": dash},
            hoverinfo="skip",
        )
    figure.add_bar(
        x=steps,
        y=trace.setup / 60,
        yaxis="y3",
        width=1,
        marker={
            "color": np.where(late, theme.LATE, theme.SETUP),
            "line": {"width": 0},
        },
        # A click selects; nothing else is to fade for it.
        unselected={"marker": {"opacity": 1}},
        hoverinfo="skip",
    )
    forced = np.flatnonzero(trace.forced.any(axis=1))
    if len(forced):
        figure.add_scatter(
            x=forced + 1,
            y=np.full(len(forced), 0.985),
            yaxis="y4",
            mode="markers",
            marker={"symbol": "triangle-down", "size": 9, "color": theme.PALETTE[4]},
            hoverinfo="skip",
        )
    return figure


def strip_mark(trace: Trace, step: int) -> str:
    """
    Draw the mark of a step, to be laid over the strip of all steps, as HTML.

    A chart whose figure changes is built anew in the browser; the strip stays as it
    is, and only this moves.
    """
    begin, end = (
        f"calc({STRIP_LEFT}px + (100% - {STRIP_LEFT + STRIP_RIGHT}px) * {share:.6f})"
        for share in (step / len(trace), (step + 1) / len(trace))
    )
    return (
        f'<div class="step-mark" style="left: {begin}; width: max(4px, calc({end} - '
        f"{begin})); top: {STRIP_TOP}px; height: "
        f'{STRIP_PIXELS - STRIP_TOP - STRIP_BOTTOM}px"></div>'
    )


def _strip_layout(trace: Trace) -> dict[str, Any]:
    """Three rows on one axis of steps."""
    rows = {"yaxis": (0.70, 1.0), "yaxis2": (0.36, 0.66), "yaxis3": (0.0, 0.32)}
    top = DOUBT if trace.scores is Scores.POLICY else CHOICES
    names = {"yaxis": top, "yaxis2": COST, "yaxis3": SETUP}
    high = {
        "yaxis": 1.0,
        "yaxis2": float(max(trace.bound.max(), trace.cost.max())) * 1.08,
        "yaxis3": max(float(trace.setup.max()) / 60, 1.0),
    }
    axes: dict[str, Any] = {
        name: {
            "domain": domain,
            "range": [0, high[name]],
            "fixedrange": True,
            "showticklabels": False,
            "zeroline": False,
            "showgrid": False,
            "title": {
                "text": names[name],
                "font": {"size": 11, "color": theme.MUTED_INK},
                "standoff": 4,
            },
        }
        for name, domain in rows.items()
    }
    axes["yaxis4"] = {
        "domain": (0, 1),
        "range": [0, 1],
        "overlaying": "y",
        "visible": False,
        "fixedrange": True,
    }
    return {
        "template": "none",
        "height": STRIP_PIXELS,
        "margin": {
            "l": STRIP_LEFT,
            "r": STRIP_RIGHT,
            "t": STRIP_TOP,
            "b": STRIP_BOTTOM,
        },
        "font": {"family": theme.FONT, "size": 11, "color": theme.INK},
        "paper_bgcolor": theme.BACKGROUND,
        "plot_bgcolor": theme.BAND,
        "barmode": "overlay",
        "bargap": 0,
        "showlegend": False,
        "dragmode": False,
        "hovermode": "closest",
        "hoverlabel": {
            "bgcolor": theme.BACKGROUND,
            "bordercolor": theme.CLOSED,
            "font": {"family": theme.FONT, "size": 12, "color": theme.INK},
            "align": "left",
        },
        "xaxis": {
            "range": [0.5, len(trace) + 0.5],
            "fixedrange": True,
            "showgrid": False,
            "zeroline": False,
            "anchor": "free",
            "position": 0,
            "ticks": "outside",
            "tickcolor": theme.CLOSED,
            "ticklen": 3,
        },
        **axes,
    }


def _top_row(trace: Trace) -> NDArray[np.float64]:
    """Shape (T,), in [0, 1]: the doubt, or the jobs to choose from of the most."""
    if trace.scores is Scores.POLICY:
        return np.asarray(trace.entropy, np.float64)
    jobs = np.diff(trace.job_first)
    return np.asarray(jobs / jobs.max(), np.float64)


def _doubt_words(trace: Trace, step: int) -> str:
    if trace.scores is not Scores.POLICY:
        return (
            f"{phrases.many(int(np.diff(trace.job_first)[step]), 'job')} possible<br>"
        )
    return f"doubt {phrases.percent(trace.entropy[step])}<br>"


def _setup_words(seconds: int) -> str:
    return f"setup {phrases.duration(seconds)}" if seconds else "no setup"


def so_far(trace: Trace, step: int, beyond: int) -> Schedule:
    """
    Return the schedule up to and with one decision.

    Parameters
    ----------
    trace, step
        The decisions, and how many are made, less one.
    beyond
        Seconds since plan start at which jobs that are not placed are put, without
        length: behind everything that is shown.
    """
    schedule = trace.schedule
    placed = trace.step_of <= step
    times = [
        np.where(placed, getattr(schedule, name), beyond)
        for name in ("setup_start", "setup_end", "start", "end")
    ]
    return Schedule(schedule.machine, *times)


def partial_gantt(
    shift: Shift,
    trace: Trace,
    step: int,
    view: View,
    ghost: Ghost | None = None,
) -> go.Figure:
    """
    Draw the plan as far as it was made, the job just placed outlined.

    Parameters
    ----------
    shift, trace, step
        What was planned, the decisions, and the one that is looked at.
    view
        What is shown.
    ghost
        Where the job would have run on the runner-up machine.

    Returns
    -------
    go.Figure
        The Gantt chart of what is placed by then.
    """
    partial = so_far(trace, step, max(view.end, trace.schedule.makespan) + 1)
    figure = gantt(shift, partial, view, planners=trace.planners)
    canvas = Canvas(shift, partial, view)
    axis, rows = canvas.axis, canvas.rows
    y = dict(zip(rows.machines.tolist(), rows.y.tolist(), strict=True))
    decision = trace[step]
    name = theme.plain(shift.problem.job_ids[decision.job], 16)
    if ghost is not None and ghost.machine in y:
        figure.add_bar(
            **axis.cut(np.array([ghost.start]), np.array([ghost.end])),
            y=[y[ghost.machine] + BAR_OFFSET],
            width=BAR,
            orientation="h",
            name="runner-up",
            marker={
                "color": theme.SHADE,
                "line": {"width": 2, "color": theme.MUTED_INK},
                "pattern": {"shape": "/", "fgcolor": theme.MUTED_INK, "size": 5},
            },
            hovertext=f"{name} on the runner-up machine<br>"
            f"{phrases.span(shift.start, ghost.start, ghost.end)}",
            hovertemplate="%{hovertext}<extra></extra>",
        )
    if decision.machine in y:
        figure.add_bar(
            **axis.cut(np.array([decision.start]), np.array([decision.end])),
            y=[y[decision.machine] + BAR_OFFSET],
            width=0.86,
            orientation="h",
            name="just placed",
            marker={
                "color": "rgba(0,0,0,0)",
                "line": {"width": 3, "color": theme.INK},
            },
            hoverinfo="skip",
        )
    if axis.shows(decision.clock):
        figure.add_vline(
            x=str(axis.at(decision.clock)),
            line={"color": theme.ACCENT, "width": 1.5, "dash": "dot"},
        )
    return figure
