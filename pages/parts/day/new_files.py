"""A jobs table that came while a plan was in hand: taken whole, or row by row."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

import pandas as pd
import streamlit as st

from core.problem import phrases
from core.tables.writing.edited import written
from core.tables.writing.merging import RowChange, merged, row_changes
from pages.parts.plan.files.files_in_hand import FilesInHand, files_in_hand
from pages.parts.sidebar.uploads import Upload
from pages.parts.state import Key

HEIGHT = 260  # pixels
KINDS = {"new": "New", "changed": "Changed", "gone": "Gone"}


def show_new_files() -> None:
    """Say what new files change of the jobs, until the planner has decided."""
    state = st.session_state
    before: dict[str, Upload] | None = state.get(Key.FILES_BEFORE)
    files: dict[str, Upload] = state.get(Key.FILES) or {}
    opened = state.get(Key.OPENED) is not None
    if not before or not files or opened or state.get(Key.SOURCE) != "upload":
        return
    old, new = files_in_hand(before), files_in_hand(files)
    changes = _changes(old, new)
    if not changes:
        return
    with st.container(border=True, key="new_files"):
        kinds = [x.kind for x in changes]
        said = [
            f"{phrases.count(kinds.count(kind))} {words.lower()}"
            for kind, words in KINDS.items()
            if kind in kinds
        ]
        st.markdown(
            f"**The new files change {phrases.many(len(changes), 'job')}**: "
            f"{', '.join(said)}."
        )
        refused = _refused(changes, new)
        _show_buttons(old, new, refused, len(changes))


def _changes(old: FilesInHand, new: FilesInHand) -> list[RowChange]:
    """Return what becomes of each job; none where they cannot be matched."""
    first, second = old.tables().get("jobs"), new.tables().get("jobs")
    if first is None or second is None:
        return []
    return row_changes(first, second) or []


def _refused(changes: list[RowChange], new: FilesInHand) -> tuple[str, ...]:
    """Let the planner refuse changes; returns the jobs that stay as they were."""
    frame = pd.DataFrame(
        {
            "Job": [x.job for x in changes],
            "What": [KINDS[x.kind] for x in changes],
            "Change": [x.words for x in changes],
        }
    )
    st.dataframe(
        frame, hide_index=True, height=min(36 * (len(changes) + 1) + 2, HEIGHT)
    )
    kinds = {x.job: KINDS[x.kind].lower() for x in changes}
    refused = st.multiselect(
        "Leave as they were",
        list(kinds),
        format_func=lambda job: f"{job} ({kinds[job]})",
        placeholder="All changes are taken",
        key=f"refused_{'_'.join(new.key)[-40:]}",
    )
    return tuple(refused)


def _show_buttons(
    old: FilesInHand, new: FilesInHand, refused: tuple[str, ...], changes: int
) -> None:
    """Take all of it, a part, or nothing."""
    with st.container(horizontal=True):
        some = phrases.many(changes - len(refused), "change")
        pressed = st.button(
            "Take them all" if not refused else f"Take {some}",
            type="primary",
            icon=":material/check:",
            on_click=_take,
            args=(old, new, refused),
            key="take_new_files",
        )
        left = st.button(
            "Bring the files before back",
            icon=":material/undo:",
            on_click=_leave,
            args=(old,),
            key="leave_new_files",
        )
    if pressed or left:
        st.rerun()


def _take(old: FilesInHand, new: FilesInHand, refused: tuple[str, ...]) -> None:
    """Take the new files, the refused jobs as they were."""
    st.session_state.pop(Key.FILES_BEFORE, None)
    if not refused:
        return
    tables = new.tables()
    jobs = merged(old.tables()["jobs"], tables["jobs"], refused)
    content = written(
        new.files, [jobs if x.sheet == "jobs" else x for x in tables.values()]
    )
    uploads = {
        name: Upload(f"merged {uuid4().hex}", data) for name, data in content.items()
    }
    st.session_state[Key.FILES] = replace(new, files={**new.files, **uploads}).files


def _leave(old: FilesInHand) -> None:
    """Put the files before in force again."""
    st.session_state.pop(Key.FILES_BEFORE, None)
    st.session_state[Key.FILES] = dict(old.files)
