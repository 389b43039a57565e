"""The first line of the Plan page: what is planned, and the buttons."""

from __future__ import annotations

import streamlit as st

from core.charts import theme
from core.planning.plan import Plan
from core.planning.settings import PlanSettings
from core.problem import phrases
from core.problem.shift import Shift


def show_header(shift: Shift, settings: PlanSettings | None) -> bool:
    """
    Show the shift and its buttons; whether Plan was pressed.

    Parameters
    ----------
    shift, settings
        What would be planned, and how; ``None``: the settings ask for nothing.
    """
    with st.container(horizontal=True, vertical_alignment="center", key="title"):
        st.title("Plan", anchor=False, width="content")
        st.caption(shift_words(shift))
        with st.container(horizontal=True, width="content", key="actions"):
            return st.button(
                "Plan",
                type="primary",
                icon=":material/play_arrow:",
                disabled=settings is None,
                key="press_plan",
            )


def shift_words(shift: Shift) -> str:
    """Return name, size and start of a shift; Markdown."""
    size = (
        f"{phrases.many(shift.problem.num_jobs, 'job')} on "
        f"{phrases.many(shift.problem.num_machines, 'machine')}"
    )
    # The samples are called by their size.
    name = "" if shift.name == size else f"**{theme.unmarked(shift.name)}** · "
    return f"{name}{size}, from {phrases.moment(shift.start, 0)}"


def show_outdated(plan: Plan | None, settings: PlanSettings | None) -> None:
    """Say so, in a quiet line, where a plan is not what the settings ask for now."""
    if plan is None or settings is None or settings.plans_like(plan.settings):
        return
    st.caption(":material/info: **The settings have changed since this plan.**")
