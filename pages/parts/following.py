"""Work beside the page that a part of it waits for: its progress, and Stop."""

from __future__ import annotations

import time

import streamlit as st

from pages.parts.background import BackgroundWork
from pages.parts.guard import friendly_errors
from pages.parts.planning import QUICK_SECONDS
from pages.parts.state import Key


def follow(key: Key, words: str) -> bool:
    """
    Whether the work under a key has ended; else its progress is shown.

    Parameters
    ----------
    key
        Where the session keeps the work; there is one.
    words
        What is done, for the first moments in which it may end at once.
    """
    work: BackgroundWork = st.session_state[key]
    work.seen = time.monotonic()
    if work.share == 0.0 and not work.stopping:
        with st.spinner(f"{words} …", show_time=False):
            work.done(QUICK_SECONDS)
    if work.done():
        return True
    _progress(key)
    return False


@st.fragment(run_every="0.5s")
def _progress(key: Key) -> None:
    """How far the work is, refreshed by itself, and a button to stop it."""
    with friendly_errors():
        work: BackgroundWork | None = st.session_state.get(key)
        if work is None:
            return
        work.seen = time.monotonic()
        if work.done():
            st.rerun()
        words = "Stopping" if work.stopping else work.what
        st.progress(work.share, text=f"{words} …")
        st.button(
            "Stop, keep what was found",
            icon=":material/stop_circle:",
            on_click=work.stop,
            disabled=work.stopping,
            key=f"stop_{key}",
        )
