"""The figures of a plan that a planner reads first, and how they changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from math import isfinite
from typing import Literal

from core.problem import phrases
from core.problem.schedule import Metrics


@dataclass(frozen=True)
class Figure:
    """
    One figure of the headline.

    Parameters
    ----------
    label, value
        As shown.
    help
        What it means, in one sentence; ``None`` where the label says it.
    change
        The change against the plan before in words that say its sign, e.g.
        ``12 min sooner``; ``None`` without a plan before.
    direction
        Whether the figure rose, fell or stayed.
    better
        Whether the change is for the better; ``None`` where it stayed.
    """

    label: str
    value: str
    help: str | None
    change: str | None = None
    direction: Literal["up", "down", "off"] = "off"
    better: bool | None = None


@dataclass(frozen=True)
class _Kind:
    """How one figure of the metrics is shown, and compared."""

    name: str
    label: str
    help: str | None
    unit: Literal["moment", "share", "jobs", "hours"]
    up: str
    down: str
    more_is_better: bool


_KINDS = (
    _Kind(
        "makespan",
        "Last job ends",
        None,
        "moment",
        "later",
        "sooner",
        False,
    ),
    _Kind(
        "on_time_rate",
        "On time",
        "Share of the jobs with a due date that end by it.",
        "share",
        "more",
        "less",
        True,
    ),
    _Kind(
        "late_jobs",
        "Late jobs",
        None,
        "jobs",
        "more",
        "fewer",
        False,
    ),
    _Kind(
        "late_important_jobs",
        "Late important",
        None,
        "jobs",
        "more",
        "fewer",
        False,
    ),
    _Kind(
        "setup",
        "Setup time",
        "Time that all machines together are being set up.",
        "hours",
        "more",
        "less",
        False,
    ),
    _Kind(
        "utilisation",
        "Utilisation",
        "Processing over the open time of all machines, until the last job ends.",
        "share",
        "more",
        "less",
        True,
    ),
)


def headline(
    figures: Metrics, start: datetime, before: Metrics | None = None
) -> list[Figure]:
    """
    Return the figures of a plan, with their change against the plan before.

    Parameters
    ----------
    figures
        The plan's.
    start
        Plan start, the same for both plans.
    before
        Those of the plan before, of the same shift.
    """
    return [_figure(kind, figures, start, before) for kind in _KINDS]


def quality(gap: float) -> str:
    """Return how far a plan may be from the best possible one, in a sentence."""
    if not isfinite(gap):
        return "How far this is from the best possible plan cannot be told."
    if gap == 0:
        return "This is the best possible plan: none can cost less."
    # Rounded up: "at most" must stay true.
    above = max(-(-gap * 1000 // 1) / 1000, 0.001)
    return f"At most {phrases.percent(above)} above the best possible plan."


def _figure(
    kind: _Kind, figures: Metrics, start: datetime, before: Metrics | None
) -> Figure:
    """One figure, and its change where there is a plan before."""
    now = getattr(figures, kind.name)
    shown = {
        "moment": lambda: phrases.moment(start, now),
        "share": lambda: phrases.percent(now),
        "jobs": lambda: phrases.count(now),
        "hours": lambda: phrases.hours(now),
    }[kind.unit]()
    if before is None:
        return Figure(kind.label, shown, kind.help)
    rise = now - getattr(before, kind.name)
    size = {
        "moment": lambda: phrases.duration(abs(rise)),
        "share": lambda: f"{100 * abs(rise):.1f} points",
        "jobs": lambda: phrases.count(abs(rise)),
        "hours": lambda: phrases.hours(abs(rise)),
    }[kind.unit]()
    # A change too small to be shown is no change.
    if not any(digit in size for digit in "123456789"):
        return Figure(kind.label, shown, kind.help, "no change")
    return Figure(
        kind.label,
        shown,
        kind.help,
        f"{size} {kind.up if rise > 0 else kind.down}",
        "up" if rise > 0 else "down",
        (rise > 0) == kind.more_is_better,
    )
