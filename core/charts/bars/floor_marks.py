"""What of a plan is past change: history pale, locks hatched, the freeze as a line."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from core.charts import theme
from core.charts.bars.canvas import Canvas, Sketch
from core.charts.bars.marks import BAR_OFFSET

PALE = 0.62  # opacity of what lies over history
BAR = 0.62  # height of a bar, as the chart draws it


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
        Second before which nothing changes; ``None``: nothing is frozen.
    """

    now: int
    begun: NDArray[np.bool_]
    locked: NDArray[np.bool_]
    freeze_until: int | None = None


def add_floor_marks(sketch: Sketch, canvas: Canvas, marks: FloorMarks) -> None:
    """Draw over the bars: history pale up to now, locked jobs hatched."""
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
    held = running[marks.locked[running]]
    if len(held):
        sketch.add_bar(
            **canvas.axis.cut(schedule.start[held], schedule.end[held]),
            y=canvas.y[held] + BAR_OFFSET,
            width=BAR,
            orientation="h",
            name="locked",
            hoverinfo="skip",
            marker={
                "color": "rgba(0,0,0,0)",
                "line": {"width": 1.5, "color": theme.INK},
                "pattern": {
                    "shape": "x",
                    "size": 6,
                    "solidity": 0.2,
                    "fillmode": "replace",
                    "bgcolor": "rgba(0,0,0,0)",
                    "fgcolor": theme.INK,
                },
            },
        )


def add_freeze_line(figure: go.Figure, canvas: Canvas, marks: FloorMarks) -> None:
    """Draw an upright line where the freeze ends, if that is in view."""
    until = marks.freeze_until
    if until is not None and canvas.axis.shows(until):
        x = str(canvas.axis.at(until))
        figure.add_vline(
            x=x, line={"color": theme.MUTED_INK, "width": 1.5, "dash": "dot"}
        )
        figure.add_annotation(
            x=x,
            y=0,
            yref="paper",
            text="nothing changes before",
            font={"color": theme.MUTED_INK, "size": 11},
            showarrow=False,
            xanchor="right",
            yanchor="bottom",
        )
