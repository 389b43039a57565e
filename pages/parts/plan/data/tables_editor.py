"""The tables of the shift in hand, to be edited, and read again as files are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import uuid4

import pandas as pd
import streamlit as st

from core.charts import theme
from core.problem.shift import Shift
from core.tables.issues import Issues
from core.tables.raw import RawTable
from core.tables.sheets import SHEETS
from core.tables.writing.edited import (
    empty_table,
    shown_rows,
    with_edits,
    written,
)
from pages.parts.downloads import XLSX
from pages.parts.plan.data.table_frames import (
    NUMBER,
    edited_rows,
    is_changed,
    shown_frame,
)
from pages.parts.plan.files.files_in_hand import FilesInHand, files_in_hand
from pages.parts.plan.files.plan_start import chosen_start, keep_chosen_start
from pages.parts.sidebar.issue_table import show_issues
from pages.parts.sidebar.uploads import Upload
from pages.parts.state import Key

OFFERED = ("jobs", "machines", "setups", "calendars", "downtime", "materials")
HEIGHT, ROW = 420, 36  # pixels; a few empty rows invite to add some
MOST_UNDONE = 10


@dataclass(frozen=True, eq=False)
class Edit:
    """
    What was in hand before an edit.

    Parameters
    ----------
    source, files, opened, start
        Where the shift came from, its files, the scenario, and the chosen start.
    after
        Ids of the files that the edit made.
    """

    source: str
    files: dict[str, Upload]
    opened: Shift | None
    start: datetime | None
    after: tuple[str, ...]


def show_shift_tables(shift: Shift) -> None:
    """Show the tables of the shift in hand, and take edits that can be planned."""
    files = _files_of(shift)
    if files is None:
        st.info("The tables cannot say all of this shift, so it is not edited here.")
        return
    st.caption(
        "Change, add or delete rows, or paste them from a spreadsheet; then apply. "
        "Your file on disk stays as it is."
    )
    _show_editor(files, shift)
    workbook = workbook_of(shift.content_hash, shift)
    if workbook is None:
        return
    st.download_button(
        "Download as workbook",
        workbook,
        "shift.xlsx",
        XLSX,
        icon=":material/table_view:",
        help="The shift in hand, with its start; it reads back the same.",
        on_click="ignore",
    )


def show_faulty_tables(files: FilesInHand) -> None:
    """Show the tables of files with errors, to be mended and read again."""
    if not files.tables():
        return
    st.subheader("Mend it here", anchor=False)
    st.caption(
        "Change the cells named above and read again; the file on your disk stays as "
        "it is."
    )
    _show_editor(files, None)


def _files_of(shift: Shift) -> FilesInHand | None:
    """
    Return the files of the shift in hand; ``None`` where tables cannot say it.

    An upload and a sample have files; others are written as a workbook.
    """
    state = st.session_state
    opened = state.get(Key.OPENED) is not None
    if not opened and shift.origin == "upload":
        return files_in_hand(state.get(Key.FILES, {}))
    if not opened and shift.origin == "sample":
        from core.tables.writing.samples import FOLDER

        name = f"{state[Key.SAMPLE]}.xlsx"
        content = (FOLDER / state[Key.SAMPLE] / name).read_bytes()
        return files_in_hand({name: Upload(f"sample {name}", content)})
    workbook = workbook_of(shift.content_hash, shift)
    if workbook is None:
        return None
    name = "".join(x for x in shift.name if x.isalnum() or x in " -_").strip()
    upload = Upload(f"shift {shift.content_hash}", workbook)
    return files_in_hand({f"{name or 'shift'}.xlsx": upload})


@st.cache_resource(max_entries=4, ttl="4h", show_spinner="Writing the tables …")
def workbook_of(content_hash: str, _shift: Shift) -> bytes | None:
    """Return a shift as a workbook that reads back the same."""
    from core.tables.writing.write import shift_files

    try:
        return shift_files(_shift)["shift.xlsx"]
    except ValueError:
        return None


def _show_editor(files: FilesInHand, shift: Shift | None) -> None:
    """Show one table at a time; edits of the others wait until all are applied."""
    tables = files.tables()
    offered = [*tables, *(x for x in OFFERED if x not in tables)]
    known = {x: tables[x] if x in tables else empty_table(x) for x in offered}
    name = st.segmented_control(
        "Table",
        [x for x in SHEETS if x in known],
        default=next(x for x in SHEETS if x in known),
        required=True,
        label_visibility="collapsed",
        key=Key.TABLE,
        persist_state="session",
    )
    chosen = name if name in known else "jobs"
    drafts = _drafts(files)
    drafts[chosen] = edited_frame(known[chosen], drafts.get(chosen), files)
    changed = {x: y for x, y in drafts.items() if is_changed(known[x], y)}
    with st.container(
        horizontal=True, vertical_alignment="center", key="table_buttons"
    ):
        st.button(
            "Read again" if shift is None else "Apply",
            icon=":material/check:",
            type="primary" if shift is None else "secondary",
            disabled=not changed,
            on_click=_apply,
            args=(files, known, changed, shift),
            key="apply_tables",
        )
        if _last_edit(files) is not None:
            st.button(
                "Undo the last edit",
                icon=":material/undo:",
                on_click=_undo,
                key="undo_tables",
            )
        if changed:
            st.button(
                "Drop these changes",
                icon=":material/close:",
                type="tertiary",
                on_click=_drop_drafts,
            )
            st.caption(f"Changed, not applied: {', '.join(changed)}.")
        elif notice := st.session_state.get(Key.EDIT_NOTICE):
            st.caption(theme.unmarked(notice))
    faults: Issues | None = st.session_state.get(Key.EDIT_FAULTS)
    if faults is not None and changed:
        st.error(
            "**Not applied.** Mend these rows first; they count as in the table above.",
            icon=":material/error:",
        )
        show_issues(faults, "edit_issues")


def _drafts(files: FilesInHand) -> dict[str, pd.DataFrame]:
    """Return what was edited and not applied, by table; of these files only."""
    key, drafts = st.session_state.get(Key.DRAFTS, ((), {}))
    if key != files.key:
        drafts = {}
        st.session_state[Key.DRAFTS] = (files.key, drafts)
        _fresh_editors()
    kept: dict[str, pd.DataFrame] = drafts
    return kept


def _fresh_editors() -> None:
    """Begin with editors that remember no edit."""
    st.session_state[Key.EDIT_COUNT] = st.session_state.get(Key.EDIT_COUNT, 0) + 1
    st.session_state[Key.EDIT_FAULTS] = None


def edited_frame(
    table: RawTable, draft: pd.DataFrame | None, files: FilesInHand
) -> pd.DataFrame:
    """Let a table be edited; returns it as it is now."""
    count = st.session_state.get(Key.EDIT_COUNT, 0)
    key = f"edit_{count}_{table.sheet}"
    base_key = f"{key}_base"
    # What a grid sends counts from the table that it was given first. A grid that was
    # away begins anew, from what was edited.
    if draft is None:
        base = shown_frame(table)
    elif key in st.session_state and base_key in st.session_state:
        base = st.session_state[base_key]
    else:
        first = int(draft.index.min()) if len(draft) else table.header_row + 1
        base = draft.set_axis(pd.RangeIndex(first, first + len(draft)))
    st.session_state[base_key] = base
    edited: pd.DataFrame = st.data_editor(
        base,
        num_rows="dynamic",
        height=min(HEIGHT, ROW * (len(base) + 4)),
        hide_index=False,
        placeholder="",
        column_order=[x for x in base.columns if x != NUMBER],
        column_config={
            "_index": st.column_config.NumberColumn(
                "Row", width=60, format="%d", disabled=True
            ),
            **{
                f"c{i}": st.column_config.TextColumn(header or " ")
                for i, header in enumerate(table.columns)
            },
        },
        key=key,
        alt=f"The table {table.sheet}, to be edited.",
    )
    return edited


def _apply(
    files: FilesInHand,
    known: dict[str, RawTable],
    changed: dict[str, pd.DataFrame],
    shift: Shift | None,
) -> None:
    """
    Write the edited tables as files, read them, and take them in hand.

    Where the shift in hand could be planned, an edit that could not be is not taken:
    its faults are shown instead.
    """
    tables = [
        with_edits(table, edited_rows(changed[name])) if name in changed else table
        for name, table in known.items()
    ]
    content = written(files.files, tables)
    uploads = {
        name: Upload(f"edited {uuid4().hex}", data) for name, data in content.items()
    }
    made = replace(files, files={**files.files, **uploads})
    start = _start_of(files, shift)
    reading = made.read(start)
    if shift is not None and reading.shift is None:
        st.session_state[Key.EDIT_FAULTS] = _as_shown(reading.issues, tables)
        return
    state = st.session_state
    ids = tuple(file.id for file in made.files.values())
    edits: list[Edit] = state.get(Key.EDITS, [])
    edit = Edit(
        state[Key.SOURCE],
        state.get(Key.FILES, {}),
        state.get(Key.OPENED),
        (state.get(Key.CHOSEN_START) or (None, None))[1],
        ids,
    )
    state[Key.EDITS] = [*edits, edit][-MOST_UNDONE:]
    copied = shift is not None and (shift.origin != "upload" or edit.opened is not None)
    _take("upload", dict(made.files), None, start)
    words = "Applied."
    if copied:
        words = "Applied to a copy: it is under Upload now."
    elif shift is None:
        words = "Read again."
    state[Key.EDIT_NOTICE] = words


def _start_of(files: FilesInHand, shift: Shift | None) -> datetime | None:
    """Return the start to read edited files from; ``None``: the files say it."""
    ids = tuple(file.digest for file in files.files.values())
    if shift is not None and (
        shift.origin != "upload" or st.session_state.get(Key.OPENED) is not None
    ):
        return shift.start
    return chosen_start(ids)


def _as_shown(issues: Issues, tables: Sequence[RawTable]) -> Issues:
    """Return issues with the rows as they are counted in the edited tables."""
    shown = shown_rows(tables)
    return Issues(
        tuple(
            replace(x, row=shown.get((x.sheet, x.row), x.row))
            if x.row is not None
            else x
            for x in issues
        )
    )


def _take(
    source: str,
    files: dict[str, Upload],
    opened: Shift | None,
    start: datetime | None,
) -> None:
    """Take files in hand."""
    state = st.session_state
    state[Key.SOURCE] = source
    state[Key.FILES] = files
    state[Key.OPENED] = opened
    keep_chosen_start(tuple(file.digest for file in files.values()), start)
    state[Key.TABS] = "Files"  # where it is said what happened
    _drop_drafts()


def _drop_drafts() -> None:
    """Forget what was edited and not applied."""
    st.session_state[Key.DRAFTS] = ((), {})
    st.session_state[Key.EDIT_NOTICE] = None
    _fresh_editors()


def _last_edit(files: FilesInHand) -> Edit | None:
    """Return the last edit, where it made the files in hand."""
    edits: list[Edit] = st.session_state.get(Key.EDITS, [])
    ids = tuple(file.id for file in files.files.values())
    return edits[-1] if edits and edits[-1].after == ids else None


def _undo() -> None:
    """Take in hand what was there before the last edit."""
    edit: Edit = st.session_state[Key.EDITS].pop()
    _take(edit.source, dict(edit.files), edit.opened, edit.start)
    st.session_state[Key.EDIT_NOTICE] = "Undone."
