"""The run store as pages use it: opened once, for all sessions."""

from __future__ import annotations

import streamlit as st

from core.store.database import Database, open_database


@st.cache_resource
def database() -> Database:
    """Return the database; its connections may be used by all sessions."""
    return open_database()
