"""The mapping step: ours from theirs, with samples, and a choice where one is due."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields

import streamlit as st

from core.charts import theme
from core.problem import phrases
from core.tables.headings import known_column
from core.tables.mapping.mapping import ColumnMap, TableMap
from core.tables.proposal import ColumnProposal, MappingProposal
from core.tables.sheets import SHEETS, kind_of
from core.tables.shift import Reading
from core.tables.values.form import KNOWN, Form
from pages.parts.guard import friendly_errors
from pages.parts.plan.files.files_in_hand import FilesInHand
from pages.parts.plan.files.mapping_memory import forget, remember
from pages.parts.sidebar.issue_table import show_issues
from pages.parts.state import Key

ASKED_BY_KIND = {
    "duration": ("unit", "decimal", "durations"),
    "piece": ("unit", "decimal", "durations"),
    "speed": ("unit", "decimal"),
    "number": ("decimal",),
    "moment": ("dates",),
    "date": ("dates",),
    "weekday": ("weekdays",),
    "flag": ("yes", "no"),
}
UNITS_BY_KIND = {"speed": ("percent", "factor")}
TIME_UNITS = ("s", "min", "h")
LABELS = {
    "unit": "Unit",
    "dates": "Dates are written",
    "decimal": "Decimals are written",
    "durations": "1:30 is",
    "weekdays": "Weekdays are",
    "yes": "Words for yes",
    "no": "Words for no",
}
WORDS = {
    **{"s": "seconds", "min": "minutes", "h": "hours"},
    **{"percent": "percent (100 is the usual speed)", "factor": "factor (1 is usual)"},
    **{"ISO": "2026-11-30 13:00", "day.month.year": "30.11.2026 (day first)"},
    **{"month/day/year": "11/30/2026 (month first)"},
    **{"serial": "days of a spreadsheet (46356)", "minutes": "minutes from plan start"},
    **{",": "1,5 (comma)", ".": "1.5 (point)"},
    **{"h:mm": "1 h 30 min", "mm:ss": "1 min 30 s"},
}
NOT_USED = "(not used)"


def is_asked(files: FilesInHand, reading: Reading) -> bool:
    """Whether the step is to be shown: it was opened, or nothing goes on without."""
    if st.session_state.get(Key.MAPPING_OPEN):
        return True
    return reading.shift is None and bool(files.proposal().unsure or files.unknown())


def open_mapping_step() -> None:
    """Open the step, as a button asks."""
    st.session_state[Key.MAPPING_OPEN] = True


def _close() -> None:
    st.session_state[Key.MAPPING_OPEN] = False


def offer_mapping_step() -> None:
    """Offer to see, and correct, how the columns are read."""
    st.button(
        "How your columns are read",
        icon=":material/view_column:",
        on_click=open_mapping_step,
        key="open_mapping",
    )


def show_mapping_notice() -> None:
    """Say once that what was confirmed could not be read or kept."""
    if notice := st.session_state.pop(Key.MAPPING_NOTICE, None):
        st.warning(theme.unmarked(notice), icon=":material/error:")


@st.fragment
def show_mapping_step(files: FilesInHand, reading: Reading) -> None:
    """Show the step; it ends when the planner confirms it."""
    with friendly_errors():
        _show(files, reading)


def _show(files: FilesInHand, reading: Reading) -> None:
    proposal = files.proposal()
    st.title("How your columns are read", anchor=False)
    unknown = files.unknown()
    asked = len(proposal.unsure) + len(unknown)
    st.markdown(
        f"**{phrases.many(asked, 'question')}** on your files. "
        if asked
        else "Every column has one reading; correct what is not meant. "
    )
    st.caption(
        "What you confirm is remembered for files with the same headers. Your files "
        "stay as they are."
    )
    kinds = {name: _ask_kind(name) for name in unknown}
    decided: dict[str, list[ColumnMap | None]] = {}
    for table in dict.fromkeys(x.table for x in proposal):
        columns = [x for x in proposal if x.table == table]
        decided[table] = _ask_table(table, columns, files)
    open_questions = sum(x is None for found in decided.values() for x in found)
    open_questions += sum(kind is None for kind in kinds.values())
    with st.container(horizontal=True, vertical_alignment="center"):
        pressed = st.button(
            "Read my files like this",
            type="primary",
            icon=":material/check:",
            disabled=bool(open_questions),
            key="confirm_mapping",
        )
        can_leave = st.session_state.get(Key.MAPPING_OPEN) and (
            reading.shift is not None or not asked
        )
        if can_leave and st.button("Back", icon=":material/arrow_back:"):
            _close()
            st.rerun()
        if files.mapping.tables and st.button(
            "Forget what I confirmed",
            icon=":material/restart_alt:",
            help="For files with these headers: they are read as if new.",
        ):
            forget(set(proposal.headers.values()))
            st.rerun()
        if open_questions:
            st.caption(f"{phrases.many(open_questions, 'choice')} to make first.")
    if pressed and _confirmed(files, proposal, decided, kinds):
        st.rerun()
    if reading.shift is None and not pressed:
        with st.expander("Everything found so far", icon=":material/list:"):
            show_issues(reading.issues, "asked_issues")


def _ask_kind(name: str) -> str | None:
    """Ask which table a file or a sheet holds; of a sheet, it may be none."""
    chosen: str | None = st.selectbox(
        f"Which table is {theme.unmarked(name)}?",
        [*SHEETS, ""] if " · " in name else list(SHEETS),
        index=None,
        format_func=lambda x: x or "none of these",
        placeholder="Choose a table",
        key=f"kind_of_{name}",
    )
    return chosen


def _ask_table(
    table: str, columns: Sequence[ColumnProposal], files: FilesInHand
) -> list[ColumnMap | None]:
    """Ask about one table; ``None`` stands for a choice that is still to be made."""
    label = columns[0].label
    st.subheader(f"{theme.unmarked(label)} → {table}", anchor=False)
    if files.mapping.of(files.tables()[table]) is not None:
        st.caption("Read as you confirmed before for files with these headers.")
    unsure = [x for x in columns if not x.sure]
    sure = [x for x in columns if x.sure]
    found = [_ask_column(x, columns, files) for x in unsure]
    if sure:
        words = "other column is" if unsure else "column is"
        if len(sure) > 1:
            words = words.replace("column is", "columns are")
        with st.expander(
            f"{phrases.count(len(sure))} {words} sure",
            expanded=not unsure,
            icon=":material/check_circle:",
        ):
            found += [_ask_column(x, columns, files) for x in sure]
    return found


def _ask_column(
    column: ColumnProposal, columns: Sequence[ColumnProposal], files: FilesInHand
) -> ColumnMap | None:
    """Ask about one column."""
    key = f"map_{hash((files.key, files.mapping))}_{column.table}_{column.theirs}"
    place = st.container(border=not column.sure, key=f"column_{key}")
    with place:  # a narrow page gives their column a line of its own
        theirs, ours, form = st.columns([3, 2, 3], vertical_alignment="top")
        with theirs:
            sign = "" if column.sure else ":material/help: "
            st.markdown(f"{sign}**{theme.unmarked(column.theirs)}**")
            st.caption(
                theme.unmarked(" · ".join(column.samples)) or "no cell is filled"
            )
            if column.why:
                st.caption(theme.unmarked(column.why))
        with ours:
            chosen = _ask_ours(column, columns, key)
        if chosen is None:
            return None
        with form:
            settled = _ask_form(column, chosen, key)
        return None if settled is None else ColumnMap(column.theirs, chosen, settled)


def _ask_ours(
    column: ColumnProposal, columns: Sequence[ColumnProposal], key: str
) -> str | None:
    """Ask which column of ours it is; ``None`` while that is open."""
    suggested = [value for field, value in column.choices if field == "ours"]
    known = SHEETS[column.table].columns
    options = list(dict.fromkeys([*suggested, column.ours, "", *known]))
    chosen: str | None = st.selectbox(
        f"Is read as ({column.theirs})",
        options,
        index=None if suggested else options.index(column.ours),
        format_func=lambda x: x or NOT_USED,
        placeholder="Choose what it is",
        label_visibility="collapsed",
        key=f"{key}_ours",
    )
    return chosen


def _ask_form(column: ColumnProposal, ours: str, key: str) -> Form | None:
    """Ask how the cells are read; ``None`` while that is open."""
    if not ours:
        return Form()
    kind = kind_of(SHEETS[column.table], ours)
    asked = {field for field, _ in column.choices}
    form, is_open = column.form, False
    for field in ASKED_BY_KIND.get(kind, ()):
        # What the cells cannot show is asked; what they show can be corrected.
        if field in ("durations", "weekdays") and field not in asked:
            continue
        if field in ("yes", "no"):
            form = _with(form, field, _ask_words(column, field, key))
            continue
        options = _options(field, kind, column)
        current = getattr(form, field)
        open_here = field in asked and not current
        chosen = st.selectbox(
            LABELS[field],
            options if open_here else ["", *(x for x in options if x)],
            index=None if open_here else ["", *options].index(current),
            format_func=lambda x: WORDS.get(x, x) or "as the cells say",
            placeholder="Choose …",
            key=f"{key}_{ours}_{field}",
        )
        is_open |= chosen is None
        form = _with(form, field, chosen or "")
    return None if is_open else form


def _with(form: Form, field: str, value: object) -> Form:
    """Return a form with one answer; a decimal sign is no sign of thousands."""
    answers = {x.name: getattr(form, x.name) for x in fields(form)} | {field: value}
    if answers["decimal"] == answers["thousands"]:
        answers["thousands"] = ""
    return Form(**answers)


def _options(field: str, kind: str, column: ColumnProposal) -> list[str]:
    """Answers that a question has: those that fit the cells, where that is known."""
    asked = [value for name, value in column.choices if name == field]
    if asked:
        return asked
    if field == "unit":
        return list(UNITS_BY_KIND.get(kind, TIME_UNITS))
    return list(KNOWN[field])


def _ask_words(column: ColumnProposal, field: str, key: str) -> tuple[str, ...]:
    """Ask for words for yes or no beside the usual ones."""
    text = st.text_input(
        LABELS[field],
        ", ".join(getattr(column.form, field)),
        placeholder="beside the usual ones",
        key=f"{key}_{field}",
    )
    return tuple(word for x in text.split(",") if (word := x.strip()))


def _confirmed(
    files: FilesInHand,
    proposal: MappingProposal,
    decided: dict[str, list[ColumnMap | None]],
    kinds: dict[str, str | None],
) -> bool:
    """Take what was decided; ``False``, with a word, where it contradicts itself."""
    tables = []
    for table, found in decided.items():
        proposed = {x.theirs: x for x in proposal if x.table == table}
        before = files.mapping.of(files.tables()[table])
        columns = tuple(
            x
            for x in found
            if x is not None
            and (
                (before and before.column(x.theirs))
                or _is_decided(x, proposed[x.theirs])
            )
        )
        skipped = before.skip_rows if before else ()
        try:
            TableMap(
                table, tuple(x for x in found if x is not None)
            )  # all that is shown
            tables.append(
                TableMap(table, columns, proposal.headers[table], tuple(skipped))
            )
        except ValueError as error:
            st.error(
                f"{theme.unmarked(str(error))} Choose another reading for one of them.",
                icon=":material/error:",
            )
            return False
    remember([x for x in tables if x.columns or x.skip_rows])
    st.session_state[Key.KINDS_OF_FILES] = {
        **st.session_state.get(Key.KINDS_OF_FILES, {}),
        **{name: kind for name, kind in kinds.items() if kind is not None},
    }
    _close()
    return True


def _is_decided(chosen: ColumnMap, column: ColumnProposal) -> bool:
    """Whether a reading was asked for, or is not what the header says by itself."""
    asked = not column.sure
    by_itself = known_column(SHEETS[column.table], column.theirs) or ""
    return (
        asked
        or chosen.form != column.form
        or chosen.ours != column.ours
        or (not chosen.ours and bool(by_itself))
    )
