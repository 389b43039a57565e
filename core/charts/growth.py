"""How a plan grew: its cost over the time of planning, and the bound below."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from core.charts import theme

HEIGHT = 44  # pixels: it stands in a line of buttons


def growth_curve(
    points: Sequence[tuple[float, float]], seconds: float, bound: float | None
) -> go.Figure:
    """
    Draw the best cost so far over time; what no plan can beat is a line below it.

    Parameters
    ----------
    points
        Seconds since the start and the cost from then on, in order of time.
    seconds
        Time so far.
    bound
        Cost that no plan can beat; ``None``: not known yet.
    """
    figure = go.Figure(
        layout={
            "template": "none",
            "height": HEIGHT,
            "margin": {"l": 2, "r": 2, "t": 4, "b": 4},
            "paper_bgcolor": theme.BACKGROUND,
            "plot_bgcolor": theme.BACKGROUND,
            "showlegend": False,
            "dragmode": False,
            "hovermode": False,
        }
    )
    last = max(seconds, 0.1)
    x = [time for time, _ in points]
    y = [cost for _, cost in points]
    figure.add_scatter(
        x=[*x, last],
        y=[*y, *y[-1:]],
        mode="lines",
        line={"color": theme.ACCENT, "width": 2, "shape": "hv"},
    )
    low = min(y, default=0.0)
    if bound is not None:
        low = min(low, bound)
        figure.add_scatter(
            x=[0, last],
            y=[bound, bound],
            mode="lines",
            line={"color": theme.MUTED_INK, "width": 1, "dash": "dot"},
        )
    high = max(y, default=1.0)
    air = 0.12 * (high - low) or 1.0
    figure.update_xaxes(visible=False, range=[0, last], fixedrange=True)
    figure.update_yaxes(visible=False, range=[low - air, high + air], fixedrange=True)
    return figure
