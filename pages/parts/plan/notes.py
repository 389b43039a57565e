"""What is to be said or asked before a plan is looked at, in one place."""

from __future__ import annotations

import streamlit as st

from core.charts import theme
from core.planning.plan import Plan
from core.planning.settings import PlanSettings
from core.problem.clocks import clock_warning
from core.problem.shift import Shift
from pages.parts.day.happened.sheet import show_sheet
from pages.parts.day.history.versions_row import show_conflict
from pages.parts.day.new_files import show_new_files
from pages.parts.day.return_plan import show_returned
from pages.parts.day.stale import show_stale, stale_plan
from pages.parts.planning import show_question
from pages.parts.state import Key


def show_notes(
    shift: Shift,
    settings: PlanSettings | None,
    plan: Plan | None,
    *,
    quiet: bool = False,
) -> None:
    """
    Show a question about the plan in hand, what went wrong, and what is outdated.

    Parameters
    ----------
    shift, settings
        What would be planned, and how; ``None``: the settings ask for nothing.
    plan
        The plan in hand.
    quiet
        Whether to say nothing, and only to keep the place.
    """
    with st.container(key="notes"):
        if quiet:
            return
        show_conflict(plan)
        show_returned(shift, plan)
        show_sheet(plan, settings)
        show_new_files()
        stale = stale_plan(shift)
        if stale is not None:
            show_stale(stale, settings)
        show_question(shift, settings)
        notice = st.session_state.get(Key.NOTICE)
        if notice:
            st.warning(notice, icon=":material/info:")
        _say_clocks(plan)
        if plan is None or settings is None or settings.plans_like(plan.settings):
            return
        st.caption("**The settings have changed since this plan.**")


def _say_clocks(plan: Plan | None) -> None:
    """Warn in one line where the clocks change within the plan."""
    if plan is None:
        return
    words = clock_warning(plan.shift.start, plan.result.schedule.makespan)
    if words is not None:
        st.caption(f":material/schedule: {theme.unmarked(words)}")
