"""A plan whose shift has changed since: it stays on the screen, and can be mended."""

from __future__ import annotations

import streamlit as st

from core.planning.plan import Plan
from core.planning.settings import PlanSettings
from core.problem.shift import Shift
from pages.parts.day.happened.sheet import show_ways
from pages.parts.day.history.kept_versions import go_to
from pages.parts.day.in_force import day_in_hand
from pages.parts.guard import friendly_errors
from pages.parts.state import Key, current_plan

ALIKE = 0.5  # share of its jobs that a plan must have in common with the shift
MEND = "mend"


def stale_plan(shift: Shift) -> Plan | None:
    """Return the plan of the shift as it was before; ``None``: there is a newer one."""
    plan: Plan | None = st.session_state.get(Key.PLAN)
    if plan is None or current_plan() is not None:
        return None
    jobs, now = set(plan.shift.problem.job_ids), set(shift.problem.job_ids)
    return plan if len(jobs & now) >= ALIKE * max(len(jobs), len(now)) else None


def show_stale(plan: Plan, settings: PlanSettings | None) -> None:
    """Say that the shift is another one by now, and offer ways to go on."""
    day = day_in_hand()
    head = None if day is None else day.head
    with st.container(horizontal=True, vertical_alignment="center", key="stale"):
        st.caption(
            ":material/info: **The shift has changed since this plan.** Mend it, or "
            "plan anew."
        )
        st.button(
            "Mend this plan",
            icon=":material/build:",
            on_click=_open,
            key="press_mend",
        )
        if head is not None and day is not None and day.events != ():
            st.button(
                f"Back to version {head}",
                icon=":material/undo:",
                type="tertiary",
                on_click=go_to,
                args=(head,),
                key="back_to_head",
            )
    if st.session_state.get(MEND) == plan.content_hash:
        _ways(plan, settings)


def _open() -> None:
    """Look at the ways to mend the plan."""
    plan: Plan | None = st.session_state.get(Key.PLAN)
    st.session_state[MEND] = None if plan is None else plan.content_hash


@st.fragment
def _ways(plan: Plan, settings: PlanSettings | None) -> None:
    """Show the ways, side by side."""
    with friendly_errors(), st.container(border=True, key="mending"):
        show_ways((), plan, settings)
