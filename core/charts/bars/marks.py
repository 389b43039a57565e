"""What a Gantt chart shows beside the bars: names, stripes, closures, lines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from core.charts import theme
from core.charts.bars.canvas import Canvas, Sketch
from core.charts.bars.joined_bars import JoinedBars
from core.problem import phrases

BAR_OFFSET = -0.06  # of the middle of a bar, in rows: leaves room for the stripe
LATE_OFFSET, LATE_MARK = 0.37, 0.13
PLANNER_OFFSET = -0.42  # on the upper edge of the bar
LABELLED_BARS = 400  # with more, the names would not fit anyway
NARROW_CHART = 620  # pixels for the time axis that labels reckon with
LETTER = 7.0  # pixels, a little wide
ROOM_BESIDE = 0.75  # of the width: further right, words beside a line would be cut off


def add_headers(sketch: Sketch, canvas: Canvas) -> None:
    """A light band with the name of each machine type."""
    axis, headers = canvas.axis, canvas.rows.headers
    if not headers:
        return
    names, y = zip(*headers, strict=True)
    begin, end = axis.view.begin, axis.view.end
    sketch.add_bar(
        **axis.cut(np.full(len(y), begin), np.full(len(y), end)),
        y=y,
        width=1.0,
        orientation="h",
        marker={"color": theme.BAND, "line": {"width": 0}},
        hoverinfo="skip",
        showlegend=False,
    )
    sketch.add_scatter(
        x=axis.at(np.full(len(y), begin)),
        y=y,
        mode="text",
        text=[f" {name}" for name in names],
        textposition="middle right",
        textfont={"size": 11, "color": theme.MUTED_INK},
        hoverinfo="skip",
        showlegend=False,
    )


def add_closures(sketch: Sketch, canvas: Canvas) -> None:
    """Shade closed time over the bars: what runs there is paused, and looks it."""
    axis, rows, view = canvas.axis, canvas.rows, canvas.view
    spans: list[tuple[int, int, float, float]] = []  # begin, end, first y, last y
    grown: dict[tuple[int, int], int] = {}  # the box that ends on the row above
    for machine, y in zip(rows.machines.tolist(), rows.y.tolist(), strict=True):
        closures = canvas.problem.calendars[machine].closures
        seen = (closures[:, 0] < view.end) & (closures[:, 1] > view.begin)
        here: dict[tuple[int, int], int] = {}
        for begin, end in closures[seen].tolist():
            box = grown.get((begin, end))
            if box is not None and spans[box][3] == y - 1:
                spans[box] = (*spans[box][:3], y)
            else:
                box = len(spans)
                spans.append((begin, end, y, y))
            here[begin, end] = box
        grown = here
    if not spans:
        return
    begin, end, first, last = np.array(spans).T
    sketch.add_bar(
        **axis.cut(begin, end),
        y=(first + last) / 2,
        width=last - first + 1,
        orientation="h",
        name="closed",
        hoverinfo="skip",
        marker={
            "color": "rgba(0,0,0,0)",
            "line": {"width": 0},
            "pattern": {
                "shape": "/",
                "size": 5,
                "solidity": 0.22,
                "fillmode": "replace",
                "bgcolor": theme.VEIL,
                "fgcolor": theme.CLOSED,
                "fgopacity": 0.9,
            },
        },
    )


def add_late_marks(sketch: Sketch, canvas: Canvas) -> None:
    """A stripe under every late job: seen without telling colours apart."""
    late = canvas.running[canvas.late[canvas.running]]
    if not len(late):
        return
    schedule = canvas.schedule
    sketch.add_bar(
        **canvas.axis.cut(schedule.start[late], schedule.end[late]),
        y=canvas.y[late] + LATE_OFFSET,
        width=LATE_MARK,
        orientation="h",
        name="late",
        hoverinfo="skip",
        marker={
            "color": theme.LATE,
            "line": {"width": 0},
            "opacity": canvas.opacity(late),
        },
    )


def add_joined_late_marks(sketch: Sketch, canvas: Canvas, found: JoinedBars) -> None:
    """A stripe under every run with a late job."""
    late = np.flatnonzero(found.late)
    if not len(late):
        return
    sketch.add_bar(
        **canvas.axis.cut(found.begin[late], found.end[late]),
        y=canvas.y[found.job[late]] + LATE_OFFSET,
        width=LATE_MARK,
        orientation="h",
        name="late",
        hoverinfo="skip",
        marker={"color": theme.LATE, "line": {"width": 0}},
    )


@dataclass(frozen=True, eq=False)
class Whiskers:
    """
    When jobs end in possible futures.

    Parameters
    ----------
    low, median, high
        Shape (n,), seconds since plan start: by then it has ended in 10, 50, 90 %.
    """

    low: NDArray[np.int64]
    median: NDArray[np.int64]
    high: NDArray[np.int64]


def add_whiskers(sketch: Sketch, canvas: Canvas, ends: Whiskers) -> None:
    """A line over each bar from its 10 % to its 90 % end, with a dot at the middle."""
    axis, view = canvas.axis, canvas.view
    seen = axis.overlaps(ends.low, np.maximum(ends.high, ends.low + 1))
    jobs = canvas.jobs[seen[canvas.jobs]]
    if not len(jobs):
        return
    low = np.clip(ends.low[jobs], view.begin, view.end)
    high = np.clip(ends.high[jobs], view.begin, view.end)
    y = canvas.y[jobs] + BAR_OFFSET
    cap = 0.16
    x: list[str | None] = []
    heights: list[float | None] = []
    for begin, end, middle in zip(axis.at(low), axis.at(high), y.tolist(), strict=True):
        x += [begin, begin, None, begin, end, None, end, end, None]
        heights += [middle - cap, middle + cap, None, middle, middle, None]
        heights += [middle - cap, middle + cap, None]
    sketch.add_scatter(
        x=x,
        y=heights,
        mode="lines",
        name="8 of 10 ends",
        line={"color": theme.INK, "width": 1.2},
        hoverinfo="skip",
    )
    inside = (ends.median[jobs] >= view.begin) & (ends.median[jobs] <= view.end)
    sketch.add_scatter(
        x=axis.at(ends.median[jobs][inside]),
        y=y[inside],
        mode="markers",
        name="half of the ends",
        marker={
            "symbol": "circle",
            "size": 5,
            "color": theme.BACKGROUND,
            "line": {"width": 1.2, "color": theme.INK},
        },
        hoverinfo="skip",
        showlegend=False,
    )


def add_planner_marks(
    sketch: Sketch, canvas: Canvas, planners: Mapping[int, str]
) -> None:
    """A triangle over every job that the planner decided on."""
    own = canvas.running[np.isin(canvas.running, list(planners))]
    if not len(own):
        return
    begin = np.maximum(canvas.schedule.start[own], canvas.view.begin)
    sketch.add_scatter(
        x=canvas.axis.at(begin),
        y=canvas.y[own] + PLANNER_OFFSET,
        mode="markers",
        name="by planner",
        marker={
            "symbol": "triangle-down",
            "size": 11,
            "color": theme.PALETTE[4],
            "line": {"width": 1, "color": theme.BACKGROUND},
        },
        hovertext=[
            f"{theme.plain(canvas.problem.job_ids[j])}: chosen by {planners[j]}"
            for j in own.tolist()
        ],
        hovertemplate="%{hovertext}<extra></extra>",
    )


def add_due_marks(sketch: Sketch, canvas: Canvas) -> None:
    """Small ticks under the time axis where the jobs in view are due."""
    axis, view, due = canvas.axis, canvas.view, canvas.problem.due
    dated = canvas.jobs
    dated = dated[(due[dated] >= view.begin) & (due[dated] <= view.end)]
    if not len(dated):
        return
    # Ticks closer than a pixel or two are one tick.
    step = max((view.end - view.begin) / 400, 1.0)
    slot, place = np.unique(due[dated] // step, return_inverse=True)
    late = np.bincount(place, weights=canvas.late[dated])
    total = np.bincount(place)
    first = np.full(len(slot), np.inf)
    np.minimum.at(first, place, due[dated])
    sketch.add_scatter(
        x=axis.at(first),
        y=np.full(len(slot), -0.3),
        mode="markers",
        name="due",
        marker={
            "symbol": "line-ns",
            "size": 7,
            "line": {
                "width": 1.5,
                "color": np.where(late > 0, theme.LATE, theme.SETUP),
            },
        },
        hovertext=[
            f"Due {phrases.moment(axis.start, t)}: {phrases.many(int(a), 'job')}, "
            f"{phrases.count(b)} late"
            for t, a, b in zip(first, total, late, strict=True)
        ],
        hovertemplate="%{hovertext}<extra></extra>",
        showlegend=False,
    )


def add_lines(figure: go.Figure, canvas: Canvas, now: datetime | None) -> None:
    """Upright lines: the present, and the due date of the job in focus."""
    axis, problem, view = canvas.axis, canvas.problem, canvas.view
    lines: list[tuple[float, str, str, str]] = []
    if now is not None:
        seconds = (now - axis.start).total_seconds()
        lines.append((seconds, "now", theme.ACCENT, "solid"))
    if view.job is not None and np.isfinite(problem.due[view.job]):
        color = theme.LATE if canvas.late[view.job] else theme.INK
        name = f"{theme.plain(problem.job_ids[view.job], 14)} due"
        lines.append((float(problem.due[view.job]), name, color, "dash"))
    for seconds, name, color, dash in lines:
        if axis.shows(seconds):
            x = str(axis.at(seconds))
            line = {"color": color, "width": 1.5, "dash": dash}
            figure.add_vline(x=x, line=line)
            # At the right end its words stand before it, or they would be cut off.
            share = (seconds - view.begin) / max(view.end - view.begin, 1)
            figure.add_annotation(
                x=x,
                y=1,
                yref="paper",
                text=name,
                font={"color": color, "size": 11},
                bgcolor=theme.BEHIND_WORDS,
                showarrow=False,
                xanchor="left" if share < ROOM_BESIDE else "right",
                yanchor="top",
            )


def add_labels(sketch: Sketch, canvas: Canvas, ink: NDArray[Any]) -> None:
    """
    Names of the jobs whose bars have room for them.

    As a trace of text: a bar's own text asks for more height than a row has.
    """
    jobs, problem, schedule = canvas.running, canvas.problem, canvas.schedule
    axis = canvas.axis
    if not 0 < len(jobs) <= LABELLED_BARS:
        return
    low = np.maximum(schedule.start[jobs], axis.view.begin)
    high = np.minimum(schedule.end[jobs], axis.view.end)
    pixels = (high - low) / (axis.view.end - axis.view.begin) * NARROW_CHART
    names = [theme.plain(problem.job_ids[j], 16) for j in jobs]
    fits = pixels > LETTER * np.array([len(name) for name in names]) + LETTER
    if axis.view.job is not None:
        fits &= problem.family[jobs] == problem.family[axis.view.job]
    sketch.add_scatter(
        x=axis.at((low + high) / 2)[fits],
        y=(canvas.y[jobs] + BAR_OFFSET)[fits],
        mode="text",
        text=[name for name, fit in zip(names, fits, strict=True) if fit],
        textfont={"size": 10, "color": ink[jobs][fits]},
        hoverinfo="skip",
        showlegend=False,
    )


def add_thread(sketch: Sketch, canvas: Canvas) -> None:
    """A line along the family in focus, in the order its jobs run."""
    if canvas.view.job is None:
        return
    family, schedule, y = canvas.problem.family, canvas.schedule, canvas.y
    kin = np.flatnonzero(family == family[canvas.view.job])
    kin = kin[y[kin] > 0]  # of machines in view
    if len(kin) == 1:
        return  # it would only strike its name through
    kin = kin[np.lexsort((schedule.end[kin], schedule.start[kin]))]
    times = np.stack([schedule.start[kin], schedule.end[kin]], axis=1).ravel()
    sketch.add_scatter(
        x=canvas.axis.at(times),
        y=np.repeat(y[kin] + BAR_OFFSET, 2),
        mode="lines",
        line={"color": theme.INK, "width": 1, "dash": "dot"},
        hoverinfo="skip",
        showlegend=False,
    )
