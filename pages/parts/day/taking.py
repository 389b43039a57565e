"""A plan is taken in hand, with what it answers."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from core.planning.plan import Plan
from core.replanning.day.events import Event
from pages.parts.day.history.kept_versions import note_cause
from pages.parts.day.in_force import base_shift, day_in_hand, keep_day, now_in_hand
from pages.parts.state import Key, keep_plan, keep_shift


def take_plan(plan: Plan, events: tuple[Event, ...], cause: str) -> None:
    """
    Take a plan in hand, and put what it answers in force.

    Parameters
    ----------
    plan
        Of the shift after the events.
    events
        What happened now.
    cause
        Why, for the list of versions.
    """
    day, base = day_in_hand(), base_shift()
    if day is None or base is None:
        return
    if any(x.id in day.event_ids for x in events):
        return  # pressed twice: it is taken already
    now = max([now_in_hand(base), *(x.time for x in events)])
    keep_day(
        replace(
            day,
            events=(*day.events, *events),
            now=None if now <= base.start else now,
        )
    )
    st.session_state.pop(Key.DAY_NOTICE, None)
    note_cause(cause)
    keep_plan(plan)
    keep_shift(plan.shift)
