"""
What of a plan is past change, over its bars.

History is pale, locks are hatched, what is frozen is dotted and ends at a line.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from core.charts import theme
from core.charts.bars.canvas import Canvas, Sketch
from core.charts.bars.marks import BAR_OFFSET
from core.problem.schedule import Schedule

PALE = 0.62  # opacity of what lies over history
BAR = 0.62  # height of a bar, as the chart draws it
FREEZE = "nothing changes before"


@dataclass(frozen=True, eq=False)
class FloorMarks:
    """
    What is past change.

    Parameters
    ----------
    now
        Seconds since plan start.
    begun, locked
        Shape (n,): jobs that have begun by now; jobs that are locked.
    freeze_until
        Second before which nothing changes, by machine; of others nothing is frozen.
    """

    now: int
    begun: NDArray[np.bool_]
    locked: NDArray[np.bool_]
    freeze_until: Mapping[int, int] = field(default_factory=dict)

    def frozen(self, schedule: Schedule) -> NDArray[np.bool_]:
        """Shape (n,): jobs that have not begun and start before their freeze ends."""
        until = np.array([self.freeze_until.get(k, 0) for k in schedule.machine])
        found: NDArray[np.bool_] = (schedule.start < until) & ~self.begun
        return found


def add_floor_marks(sketch: Sketch, canvas: Canvas, marks: FloorMarks) -> None:
    """Draw over the bars: history pale up to now, locks hatched, frozen jobs dotted."""
    schedule, running = canvas.schedule, canvas.running
    past = running[marks.begun[running]]
    done = np.minimum(schedule.end[past], max(marks.now, 0))
    seen = done > schedule.start[past]
    if seen.any():
        sketch.add_bar(
            **canvas.axis.cut(schedule.start[past][seen], done[seen]),
            y=canvas.y[past][seen] + BAR_OFFSET,
            width=BAR + 0.02,
            orientation="h",
            name="has begun",
            hoverinfo="skip",
            marker={
                "color": theme.BACKGROUND,
                "opacity": PALE,
                "line": {"width": 0},
            },
            showlegend=False,
        )
    for name, chosen, shape, line in (
        ("frozen", marks.frozen(schedule) & ~marks.locked, ".", 0.0),
        ("locked", marks.locked, "x", 1.5),
    ):
        held = running[chosen[running]]
        if not len(held):
            continue
        sketch.add_bar(
            **canvas.axis.cut(schedule.start[held], schedule.end[held]),
            y=canvas.y[held] + BAR_OFFSET,
            width=BAR,
            orientation="h",
            name=name,
            hoverinfo="skip",
            marker={
                "color": "rgba(0,0,0,0)",
                "line": {"width": line, "color": theme.INK},
                "pattern": {
                    "shape": shape,
                    "size": 6,
                    "solidity": 0.2,
                    "fillmode": "replace",
                    "bgcolor": "rgba(0,0,0,0)",
                    "fgcolor": theme.INK,
                },
            },
        )


def add_freeze(sketch: Sketch, canvas: Canvas, marks: FloorMarks) -> None:
    """Draw where the freeze ends: a line through all machines, or one for each."""
    rows = [
        (marks.freeze_until[k], y)
        for k, y in zip(
            canvas.rows.machines.tolist(), canvas.rows.y.tolist(), strict=True
        )
        if canvas.axis.shows(marks.freeze_until.get(k, -1))
    ]
    x: list[str | None] = []
    heights: list[float | None] = []
    for until, y in rows:
        x += [str(canvas.axis.at(until)), str(canvas.axis.at(until)), None]
        heights += [y - 0.5, y + 0.5, None]
    if not rows:
        return
    sketch.add_scatter(
        x=x,
        y=heights,
        mode="lines",
        name=FREEZE,
        line={"color": theme.INK, "width": 2, "dash": "dot"},
        hoverinfo="skip",
    )


def add_freeze_words(figure: go.Figure, canvas: Canvas, marks: FloorMarks) -> None:
    """Say at the line what it means, where it goes through all machines."""
    untils = {marks.freeze_until.get(k, -1) for k in canvas.rows.machines.tolist()}
    until = untils.pop()
    if untils or not canvas.axis.shows(until):
        return
    figure.add_annotation(
        x=str(canvas.axis.at(until)),
        y=0,
        yref="paper",
        text=FREEZE,
        font={"color": theme.MUTED_INK, "size": 11},
        showarrow=False,
        xanchor="right",
        yanchor="bottom",
    )
