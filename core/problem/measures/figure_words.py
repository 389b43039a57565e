"""The figures of a plan in words, and how they changed against another plan."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from core.problem import phrases
from core.problem.measures.figures import Figure, ShownIn, Unit, Values, figures_at

MINUTE = 60


@dataclass(frozen=True)
class ShownFigure:
    """
    One figure as planners read it.

    Parameters
    ----------
    figure
        Which one.
    value
        In words and units.
    change
        The change against the other plan in words that say its sign, e.g.
        ``12 min sooner``; ``None`` where nothing is compared.
    direction
        Whether the figure rose, fell or stayed.
    better
        Whether the change is for the better; ``None`` where it stayed, or says
        nothing about the plan.
    """

    figure: Figure
    value: str
    change: str | None = None
    direction: Literal["up", "down", "off"] = "off"
    better: bool | None = None


def shown_figures(
    values: Values,
    start: datetime,
    before: Values | None = None,
    place: ShownIn = ShownIn.HEADLINE,
) -> list[ShownFigure]:
    """
    Return the figures of a plan, with their change against another one.

    Parameters
    ----------
    values
        The plan's, see :func:`core.problem.measures.figures.figures_of`.
    start
        Plan start, the same for both plans.
    before
        Those of the other plan, of the same shift.
    place
        Where they are shown.
    """
    return [
        _compared(
            figure,
            value_words(figure, values[figure.name], start),
            values[figure.name],
            None if before is None else before[figure.name],
        )
        for figure in figures_at(place)
    ]


def value_words(
    figure: Figure, value: float | None, start: datetime | None = None
) -> str:
    """
    Return a figure in words and units, as a planner says it.

    Parameters
    ----------
    figure, value
        Which one, and how much, in the unit of files; ``None``: not known.
    start
        Plan start, for moments; without it they are lengths of time.
    """
    if value is None:
        return phrases.NOTHING
    match figure.unit:
        case Unit.MOMENT if start is not None:
            return phrases.moment(start, value * MINUTE)
        case Unit.MOMENT | Unit.DURATION:
            return phrases.duration(value * MINUTE)
        case Unit.MACHINE_TIME:
            return phrases.hours(value * MINUTE)
        case Unit.SHARE:
            return phrases.percent(value)
        case Unit.JOBS:
            return phrases.count(value)
        case Unit.COST:
            return f"{value:.4f}"
        case Unit.GAP:
            return f"at most {at_most(value)}"
        case Unit.SECONDS:
            return f"{value:,.1f} s"


def at_most(share: float) -> str:
    """Return a share as a percentage, rounded up so that "at most" stays true."""
    return phrases.percent(-(-share * 1000 // 1) / 1000)


def quality(gap: float | None) -> str:
    """
    Return how far a plan may be from the best possible one, in a sentence.

    Parameters
    ----------
    gap
        Share by which it may lie above; ``None`` where nothing is proved.
    """
    if gap is None:
        return "How far this is from the best possible plan cannot be told."
    if gap == 0:
        return "This is the best possible plan: none can cost less."
    return f"At most {at_most(gap)} above the best possible plan."


def quality_short(gap: float | None) -> str:
    """
    Return how far a plan may be from the best possible one, in a few words.

    Parameters
    ----------
    gap
        Share by which it may lie above; ``None`` where nothing is proved.
    """
    if gap is None:
        return "no bound known"
    return "the best possible" if gap == 0 else f"≤ {at_most(gap)} from best"


def cost_words(cost: float, other: float) -> str:
    """Return a change of cost in words that carry its sign: ``12.3 % cheaper``."""
    if other == 0 < cost:  # nothing is a percentage of a cost of 0
        return f"{cost:.4f} dearer"
    percent = 100 * (cost / other - 1) if other > 0 else 0.0
    return f"{abs(percent):.1f} % {'dearer' if percent > 0 else 'cheaper'}"


def _compared(
    figure: Figure, shown: str, now: float | None, before: float | None
) -> ShownFigure:
    """One figure, and its change where there is one that says something."""
    if now is None or before is None or figure.better is None:
        return ShownFigure(figure, shown)
    rise = now - before
    change = _change_words(figure, now, before)
    # A change too small to be shown is no change.
    if not any(digit in change for digit in "123456789"):
        return ShownFigure(figure, shown, "no change")
    return ShownFigure(
        figure,
        shown,
        change,
        "up" if rise > 0 else "down",
        (rise > 0) == (figure.better == "more"),
    )


def _change_words(figure: Figure, now: float, before: float) -> str:
    """Size and direction of a change."""
    rise = now - before
    more, size = ("more" if rise > 0 else "less"), abs(rise)
    match figure.unit:
        case Unit.MOMENT:
            return phrases.later(rise * MINUTE)
        case Unit.DURATION:
            return f"{phrases.duration(size * MINUTE)} {more}"
        case Unit.MACHINE_TIME:
            return f"{phrases.hours(size * MINUTE)} {more}"
        case Unit.SHARE | Unit.GAP:
            return f"{100 * size:.1f} points {more}"
        case Unit.JOBS:
            return f"{phrases.count(size)} {'more' if rise > 0 else 'fewer'}"
        case Unit.COST:
            return cost_words(now, before)
        case Unit.SECONDS:
            return f"{size:,.1f} s {more}"
