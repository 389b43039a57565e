"""Load over time as a table of machines and as bars of one of them."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from numpy.typing import NDArray

from core.charts import theme
from core.problem import phrases
from core.problem.measures.load import Load

HOUR = 3600.0
HEIGHT = 300
BARS: tuple[tuple[str, str, str], ...] = (
    ("work", "work", theme.PALETTE[5]),
    ("setup", "setup", theme.SETUP),
    ("free", "free", theme.BAND),
    ("closed", "closed", theme.CLOSED),
)
TOO_MUCH = "due by then, too much whatever the order"
SOONER = "due by then, to be done before"
HATCHED = {TOO_MUCH: ("/", theme.LATE), SOONER: ("-", theme.SCALE["late"])}


def load_table(load: Load) -> pd.DataFrame:
    """
    Return one row per machine or machine type, the bottleneck first.

    Columns: Name, Use (percent of open time), Over time (a list of percents, one per
    period; of closed time 0), Work, Setup, Free, Closed, Too much (hours).
    """
    done, opened = load.work + load.setup, load.open
    share = np.divide(done, opened, out=np.zeros(done.shape), where=opened > 0)
    order = sorted(
        range(len(load.names)), key=lambda r: (-load.backlog[r], -load.use[r])
    )
    return pd.DataFrame(
        {
            "Row": order,
            "Name": [load.names[r] or "no type" for r in order],
            "Use": [100 * load.use[r] for r in order],
            "Over time": [(100 * share[r]).round(1).tolist() for r in order],
            "Work": [load.work[r].sum() / HOUR for r in order],
            "Setup": [load.setup[r].sum() / HOUR for r in order],
            "Free": [load.free[r].sum() / HOUR for r in order],
            "Closed": [load.closed[r].sum() / HOUR for r in order],
            "Too much": [load.backlog[r] / HOUR for r in order],
        }
    )


def load_bars(load: Load, row: int, start: datetime, chosen: int | None) -> go.Figure:
    """
    Draw what a row does in every period, and hatched what is wanted beyond it.

    What there is time for before is told from what there is none for, in red.

    Parameters
    ----------
    load, row
        The load, and which machine or machine type.
    start
        Plan start.
    chosen
        The period that is opened; the others fade.

    Returns
    -------
    go.Figure
        ``customdata`` of a bar is its period. The line is what the row holds.
    """
    periods = len(load.edges) - 1
    width = float(load.edges[1] - load.edges[0])
    middle = [
        start + timedelta(seconds=float(edge) + width / 2) for edge in load.edges[:-1]
    ]
    opacity = np.full(periods, 1.0)
    if chosen is not None:
        opacity = np.where(np.arange(periods) == chosen, 1.0, 0.45)
    spans = [
        phrases.span(start, float(a), float(b))
        for a, b in zip(load.edges[:-1], load.edges[1:], strict=True)
    ]
    figure = go.Figure()
    for name, words, color in BARS:
        _add(figure, getattr(load, name)[row], words, color, middle, opacity, spans)
    too_much = load.too_much[row]
    sooner = load.excess[row] - too_much
    for words, wanted in ((SOONER, sooner), (TOO_MUCH, too_much)):
        if wanted.any():
            color = HATCHED[words][1]
            _add(figure, wanted, words, color, middle, opacity, spans)
    figure.update_layout(
        **theme.base_layout(),
        barmode="stack",
        bargap=0.08,
        height=HEIGHT,
        margin={"l": 52, "r": 8, "t": 36, "b": 44},
        legend=theme.STILL_LEGEND,
        xaxis={
            "type": "date",
            "fixedrange": True,
            "range": [
                start,
                start + timedelta(seconds=float(load.edges[-1])),
            ],
            "tickformatstops": [
                {"dtickrange": [None, 3600000 * 23], "value": "%H:%M\n%a %-d %b"},
                {"dtickrange": [3600000 * 23, None], "value": "%a %-d %b"},
            ],
            "linecolor": theme.CLOSED,
            "tickcolor": theme.CLOSED,
        },
        yaxis={
            "title": {"text": "machine hours", "font": {"size": 12}},
            "gridcolor": theme.GRID,
            "rangemode": "tozero",
            "fixedrange": True,
            "zeroline": False,
        },
    )
    return figure


def _add(
    figure: go.Figure,
    seconds: NDArray[np.int64],
    words: str,
    color: str,
    middle: list[datetime],
    opacity: NDArray[np.float64],
    spans: list[str],
) -> None:
    """Add the bars of one kind; what is wanted beyond is hatched, not only colored."""
    pattern: dict[str, object] = {}
    if words in HATCHED:
        pattern = {"shape": HATCHED[words][0], "size": 6, "solidity": 0.3}
    figure.add_bar(
        x=middle,
        y=seconds / HOUR,
        name=words,
        customdata=np.arange(len(seconds)),
        hovertext=[
            f"{span}<br>{words}: {phrases.hours(float(x))}"
            for span, x in zip(spans, seconds, strict=True)
        ],
        hovertemplate="%{hovertext}<extra></extra>",
        marker={
            "color": color,
            "opacity": opacity,
            "line": {"width": 0},
            "pattern": pattern,
        },
    )
