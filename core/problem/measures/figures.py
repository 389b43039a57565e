"""The figures of a plan: one table, read by everything that shows or writes one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum, Flag, auto
from math import isfinite
from typing import Literal, Protocol

from core.problem.model import Problem
from core.problem.objective import gap
from core.problem.schedule import Metrics, Schedule

Values = Mapping[str, float | None]
MINUTE = 60


class Unit(Enum):
    """What a figure counts, and in which unit files state it."""

    MOMENT = auto()  # minutes since plan start
    DURATION = auto()  # minutes
    MACHINE_TIME = auto()  # minutes, summed over machines: said in hours
    SHARE = auto()  # 0 to 1
    JOBS = auto()
    COST = auto()  # dimensionless
    GAP = auto()  # share of the lower bound
    SECONDS = auto()  # of the clock on the wall


class ShownIn(Flag):
    """Where a figure is shown or written."""

    HEADLINE = auto()  # the plan on the screen
    COMPARISON = auto()  # plans side by side
    REPORT = auto()  # report.json
    WORKBOOK = auto()  # its sheet of figures
    TRIALS = auto()  # many shifts: table and CSV
    EVERYWHERE = HEADLINE | COMPARISON | REPORT | WORKBOOK | TRIALS


class Planned(Protocol):
    """What figures are taken from; a :class:`core.planning.scheduler.Result` is one."""

    @property
    def problem(self) -> Problem:
        """What was asked."""

    @property
    def schedule(self) -> Schedule:
        """What came out; valid."""

    @property
    def metrics(self) -> Metrics:
        """Sums over the schedule."""

    @property
    def cost(self) -> float:
        """Cost by the objective."""

    @property
    def seconds(self) -> float:
        """Wall time of planning."""


@dataclass(frozen=True)
class Figure:
    """
    One figure of a plan.

    Parameters
    ----------
    name
        As report.json and other files call it.
    label
        As planners read it.
    unit
        What it counts.
    value
        The figure of a plan, in the unit of files, from the plan and the cost that
        none can beat; ``None`` where it is not known.
    better
        Which way is better; ``None`` where it says nothing about the plan.
    help
        What it means, in one sentence; ``None`` where the label says it.
    places
        Where it is shown or written.
    short
        Its label in a line of figures; ``None``: the label itself.
    """

    name: str
    label: str
    unit: Unit
    value: Callable[[Planned, float | None], float | None]
    better: Literal["less", "more"] | None = "less"
    help: str | None = None
    places: ShownIn = ShownIn.EVERYWHERE
    short: str | None = None


FIGURES = (
    Figure(
        "cost",
        "Cost",
        Unit.COST,
        lambda plan, _: plan.cost,
        help="Makespan, lateness and setups, weighed by what matters.",
        places=ShownIn.EVERYWHERE & ~ShownIn.HEADLINE,
    ),
    Figure(
        "last_end",
        "Last job ends",
        Unit.MOMENT,
        lambda plan, _: plan.metrics.makespan / MINUTE,
        places=ShownIn.HEADLINE | ShownIn.COMPARISON | ShownIn.WORKBOOK,
        short="Ends",
    ),
    Figure(
        "makespan_minutes",
        "Makespan",
        Unit.DURATION,
        lambda plan, _: plan.metrics.makespan / MINUTE,
        help="From plan start to the end of the last job.",
        places=ShownIn.REPORT | ShownIn.WORKBOOK | ShownIn.TRIALS,
    ),
    Figure(
        "on_time_rate",
        "On time",
        Unit.SHARE,
        lambda plan, _: plan.metrics.on_time_rate,
        "more",
        "Share of the jobs with a due date that end by it.",
    ),
    Figure(
        "late_jobs",
        "Late jobs",
        Unit.JOBS,
        lambda plan, _: plan.metrics.late_jobs,
        short="Late",
    ),
    Figure(
        "late_important_jobs",
        "Late important",
        Unit.JOBS,
        lambda plan, _: plan.metrics.late_important_jobs,
        places=ShownIn.EVERYWHERE & ~ShownIn.REPORT,
        short="Late ★",
    ),
    Figure(
        "weighted_tardiness_minutes",
        "Weighted tardiness",
        Unit.DURATION,
        lambda plan, _: plan.metrics.weighted_tardiness / MINUTE,
        help="How late the late jobs are, each times its weight, together.",
        places=ShownIn.REPORT | ShownIn.WORKBOOK | ShownIn.TRIALS,
    ),
    Figure(
        "setup_minutes",
        "Setup time",
        Unit.MACHINE_TIME,
        lambda plan, _: plan.metrics.setup / MINUTE,
        help="Time that all machines together are being set up.",
        short="Setups",
    ),
    Figure(
        "flow_minutes",
        "Mean flow time",
        Unit.DURATION,
        lambda plan, _: plan.metrics.flow_time / MINUTE,
        help="From the release of a job to its end.",
        places=ShownIn.WORKBOOK | ShownIn.TRIALS,
    ),
    Figure(
        "utilisation",
        "Utilisation",
        Unit.SHARE,
        lambda plan, _: plan.metrics.utilisation,
        "more",
        "Processing over the open time of all machines, until the last job ends.",
        short="Use",
    ),
    Figure(
        "lower_bound",
        "Lower bound of the cost",
        Unit.COST,
        lambda _, bound: bound,
        better=None,
        help="No plan of this shift costs less.",
        places=ShownIn.REPORT,
    ),
    Figure(
        "gap",
        "Above the best possible",
        Unit.GAP,
        lambda plan, bound: None if bound is None else gap(plan.cost, bound),
        better=None,  # with one bound for all it says what the cost says
        help="At most: the best possible plan is not known, only what none can beat.",
        places=ShownIn.REPORT | ShownIn.COMPARISON,
    ),
    Figure(
        "seconds",
        "Time to plan",
        Unit.SECONDS,
        lambda plan, _: plan.seconds,
        better=None,
        places=ShownIn.EVERYWHERE & ~ShownIn.HEADLINE,
    ),
)


# The order in which report.json has always had them; what is newer follows.
_REPORTED_FIRST = (
    *("makespan_minutes", "weighted_tardiness_minutes", "late_jobs", "on_time_rate"),
    *("setup_minutes", "utilisation", "cost", "lower_bound", "gap", "seconds"),
)


def figures_at(place: ShownIn) -> tuple[Figure, ...]:
    """Figures that are shown or written at a place, in the order they have there."""
    found = [figure for figure in FIGURES if place in figure.places]
    if place is ShownIn.REPORT:
        rank = {name: i for i, name in enumerate(_REPORTED_FIRST)}
        found.sort(key=lambda figure: rank.get(figure.name, len(rank)))
    return tuple(found)


def figures_of(plan: Planned, lower_bound: float | None = None) -> Values:
    """
    Return every figure of a plan by name, in the unit of files.

    Parameters
    ----------
    plan
        The plan.
    lower_bound
        Cost that no plan of its problem can beat; ``None``: not asked for.

    Returns
    -------
    dict
        ``None`` where a figure is not known or not finite.
    """
    return {figure.name: _finite(figure.value(plan, lower_bound)) for figure in FIGURES}


def _finite(value: float | None) -> float | None:
    return value if value is not None and isfinite(value) else None
