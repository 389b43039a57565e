"""The border of every page: opened through the app, and never a traceback."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import streamlit as st
from streamlit import net_util
from streamlit.runtime.scriptrunner import StopException

from pages.parts.state import Key

PAGES = Path(__file__).parents[1]

log = logging.getLogger("shiftwright")


class PageEnds(StopException):
    """A page has no more to say; what frames it goes on."""


def end_page() -> NoReturn:
    """
    End a page in its middle.

    ``st.stop`` would also end what the app shows around it: its keys, and the watch for
    light and dark.
    """
    raise PageEnds


def look_nothing_up() -> None:
    """
    Keep Streamlit from asking a server outside what this computer's address is there.

    It would, as soon as a page of another origin knocks. The address that stands for
    none is one that it lets in anyway.
    """
    net_util._external_ip = "0.0.0.0"  # noqa: SLF001 - there is no setting for it


@contextmanager
def framed() -> Iterator[None]:
    """Run a page inside the app; what it raises becomes a message."""
    st.session_state[Key.APP_READY] = True
    try:
        with friendly_errors():
            yield
    except PageEnds:
        pass
    finally:
        # A later run of the page without the app must not find it.
        st.session_state[Key.APP_READY] = False


@contextmanager
def friendly_errors() -> Iterator[None]:
    """Show one message with a next step for anything that goes wrong inside."""
    try:
        yield
    except Exception:
        log.exception("A page failed.")
        st.error(
            "Something went wrong here, and your files are as they were. "
            "Reload the page; if it happens again, choose the sample shift to see "
            "whether your files cause it, and report what the console says.",
            icon=":material/error:",
        )


def require_app() -> None:
    """
    Bring a page that was opened without the app around it into the app.

    A server that has not run ``app.py`` yet serves every file in ``pages/`` by itself.
    ``st.navigation`` ends that, for all sessions; the next run of this one is a run of
    ``app.py``, for the same page and with the same address.
    """
    if st.session_state.get(Key.APP_READY, False):
        return
    if not st.session_state.get(Key.SENT_TO_APP, False):
        st.session_state[Key.SENT_TO_APP] = True  # once: never round in circles
        pages = [st.Page(path) for path in sorted(PAGES.glob("*.py"))]
        start = st.Page(_nothing, title="Shiftwright", default=True)
        st.navigation([start, *pages], position="hidden")
        st.rerun()
    st.warning("This page opens inside Shiftwright: [go to the start](/).")
    st.stop()


def _nothing() -> None:
    """Stand in for a page; never run."""
