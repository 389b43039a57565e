"""Plans side by side, and what differs between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from math import isfinite
from typing import TYPE_CHECKING, Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from core.charts import theme
from core.charts.gantt import gantt
from core.charts.marks import BAR_OFFSET
from core.charts.rows import Axis, arranged
from core.charts.window import Span, View, shown_machines, window
from core.comparison.trials import Trial, differences
from core.problem import phrases
from core.problem.model import Problem
from core.problem.schedule import Schedule

if TYPE_CHECKING:
    import pandas as pd

BORDER = theme.INK
BINS = 40
SERIES = (theme.PALETTE[4], theme.PALETTE[0], theme.PALETTE[2], theme.PALETTE[3])
DASHES = ("solid", "dash", "dot", "dashdot")  # told apart without colours, too
HEIGHT = 300


@dataclass(frozen=True, eq=False)
class Shown:
    """
    One of the plans to compare.

    Parameters
    ----------
    name
        As planners read it.
    schedule
        The plan.
    batch
        Shape (n,): batch in which each job was planned; ``None``: all at once.
    visible
        Shape (n,): unplanned jobs that each decision could see.
    """

    name: str
    schedule: Schedule
    batch: NDArray[np.int64] | None
    visible: NDArray[np.int64]


def shared_window(
    plans: Sequence[Shown], span: Span, begin: int, start: datetime
) -> tuple[int, int]:
    """Begin and end in seconds: one window for all, as long as the longest plan."""
    longest = max(plan.schedule.makespan for plan in plans)
    return window(span, begin, start, longest)


def comparison_gantts(
    problem: Problem, plans: Sequence[Shown], start: datetime, view: View
) -> list[go.Figure]:
    """
    Draw each plan in the same window, with the borders of its batches.

    Parameters
    ----------
    problem, plans, start, view
        What is drawn, and which part of it; the rows and the time axis of all
        figures are the same.
    """
    figures = []
    for plan in plans:
        figure = gantt(problem, plan.schedule, start, view)
        if plan.batch is not None:
            _add_borders(figure, problem, plan, Axis(start, view))
        figures.append(figure)
    return figures


def _add_borders(figure: go.Figure, problem: Problem, plan: Shown, axis: Axis) -> None:
    """On each machine, an upright line where the next batch begins."""
    rows = arranged(problem, axis.view)
    place = np.full(problem.num_machines, np.nan)
    place[rows.machines] = rows.y
    x: list[str | None] = []
    y: list[float | None] = []
    batch = plan.batch
    sequences = plan.schedule.sequences
    shown = set(shown_machines(problem, axis.view).tolist())
    for machine, jobs in enumerate(sequences):
        if batch is None or machine not in shown:
            continue
        for before, after in pairwise(jobs):
            moment = int(plan.schedule.setup_start[after])
            if batch[before] != batch[after] and axis.shows(moment):
                at = str(axis.at(moment))
                middle = float(place[machine]) + BAR_OFFSET
                x += [at, at, None]
                y += [middle - 0.46, middle + 0.46, None]
    figure.add_scatter(
        x=x,
        y=y,
        mode="lines",
        name="next batch",
        line={"color": BORDER, "width": 2.5},
        hoverinfo="skip",
    )


def change_histogram(changes: NDArray[np.int64], first: str, second: str) -> go.Figure:
    """
    How many jobs end sooner, and how many later, by how much.

    Parameters
    ----------
    changes
        Shape (n,), seconds by which each job ends later in the second plan.
    first, second
        Names of the plans.
    """
    hours = changes / 3600
    reach = max(float(np.abs(hours).max(initial=0.0)), 0.5)
    edges = np.linspace(-reach, reach, BINS + 1)  # 0 is an edge: no bar is both
    counts, _ = np.histogram(hours[hours != 0], edges)
    middle = (edges[:-1] + edges[1:]) / 2
    same = int((hours == 0).sum())
    figure = go.Figure(layout=_layout())
    for name, chosen, color, pattern in (
        ("sooner", middle < 0, theme.PALETTE[2], ""),
        ("later", middle > 0, theme.PALETTE[4], "/"),
    ):
        number = int((hours < 0).sum() if name == "sooner" else (hours > 0).sum())
        figure.add_bar(
            x=middle[chosen],
            y=counts[chosen],
            width=edges[1] - edges[0],
            name=f"{name} ({phrases.count(number)})",
            marker={
                "color": color,
                "line": {"width": 1, "color": theme.edge(color)},
                "pattern": {
                    "shape": pattern,
                    "size": 6,
                    "solidity": 0.25,
                    "fillmode": "replace",
                    "bgcolor": color,
                    "fgcolor": theme.BACKGROUND,
                },
            },
            hovertemplate="%{y} jobs, %{x:.1f} h<extra></extra>",
        )
    figure.update_layout(bargap=0, barmode="overlay")
    unmoved = f", {phrases.many(same, 'job')} unchanged" if same else ""
    figure.update_xaxes(
        title_text=f"hours later with “{theme.plain(second, 30)}”<br>"
        f"than with “{theme.plain(first, 30)}”{unmoved}",
        title_font={"size": 12},
    )
    figure.update_yaxes(title_text="jobs", rangemode="tozero")
    return figure


def visibility_lines(plans: Sequence[Shown]) -> go.Figure:
    """How many unplanned jobs each decision could see, decision by decision."""
    figure = go.Figure(layout=_layout())
    for i, plan in enumerate(plans):
        figure.add_scatter(
            x=np.arange(1, len(plan.visible) + 1),
            y=plan.visible,
            mode="lines",
            name=theme.plain(plan.name, 40),
            line={"color": SERIES[i], "width": 2, "dash": DASHES[i], "shape": "hv"},
            hovertemplate="decision %{x}: %{y} jobs<extra></extra>",
        )
    figure.update_xaxes(title_text="decision", title_font={"size": 12})
    figure.update_yaxes(title_text="jobs in sight", rangemode="tozero")
    return figure


def difference_boxes(
    done: Sequence[Trial], first: str, others: Sequence[tuple[str, str]]
) -> go.Figure:
    """
    Draw the difference in cost over the trials: a box and every trial.

    Parameters
    ----------
    done, first
        The trials, and the scheduler that the others are compared with.
    others
        Registry name and title of each other scheduler.
    """
    figure = go.Figure(layout=_layout())
    for i, (name, title) in enumerate(others):
        figure.add_box(
            x=differences(done, first, name),
            name=theme.plain(title, 40),
            boxpoints="all",
            jitter=0.4,
            pointpos=0,
            orientation="h",
            marker={"color": SERIES[(i + 1) % len(SERIES)], "size": 5, "opacity": 0.7},
            line={"width": 1.5},
            fillcolor="rgba(31,90,135,0.10)",
            showlegend=False,
            hovertemplate="%{x:+.1f} %<extra></extra>",
        )
    figure.add_vline(x=0, line={"color": theme.INK, "width": 1, "dash": "dash"})
    figure.update_layout(height=130 + 80 * len(others))
    figure.update_xaxes(
        title_text="difference in cost, percent of the first; left is cheaper",
        title_font={"size": 12},
        ticksuffix=" %",
        zeroline=False,
    )
    figure.update_yaxes(automargin=True)
    return figure


def changes_table(
    problem: Problem, start: datetime, first: Schedule, second: Schedule
) -> pd.DataFrame:
    """
    Every job with its end in both plans, those that gain most first.

    Columns: Job, Family, Important, Due, First, Second (moments), Change (minutes
    later; minus: sooner), In words, and Late before and after in minutes.
    """
    import pandas as pd

    change = (second.end - first.end) / 60
    zero = np.datetime64(start, "s")

    def moments(seconds: NDArray[Any]) -> NDArray[Any]:
        known = np.isfinite(seconds)
        found = np.full(len(seconds), np.datetime64("NaT", "s"))
        found[known] = zero + seconds[known].astype("timedelta64[s]")
        return found

    table = pd.DataFrame(
        {
            "Job": problem.job_ids,
            "Family": [problem.family_names[f] for f in problem.family],
            "Important": np.where(problem.important, "★", ""),
            "Due": moments(problem.due),
            "First": moments(first.end.astype(np.float64)),
            "Second": moments(second.end.astype(np.float64)),
            "Change": change,
            "In words": [phrases.later(60 * x) for x in change.tolist()],
            "Late before": np.maximum(first.end - problem.due, 0) / 60,
            "Late after": np.maximum(second.end - problem.due, 0) / 60,
        }
    )
    return table.sort_values("Change", kind="stable", ignore_index=True)


def percent_words(percent: float) -> str:
    """Return a difference in cost in words that carry its sign: ``12.3 % cheaper``."""
    if not isfinite(percent):
        return "not known"
    if abs(percent) < 0.05:
        return "the same"
    return f"{abs(percent):.1f} % {'dearer' if percent > 0 else 'cheaper'}"


def _layout() -> dict[str, Any]:
    """Axes and fonts of the small charts."""
    axis = {
        "gridcolor": theme.GRID,
        "linecolor": theme.CLOSED,
        "zerolinecolor": theme.MUTED_INK,
        "fixedrange": True,
        "automargin": True,
    }
    return {
        "template": "none",
        "height": HEIGHT,
        "margin": {"l": 48, "r": 12, "t": 34, "b": 56},
        "font": {"family": theme.FONT, "size": 12, "color": theme.INK},
        "paper_bgcolor": theme.BACKGROUND,
        "plot_bgcolor": theme.BACKGROUND,
        "dragmode": False,
        "hoverlabel": {"font": {"family": theme.FONT, "size": 13}},
        "legend": {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
        "xaxis": axis,
        "yaxis": dict(axis),
    }
