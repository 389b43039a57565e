"""Machines, setups and calendars as the files in hand have them, speeds included."""

from __future__ import annotations

import streamlit as st

from core.problem.shift import Shift
from core.tables.issues import Collector
from core.tables.pasted import shop_of
from core.tables.raw import RawTable
from core.tables.reading.read import read_tables
from core.tables.writing.samples import FOLDER
from pages.parts.plan.files.files_in_hand import files_in_hand
from pages.parts.state import Key


def shop_tables(base: Shift) -> dict[str, RawTable]:
    """Return the tables of the shop, by sheet; made from the shift without files."""
    state = st.session_state
    if state.get(Key.OPENED) is None:
        if base.origin == "upload" and state.get(Key.FILES):
            return files_in_hand(state[Key.FILES]).tables()
        if base.origin == "sample" and state.get(Key.SAMPLE):
            return _sample(state[Key.SAMPLE])
    return shop_of(base)


@st.cache_resource(max_entries=4, show_spinner=False)
def _sample(name: str) -> dict[str, RawTable]:
    path = FOLDER / name / f"{name}.xlsx"
    return read_tables({path.name: path.read_bytes()}, Collector())
