"""What can be had in all: plans by lateness, end and setups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import plotly.graph_objects as go

from core.charts import theme
from core.problem import phrases
from core.problem.schedule import Metrics

HEIGHT = 330
HOUR = 3600.0


@dataclass(frozen=True, eq=False)
class FrontMark:
    """
    One plan of a front.

    Parameters
    ----------
    metrics
        Its figures.
    in_hand
        Whether it is the plan in hand.
    changed_jobs
        Jobs that it changes of the previous plan; ``None``: there is none.
    """

    metrics: Metrics
    in_hand: bool
    changed_jobs: int | None = None


def front_chart(marks: Sequence[FrontMark], chosen: int, start: datetime) -> go.Figure:
    """
    Draw plans by weighted lateness and end; the darker, the more setups.

    Where there is a previous plan, the darker, the more jobs change.

    Parameters
    ----------
    marks
        The plans that none beats, the least late first; behind them the plan in
        hand, where it is beaten.
    chosen
        Which of them stands out.
    start
        Plan start.

    Returns
    -------
    go.Figure
        ``customdata`` of a point is its place among the marks.
    """
    x = [mark.metrics.weighted_tardiness / HOUR for mark in marks]
    y = [start + timedelta(seconds=mark.metrics.makespan) for mark in marks]
    shade: list[float] = [mark.metrics.setup / HOUR for mark in marks]
    shaded = "setups, h"
    if any(mark.changed_jobs is not None for mark in marks):
        shade = [float(mark.changed_jobs or 0) for mark in marks]
        shaded = "changed jobs"
    figure = go.Figure()
    figure.add_scatter(
        x=x,
        y=y,
        mode="markers",
        cliponaxis=False,
        name="plans to choose from",
        customdata=list(range(len(marks))),
        hovertext=[_said(mark, start) for mark in marks],
        hovertemplate="%{hovertext}<extra></extra>",
        marker={
            "size": [16 if i == chosen else 11 for i in range(len(marks))],
            "symbol": ["diamond" if mark.in_hand else "circle" for mark in marks],
            "color": shade,
            "colorscale": [[0.0, "#cfe3ff"], [1.0, theme.PALETTE[0]]],
            "line": {
                "width": [3 if i == chosen else 1 for i in range(len(marks))],
                "color": [
                    theme.INK if i == chosen else theme.edge(theme.PALETTE[5])
                    for i in range(len(marks))
                ],
            },
            "opacity": 1,
            "colorbar": {
                "title": {"text": shaded, "side": "right"},
                "thickness": 10,
                "outlinewidth": 0,
                "len": 0.9,
            },
        },
        selected={"marker": {"opacity": 1}},
        unselected={"marker": {"opacity": 1}},
    )
    for i, mark in enumerate(marks):
        if mark.in_hand or i == chosen:
            words = "in hand" if mark.in_hand else "this one"
            figure.add_annotation(
                x=x[i],
                y=y[i],
                text=words,
                showarrow=False,
                yshift=16,
                # At an edge it would lie over what the axis says, or be cut off.
                xanchor="left" if x[i] <= max(x) / 2 else "right",
                font={"size": 12, "color": theme.INK},
            )
    axis = {
        "gridcolor": theme.GRID,
        "linecolor": theme.CLOSED,
        "fixedrange": True,
        "zeroline": False,
        "automargin": True,
    }
    figure.update_layout(
        **theme.base_layout(),
        height=HEIGHT,
        margin={"l": 8, "r": 8, "t": 16, "b": 8},
        showlegend=False,
        xaxis=axis
        | {"title": {"text": "weighted hours late, all jobs"}, "rangemode": "tozero"},
        yaxis=axis
        | {
            "title": {"text": "ends"},
            "type": "date",
            "tickformatstops": [
                {"dtickrange": [None, 3600000 * 23], "value": "%a %H:%M"},
                {"dtickrange": [3600000 * 23, None], "value": "%a %-d %b"},
            ],
        },
    )
    return figure


def _said(mark: FrontMark, start: datetime) -> str:
    found = mark.metrics
    late = f"{phrases.many(found.late_jobs, 'job')} late"
    if mark.in_hand:
        late += ", the plan in hand"
    changed = ""
    if mark.changed_jobs is not None:
        changed = f"<br>{phrases.many(mark.changed_jobs, 'job')} changed"
    return (
        f"{late}<br>ends {phrases.moment(start, found.makespan)}<br>"
        f"weighted lateness {phrases.hours(found.weighted_tardiness)}<br>"
        f"setups {phrases.hours(found.setup)}{changed}"
    )
