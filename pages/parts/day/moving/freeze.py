"""Sidebar: what of the plan in hand may not change for a while."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

import streamlit as st

from core.charts import theme
from core.planning.plan import Plan
from core.problem import phrases
from core.problem.shift import Shift
from core.replanning.day.events import PlanFrozen
from pages.parts.day.in_force import day_in_hand, now_in_hand
from pages.parts.day.moving.moves import marks_of, tell
from pages.parts.state import Key

USUAL = timedelta(hours=2)  # proposed: what the floor has begun to get ready for


def freeze_from_sidebar(shift: Shift) -> None:
    """Say what is frozen, and let the planner freeze more of it or nothing."""
    plan: Plan | None = st.session_state.get(Key.PLAN)
    if plan is None:
        return
    frozen = marks_of(plan).freeze_until
    with st.popover(
        "Nothing is frozen" if not frozen else f"Frozen {_until(plan, frozen)}",
        icon=":material/ac_unit:",
        width="stretch",
        key="freeze",
    ):
        _show_form(plan, now_in_hand(shift))
        if frozen:
            st.button(
                "Freeze nothing any more",
                icon=":material/lock_open:",
                on_click=_freeze,
                args=(plan, None, ()),
                width="stretch",
                key="thaw",
            )


def _show_form(plan: Plan, now: datetime) -> None:
    """Let the planner say until when, and where."""
    problem = plan.shift.problem
    usual = now + USUAL
    until = st.datetime_input(
        "Nothing changes before",
        value=usual,
        min_value=now,
        format="DD.MM.YYYY",
        step=900,
        help="Jobs that start before then keep their machine, their order and, as long "
        "as the world allows, their start.",
        key=f"freeze_until_{usual.isoformat()}",
    )
    machines = st.multiselect(
        "On",
        range(problem.num_machines),
        format_func=problem.machine_ids.__getitem__,
        placeholder="All machines",
        key="freeze_machines",
    )
    st.button(
        "Freeze",
        type="primary",
        icon=":material/ac_unit:",
        disabled=until is None,
        on_click=_freeze,
        args=(plan, until, tuple(problem.machine_ids[k] for k in machines)),
        width="stretch",
        key="press_freeze",
    )


def _freeze(plan: Plan, until: datetime | None, machines: tuple[str, ...]) -> None:
    """Freeze what starts before a moment; ``None``: nothing any more."""
    if until is not None:
        until = until.replace(second=0, microsecond=0, tzinfo=None)
    told = PlanFrozen(time=now_in_hand(plan.shift), until=until, machines=machines)
    day = day_in_hand()
    last = day.events[-1] if day is not None and day.events else None
    if last is None or replace(told, id=last.id) != last:  # pressed twice: told already
        tell(told)
    st.session_state.pop("freeze_machines", None)


def _until(plan: Plan, found: Mapping[int, int]) -> str:
    """Until when, and on how many machines where it is not on all."""
    problem = plan.shift.problem
    last = phrases.moment(plan.shift.start, max(found.values()))
    if len(found) == problem.num_machines and len(set(found.values())) == 1:
        return f"until {last}"
    names = [theme.unmarked(problem.machine_ids[k]) for k in found]
    return f"until {last} on {phrases.listed(names, 2)}"
