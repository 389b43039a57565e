"""The Gantt chart of a plan: a click on a bar puts its job into focus."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import streamlit as st

from core.charts import theme
from core.charts.gantt import gantt
from core.charts.job_facts import job_facts
from core.planning.plan import Plan
from core.problem import phrases
from pages.parts.guard import friendly_errors
from pages.parts.state import PLAN_WINDOW, Key
from pages.parts.window import show_window

CHART_CONFIG = {"displayModeBar": False, "scrollZoom": False, "doubleClick": False}


@st.fragment
def show_gantt(plan: Plan) -> None:
    """Show the chart; its controls run this part of the page only."""
    with friendly_errors():
        view = show_window(PLAN_WINDOW, plan.shift, [plan.result.schedule])
        _show_facts(plan, view.job)
        late = phrases.many(plan.result.metrics.late_jobs, "late job")
        st.plotly_chart(
            gantt(
                plan.shift,
                plan.result.schedule,
                view,
                now=datetime.now(),
                planners=plan.planners,
            ),
            theme=None,
            key=Key.CHART,
            on_select=_take_click,
            selection_mode="points",
            config=CHART_CONFIG,
            alt="Gantt chart: one row per machine, one bar per job; "
            f"{late}. The table of jobs below says the same.",
        )


def _take_click() -> None:
    """Put the job that was clicked into focus; a click on it again takes it out."""
    points = st.session_state[Key.CHART].selection.points
    st.session_state[Key.JOB] = next(map(job_of, points), None)


def job_of(point: dict[str, Any]) -> int | None:
    """Index of the job that a point of the chart stands for."""
    data = point.get("customdata")
    if isinstance(data, list):
        data = data[0] if data else None
    return None if data is None else int(data)


def _show_facts(plan: Plan, job: int | None) -> None:
    """Show the facts of the job in focus; the place is kept where there is none."""
    with st.container(border=True, key="facts"):
        if job is None:
            st.caption("Click a bar, or find a job, to see why it runs when it does.")
            return
        with st.container(horizontal=True, gap="medium"):
            for fact in job_facts(plan, job):
                with st.container(width="content", gap=None):
                    st.caption(theme.unmarked(fact.label))
                    st.text(fact.value)
