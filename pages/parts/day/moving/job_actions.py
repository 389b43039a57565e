"""In the panel of a chosen bar: lock it, unlock it, move it."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import streamlit as st

from core.charts import theme
from core.planning.plan import Plan
from core.problem import phrases
from core.problem.shift import Shift
from pages.parts.day.moving.moves import (
    has_begun,
    lock,
    lock_of,
    marks_of,
    move,
    unlock,
)

MINUTE = 60  # the form knows no seconds
AT, BEFORE, AFTER = "at", "before", "after"


def show_job_actions(shift: Shift, plan: Plan, job: int) -> None:
    """Show what can be done with a job."""
    if has_begun(plan, job):
        st.caption(":material/play_circle: It has begun and stays where it is.")
        return
    pressed = _show_lock(plan, job)
    with st.popover("Move …", icon=":material/open_with:", width="stretch"):
        pressed = _show_move(shift, plan, job) or pressed
    if pressed:
        st.rerun()  # all of the page shows another plan, or another lock


def _show_lock(plan: Plan, job: int) -> bool:
    """Show how a job is locked, and the way to the other; whether it was pressed."""
    found = lock_of(plan, job)
    if found is None:
        with st.container(horizontal=True):
            machine = st.button(
                "Lock machine",
                icon=":material/lock:",
                help="It stays on its machine, whatever is planned.",
                on_click=lock,
                args=(plan, [job]),
                kwargs={"start": False},
                key="lock_machine",
            )
            start = st.button(
                "Lock start",
                icon=":material/lock_clock:",
                help="It stays on its machine and at its start, to the second.",
                on_click=lock,
                args=(plan, [job]),
                kwargs={"start": True},
                key="lock_start",
            )
        return machine or start
    when = phrases.moment(plan.shift.start, found.start)
    at = f" at {when}" if found.kind == "start" else ""
    why = "Moved by you, and locked" if found.moved else "Locked"
    if found.by_files:
        why = "Locked by the jobs file"
    st.markdown(f":material/lock: **{why}** on {theme.unmarked(found.machine + at)}")
    return st.button(
        "Unlock",
        icon=":material/lock_open:",
        on_click=unlock,
        args=(plan, [job]),
        key="unlock",
    )


def _show_move(shift: Shift, plan: Plan, job: int) -> bool:
    """Show the form of a move; whether it was pressed."""
    problem, schedule = shift.problem, plan.result.schedule
    may = np.flatnonzero(problem.eligible[job]).tolist()
    machine = st.selectbox(
        "Machine",
        may,
        index=may.index(int(schedule.machine[job])),
        format_func=problem.machine_ids.__getitem__,
        key=f"move_machine_{job}",
    )
    where = st.segmented_control(
        "Where",
        [AT, BEFORE, AFTER],
        default=AT,
        required=True,
        format_func={AT: "At a time", BEFORE: "Before", AFTER: "After"}.__getitem__,
        key=f"move_where_{job}",
    )
    start = (
        _time(shift, plan, job)
        if where == AT
        else _beside(plan, job, int(machine), str(where))
    )
    return st.button(
        "Move",
        type="primary",
        icon=":material/check:",
        disabled=start is None,
        help="It is locked there until you unlock it; the others give way.",
        on_click=move,
        args=(plan, job, machine, start, MINUTE),
        key="press_move",
    )


def _time(shift: Shift, plan: Plan, job: int) -> int | None:
    """Let the planner choose a moment; seconds since plan start."""
    now = shift.start + timedelta(seconds=int(plan.result.schedule.start[job]))
    chosen: datetime | None = st.datetime_input(
        "Starts, at the earliest",
        value=now,
        format="DD.MM.YYYY",
        step=300,
        key=f"move_at_{job}_{now.isoformat()}",
    )
    if chosen is None:
        return None
    return round((chosen.replace(tzinfo=None) - shift.start).total_seconds())


def _beside(plan: Plan, job: int, machine: int, where: str) -> int | None:
    """Let the planner choose a job of the machine; seconds that lead there."""
    problem, schedule = plan.shift.problem, plan.result.schedule
    there = np.flatnonzero(schedule.machine == machine)
    there = there[(there != job)][np.argsort(schedule.start[there[there != job]])]
    listed = there[~marks_of(plan).begun[there]].tolist()
    other = st.selectbox(
        "Which job",
        listed,
        format_func=lambda j: (
            f"{problem.job_ids[j]} · "
            f"{phrases.moment(plan.shift.start, int(schedule.start[j]))}"
        ),
        placeholder="No job there",
        key=f"move_beside_{job}_{machine}_{where}",
    )
    if other is None:
        return None
    # A job goes behind those that are half done by then.
    if where == BEFORE:
        return int(schedule.setup_start[other])
    return int(problem.calendars[machine].next_open(schedule.end[other]))
