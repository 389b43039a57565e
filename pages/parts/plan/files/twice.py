"""Two files that hold the same table: one press says which of them counts."""

from __future__ import annotations

from collections import defaultdict

import streamlit as st

from core.charts import theme
from core.problem import phrases
from pages.parts.plan.files.files_in_hand import FilesInHand
from pages.parts.sidebar.uploads import Upload
from pages.parts.state import Key


def offer_one_of_two(files: FilesInHand) -> None:
    """Where a table is there twice, offer to leave one of its files out."""
    held = {name: files.alone(name) for name in files.files}
    holders: defaultdict[str, list[str]] = defaultdict(list)
    for name, tables in held.items():
        for table in tables:
            holders[table].append(name)
    for table, names in holders.items():
        if len(names) < 2:
            continue
        said = theme.unmarked(phrases.listed(names))
        st.markdown(f"**{said} hold the same table**, {table}. Which one counts?")
        with st.container(horizontal=True, key=f"twice_{table}"):
            for name in reversed(names):  # what came last is likely meant
                others = [x for x in names if x != name and held[x] <= held[name]]
                if len(others) == len(names) - 1:
                    st.button(
                        f"Use {theme.unmarked(name)}",
                        icon=":material/check:",
                        on_click=_leave_out,
                        args=(dict(files.files), others),
                        key=f"use_{table}_{name}",
                    )


def _leave_out(files: dict[str, Upload], others: list[str]) -> None:
    """Put files out of force."""
    kept = {name: file for name, file in files.items() if name not in others}
    st.session_state[Key.FILES] = kept
