"""Plans side by side, and what differs between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from core.charts import theme
from core.charts.bars.canvas import Canvas
from core.charts.bars.gantt import gantt
from core.charts.bars.marks import BAR_OFFSET
from core.charts.window import View
from core.comparison.paired import differences
from core.comparison.trials import Trial
from core.planning.plan import Plan
from core.problem import phrases
from core.problem.schedule import tardiness

if TYPE_CHECKING:
    import pandas as pd

BORDER = theme.INK
BINS = 40
SERIES = (theme.PALETTE[4], theme.PALETTE[0], theme.PALETTE[2], theme.PALETTE[3])
DASHES = ("solid", "dash", "dot", "dashdot")  # told apart without colours, too
HEIGHT = 300


@dataclass(frozen=True, eq=False)
class ComparedPlan:
    """
    One of the plans to compare, all of one shift.

    Parameters
    ----------
    name
        As planners read it.
    plan
        The plan.
    batch
        Shape (n,): batch in which each job was planned; ``None``: all at once.
    visible
        Shape (n,): unplanned jobs that each decision could see.
    """

    name: str
    plan: Plan
    batch: NDArray[np.int64] | None
    visible: NDArray[np.int64]


def comparison_gantts(plans: Sequence[ComparedPlan], view: View) -> list[go.Figure]:
    """
    Draw each plan in the same window, with the borders of its batches.

    Parameters
    ----------
    plans, view
        What is drawn, and which part of it; the rows and the time axis of all
        figures are the same.
    """
    figures = []
    for compared in plans:
        plan = compared.plan
        figure = gantt(plan.shift, plan.result.schedule, view, planners=plan.planners)
        if compared.batch is not None:
            canvas = Canvas(plan.shift, plan.result.schedule, view)
            _add_batch_borders(figure, canvas, compared.batch)
        figures.append(figure)
    return figures


def _add_batch_borders(
    figure: go.Figure, canvas: Canvas, batch: NDArray[np.int64]
) -> None:
    """On each machine, an upright line where the next batch begins."""
    axis, rows, schedule = canvas.axis, canvas.rows, canvas.schedule
    place = dict(zip(rows.machines.tolist(), rows.y.tolist(), strict=True))
    x: list[str | None] = []
    y: list[float | None] = []
    for machine, jobs in enumerate(schedule.sequences):
        if machine not in place:
            continue
        middle = place[machine] + BAR_OFFSET
        for before, after in pairwise(jobs):
            moment = int(schedule.setup_start[after])
            if batch[before] != batch[after] and axis.shows(moment):
                at = str(axis.at(moment))
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
    few = counts.max(initial=0) < 6  # there are no fifths of a job
    figure.update_yaxes(title_text="jobs", rangemode="tozero", dtick=1 if few else None)
    return figure


def visibility_lines(plans: Sequence[ComparedPlan]) -> go.Figure:
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
            fillcolor=theme.TINT,
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


def changes_table(first: Plan, second: Plan) -> pd.DataFrame:
    """
    Every job of a shift with its end in both plans, those that gain most first.

    Columns: Job, Family, Important, Due, First, Second (moments), Change (minutes
    later; minus: sooner), In words, Late before and Late after (minutes), then the
    planner's own.
    """
    import pandas as pd

    shift, problem = first.shift, first.shift.problem
    one, two = first.result.schedule, second.result.schedule
    change = (two.end - one.end) / 60
    zero = np.datetime64(shift.start, "s")

    def moments(seconds: NDArray[Any]) -> NDArray[Any]:
        known = np.isfinite(seconds)
        times = np.full(len(seconds), np.datetime64("NaT", "s"))
        times[known] = zero + seconds[known].astype("timedelta64[s]")
        return times

    columns = {
        "Job": problem.job_ids,
        "Family": [problem.family_names[f] for f in problem.family],
        "Important": np.where(problem.important, "★", ""),
        "Due": moments(problem.due),
        "First": moments(one.end.astype(np.float64)),
        "Second": moments(two.end.astype(np.float64)),
        "Change": change,
        "In words": [phrases.later(60 * x) for x in change.tolist()],
        "Late before": tardiness(one, problem.due) / 60,
        "Late after": tardiness(two, problem.due) / 60,
    }
    table = pd.DataFrame({**columns, **shift.extra_columns(columns)})
    return table.sort_values("Change", kind="stable", ignore_index=True)


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
        "legend": theme.LEGEND,
        "xaxis": axis,
        "yaxis": dict(axis),
    }
