"""The chart of the Plan page with its controls, and the panel of a chosen bar."""

from __future__ import annotations

import streamlit as st

from core.charts.bars.gantt import gantt, nothing_planned
from core.planning.plan import Plan
from core.problem import phrases
from core.problem.shift import Shift
from pages.parts.chart import job_of, show_chart
from pages.parts.day.in_force import now_line
from pages.parts.day.moving.drag import let_drag
from pages.parts.day.moving.moves import marks_of
from pages.parts.plan.answers import say_how_sure, whiskers_of
from pages.parts.plan.panel import show_empty_panel, show_panel
from pages.parts.plan.tools import show_tools
from pages.parts.state import PLAN_WINDOW, Key
from pages.parts.window import show_window


def draw_area(shift: Shift, plan: Plan | None, *, final: bool = True) -> None:
    """
    Draw controls and chart, and beside it what is to be said of the job in focus.

    Parameters
    ----------
    shift, plan
        What is drawn; ``None``: the machines and when they are closed.
    final
        Whether the plan is there to stay: there is more to say and do then.
    """
    schedule = nothing_planned(shift.problem) if plan is None else plan.result.schedule
    view = show_window(
        PLAN_WINDOW,
        shift,
        [schedule],
        until=int(shift.problem.ideal_horizon) if plan is None else 0,
        tools=show_tools if final else None,
        on_filter=_note_filter,
    )
    figure = gantt(
        shift,
        schedule,
        view,
        now=now_line(),
        planners={} if plan is None else plan.planners,
        whiskers=whiskers_of(plan) if plan is not None and final else None,
        floor=marks_of(plan) if plan is not None and final else None,
    )
    with st.container(horizontal=True, key="chart_and_panel"):
        with st.container(key="chart_place"):
            show_chart(figure, Key.CHART, _alternative(plan), on_click=_take_click)
        if plan is not None and view.job is not None:
            if final:
                show_panel(plan, view.job)
            else:
                show_empty_panel(plan, view.job)
    if plan is not None and final:
        let_drag(plan, view)
        say_how_sure(plan)
    if st.session_state.pop(Key.FILTERED, False) and final:
        st.rerun()  # the tables below show the same machines


def _alternative(plan: Plan | None) -> str:
    """What the chart shows, for those who do not see it."""
    if plan is None:
        return "Machines and when they are closed; nothing is planned yet."
    late = phrases.many(plan.result.metrics.late_jobs, "late job")
    return (
        f"Gantt chart: one row per machine, one bar per job; {late}. The table of jobs "
        "below says the same."
    )


def _note_filter() -> None:
    """Remember that other machines are shown."""
    st.session_state[Key.FILTERED] = True


def _take_click() -> None:
    """Put the job that was clicked into focus; a click on it again takes it out."""
    points = st.session_state[Key.CHART].selection.points
    st.session_state[Key.JOB] = next(map(job_of, points), None)
