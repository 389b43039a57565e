"""The versions of the day in a line of figures, and what two plans differ in."""

from __future__ import annotations

import streamlit as st

from core.charts.versions import VersionMark, versions_chart
from core.planning.plan import Plan
from core.problem.shift import Shift
from core.store.shifts.version import VersionEntry
from pages.parts.chart import job_of, show_chart
from pages.parts.day.history.kept_versions import entries_after_keeping, go_to
from pages.parts.day.history.side_by_side import FIRST, SECOND, show_two, version_key
from pages.parts.day.history.versions_row import words_of
from pages.parts.day.in_force import day_in_hand
from pages.parts.state import Key

CHART = f"{Key.VERSION}_chart"
MINUTE_TO_HOUR = 1 / 60


def show_changes(shift: Shift, plan: Plan | None) -> None:
    """Show the line of figures over versions, and any two plans side by side."""
    if plan is None:
        return
    entries = entries_after_keeping()
    day = day_in_hand()
    head = None if day is None else day.head
    if len(entries) > 1:
        _show_line(entries, head)
    show_two(plan, entries, head)


def _show_line(entries: list[VersionEntry], head: int | None) -> None:
    """Show the figures of every version; a point chosen is compared, or put back."""
    chosen: int | None = st.session_state.get(Key.VERSION)
    known = {x.number: x for x in entries}
    if chosen not in known or chosen == head:
        chosen = None
    marks = [
        VersionMark(
            x.number,
            x.figures.get("late_jobs"),
            _hours(x),
            f"Version {x.number}: {x.cause}",
            x.number == head,
        )
        for x in sorted(entries, key=lambda x: x.number)
    ]
    count = st.session_state.get(f"{CHART}_count", 0)
    key = f"{CHART}_{count}"  # another chart: what was clicked is done
    show_chart(
        versions_chart(marks, chosen),
        key,
        "Late jobs and weighted lateness of each version; the list under Version says "
        "the same.",
        on_click=lambda: _take_click(key),
    )
    if chosen is None:
        st.caption("Each point is a plan that was in hand: click one to go back.")
        return
    with st.container(horizontal=True, vertical_alignment="center", key="way_back"):
        st.button(
            f"Put version {chosen} in force",
            icon=":material/history:",
            on_click=_go,
            args=(chosen,),
            key="version_back",
        )
        st.markdown(words_of(known[chosen]))


def _hours(entry: VersionEntry) -> float | None:
    minutes = entry.figures.get("weighted_tardiness_minutes")
    return None if minutes is None else float(minutes) * MINUTE_TO_HOUR


def _take_click(key: str) -> None:
    """Compare with the version that was clicked, and offer the way back to it."""
    points = st.session_state[key].selection.points
    number = next(map(job_of, points), None)
    st.session_state[Key.VERSION] = number
    if number is not None:
        st.session_state[FIRST] = version_key(number)
        st.session_state.pop(SECOND, None)


def _go(number: int) -> None:
    """Put a version in force again."""
    st.session_state.pop(Key.VERSION, None)
    st.session_state.pop(FIRST, None)
    st.session_state[f"{CHART}_count"] = st.session_state.get(f"{CHART}_count", 0) + 1
    go_to(number)
