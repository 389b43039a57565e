"""Which part of a chart is shown: the controls, the same on every page."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.charts.window import ColorBy, Span, View, fitted, moved, window
from core.problem import phrases
from core.problem.schedule import Schedule
from core.problem.shift import Shift
from pages.parts.state import WindowKeys

LEAD = 1800  # seconds shown before a job that was searched for


def show_window(
    keys: WindowKeys,
    shift: Shift,
    schedules: Sequence[Schedule],
    follow: int | None = None,
) -> View:
    """
    Show what to look at, and return it; say so where that leaves bars out.

    Parameters
    ----------
    keys
        Where the page keeps it.
    shift, schedules
        What is shown, in one window for all. The latest end decides how far it goes,
        and the schedule with most bars how much it holds.
    follow
        Seconds since plan start that the window goes along with; ``None``: it is
        moved by its buttons, and to the job that is searched for.
    """
    problem, state = shift.problem, st.session_state
    with st.container(
        horizontal=True, vertical_alignment="center", key=f"window_{keys.span}"
    ):
        st.segmented_control(
            "Window",
            list(Span),
            default=Span.ALL,
            required=True,
            label_visibility="collapsed",
            key=keys.span,
            persist_state="session",
        )
        if follow is None:
            _show_buttons(keys, shift, schedules)
        times = st.empty()
        st.selectbox(
            "Color",
            list(ColorBy),
            format_func=lambda color: f"Color by {color.lower()}",
            label_visibility="collapsed",
            width=210,
            key=keys.color,
            persist_state="session",
        )
    with st.container(horizontal=True, key=f"filters_{keys.span}"):
        st.multiselect(
            "Machine types",
            range(len(problem.machine_type_names)),
            format_func=lambda i: problem.machine_type_names[i] or "no type",
            placeholder="All machine types",
            label_visibility="collapsed",
            key=keys.types,
            persist_state="session",
        )
        st.multiselect(
            "Machines",
            range(problem.num_machines),
            format_func=problem.machine_ids.__getitem__,
            placeholder="All machines",
            label_visibility="collapsed",
            key=keys.machines,
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
            args=(keys, schedules),
            key=keys.job,
            persist_state="session",
        )
    begin, end = window(
        Span(state[keys.span]),
        state.get(keys.begin, 0) if follow is None else max(follow, 0),
        shift.start,
        _longest(schedules),
    )
    view = View(
        begin,
        end,
        types=tuple(state[keys.types]),
        machines=tuple(state[keys.machines]),
        color=ColorBy(state[keys.color]),
        job=state[keys.job],
    )
    left_out = 0
    for schedule in schedules:
        view, more = fitted(problem, schedule, view)
        left_out = max(left_out, more)
    times.caption(phrases.span(shift.start, view.begin, view.end))
    if left_out:
        st.info(
            f"{phrases.count(left_out)} more bars would make the chart slow: it shows "
            "the first ones. Choose a shorter window, or filter machines.",
            icon=":material/filter_alt:",
        )
    return view


def _show_buttons(
    keys: WindowKeys, shift: Shift, schedules: Sequence[Schedule]
) -> None:
    """Show what moves the window."""
    with st.container(horizontal=True, width="content", gap="xsmall"):
        for label, icon, steps in (
            ("Earlier", ":material/chevron_left:", -1),
            ("Later", ":material/chevron_right:", 1),
        ):
            st.button(
                label,
                icon=icon,
                disabled=st.session_state[keys.span] == Span.ALL,
                on_click=_move,
                args=(keys, shift, _longest(schedules), steps),
                key=f"{keys.span}_{label}",
            )


def _longest(schedules: Sequence[Schedule]) -> int:
    """Seconds until the last of the schedules ends."""
    return max(schedule.makespan for schedule in schedules)


def _move(keys: WindowKeys, shift: Shift, makespan: int, steps: int) -> None:
    """Move the window."""
    state = st.session_state
    state[keys.begin], _ = moved(
        Span(state[keys.span]),
        state.get(keys.begin, 0),
        steps,
        shift.start,
        makespan,
    )


def _go_to_job(keys: WindowKeys, schedules: Sequence[Schedule]) -> None:
    """Move the window to where the job that was searched for begins first."""
    job = st.session_state[keys.job]
    if job is not None:
        first = min(int(schedule.start[job]) for schedule in schedules)
        st.session_state[keys.begin] = max(first - LEAD, 0)
