"""The log of the day: every event that was told, and a way to withdraw one."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import streamlit as st

from core.planning.plan import Plan
from core.problem.shift import Shift
from core.replanning.day.event_log import EVENT_COLUMNS, event_rows, withdrawn
from core.replanning.day.replayed import EventsRefusedError
from pages.parts.day.history.kept_versions import note_cause
from pages.parts.day.history.logged import logged_events
from pages.parts.day.in_force import (
    base_shift,
    day_in_hand,
    keep_day,
    replayed,
)
from pages.parts.state import Key

SHOWN = ("Time", "What", "Who", "Note", "State")


def show_events(shift: Shift, plan: Plan | None) -> None:
    """Show the log; one row can be withdrawn."""
    day = day_in_hand()
    told = logged_events(day) if day is not None else ()
    if day is None or not told:
        st.caption("Nothing has happened yet. **What happened?** above tells it.")
        return
    rows = event_rows(told, day.event_ids)
    frame = pd.DataFrame(rows, columns=list(EVENT_COLUMNS))
    shown = pd.DataFrame(
        {
            "Time": frame["time"],
            "What": frame["what"],
            "Who": frame["who"].fillna(""),
            "Note": frame["note"].fillna(""),
            "State": frame["state"],
        }
    )
    st.dataframe(
        shown,
        hide_index=True,
        placeholder="–",
        column_config={"Time": st.column_config.DatetimeColumn(format="ddd HH:mm")},
    )
    in_force = {x.id: x for x in day.events}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox(
            "Withdraw an event",
            list(in_force),
            index=None,
            format_func=lambda x: in_force[x].what,
            placeholder="Which one?",
            disabled=not in_force,
            key=f"{Key.DAY}_withdraw",
        )
        st.button(
            "Withdraw",
            icon=":material/undo:",
            disabled=chosen is None,
            help="As if it had not been told; then the plan can be mended.",
            on_click=_withdraw,
            args=(chosen,),
            key="withdraw_event",
        )


def _withdraw(event_id: str) -> None:
    """Take an event out of force."""
    day, base = day_in_hand(), base_shift()
    if day is None or base is None:
        return
    gone = next((x for x in day.events if x.id == event_id), None)
    if gone is None:
        return
    rest = withdrawn(day.events, event_id)
    try:
        replayed(base, rest)
    except EventsRefusedError as error:
        words = f"{gone.what} cannot be withdrawn alone: {error}"
        st.session_state[Key.DAY_NOTICE] = words
        return
    keep_day(replace(day, events=rest))
    note_cause(f"Withdrawn: {gone.what}")
