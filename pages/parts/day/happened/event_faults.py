"""Events that do not fit the shift in hand: said as faults in files are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import streamlit as st

from core.problem import phrases
from core.replanning.day.replayed import EventFault
from core.tables.issues import Issue, Issues
from pages.parts.day.in_force import day_in_hand, keep_day
from pages.parts.sidebar.issue_table import show_issues

SHEET = "events"


def issues_of(faults: Iterable[EventFault]) -> Issues:
    """Return faults of events as issues, a row per event of the log."""
    day = day_in_hand()
    told = [] if day is None else [event.id for event in day.events]
    return Issues(
        tuple(
            Issue(
                SHEET,
                told.index(x.event.id) + 1 if x.event.id in told else None,
                x.event.kind,
                x.value,
                x.fault,
                x.mend,
            )
            for x in faults
        )
    )


def show_event_faults(faults: tuple[EventFault, ...]) -> None:
    """Say which events cannot be applied any more, and offer to withdraw them."""
    wrong = {fault.event.id for fault in faults}
    number = phrases.many(len(wrong), "event")
    st.error(
        f"**{number} of today do not fit this shift any more.** Bring the files back "
        "that they were told for, or withdraw them.",
        icon=":material/error:",
    )
    show_issues(issues_of(faults))
    st.button(
        f"Withdraw {number}",
        icon=":material/undo:",
        on_click=_withdraw,
        args=(wrong,),
        key="withdraw_faulty",
    )


def _withdraw(wrong: set[str]) -> None:
    """Take events out of force."""
    day = day_in_hand()
    if day is not None:
        rest = tuple(x for x in day.events if x.id not in wrong)
        keep_day(replace(day, events=rest))
