"""The figures of a plan in one line, with their change against another plan."""

from __future__ import annotations

from datetime import datetime

import streamlit as st

from core.charts import theme
from core.planning.plan import Plan
from core.problem.measures.figure_words import (
    ShownFigure,
    quality,
    quality_short,
    shown_figures,
)
from core.problem.measures.figures import Values

KEPT_TOGETHER = "\u00a0"  # a space at which no line is broken
BETWEEN = f"{KEPT_TOGETHER}· "
SIGNS = {"up": "+", "down": "−", "off": "±"}


def show_plan_figures(plan: Plan, before: Plan | None = None) -> None:
    """
    Show the figures of a plan, and behind a mark how it was made.

    Parameters
    ----------
    plan, before
        The plan, and the one of the same shift that its figures are compared with.
    """
    result = plan.result
    compared = "" if before is None else " Changes are against the plan before."
    shown = shown_figures(
        plan.figures, plan.shift.start, None if before is None else before.figures
    )
    meanings = [
        f"- **{figure.figure.short or figure.figure.label}**: {figure.figure.help}"
        for figure in shown
        if figure.figure.help
    ]
    show_figure_line(
        plan.figures,
        plan.shift.start,
        None if before is None else before.figures,
        help="\n".join(
            [
                f"**{quality(plan.figures['gap'])}**{compared}",
                "",
                f"{theme.unmarked(result.reason)} Planned in {result.seconds:.1f} s.",
                "",
                *meanings,
            ]
        ),
    )


def show_figure_line(
    values: Values,
    start: datetime,
    before: Values | None = None,
    help: str | None = None,
) -> None:
    """
    Show figures in one line, that is broken between two of them where it must be.

    Parameters
    ----------
    values
        The plan's, see :func:`core.problem.measures.figures.figures_of`.
    start
        Plan start.
    before
        Those of the plan that they are compared with.
    help
        What is said when the mark behind them is pointed at; Markdown.
    """
    parts = [figure_text(x) for x in shown_figures(values, start, before)]
    if values["gap"] is not None or help is not None:  # else it is to follow
        parts.append(f"**{quality_short(values['gap'])}**")
    together = [part.replace(" ", KEPT_TOGETHER) for part in parts]
    st.markdown(BETWEEN.join(together), help=help)


def figure_text(figure: ShownFigure) -> str:
    """Return one figure with its change, by sign, word and color; Markdown."""
    words = f"{figure.figure.short or figure.figure.label} **{figure.value}**"
    if figure.change is None or figure.better is None:
        return words
    color = "green" if figure.better else "red"
    return f"{words} :{color}[{SIGNS[figure.direction]} {figure.change}]"


def difference_words(figure: ShownFigure) -> str:
    """Return a change with its sign, its word and its colour."""
    if figure.better is None:
        return figure.change or ""
    sign = {"up": "+", "down": "−", "off": ""}[figure.direction]
    color = "green" if figure.better else "red"
    return f":{color}[{sign} {figure.change}]"
