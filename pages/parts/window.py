"""Which part of a chart is shown: the controls, the same on every page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import streamlit as st

from core.charts.bars.joined_bars import needs_overview
from core.charts.window import (
    ColorBy,
    Span,
    View,
    moved,
    shown_machines,
    window,
)
from core.problem import phrases
from core.problem.model import Problem
from core.problem.schedule import Schedule
from core.problem.shift import Shift
from pages.parts.state import WindowKeys

JOINED = (
    "So many jobs are shown that neighbours of one color are drawn as one bar. A "
    "shorter window, or fewer machines, shows each of them."
)
LEAD = 1800  # seconds shown before a job that was searched for


def show_window(
    keys: WindowKeys,
    shift: Shift,
    schedules: Sequence[Schedule],
    follow: int | None = None,
    until: int = 0,
    tools: Callable[[], None] | None = None,
    on_filter: Callable[[], None] | None = None,
) -> View:
    """
    Show what to look at, in one row, and return it; say so where bars are joined.

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
    until
        Seconds since plan start that the window reaches at least, when all is shown.
    tools
        Draws what else stands in the row, at its right end.
    on_filter
        Called when other machines are shown.
    """
    problem, state = shift.problem, st.session_state
    longest = max([until, *(schedule.makespan for schedule in schedules)])
    moving = _Moving(keys, shift, tuple(schedules), longest)
    with st.container(
        horizontal=True, vertical_alignment="center", key=f"window_{keys.span}"
    ):
        st.segmented_control(
            "Window",
            list(Span),
            default=Span.ALL,
            required=True,
            label_visibility="collapsed",
            on_change=moving.keep_job_in_sight,
            key=keys.span,
            persist_state="session",
        )
        if follow is None:
            _show_buttons(moving)
        times = st.empty()
        st.selectbox(
            "Color",
            list(ColorBy),
            format_func=lambda color: f"by {color.lower()}",
            label_visibility="collapsed",
            width=144,
            key=keys.color,
            persist_state="session",
        )
        _show_filters(keys, problem, on_filter)
        st.selectbox(
            "Find a job",
            range(problem.num_jobs),
            index=None,
            format_func=problem.job_ids.__getitem__,
            placeholder="Find a job",
            label_visibility="collapsed",
            width=120,
            on_change=moving.go_to_job,
            key=keys.job,
            persist_state="session",
        )
        if tools is not None:
            with st.container(
                horizontal=True, width="content", gap="xsmall", key=f"tools_{keys.span}"
            ):
                tools()
    begin, end = window(
        Span(state[keys.span]),
        state.get(keys.begin, 0) if follow is None else max(follow, 0),
        shift.start,
        longest,
    )
    view = View(
        begin,
        end,
        types=tuple(state[keys.types]),
        machines=tuple(state[keys.machines]),
        color=ColorBy(state[keys.color]),
        job=state[keys.job],
    )
    if not len(shown_machines(problem, view)):
        st.info(
            "No machine is left: none of the chosen machines is of a chosen type.",
            icon=":material/filter_alt_off:",
        )
    words = phrases.short_span(shift.start, view.begin, view.end)
    if any(needs_overview(problem, schedule, view) for schedule in schedules):
        times.caption(f"{words} · joined", help=JOINED)
    else:
        times.caption(words)
    return view


def _show_filters(
    keys: WindowKeys, problem: Problem, on_filter: Callable[[], None] | None
) -> None:
    """Show which machines are drawn: by type, and one by one."""
    state = st.session_state
    chosen = View(
        0, 1, tuple(state.get(keys.types, ())), tuple(state.get(keys.machines, ()))
    )
    shown = len(shown_machines(problem, chosen))
    every = problem.num_machines
    words = "Machines" if shown == every else f"{shown} of {every} machines"
    with st.popover(words, icon=":material/filter_alt:", key=f"filter_{keys.span}"):
        st.multiselect(
            "Machine types",
            range(len(problem.machine_type_names)),
            format_func=lambda i: problem.machine_type_names[i] or "no type",
            placeholder="All machine types",
            on_change=on_filter,
            key=keys.types,
            persist_state="session",
        )
        st.multiselect(
            "Machines",
            range(problem.num_machines),
            format_func=problem.machine_ids.__getitem__,
            placeholder="All machines",
            on_change=on_filter,
            key=keys.machines,
            persist_state="session",
        )


@dataclass(frozen=True)
class _Moving:
    """What moves a window: its buttons, a search, and another length."""

    keys: WindowKeys
    shift: Shift
    schedules: tuple[Schedule, ...]
    longest: int

    def steps(self, steps: int) -> None:
        """Move it by some steps."""
        state = st.session_state
        state[self.keys.begin], _ = moved(
            Span(state[self.keys.span]),
            state.get(self.keys.begin, 0),
            steps,
            self.shift.start,
            self.longest,
        )

    def go_to_job(self) -> None:
        """Move it to where the job that was searched for begins first."""
        job = st.session_state[self.keys.job]
        if job is not None:
            first = min(int(schedule.start[job]) for schedule in self.schedules)
            st.session_state[self.keys.begin] = max(first - LEAD, 0)

    def keep_job_in_sight(self) -> None:
        """Move it to the job in focus where another length would hide that."""
        state = st.session_state
        job = state.get(self.keys.job)
        if job is None:
            return
        begin, end = window(
            Span(state[self.keys.span]),
            state.get(self.keys.begin, 0),
            self.shift.start,
            self.longest,
        )
        if not any(
            begin < schedule.end[job] and schedule.start[job] < end
            for schedule in self.schedules
        ):
            self.go_to_job()


def _show_buttons(moving: _Moving) -> None:
    """Show what moves the window."""
    with st.container(horizontal=True, width="content", gap="xsmall"):
        for label, icon, steps in (
            ("Earlier", ":material/chevron_left:", -1),
            ("Later", ":material/chevron_right:", 1),
        ):
            st.button(
                label,
                icon=icon,
                disabled=st.session_state[moving.keys.span] == Span.ALL,
                on_click=moving.steps,
                args=(steps,),
                key=f"icon_{moving.keys.span}_{label}",
            )
