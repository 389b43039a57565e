"""Orders as tables and a bar: where a plan leaves them, and what took their time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import isfinite, nan
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from core.charts import theme
from core.problem import phrases
from core.problem.measures.orders import Order, OrderLine
from core.problem.phrases import NOTHING
from core.problem.shift import Shift

MINUTE = 60.0
BAR_PIXELS, LEGEND_ROW = 30, 22  # heights
LEGEND_COLUMN = 300  # pixels of one entry, a little wide
NARROW_PIXELS = 640  # of the page that the legend reckons with

# By the name of a cause. Own work is blue, other orders are warm, the calendar grey.
COLORS = {
    "processing": theme.PALETTE[0],
    "setup": theme.PALETTE[5],
    "machine": theme.PALETTE[4],
    "machine_setup": theme.PALETTE[1],
    "predecessor": theme.PALETTE[3],
    "wait": theme.PALETTE[3],
    "closure": theme.CLOSED,
    "window": theme.CLOSED,
    "release": theme.PALETTE[2],
    "material": theme.PALETTE[2],
    "unavailable": theme.PALETTE[6],
    "now": theme.PALETTE[6],
    "lock": theme.PALETTE[7],
    "freeze": theme.PALETTE[7],
    "choice": theme.SETUP,
}


@dataclass(frozen=True)
class CauseShare:
    """
    What one cause took of an order's time.

    Parameters
    ----------
    name
        Of the cause, a key of :data:`COLORS`.
    words
        As planners read it.
    seconds
        How long.
    """

    name: str
    words: str
    seconds: int


@dataclass(frozen=True)
class ChainRow:
    """
    One stretch of the time that an order's end depends on.

    Parameters
    ----------
    begin, end
        Seconds since plan start.
    machine, job, cause
        In words.
    """

    begin: int
    end: int
    machine: str
    job: str
    cause: str


def orders_table(
    shift: Shift,
    lines: Sequence[OrderLine],
    chances: Mapping[Order, float],
    causes: Mapping[Order, str],
) -> pd.DataFrame:
    """
    Return one row per order, in the order of its lines.

    Parameters
    ----------
    shift, lines
        The shift, and where the plan leaves its orders.
    chances
        Of each to be on time; NaN without a due date.
    causes
        What took most of the time of each, in words.

    Returns
    -------
    pd.DataFrame
        Times as date-times. ``To due`` in minutes, negative when late; shares in
        percent; both empty where there is no due date.
    """
    problem = shift.problem
    return pd.DataFrame(
        {
            "Order": [line.order.name for line in lines],
            "★": ["★" if line.order.important else "" for line in lines],
            "Due": _moments(shift.start, [line.order.due for line in lines]),
            "Ends": _moments(shift.start, [line.end for line in lines]),
            "To due": [
                line.spare / MINUTE if isfinite(line.spare) else nan for line in lines
            ],
            "On time": [100 * chances[line.order] for line in lines],
            "Done": [100 * line.share_done for line in lines],
            "Next job": [
                NOTHING if line.next_job is None else problem.job_ids[line.next_job]
                for line in lines
            ],
            "On": [
                NOTHING
                if line.next_machine is None
                else problem.machine_ids[line.next_machine]
                for line in lines
            ],
            "Worst cause": [causes[line.order] for line in lines],
        }
    )


def chain_table(start: datetime, rows: Sequence[ChainRow]) -> pd.DataFrame:
    """Return one row per stretch of a chain; ``Takes`` in minutes."""
    return pd.DataFrame(
        {
            "From": _moments(start, [row.begin for row in rows]),
            "To": _moments(start, [row.end for row in rows]),
            "Takes": [(row.end - row.begin) / MINUTE for row in rows],
            "Cause": [row.cause for row in rows],
            "Machine": [row.machine for row in rows],
            "Job": [row.job for row in rows],
        }
    )


def _moments(start: datetime, seconds: Sequence[float]) -> pd.Series[Any]:
    """Date-times of seconds since plan start; none where they are not finite."""
    given = pd.Series([x if isfinite(x) else nan for x in seconds], dtype=float)
    return pd.Timestamp(start) + pd.to_timedelta(given.round(), unit="s")


def cause_bar(shares: Sequence[CauseShare]) -> go.Figure:
    """
    Draw what an order's time went into as one bar; the legend says it in words.

    Parameters
    ----------
    shares
        The causes, from left to right; together more than no time.
    """
    total = sum(share.seconds for share in shares)
    figure = go.Figure()
    for share in shares:
        color, part = COLORS[share.name], share.seconds / total
        said = f"{share.words}: {phrases.duration(share.seconds)}, {100 * part:.0f} %"
        figure.add_bar(
            x=[share.seconds],
            y=[0],
            orientation="h",
            name=said,
            marker={"color": color, "line": {"width": 1, "color": theme.BACKGROUND}},
            text=f"{100 * part:.0f} %" if part >= 0.06 else "",
            textposition="inside",
            insidetextanchor="middle",
            textfont={"color": theme.ink_on(color), "size": 12},
            textangle=0,
            hovertext=said,
            hovertemplate="%{hovertext}<extra></extra>",
        )
    rows = -(-len(shares) // (NARROW_PIXELS // LEGEND_COLUMN))
    figure.update_layout(
        template="none",
        barmode="stack",
        bargap=0,
        showlegend=True,  # also of a single cause
        height=BAR_PIXELS + rows * LEGEND_ROW + 18,
        margin={"l": 8, "r": 8, "t": 6, "b": rows * LEGEND_ROW + 10},
        font={"family": theme.FONT, "size": 12, "color": theme.INK},
        paper_bgcolor=theme.BACKGROUND,
        plot_bgcolor=theme.BACKGROUND,
        dragmode=False,
        hoverlabel={"font": {"family": theme.FONT, "size": 13}},
        legend={
            "orientation": "h",
            "x": 0,
            "y": -0.15,
            "xanchor": "left",
            "yanchor": "top",
            "itemclick": False,
            "itemdoubleclick": False,
            "traceorder": "normal",
        },
        xaxis={"visible": False, "range": [0, total], "fixedrange": True},
        yaxis={"visible": False, "fixedrange": True},
    )
    return figure
