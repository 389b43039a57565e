"""Where machines, moments and jobs stand in a Gantt chart, and what is drawn there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from core.charts import theme
from core.charts.window import View, shown_jobs, shown_machines
from core.problem import phrases
from core.problem.model import Problem
from core.problem.schedule import Schedule, tardiness
from core.problem.shift import Shift

DIMMED = 0.32  # opacity of what is not in focus


@dataclass(frozen=True)
class Rows:
    """
    Where every machine is drawn.

    Parameters
    ----------
    machines
        Shape (q,), machine of each row.
    y
        Shape (q,), height of its middle; grows downwards.
    headers
        Name and height of the line above each machine type; none where types say
        nothing that machines do not.
    height
        Height of all rows.
    """

    machines: NDArray[np.int64]
    y: NDArray[np.float64]
    headers: tuple[tuple[str, float], ...]
    height: float


def arranged(problem: Problem, view: View) -> Rows:
    """Rows of the machines that a view shows, types together under their name."""
    machines = shown_machines(problem, view)
    types = problem.machine_type[machines].tolist()
    headed = 1 < len(set(types)) < len(types)
    y, headers, height = [], [], 0.0
    for i, kind in enumerate(types):
        if headed and (i == 0 or types[i - 1] != kind):
            alike = phrases.many(types.count(kind), "machine")
            name = theme.plain(problem.machine_type_names[kind] or "no type")
            headers.append((f"<b>{name}</b>  {alike}", height + 0.5))
            height += 1.0
        y.append(height + 0.5)
        height += 1.0
    return Rows(machines, np.array(y), tuple(headers), max(height, 1.0))


class Axis:
    """The visible time, and seconds since plan start as the chart counts them."""

    def __init__(self, start: datetime, view: View) -> None:
        self.start = start
        self.view = view
        self._zero = np.datetime64(start, "s")

    def at(self, seconds: NDArray[Any] | float) -> Any:
        """
        Moments of a date axis, in words: one of them, or an array.

        A browser would show a number of milliseconds in its own time zone.
        """
        whole = np.asarray(seconds).astype("timedelta64[s]")
        return np.datetime_as_string(self._zero + whole)

    def cut(self, begin: NDArray[Any], end: NDArray[Any]) -> dict[str, NDArray[Any]]:
        """Base and length of bars, as much of them as is in view."""
        low = np.clip(begin, self.view.begin, self.view.end)
        high = np.clip(end, self.view.begin, self.view.end)
        return {"base": self.at(low), "x": (high - low) * 1000.0}

    def overlaps(self, begin: NDArray[Any], end: NDArray[Any]) -> NDArray[np.bool_]:
        """Which of some spans of time are in view for a second at least."""
        low, high = self.view.begin, self.view.end
        seen: NDArray[np.bool_] = np.minimum(end, high) > np.maximum(begin, low)
        return seen

    def shows(self, seconds: float) -> bool:
        """Whether a moment is in view."""
        return self.view.begin <= seconds <= self.view.end


class Canvas:
    """
    What a Gantt chart draws, and where it stands.

    Parameters
    ----------
    shift, schedule
        A schedule of the shift, whole or in the making. Only what the view shows is
        drawn.
    view
        Visible time, machines, colours, and the job in focus.
    """

    def __init__(self, shift: Shift, schedule: Schedule, view: View) -> None:
        self.shift, self.schedule, self.view = shift, schedule, view
        self.problem = shift.problem
        self.start = shift.start
        self.axis = Axis(shift.start, view)
        self.rows = arranged(self.problem, view)

    @cached_property
    def y(self) -> NDArray[np.float64]:
        """Shape (n,), height of the row of each job; 0 where it is not in view."""
        y = np.zeros(self.problem.num_machines)
        y[self.rows.machines] = self.rows.y
        return y[self.schedule.machine]

    @cached_property
    def jobs(self) -> NDArray[np.int64]:
        """Jobs of which the processing or the setup is in view."""
        return shown_jobs(self.problem, self.schedule, self.view)

    @cached_property
    def running(self) -> NDArray[np.int64]:
        """Jobs of which the processing is in view."""
        start, end = self.schedule.start[self.jobs], self.schedule.end[self.jobs]
        return self.jobs[self.axis.overlaps(start, end)]

    @cached_property
    def late(self) -> NDArray[np.bool_]:
        """Shape (n,): whether each job ends after its due date."""
        return tardiness(self.schedule, self.problem.due) > 0

    def opacity(self, jobs: NDArray[np.int64]) -> Any:
        """Full for the family in focus, faint for the rest; full without a focus."""
        if self.view.job is None:
            return 1.0
        family = self.problem.family
        return np.where(family[jobs] == family[self.view.job], 1.0, DIMMED)


class Sketch:
    """
    Traces that become a figure at once.

    Plotly looks at every value of a trace twice, when it is made and when it is added:
    four fifths of the time of a chart.
    """

    def __init__(self) -> None:
        self._traces: list[dict[str, Any]] = []

    def add_bar(self, **trace: Any) -> None:
        """Add bars, as Plotly has them."""
        self._traces.append({"type": "bar", **trace})

    def add_scatter(self, **trace: Any) -> None:
        """Add points, lines or texts, as Plotly has them."""
        self._traces.append({"type": "scatter", **trace})

    def figure(self, layout: dict[str, Any]) -> go.Figure:
        """Return the figure; its traces are taken as they are."""
        checked = go.Layout(layout)
        return go.Figure(data=self._traces, layout=checked, _validate=False)
