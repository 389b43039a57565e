"""What a new plan changes: a small chart, moved bars beside where they were."""

from __future__ import annotations

from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from core.charts import theme
from core.charts.bars.canvas import Axis
from core.charts.window import View
from core.problem import phrases
from core.problem.floor import PreviousPlan
from core.problem.schedule import Schedule
from core.problem.shift import Shift

ROW, LEAST, MOST = 9, 90, 330  # pixels: a row, and all rows together
BAR, GHOST = 0.76, 0.76
SOONER, LATER, NEW = theme.PALETTE[2], theme.PALETTE[4], theme.PALETTE[3]

Mask = NDArray[np.bool_]


def changes_gantt(
    shift: Shift,
    schedule: Schedule,
    previous: PreviousPlan,
    changed: Mask,
    begun: Mask,
    window: tuple[int, int],
    now: int,
) -> go.Figure:
    """
    Draw a plan in little, with what it changes of the plan before.

    Parameters
    ----------
    shift, schedule
        The new plan.
    previous
        The plan before, of the same jobs.
    changed, begun
        Shape (n,): jobs that are elsewhere or moved; jobs that have begun.
    window
        Seconds since plan start that are shown: the same for plans side by side.
    now
        Seconds since plan start from which the new one was made.

    Returns
    -------
    go.Figure
        A row per machine. Moved jobs are coloured by whether they start sooner or
        later, and hatched on another machine; dotted outlines show where they were.
    """
    axis = Axis(shift.start, View(*window))
    new = ~previous.known & ~begun
    other = changed & (schedule.machine != previous.machine)
    sooner = changed & (schedule.start < previous.start)
    kinds: tuple[tuple[str, Mask, str, float], ...] = (
        ("has begun", begun, theme.OTHER, 0.45),
        ("as before", ~begun & ~changed & ~new, theme.OTHER, 1.0),
        ("sooner", sooner, SOONER, 1.0),
        ("later", changed & ~sooner, LATER, 1.0),
        ("new", new, NEW, 1.0),
    )
    machines = shift.problem.num_machines
    figure = go.Figure(layout=_layout(shift, axis, machines))
    _add_ghosts(figure, axis, previous, np.flatnonzero(changed & ~begun))
    for name, chosen, color, opacity in kinds:
        jobs = np.flatnonzero(chosen & axis.overlaps(schedule.start, schedule.end))
        if jobs.size:
            figure.add_bar(
                **axis.cut(schedule.start[jobs], schedule.end[jobs]),
                y=schedule.machine[jobs],
                width=BAR,
                orientation="h",
                name=name,
                customdata=jobs,
                hovertext=[_hover(shift, schedule, previous, j) for j in jobs.tolist()],
                hovertemplate="%{hovertext}<extra></extra>",
                marker={
                    "color": color,
                    "opacity": opacity,
                    "line": {"width": 0.5, "color": theme.edge(color)},
                    "pattern": {
                        "shape": ["/" if x else "" for x in other[jobs].tolist()],
                        "size": 5,
                        "fillmode": "overlay",
                        "fgcolor": theme.BACKGROUND,
                        "solidity": 0.35,
                    },
                },
            )
    if axis.shows(now):
        line = {"color": theme.ACCENT, "width": 1.5}
        figure.add_vline(x=str(axis.at(now)), line=line)
    return figure


def changes_legend() -> str:
    """Return what the colors of :func:`changes_gantt` say, in one line of HTML."""
    box = "display:inline-block;width:14px;height:11px;margin:0 6px -1px 0;"
    hatch = f"repeating-linear-gradient(45deg,{LATER} 0 3px,{theme.BACKGROUND} 3px 4px)"
    fills = {
        "as before": f"background:{theme.OTHER}",
        "sooner": f"background:{SOONER}",
        "later": f"background:{LATER}",
        "on another machine": f"background:{hatch}",
        "new": f"background:{NEW}",
        "where it was": f"border:1px dashed {theme.MUTED_INK}",
    }
    marks = (
        f'<span style="white-space:nowrap"><span style="{box}{fill}"></span>'
        f"{words}</span>"
        for words, fill in fills.items()
    )
    style = "display:flex;flex-wrap:wrap;gap:2px 18px;font-size:0.8rem"
    return f'<div style="{style}">{"".join(marks)}</div>'


def _add_ghosts(
    figure: go.Figure, axis: Axis, previous: PreviousPlan, jobs: NDArray[np.int64]
) -> None:
    """Outlines where moved jobs were; one trace, however many."""
    seen = jobs[axis.overlaps(previous.start[jobs], previous.end[jobs])]
    x: list[Any] = []
    y: list[float | None] = []
    half = GHOST / 2
    low = np.clip(previous.start[seen], axis.view.begin, axis.view.end)
    high = np.clip(previous.end[seen], axis.view.begin, axis.view.end)
    for machine, begin, end in zip(
        previous.machine[seen].tolist(), axis.at(low), axis.at(high), strict=True
    ):
        x += [begin, end, end, begin, begin, None]
        y += [
            *(machine - half, machine - half, machine + half, machine + half),
            *(machine - half, None),
        ]
    if x:
        figure.add_scatter(
            x=x,
            y=y,
            mode="lines",
            name="was here",
            line={"color": theme.MUTED_INK, "width": 1, "dash": "dot"},
            hoverinfo="skip",
        )


def _hover(shift: Shift, schedule: Schedule, previous: PreviousPlan, job: int) -> str:
    """Return where a job runs, and where it did."""
    problem = shift.problem
    name = theme.plain(problem.job_ids[job])
    where = theme.plain(problem.machine_ids[schedule.machine[job]])
    times = phrases.span(shift.start, schedule.start[job], schedule.end[job])
    if not previous.known[job]:
        return f"<b>{name}</b>  new<br>{where}  {times}"
    before = theme.plain(problem.machine_ids[previous.machine[job]])
    moved = phrases.later(float(schedule.start[job] - previous.start[job]))
    was = "" if before == where else f", was on {before}"
    return f"<b>{name}</b>  {moved}{was}<br>{where}  {times}"


def _layout(shift: Shift, axis: Axis, machines: int) -> dict[str, Any]:
    """Axes and size; machine names only where there is room for them."""
    inner = min(max(machines * ROW, LEAST), MOST)
    names = [theme.plain(name, 10) for name in shift.problem.machine_ids]
    step = max(1, -(-machines * 11 // inner))
    return {
        "template": "none",
        "barmode": "overlay",
        "bargap": 0,
        "height": inner + 48,
        "margin": {"l": 4, "r": 4, "t": 40, "b": 8},
        "font": {"family": theme.FONT, "size": 11, "color": theme.INK},
        "paper_bgcolor": theme.BACKGROUND,
        "plot_bgcolor": theme.BACKGROUND,
        "dragmode": False,
        "hovermode": "closest",
        "showlegend": False,  # one for all charts side by side: changes_legend
        "xaxis": {
            "type": "date",
            "side": "top",
            "range": axis.at(np.array([axis.view.begin, axis.view.end])),
            "fixedrange": True,
            "nticks": 4,
            "gridcolor": theme.GRID,
            "tickformatstops": [
                {"dtickrange": [None, 3600000 * 23], "value": "%H:%M\n%a"},
                {"dtickrange": [3600000 * 23, None], "value": "%a %-d"},
            ],
            "zeroline": False,
        },
        "yaxis": {
            "range": [machines - 0.4, -0.6],
            "fixedrange": True,
            "tickvals": list(range(0, machines, step)),
            "ticktext": names[::step],
            "tickfont": {"size": 9},
            "automargin": True,
            "gridcolor": theme.GRID,
            "zeroline": False,
        },
    }
