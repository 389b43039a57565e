"""Undo, redo, and the list of versions, at the end of the row above the chart."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import streamlit as st

from core.charts import theme
from core.planning.plan import Plan
from core.problem import phrases
from core.store.shifts.version import VersionEntry
from pages.parts.day.history.kept_versions import (
    conflict_of,
    entries_after_keeping,
    go_to,
    keep_at_once,
    put_mine_after,
    redo,
    take_theirs,
    undo,
)
from pages.parts.day.in_force import day_in_hand
from pages.parts.state import Key

LISTED = 12  # versions in the short list; the tab has all


def show_versions(plan: Plan) -> None:
    """Show undo, redo and the version in force; nothing before there is one."""
    entries = entries_after_keeping()
    day = day_in_hand()
    head = None if day is None else day.head
    entry = next((x for x in entries if x.number == head), None)
    if entry is None:
        return
    before = next((x for x in entries if x.number == entry.parent), None)
    after = max((x for x in entries if x.parent == head), key=_number, default=None)
    _step("Undo", ":material/undo:", undo, entry if before else None, entry.number)
    _step("Redo", ":material/redo:", redo, after, entry.number)
    with st.popover(f"Version {head}", icon=":material/history:", key="versions"):
        st.caption(f"Every plan that was in hand. In force: {words_of(entry)}")
        for listed in sorted(entries, key=_number, reverse=True)[:LISTED]:
            _show_entry(listed, is_head=listed.number == head)
        left = len(entries) - LISTED
        if left > 0:
            st.caption(f"{phrases.many(left, 'older version')} below, under Versions.")


def _step(
    label: str,
    icon: str,
    move: Callable[[int], None],
    entry: VersionEntry | None,
    head: int,
) -> None:
    """One gesture, one step; says what it undoes or does again."""
    key = label.lower()
    nothing = f"There is nothing to {key}."
    pressed = st.button(
        label,
        icon=icon,
        help=nothing if entry is None else f"{label}: {_plain(entry.cause)}",
        disabled=entry is None,
        on_click=move,
        args=(head,),
        key=f"icon_{key}",
    )
    if pressed:  # all else on the page shows another plan, too
        st.rerun()


def _show_entry(entry: VersionEntry, *, is_head: bool) -> None:
    """One version, and a way back to it."""
    with st.container(horizontal=True, vertical_alignment="center"):
        pressed = st.button(
            f"{entry.number}",
            type="primary" if is_head else "secondary",
            disabled=is_head,
            help="In force." if is_head else "Put this version in force again.",
            on_click=go_to,
            args=(entry.number,),
            key=f"version_{entry.number}",
        )
        st.markdown(words_of(entry))
    if pressed:
        st.rerun()


def show_conflict(plan: Plan | None) -> None:
    """Say that somebody else was first, and let the planner choose."""
    keep_at_once()
    _show_notice()
    conflict = conflict_of(plan)
    if conflict is None:
        return
    with st.container(border=True, key="conflict"):
        st.warning(theme.unmarked(conflict.words), icon=":material/group:")
        with st.container(horizontal=True):
            st.button(
                "Take theirs in hand",
                icon=":material/download:",
                on_click=take_theirs,
                key="take_theirs",
            )
            st.button(
                "Put mine after it",
                icon=":material/upload:",
                on_click=put_mine_after,
                key="put_mine_after",
            )


def _show_notice() -> None:
    """Say why something could not be done, until it is closed or something is done."""
    notice = st.session_state.get(Key.DAY_NOTICE)
    if notice is None:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="day_notice"):
        st.warning(theme.unmarked(notice), icon=":material/block:")
        st.button(
            "Close",
            icon=":material/close:",
            type="tertiary",
            on_click=st.session_state.pop,
            args=(Key.DAY_NOTICE, None),
            key="icon_close_notice",
        )


def words_of(entry: VersionEntry) -> str:
    """Return when, why and by whom, and what came of it; Markdown."""
    when = datetime.fromtimestamp(entry.created)
    late = entry.figures.get("late_jobs")
    said = "" if late is None else f" · {phrases.count(late)} late"
    who = f" · {_plain(entry.owner)}" if entry.owner else ""
    return f"{when:%H:%M} **{_plain(entry.cause)}**{said}{who}"


def _plain(text: str) -> str:
    return theme.unmarked(text.rstrip("."))


def _number(entry: VersionEntry) -> int:
    return entry.number
