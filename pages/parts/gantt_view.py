"""The Gantt chart with its controls; the window lives on the server."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import streamlit as st

from core.charts.gantt import gantt
from core.charts.job_facts import job_facts
from core.charts.window import ColorBy, Span, View, fitted, moved, window
from core.planning.plan import Plan
from core.problem import phrases
from pages.parts.guard import friendly_errors
from pages.parts.state import Key, current_plan

CHART_CONFIG = {"displayModeBar": False, "scrollZoom": False, "doubleClick": False}
LEAD = 1800  # seconds shown before a job that was searched for


@st.fragment
def show_gantt(plan: Plan) -> None:
    """Show the chart; its controls run this part of the page only."""
    with friendly_errors():
        view = _controls(plan)
        _show_facts(plan, view.job)
        trace = plan.result.trace
        figure = gantt(
            plan.shift.problem,
            plan.result.schedule,
            plan.shift.start,
            view,
            now=datetime.now(),
            planners=trace.planners if trace is not None else None,
        )
        late = phrases.many(plan.result.metrics.late_jobs, "late job")
        st.plotly_chart(
            figure,
            theme=None,
            key=Key.CHART,
            on_select=_take_click,
            selection_mode="points",
            config=CHART_CONFIG,
            alt="Gantt chart: one row per machine, one bar per job; "
            f"{late}. The table of jobs below says the same.",
        )


def _controls(plan: Plan) -> View:
    """Show what to look at, and say so where that leaves bars out."""
    problem, state = plan.shift.problem, st.session_state
    with st.container(horizontal=True, vertical_alignment="center", key="window"):
        st.segmented_control(
            "Window",
            list(Span),
            default=Span.ALL,
            required=True,
            label_visibility="collapsed",
            key=Key.SPAN,
            persist_state="session",
        )
        whole = state[Key.SPAN] == Span.ALL
        with st.container(horizontal=True, width="content", gap="xsmall"):
            for label, icon, steps in (
                ("Earlier", ":material/chevron_left:", -1),
                ("Later", ":material/chevron_right:", 1),
            ):
                st.button(
                    label, icon=icon, disabled=whole, on_click=_move, args=(steps,)
                )
        shown = st.empty()
        st.selectbox(
            "Color",
            list(ColorBy),
            format_func=lambda color: f"Color by {color.lower()}",
            label_visibility="collapsed",
            width=210,
            key=Key.COLOR,
            persist_state="session",
        )
    with st.container(horizontal=True, key="filters"):
        st.multiselect(
            "Machine types",
            range(len(problem.machine_type_names)),
            format_func=lambda i: problem.machine_type_names[i] or "no type",
            placeholder="All machine types",
            label_visibility="collapsed",
            key=Key.TYPES,
            persist_state="session",
        )
        st.multiselect(
            "Machines",
            range(problem.num_machines),
            format_func=problem.machine_ids.__getitem__,
            placeholder="All machines",
            label_visibility="collapsed",
            key=Key.MACHINES,
            persist_state="session",
        )
        st.selectbox(
            "Find a job",
            range(problem.num_jobs),
            index=None,
            format_func=problem.job_ids.__getitem__,
            placeholder="Find a job and its family",
            label_visibility="collapsed",
            on_change=_go_to_job,
            key=Key.JOB,
            persist_state="session",
        )
    view, left_out = _view(plan)
    words = phrases.span(plan.shift.start, view.begin, view.end)
    shown.caption(words)
    if left_out:
        st.info(
            f"{phrases.count(left_out)} more bars would make the chart slow: it shows "
            "the first ones. Choose a shorter window, or filter machines.",
            icon=":material/filter_alt:",
        )
    return view


def _view(plan: Plan) -> tuple[View, int]:
    """Return what the controls ask for, with no more bars than a browser likes."""
    state = st.session_state
    begin, end = window(
        Span(state[Key.SPAN]),
        state.get(Key.BEGIN, 0),
        plan.shift.start,
        plan.result.schedule.makespan,
    )
    wanted = View(
        begin,
        end,
        types=tuple(state[Key.TYPES]),
        machines=tuple(state[Key.MACHINES]),
        color=ColorBy(state[Key.COLOR]),
        job=state[Key.JOB],
    )
    return fitted(plan.shift.problem, plan.result.schedule, wanted)


def _move(steps: int) -> None:
    """Move the window."""
    plan, state = current_plan(), st.session_state
    if plan is not None:
        state[Key.BEGIN], _ = moved(
            Span(state[Key.SPAN]),
            state.get(Key.BEGIN, 0),
            steps,
            plan.shift.start,
            plan.result.schedule.makespan,
        )


def _go_to_job() -> None:
    """Move the window to the job that was searched for."""
    plan, state = current_plan(), st.session_state
    job = state[Key.JOB]
    if plan is not None and job is not None:
        state[Key.BEGIN] = max(int(plan.result.schedule.start[job]) - LEAD, 0)


def _take_click() -> None:
    """Put the job that was clicked into focus; a click on it again takes it out."""
    points = st.session_state[Key.CHART].selection.points
    st.session_state[Key.JOB] = next(map(_job_of, points), None)


def _job_of(point: dict[str, Any]) -> int | None:
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
        facts = job_facts(
            plan.shift.problem,
            plan.result.schedule,
            plan.shift.start,
            job,
            plan.waits[job],
        )
        with st.container(horizontal=True, gap="medium"):
            for fact in facts:
                with st.container(width="content", gap=None):
                    st.caption(fact.label)
                    st.text(fact.value)
