"""A plan comes back from a spreadsheet: as it is where valid, or the nearest."""

from __future__ import annotations

import streamlit as st

from core.charts import theme
from core.planning.plan import Plan
from core.planning.settings import PlanSettings
from core.problem import phrases
from core.problem.shift import Shift
from core.replanning.returned import Returned, returned
from core.tables import limits
from core.tables.broken_rules import issues_of_rules
from core.tables.plan_file import brings_a_plan, read_previous
from core.timing.commitments import ImpossibleLockError
from pages.parts.day.lock_notice import lock_notice
from pages.parts.day.taking import take_plan
from pages.parts.sidebar.issue_table import show_issues
from pages.parts.state import Key


def offer_return(shift: Shift, plan: Plan | None) -> None:
    """Let the planner bring an edited schedule, and take it or the nearest one."""
    with st.expander("Bring an edited plan back", icon=":material/upload_file:"):
        file = st.file_uploader(
            "The exported schedule, edited: CSV or workbook",
            type=["csv", "xlsx"],
            key="returned_plan",
        )
        if file is None:
            return
        if file.size > limits.MAX_FILE:
            st.warning("This file is too large for a schedule.")
            return
        found = _judged(file.getvalue(), file.name, shift, plan)
        if found is not None:
            _show(found, file.name, plan)


def show_returned(shift: Shift, plan: Plan | None) -> None:
    """Judge a plan that was put with the files, until it is taken or left."""
    kept: tuple[str, bytes] | None = st.session_state.get(Key.RETURNED)
    if kept is None:
        return
    name, data = kept
    with st.container(border=True, key="returned"):
        with st.container(horizontal=True, vertical_alignment="center"):
            said = theme.unmarked(name)
            st.markdown(
                f"**{said} brings a plan of these jobs.** Take it in hand, or leave it."
                if brings_a_plan(data)
                else f"**{said} is a plan**, not a table that one is made from. Take "
                "it in hand, or leave it."
            )
            st.button(
                "Leave it",
                icon=":material/close:",
                type="tertiary",
                on_click=st.session_state.pop,
                args=(Key.RETURNED, None),
                key="leave_returned",
            )
        found = _judged(data, name, shift, plan)
        if found is not None:
            _show(found, name, plan, "_sidebar")


def offer_its_shift() -> None:
    """Where no shift is in hand: say that a plan came, and offer the shift before."""
    kept: tuple[str, bytes] | None = st.session_state.get(Key.RETURNED)
    base: Shift | None = st.session_state.get(Key.BASE)
    if kept is None or base is None:
        return
    with st.container(border=True, key="returned"):
        st.markdown(
            f"**{theme.unmarked(kept[0])} is a plan**, and no shift is in hand that it "
            "could be of."
        )
        st.button(
            f"Take {theme.unmarked(base.name)} in hand again",
            icon=":material/undo:",
            type="primary",
            on_click=st.session_state.update,
            kwargs={str(Key.OPENED): base},
            key="its_shift",
        )


def _judged(data: bytes, name: str, shift: Shift, plan: Plan | None) -> Returned | None:
    """Read and verify a schedule; ``None``, with words, where it cannot be one."""
    reading = read_previous(data, shift, name)
    if len(reading.issues):
        show_issues(reading.issues, key="returned_issues")
    if reading.plan is None:
        return None
    settings = PlanSettings() if plan is None else plan.settings
    try:
        return returned(shift, reading.plan, settings)
    except ImpossibleLockError as error:
        st.warning(theme.unmarked(lock_notice(shift, error)))
        return None


def _show(found: Returned, name: str, plan: Plan | None, place: str = "") -> None:
    """Show what is at fault, and both ways to take the plan."""
    same = plan is not None and found.nearest.content_hash == plan.content_hash
    if found.as_it_is is None:
        st.warning(
            f"**{phrases.many(len(found.faults), 'rule')} broken.** The nearest valid "
            "plan keeps its machines and orders and takes the times from the rules.",
            icon=":material/rule:",
        )
        problem = found.nearest.shift.problem
        show_issues(
            issues_of_rules(found.faults, problem, name), key=f"broken_rules{place}"
        )
    with st.container(horizontal=True, vertical_alignment="center"):
        pressed = st.button(
            "Take it as it is",
            icon=":material/check:",
            disabled=found.as_it_is is None,
            on_click=_take,
            args=(found.as_it_is, f"{name} came back."),
            key=f"take_returned{place}",
        )
        nearest = st.button(
            "Take the nearest valid one",
            icon=":material/healing:",
            disabled=same,
            on_click=_take,
            args=(found.nearest, f"{name} came back, made valid."),
            key=f"take_nearest{place}",
        )
        changed = phrases.many(found.changes.changed_jobs, "job")
        st.caption(
            "The nearest valid plan is the one in hand."
            if same
            else f"The nearest changes {changed} of the file."
        )
    if pressed or nearest:
        st.rerun()


def _take(plan: Plan | None, cause: str) -> None:
    """Take a plan that came back in hand."""
    if plan is not None:
        st.session_state.pop(Key.RETURNED, None)
        take_plan(plan, (), cause)
