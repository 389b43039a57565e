"""The figures of a day's versions in a line: each point is a plan that was in hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from core.charts import theme

HEIGHT = 190
UPPER, LOWER = (0.58, 1.0), (0.0, 0.42)  # of the height: late jobs, lateness


@dataclass(frozen=True)
class VersionMark:
    """
    One version.

    Parameters
    ----------
    number
        As planners count them.
    late_jobs, late_hours
        Of its plan: late jobs, and hours of weighted lateness; ``None``: not known.
    words
        Why and when it was made, as a planner's text.
    in_force
        Whether it is the plan in hand.
    """

    number: int
    late_jobs: float | None
    late_hours: float | None
    words: str
    in_force: bool


def versions_chart(marks: Sequence[VersionMark], chosen: int | None) -> go.Figure:
    """
    Draw late jobs and weighted lateness over the versions of a day.

    Parameters
    ----------
    marks
        The versions, by number.
    chosen
        Number of the one that stands out; ``None``: only the one in force does.

    Returns
    -------
    go.Figure
        ``customdata`` of a point is the number of its version.
    """
    figure = go.Figure()
    numbers = [mark.number for mark in marks]
    for name, values, axis, form in (
        ("late jobs", [x.late_jobs for x in marks], "y", ".0f"),
        ("weighted hours late", [x.late_hours for x in marks], "y2", ".1f"),
    ):
        figure.add_scatter(
            x=numbers,
            y=values,
            yaxis=axis,
            mode="lines+markers",
            name=name,
            customdata=numbers,
            hovertext=[theme.plain(x.words, 90) for x in marks],
            hovertemplate=f"<b>%{{y:{form}}} {name}</b><br>%{{hovertext}}"
            "<extra></extra>",
            line={"color": theme.ACCENT, "width": 1.5},
            marker={
                "size": [13 if n == chosen else 9 for n in numbers],
                "symbol": ["diamond" if x.in_force else "circle" for x in marks],
                "color": theme.ACCENT,
                "opacity": 1,
                "line": {
                    "width": [2.5 if n == chosen else 1 for n in numbers],
                    "color": [theme.INK if n == chosen else "#ffffff" for n in numbers],
                },
            },
            selected={"marker": {"opacity": 1}},
            unselected={"marker": {"opacity": 1}},
        )
    figure.update_layout(_layout(marks))
    return figure


def _layout(marks: Sequence[VersionMark]) -> dict[str, object]:
    """Axes and size: versions below, the figures one over the other."""
    numbers = [mark.number for mark in marks]
    axis = {
        "gridcolor": theme.GRID,
        "fixedrange": True,
        "zeroline": False,
        "rangemode": "tozero",
        "nticks": 3,
        "automargin": True,
        "title": {"standoff": 6},
    }
    step = max(1, -(-len(numbers) // 30))
    names = [f"{x.number} now" if x.in_force else str(x.number) for x in marks]
    return {
        "template": "none",
        "height": HEIGHT,
        "margin": {"l": 8, "r": 16, "t": 8, "b": 8},
        "font": {"family": theme.FONT, "size": 12, "color": theme.INK},
        "paper_bgcolor": theme.BACKGROUND,
        "plot_bgcolor": theme.BACKGROUND,
        "dragmode": False,
        "showlegend": False,
        "hovermode": "closest",
        "xaxis": {
            "fixedrange": True,
            "zeroline": False,
            "gridcolor": theme.GRID,
            "range": [numbers[0] - 0.5, numbers[-1] + 0.5],
            "tickvals": numbers[::step],
            "ticktext": names[::step],
            "title": {"text": "version", "standoff": 4},
            "automargin": True,
            "anchor": "y2",
        },
        "yaxis": axis
        | {
            "domain": UPPER,
            "title": {"text": "late jobs", "standoff": 6},
            # There are no halves of a job.
            "dtick": 1 if max(mark.late_jobs or 0 for mark in marks) < 4 else None,
        },
        "yaxis2": axis | {"domain": LOWER, "title": {"text": "late, h", "standoff": 6}},
    }
