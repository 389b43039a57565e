"""
The planner's own files, kept while pages change.

``st.file_uploader`` forgets its files as soon as another page is drawn. It is only the
box to put files into, here: what was put in goes to the session, and the box is empty
again. So each file is shown once, and lasts until the planner removes it.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import uuid4

import streamlit as st

from core.charts import theme
from core.problem.saving.archives import pack, unpack
from core.tables import limits
from core.tables.plan_file import brings_a_plan, holds_a_plan
from pages.parts.state import Key

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile

HELP = (
    "One workbook with a sheet per table, or one CSV file per table: jobs and "
    "machines, and if you have them setups, calendars, downtime, processing and "
    "materials. "
    "A file replaces the one of the same name; others are added."
)


@dataclass(frozen=True, eq=False)
class Upload:
    """
    One uploaded file.

    Parameters
    ----------
    id
        Of this upload alone: the same file brought again has another one.
    content
        Its bytes.
    """

    id: str
    content: bytes

    @property
    def digest(self) -> str:
        """Digest of the content: the same after a refresh, when the id is another."""
        return hashlib.sha256(self.content).hexdigest()


def uploads_from_sidebar() -> dict[str, Upload]:
    """Let the planner bring and remove files; returns those in force, by name."""
    count: int = st.session_state.get(Key.UPLOADS, 0)
    key = f"{Key.UPLOADER}_{count}"  # another key is an empty box
    st.file_uploader(
        "Your files",
        type=["xlsx", "csv"],
        accept_multiple_files=True,
        help=HELP,
        key=key,
        on_change=_take,
        args=(key,),
    )
    refused, words = st.session_state.pop(Key.UPLOAD_NOTICE, (False, ""))
    if refused:
        st.warning(words, icon=":material/error:")
    elif words:
        st.caption(words)
    files = _in_force()
    if files:
        _show(list(files))
    return files


def uploads_to_bytes(files: dict[str, Upload]) -> bytes:
    """Return files as one archive; their names stay in their order."""
    contents = {f"file{i}": file.content for i, file in enumerate(files.values())}
    return pack({"names.json": json.dumps(list(files)).encode(), **contents})


def uploads_from_bytes(data: bytes) -> dict[str, Upload]:
    """
    Return files that :func:`uploads_to_bytes` wrote, as uploads of their own.

    Raises
    ------
    ValueError
        When the archive is damaged.
    """
    entries = unpack(data, limits.MAX_FILES * limits.MAX_FILE, limits.MAX_FILES + 1)
    try:
        names: list[str] = json.loads(entries["names.json"])
        contents = [entries[f"file{i}"] for i in range(len(names))]
    except KeyError as error:
        raise ValueError(f"the archive of the files lacks {error}") from error
    return {
        name: Upload(uuid4().hex, content)
        for name, content in zip(names, contents, strict=True)
    }


def _in_force() -> dict[str, Upload]:
    """Files of this session, by name."""
    files: dict[str, Upload] = st.session_state.get(Key.FILES, {})
    return files


def _show(names: list[str]) -> None:
    """Name the files in force, and offer to remove them."""
    st.text(", ".join(names))
    if len(names) == 1:
        st.button("Remove", icon=":material/delete:", on_click=_remove, args=(names,))
        return
    with st.popover("Remove", icon=":material/delete:"):
        for name in names:
            st.button(
                theme.unmarked(name),
                on_click=_remove,
                args=([name],),
                key=f"remove_{name}",
                width="stretch",
            )
        st.button("All files", on_click=_remove, args=(names,), width="stretch")


def _take(key: str) -> None:
    """Put what is in the box with the files in force, and empty the box."""
    brought: list[UploadedFile] = st.session_state[key]
    if not brought:
        return
    st.session_state[Key.UPLOADS] = st.session_state.get(Key.UPLOADS, 0) + 1
    brought = _without_plans(brought)
    if not brought:
        return
    before = _in_force()
    refusal = _refusal(brought, before)
    if refusal is not None:
        st.session_state[Key.UPLOAD_NOTICE] = (True, f"Not taken: {refusal}")
        return
    taken = {file.name: Upload(file.file_id, file.getvalue()) for file in brought}
    for name, file in taken.items():
        if brings_a_plan(file.content):  # offered once its shift is in hand
            st.session_state[Key.RETURNED] = (name, file.content)
    st.session_state[Key.FILES] = before | taken
    if before and st.session_state.get(Key.PLAN) is not None:
        st.session_state.setdefault(Key.FILES_BEFORE, before)  # of the plan in hand
    if before:
        changes = {
            "Replaced": [name for name in taken if name in before],
            "Added": [name for name in taken if name not in before],
        }
        words = " ".join(
            f"{what}: {theme.unmarked(', '.join(names))}."
            for what, names in changes.items()
            if names
        )
        st.session_state[Key.UPLOAD_NOTICE] = (False, words)


def _without_plans(brought: list[UploadedFile]) -> list[UploadedFile]:
    """
    Return files without a plan that comes back to the one in hand.

    It is judged on the Plan page; before there is a plan, it is read as a table.
    """
    if st.session_state.get(Key.PLAN) is None:
        return brought
    rest = []
    for file in brought:
        if file.size <= limits.MAX_FILE and holds_a_plan(file.getvalue(), file.name):
            st.session_state[Key.RETURNED] = (file.name, file.getvalue())
            words = f"{theme.unmarked(file.name)} is a plan: see the Plan page."
            st.session_state[Key.UPLOAD_NOTICE] = (False, words)
        else:
            rest.append(file)
    return rest


def _refusal(brought: list[UploadedFile], before: dict[str, Upload]) -> str | None:
    """Why files cannot be taken, as Markdown; ``None`` when they can."""
    # Checked here, too: what is refused only on reading would stay in memory.
    name, times = Counter(file.name for file in brought).most_common(1)[0]
    if times > 1:
        return (
            f"{times} of these are called {theme.unmarked(name)}. Give each table one "
            "file with a name of its own."
        )
    for file in brought:
        if file.size > limits.MAX_FILE:
            most = limits.MAX_FILE // limits.MEGABYTE
            return (
                f"{theme.unmarked(file.name)} has more than {most} MB. Bring only the "
                "jobs of this shift."
            )
    total = len(before.keys() | {file.name for file in brought})
    if total > limits.MAX_FILES:
        return (
            f"these would be {total} files, and {limits.MAX_FILES} is the most. Remove "
            "some first."
        )
    return None


def _remove(names: list[str]) -> None:
    """Put files out of force."""
    st.session_state[Key.FILES] = {
        name: file for name, file in _in_force().items() if name not in names
    }
