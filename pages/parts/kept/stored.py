"""
The store as pages use it: opened once, for all sessions, and never waited for.

Planning needs no store. So a page waits for it a moment at most, and one that does not
answer is left alone for some seconds before it is asked again.
"""

from __future__ import annotations

import threading
import time

import streamlit as st

from core.charts import theme
from core.store.database import Database, database_file, open_database, set_aside
from core.store.errors import StoreError, StoreUnavailableError, StoreUnwritableError

PATIENCE = 1.5  # seconds until a page goes on without the store
RETRY_SECONDS = 10.0  # that a fault is remembered; nobody waits in that time


class Opened:
    """The database, or why there is none right now; shared by all sessions."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._database: Database | None = None
        self._fault: StoreError | None = None
        self._again = 0.0

    def database(self) -> Database:
        """Return it, opened when needed."""
        with self._lock:
            if self._database is None:
                fault = self.fault
                if fault is not None:
                    raise type(fault)(str(fault))
                try:
                    self._database = open_database(patience=PATIENCE)
                except StoreError as error:
                    self.note(error)
                    raise
            return self._database

    @property
    def fault(self) -> StoreError | None:
        """What went wrong a moment ago; ``None``: nothing, or it may be tried again."""
        return self._fault if time.monotonic() < self._again else None

    def note(self, fault: StoreError) -> None:
        """Remember a fault of the store for a while."""
        self._fault = fault
        self._again = time.monotonic() + RETRY_SECONDS

    def reset(self) -> None:
        """Close it and forget faults: the next use opens it anew."""
        with self._lock:
            if self._database is not None:
                self._database.close()
            self._database = None
            self._again = 0.0


@st.cache_resource
def opened() -> Opened:
    """Return the one handle on the store of this server."""
    return Opened()


def database() -> Database:
    """
    Return the database; its connections may be used by all sessions.

    Raises
    ------
    StoreError
        When it cannot be opened, or could not a moment ago.
    """
    return opened().database()


def store_fault() -> StoreError | None:
    """Return why the store cannot be used right now; ``None`` where it can."""
    fault = opened().fault
    if fault is None:
        try:
            database()
        except StoreError as error:
            return error
    return fault


def show_store_fault(fault: StoreError) -> None:
    """Say in one line that planning goes on without the store, and what can be done."""
    with st.container(horizontal=True, vertical_alignment="center", key="store_fault"):
        st.warning(
            f"{theme.unmarked(str(fault))} You can plan on, with the model that comes "
            "with Shiftwright; nothing is kept beyond this window until it is mended.",
            icon=":material/database_off:",
        )
        file = database_file()
        if isinstance(fault, StoreUnwritableError) or file is None:
            return
        with st.popover("Set it aside", icon=":material/drive_file_move:"):
            busy = isinstance(fault, StoreUnavailableError)
            close = "Close the other program that uses it first. " if busy else ""
            st.text(
                f"{close}The file {file.name} gets another name and stays in "
                f"{file.parent}. Kept scenarios, runs and models stay in it; "
                "Shiftwright begins an empty one."
            )
            st.button("Rename the file, begin an empty one", on_click=_set_aside)


def _set_aside() -> None:
    """Rename the database file; the next use makes an empty one."""
    file = database_file()
    opened().reset()
    try:
        if file is not None:
            st.toast(f"It is called {theme.unmarked(set_aside(file).name)} now.")
    except StoreError as error:
        opened().note(error)
