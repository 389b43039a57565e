"""Plan start of uploaded files: what they propose, unless the planner chooses."""

from __future__ import annotations

import json
from datetime import datetime

import streamlit as st

from core.charts import theme
from core.problem import phrases
from core.tables.building.plan_start import issues_of_start
from core.tables.issues import Issue
from core.tables.shift import Reading
from pages.parts.plan.files.files_in_hand import FilesInHand
from pages.parts.state import Key


def reading_from_start(files: FilesInHand) -> Reading:
    """Read files from the start that they propose, or that the planner chose."""
    proposed = files.read(None)
    ids = tuple(file.digest for file in files.files.values())
    chosen = chosen_start(ids)
    shown = chosen or proposed.start
    if shown is not None:
        # The widget's step is a quarter of an hour; a start to the second stays.
        st.session_state[Key.UPLOAD_START] = shown
    st.datetime_input(
        "Plan start",
        value=None,
        format="DD.MM.YYYY",
        step=900,
        help="The moment from which machines may work. Local time.",
        key=Key.UPLOAD_START,
        on_change=_choose,
        args=(ids,),
    )
    reading = proposed if chosen is None else files.read(chosen)
    said, far = issues_of_start(reading.issues)
    if chosen is not None:
        st.caption("As you chose.")
        if proposed.start is not None and proposed.start != chosen:
            st.button(
                f"Start {phrases.moment(proposed.start, 0)}, as the files say",
                icon=":material/undo:",
                type="tertiary",
                on_click=st.session_state.pop,
                args=(Key.CHOSEN_START, None),
            )
    elif said is not None:
        st.caption(theme.unmarked(_source(said)))
    if far is not None:
        st.warning(theme.unmarked(f"{far.fault} {far.mend}"), icon=":material/event:")
    return reading


def chosen_start(ids: tuple[str, ...]) -> datetime | None:
    """Return the start chosen for these uploads; ``None``: the files say it."""
    kept: tuple[tuple[str, ...], datetime] | None
    kept = st.session_state.get(Key.CHOSEN_START)
    return kept[1] if kept is not None and kept[0] == ids else None


def keep_chosen_start(ids: tuple[str, ...], start: datetime | None) -> None:
    """Keep a start for these uploads."""
    st.session_state[Key.CHOSEN_START] = None if start is None else (ids, start)


def _choose(ids: tuple[str, ...]) -> None:
    """Take what the field holds; emptied, the files say it again."""
    start: datetime | None = st.session_state[Key.UPLOAD_START]
    if start is not None:
        start = start.replace(second=0, microsecond=0, tzinfo=None)
    keep_chosen_start(ids, start)


def _source(said: Issue) -> str:
    """What the start was taken from."""
    place = [said.sheet] if said.row is not None else []
    place += [f"row {said.row}"] if said.row is not None else []
    place += [said.column] if said.column else []
    if not place:
        return said.fault
    return f"{said.fault.rstrip('.')} ({', '.join(place)})."


def chosen_start_to_bytes(kept: tuple[tuple[str, ...], datetime]) -> bytes:
    """Return a start chosen for some uploads as bytes that outlast the session."""
    ids, start = kept
    return json.dumps([list(ids), start.isoformat()]).encode()


def chosen_start_from_bytes(data: bytes) -> tuple[tuple[str, ...], datetime]:
    """
    Return what :func:`chosen_start_to_bytes` wrote.

    Raises
    ------
    ValueError
        When it is something else.
    """
    ids, start = json.loads(data)
    return tuple(str(x) for x in ids), datetime.fromisoformat(start)
