"""What the planner confirmed on columns: for the session, and for files to come."""

from __future__ import annotations

import logging

import streamlit as st

from core.store.errors import StoreUnwritableError
from core.store.files import data_folder, write_atomically
from core.tables.mapping.mapping import Mapping, TableMap
from core.tables.mapping.mapping_file import mapping_from_toml, mapping_to_toml
from pages.parts.state import Key

FILE = "mapping.toml"
MOST_TABLES = 200  # the latest ones; a file of this length is read in no time

log = logging.getLogger("shiftwright")


def mapping_in_force() -> Mapping:
    """Return what was confirmed so far; at first what the data folder remembers."""
    if Key.MAPPING not in st.session_state:
        st.session_state[Key.MAPPING] = _remembered()
    mapping: Mapping = st.session_state[Key.MAPPING]
    return mapping


def remember(tables: list[TableMap]) -> None:
    """Keep what was decided on some tables, for every file with these headers."""
    mapping = mapping_in_force()
    for table in tables:
        mapping = mapping.with_table(table)
    _keep(mapping)


def forget(digests: set[str]) -> None:
    """Forget what was decided on files with these headers."""
    tables = mapping_in_force().tables
    _keep(Mapping(tuple(x for x in tables if x.headers not in digests)))


def _keep(mapping: Mapping) -> None:
    """Keep a mapping for the session and, where the folder takes it, on disk."""
    kept = Mapping(mapping.tables[-MOST_TABLES:])
    st.session_state[Key.MAPPING] = kept
    path = data_folder() / FILE
    try:
        if path.exists() and _readable(path.read_bytes()) is None:
            path.replace(path.with_suffix(".unreadable"))
        write_atomically(path, mapping_to_toml(kept).encode())
    except (StoreUnwritableError, OSError) as error:
        st.session_state[Key.MAPPING_NOTICE] = (
            f"How your columns are read is kept for this session only: {error}"
        )


def _remembered() -> Mapping:
    """Return what the data folder remembers; nothing, with a word, where it cannot."""
    path = data_folder() / FILE
    try:
        mapping = _readable(path.read_bytes()) if path.exists() else Mapping()
    except OSError:
        mapping = None
    if mapping is None:
        log.warning("%s cannot be read; columns are asked about anew.", path)
        st.session_state[Key.MAPPING_NOTICE] = (
            f"What you confirmed on your columns before cannot be read ({path.name} "
            "in the data folder), so it is asked again."
        )
        return Mapping()
    return mapping


def _readable(content: bytes) -> Mapping | None:
    """Return the mapping that a file holds; ``None`` when it holds none."""
    try:
        return mapping_from_toml(content.decode("utf-8-sig"))
    except ValueError:  # no TOML, no mapping, or no text
        return None
