"""What is said and done about the job of a chosen bar, beside the chart."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import streamlit as st

from core.charts import theme
from core.charts.job_facts import job_facts, job_name
from core.planning.plan import Plan
from core.problem.shift import Shift
from pages.parts.day.moving.job_actions import show_job_actions
from pages.parts.plan.answers import show_chance, show_ways
from pages.parts.state import Key

WIDTH = 320  # pixels; below the chart where that is narrow

Part = Callable[[Shift, Plan, int], None]


def _facts(shift: Shift, plan: Plan, job: int) -> None:
    """Show why it runs when it does, then the planner's own columns."""
    facts = job_facts(plan, job)[1:]  # the first one is its name
    lines = [
        f"| {theme.unmarked(fact.label)} | {theme.unmarked(fact.value)} |"
        for fact in facts
    ]
    st.markdown("\n".join(["| | |", "|:--|:--|", *lines]))


# From top to bottom; each takes the shift, the plan and the index of the job.
PARTS: tuple[Part, ...] = (_facts, show_chance, show_job_actions, show_ways)


def show_panel(plan: Plan, job: int) -> None:
    """Show all parts for a job, and a way to close them."""
    with _panel(plan, job):
        for part in PARTS:
            part(plan.shift, plan, job)


def show_empty_panel(plan: Plan, job: int) -> None:
    """Keep the place of the panel while a plan is being made."""
    with _panel(plan, job):
        st.caption("More of it when the plan is made.")


@contextmanager
def _panel(plan: Plan, job: int) -> Iterator[None]:
    """Draw its frame, with the name of the job and a way to close it."""
    with st.container(border=True, width=WIDTH, key="panel"):
        with st.container(horizontal=True, vertical_alignment="center", key="chosen"):
            st.markdown(f"**{theme.unmarked(job_name(plan.shift.problem, job))}**")
            st.button(
                "Close",
                icon=":material/close:",
                type="tertiary",
                on_click=_close,
                key="icon_close_panel",
            )
        yield


def _close() -> None:
    """Put the job out of focus."""
    st.session_state[Key.JOB] = None
