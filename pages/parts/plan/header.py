"""The first line of the Plan page: what is planned, and the buttons."""

from __future__ import annotations

import time

import streamlit as st

from core.charts import theme
from core.charts.growth import growth_curve
from core.planning.settings import PlanSettings
from core.problem import phrases
from core.problem.shift import Shift
from pages.parts.chart import show_chart
from pages.parts.day.from_now import from_now
from pages.parts.day.happened.sheet import show_happened_button
from pages.parts.guard import friendly_errors
from pages.parts.planning import Planning, current_planning, plan_or_ask

REFRESHED = "1s"  # while a plan is made


def show_header(
    shift: Shift,
    settings: PlanSettings | None,
    planning: Planning | None = None,
    growing: bool = False,
) -> None:
    """
    Show the shift and its buttons.

    Parameters
    ----------
    shift, settings
        What would be planned, and how; ``None``: the settings ask for nothing.
    planning
        The planning under way: how far it is, and a button to stop it.
    growing
        Whether there is a plan on the way; before, the progress refreshes itself.
    """
    with st.container(horizontal=True, vertical_alignment="center", key="title"):
        st.title("Plan", anchor=False, width="content")
        st.caption(shift_words(shift))
        if planning is not None and growing:
            _show_progress(planning)
        elif planning is not None:
            _follow_first(planning)
        with st.container(horizontal=True, width="content", key="actions"):
            if planning is None:
                show_happened_button()
                st.button(
                    "Plan",
                    type="primary",
                    icon=":material/play_arrow:",
                    disabled=settings is None,
                    on_click=_plan,
                    args=(shift, settings),
                    key="press_plan",
                )
            else:
                st.button(
                    "Stop, keep this",
                    icon=":material/stop_circle:",
                    disabled=planning.stopping,
                    on_click=planning.stop,
                    key="press_stop",
                )


def _plan(shift: Shift, settings: PlanSettings) -> None:
    """Plan what has not begun by now."""
    plan_or_ask(from_now(shift), settings)


@st.fragment(run_every=REFRESHED)
def _follow_first(planning: Planning) -> None:
    """Show how far a planning is until there is a plan on the way."""
    with friendly_errors():
        planning.seen = time.monotonic()
        over = planning.grown is not None or planning.done()
        if over or current_planning() is not planning:
            st.rerun()
        # The style sheet turns the old plan pale.
        with st.container(horizontal=True, key="waiting"):
            _show_share(planning)


def _show_progress(planning: Planning) -> None:
    """Show how far a planning is, and how its plan grew."""
    with st.container(horizontal=True, key="growing"):
        with st.container(width=120, key="growth"):
            show_chart(
                growth_curve(planning.curve, planning.seconds, planning.bound),
                "growth_curve",
                "The cost of the best plan so far over time, and what none can beat.",
            )
        _show_share(planning)


def _show_share(planning: Planning) -> None:
    words = "Stopping" if planning.stopping else planning.what
    left = planning.seconds_left
    rest = " …" if left is None else f", {phrases.time_left(left)}"
    st.progress(planning.share, text=f"{words}{rest}")


def shift_words(shift: Shift) -> str:
    """Return name, size and start of a shift; Markdown."""
    size = (
        f"{phrases.many(shift.problem.num_jobs, 'job')} on "
        f"{phrases.many(shift.problem.num_machines, 'machine')}"
    )
    # The samples are called by their size.
    name = "" if shift.name == size else f"**{theme.unmarked(shift.name)}** · "
    return f"{name}{size}, from {phrases.moment(shift.start, 0)}"
