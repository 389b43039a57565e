"""The chart of the Plan page with its controls, and the panel of a chosen bar."""

from __future__ import annotations

from datetime import datetime

import streamlit as st

from core.charts.gantt import gantt, nothing_planned
from core.charts.window import View
from core.planning.plan import Plan
from core.problem import phrases
from core.problem.shift import Shift
from pages.parts.chart import job_of, show_chart
from pages.parts.guard import friendly_errors
from pages.parts.plan.answers import say_how_sure, whiskers_of
from pages.parts.plan.panel import show_panel
from pages.parts.plan.tools import show_tools
from pages.parts.state import PLAN_WINDOW, Key
from pages.parts.window import show_window


@st.fragment
def show_area(shift: Shift, plan: Plan | None) -> None:
    """Show the chart; its controls run this part of the page only."""
    with friendly_errors():
        if plan is None:
            _show_machines(shift)
        else:
            _show_gantt(plan)


def _show_machines(shift: Shift) -> None:
    """Show the machines with their closures, before there is a plan."""
    schedule = nothing_planned(shift.problem)
    until = int(shift.problem.ideal_horizon)
    view = show_window(PLAN_WINDOW, shift, [schedule], until=until)
    show_chart(
        gantt(shift, schedule, view, now=datetime.now()),
        Key.CHART,
        "Machines and when they are closed; nothing is planned yet.",
    )


def _show_gantt(plan: Plan) -> None:
    """Show the plan, and beside it what is to be said of the job in focus."""
    view = show_window(
        PLAN_WINDOW,
        plan.shift,
        [plan.result.schedule],
        tools=show_tools,
        on_filter=_note_filter,
    )
    with st.container(horizontal=True, key="chart_and_panel"):
        with st.container(key="chart_place"):
            _show_bars(plan, view)
        if view.job is not None:
            show_panel(plan, view.job)
    if st.session_state.pop(Key.FILTERED, False):
        st.rerun()  # the tables below show the same machines


def _show_bars(plan: Plan, view: View) -> None:
    """Show the chart itself."""
    late = phrases.many(plan.result.metrics.late_jobs, "late job")
    show_chart(
        gantt(
            plan.shift,
            plan.result.schedule,
            view,
            now=datetime.now(),
            planners=plan.planners,
            whiskers=whiskers_of(plan),
        ),
        Key.CHART,
        f"Gantt chart: one row per machine, one bar per job; {late}. The table of "
        "jobs below says the same.",
        on_click=_take_click,
    )
    say_how_sure(plan)


def _note_filter() -> None:
    """Remember that other machines are shown."""
    st.session_state[Key.FILTERED] = True


def _take_click() -> None:
    """Put the job that was clicked into focus; a click on it again takes it out."""
    points = st.session_state[Key.CHART].selection.points
    st.session_state[Key.JOB] = next(map(job_of, points), None)
