"""Hand over: what is left of the plan at a moment is the shift that goes on."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import streamlit as st

from core.charts import theme
from core.planning.plan import Plan
from core.planning.settings import PlanSettings
from core.problem import phrases
from core.problem.floor import PreviousPlan
from core.replanning.handover import Handover, NothingLeftError, handover
from core.replanning.returned import returned
from core.tables.writing.write_plan import handover_workbook
from core.timing.commitments import ImpossibleLockError
from pages.parts.day.from_now import with_floor
from pages.parts.day.history.kept_versions import note_cause
from pages.parts.day.in_force import base_shift, day_in_hand, now_in_hand
from pages.parts.day.lock_notice import lock_notice
from pages.parts.downloads import XLSX
from pages.parts.state import Key, current_plan, keep_plan, keep_shift

GONE_ON = ", gone on from "  # behind the name of a shift


def offer_to_go_on() -> None:
    """Offer to go on from a moment of the plan in hand, here or from a workbook."""
    plan = current_plan()
    if plan is None:
        return
    with st.expander("Go on from here", icon=":material/forward:"):
        made = _handed_over(plan)
        if made is None:
            return
        left = phrases.many(made.shift.problem.num_jobs, "job")
        running = 0 if made.shift.floor is None else len(made.shift.floor.begun())
        st.markdown(
            f"**{left} go on**, {running} of them running; "
            f"{phrases.count(len(made.done))} are done and left out. The next four "
            "hours of the plan stay as they are."
        )
        with st.container(horizontal=True):
            pressed = st.button(
                "Go on from here",
                icon=":material/forward:",
                on_click=_go_on,
                args=(made, plan.settings),
                help="The shift that is left comes in hand, with its plan.",
                key="press_go_on",
            )
            st.download_button(
                "Workbook of what is left",
                lambda: handover_workbook(made.shift, made.plan),
                "handover.xlsx",
                XLSX,
                icon=":material/table_view:",
                on_click="ignore",
                help="For whoever goes on: with the plan, which can be taken in hand "
                "there.",
                key="handover_file",
            )
        if pressed:
            st.rerun()


def _handed_over(plan: Plan) -> Handover | None:
    """Let the planner choose the moment; ``None``, with words: it cannot be."""
    base, day = base_shift(), day_in_hand()
    if base is None or day is None:
        return None
    half = plan.shift.start + timedelta(seconds=plan.result.schedule.makespan // 2)
    now = now_in_hand(base)
    usual = now if now > base.start else half.replace(second=0, microsecond=0)
    at: datetime | None = st.datetime_input(
        "Hand over at",
        value=usual,
        min_value=base.start,
        format="DD.MM.YYYY",
        step=900,
        width=230,
        key=f"{Key.DAY}_hand_over_at_{usual.isoformat()}",
    )
    moment = (at or usual).replace(tzinfo=None)
    try:
        shift = with_floor(plan, base, day.events, moment)
        if shift is None or shift.floor is None:
            return None
        return handover(shift, plan.result.schedule, shift.floor)
    except NothingLeftError as error:
        st.caption(str(error))
    except ImpossibleLockError as error:
        st.warning(theme.unmarked(lock_notice(plan.shift, error)))
    return None


def _go_on(made: Handover, settings: PlanSettings) -> None:
    """Take what is left in hand, and its plan."""
    when = f"{made.shift.start:%a %H:%M}"
    name = made.shift.name.partition(GONE_ON)[0] + GONE_ON + when
    shift = replace(made.shift, name=name)
    st.session_state[Key.OPENED] = shift
    note_cause(f"Gone on from {when}")
    keep_shift(shift)
    try:
        found = returned(shift, PreviousPlan.of(made.plan), settings)
    except ImpossibleLockError as error:
        st.session_state[Key.DAY_NOTICE] = lock_notice(shift, error)
        return
    keep_plan(found.as_it_is or found.nearest)
