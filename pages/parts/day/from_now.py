"""The shift as it has to be planned next: what has begun, and what stays."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import streamlit as st

from core.planning.plan import Plan
from core.problem.shift import Shift
from core.replanning.day.events import Event
from core.replanning.day.floor_of_day import floor_of_day, previous_of
from pages.parts.day.in_force import (
    base_shift,
    day_in_hand,
    keep_day,
    now_in_hand,
    replayed,
)
from pages.parts.state import Key


def from_now(shift: Shift) -> Shift:
    """
    Return the shift in hand as Plan has to plan it.

    Without anything past change, as it is; else with what has begun by now if the plan
    in hand has run so, but for events.
    """
    day, base = day_in_hand(), base_shift()
    plan: Plan | None = st.session_state.get(Key.PLAN)
    if day is None or base is None or plan is None:
        return shift
    made = replayed(base, day.events)
    now = now_in_hand(base)
    if now <= base.start and not (made.begun or made.locks or made.freeze):
        return made.shift
    return with_floor(plan, base, day.events, now) or made.shift


def with_floor(
    plan: Plan, base: Shift, events: tuple[Event, ...], now: datetime
) -> Shift | None:
    """
    Return a shift after its events, with what the floor says at a moment.

    Parameters
    ----------
    plan
        The plan that has run until then; of this shift, or one with the same jobs.
    base, events, now
        The shift as its files say it, what happened, and the moment.

    Returns
    -------
    Shift or None
        ``None``: the plan holds none of its jobs.

    Raises
    ------
    EventsRefusedError
        When an event cannot be.
    """
    made = replayed(base, events)
    previous = previous_of(plan.shift, plan.result.schedule, made.shift)
    if not previous.known.any():
        return None
    return replace(made.shift, floor=floor_of_day(made, previous, now))


def now_from_sidebar(base: Shift) -> None:
    """Let the planner say what time it is; beside the plan start."""
    day = day_in_hand()
    if day is None or st.session_state.get(Key.PLAN) is None:
        return
    st.session_state[Key.NOW] = now_in_hand(base)
    st.datetime_input(
        "Now",
        value=None,
        min_value=base.start,
        format="DD.MM.YYYY",
        step=300,
        help="What has begun by now stays as it is; the rest can be planned anew.",
        key=Key.NOW,
        on_change=_move_now,
        args=(base.start,),
    )


def _move_now(start: datetime) -> None:
    """Take what the field holds; emptied, plan start."""
    day = day_in_hand()
    chosen: datetime | None = st.session_state[Key.NOW]
    if day is None:
        return
    now = None
    if chosen is not None:
        now = chosen.replace(second=0, microsecond=0, tzinfo=None)
    told = max((x.time for x in day.events), default=start)
    keep_day(replace(day, now=None if now is None or now <= start else max(now, told)))
