"""Sidebar: which shift. Faults in its files are shown, and stop the page."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import streamlit as st

from core.problem import phrases
from core.problem.shift import DEFAULT_START, Shift
from core.tables.issues import Issues
from core.tables.shift import Reading
from pages.parts.downloads import offer_templates
from pages.parts.in_hand import offer_start_over
from pages.parts.state import Key, keep_shift
from pages.parts.uploads import uploads_from_sidebar

SOURCES = {"sample": "Sample", "upload": "Upload", "generated": "Random"}
KINDS = {
    "shift_calendar": "Shifts with calendars",
    "shift_open": "Always open",
    "tight": "Tight due dates",
    "loose": "Loose due dates",
    "assembly": "Assembly",
    "unrelated": "Unrelated machines",
    "unrelated_setup": "Unrelated machines, setups",
    "flexible_job_shop": "Flexible job shop",
}
MOST_JOBS, MOST_MACHINES = 5000, 200


def shift_from_sidebar() -> Shift:
    """
    Let the planner choose a shift; the page stops where there is none.

    Faults in files are shown as one table, and nothing goes on until they are gone.
    Warnings are shown and do not block.
    """
    shift = shift_if_any()
    if shift is None:
        st.stop()
    return shift


def shift_if_any() -> Shift | None:
    """
    Let the planner choose a shift, on a page that has a use without one, too.

    Where there is none the page says what to bring, or what is wrong with the files.
    """
    with st.sidebar:
        st.subheader("Shift", anchor=False)
        opened: Shift | None = st.session_state.get(Key.OPENED)
        reading = _choose() if opened is None else _opened(opened)
        offer_start_over()
    if reading is None:
        keep_shift(None)
        _show_how_to_upload()
        return None
    if reading.shift is None:
        keep_shift(None)
        _show_errors(reading.issues)
        return None
    keep_shift(reading.shift)
    warnings, notes = reading.issues.warnings, reading.issues.notes
    if warnings or notes:
        parts = [phrases.many(len(warnings), "warning")] if warnings else []
        parts += [phrases.many(len(notes), "note")] if notes else []
        icon = ":material/warning:" if warnings else ":material/info:"
        with st.expander(" and ".join(parts) + " on your files", icon=icon):
            _show_issues(reading.issues)
    return reading.shift


def _choose() -> Reading | None:
    """Let the planner choose where the shift comes from."""
    source = st.segmented_control(
        "Where the shift comes from",
        list(SOURCES),
        default="sample",
        required=True,
        format_func=SOURCES.__getitem__,
        label_visibility="collapsed",
        width="stretch",
        key=Key.SOURCE,
        persist_state="session",
    )
    choices = {"sample": _sample, "upload": _upload, "generated": _generated}
    found: Reading | None = choices[source or "sample"]()
    return found


def _opened(shift: Shift) -> Reading:
    """Say which scenario is open, and offer to leave it."""
    st.text(f"Scenario: {shift.name}")
    st.button(
        "Choose another shift",
        icon=":material/arrow_back:",
        on_click=st.session_state.pop,
        args=(Key.OPENED, None),
    )
    return Reading(shift, Issues())


def _start() -> datetime:
    """Plan start, as chosen."""
    start = st.datetime_input(
        "Plan start",
        value=DEFAULT_START,
        format="DD.MM.YYYY",
        step=900,
        help="The moment from which machines may work. Local time.",
        key=Key.START,
        persist_state="session",
    )
    return (start or DEFAULT_START).replace(second=0, microsecond=0, tzinfo=None)


def _sample() -> Reading:
    """Choose one of the sample shifts."""
    from core.tables.samples import SAMPLES

    name = st.selectbox(
        "Sample shift",
        list(SAMPLES),
        format_func=lambda key: SAMPLES[key].title,
        key=Key.SAMPLE,
        persist_state="session",
    )
    return _read_sample(name, _start())


def _upload() -> Reading | None:
    """Take the planner's own files; ``None`` before there are any."""
    files = uploads_from_sidebar()
    start = _start()
    offer_templates()
    if not files:
        return None
    ids = tuple(file.id for file in files.values())
    return _read_files(ids, start, {name: file.content for name, file in files.items()})


def _generated() -> Reading:
    """Draw a random shift."""
    left, right = st.columns(2)
    jobs = left.number_input(
        "Jobs", 1, MOST_JOBS, 411, key=Key.GENERATED_JOBS, persist_state="session"
    )
    machines = right.number_input(
        "Machines",
        1,
        MOST_MACHINES,
        30,
        key=Key.GENERATED_MACHINES,
        persist_state="session",
    )
    kind = st.selectbox(
        "Kind",
        list(KINDS),
        format_func=KINDS.__getitem__,
        key=Key.GENERATED_KIND,
        persist_state="session",
    )
    seed = st.number_input(
        "Number of the draw",
        0,
        10**6,
        0,
        help="The same number gives the same shift.",
        key=Key.GENERATED_SEED,
        persist_state="session",
    )
    # The limits of the widgets hold in the browser only.
    jobs, machines = min(int(jobs), MOST_JOBS), min(int(machines), MOST_MACHINES)
    return _draw(kind, jobs, machines, int(seed), _start())


@st.cache_resource(max_entries=8, show_spinner="Reading the sample …")
def _read_sample(name: str, start: datetime) -> Reading:
    from core.tables.samples import read_sample

    reading = read_sample(name)
    if reading.shift is None or start == reading.shift.start:
        return reading
    # Its dates are dates: with another start they are read anew.
    from core.tables.samples import FOLDER, SAMPLES
    from core.tables.shift import read_shift

    path = FOLDER / name / f"{name}.xlsx"
    title = SAMPLES[name].title
    return read_shift({path.name: path.read_bytes()}, start, title, origin="sample")


@st.cache_resource(max_entries=8, ttl="4h", show_spinner="Reading your files …")
def _read_files(
    ids: tuple[str, ...], start: datetime, _content: dict[str, bytes]
) -> Reading:
    """Read uploaded files; their ids are of one session, so nothing is shared."""
    from core.tables.shift import read_shift

    name = next(iter(_content)) if len(_content) == 1 else "Your files"
    return read_shift(_content, start, name)


@st.cache_resource(max_entries=8, ttl="4h", show_spinner="Drawing a shift …")
def _draw(kind: str, jobs: int, machines: int, seed: int, start: datetime) -> Reading:
    """Draw a shift; its week begins where the plan start lies in the week."""
    from core.instances.generator import KINDS as settings
    from core.instances.generator import generate

    hour = (24 * start.weekday()) + start.hour
    chosen = replace(
        settings[kind].resized(jobs, machines), start_hours=((hour, hour),)
    )
    name = f"Random shift {seed}"
    shift = Shift(generate(chosen, seed), start, name, "generated")
    return Reading(shift, Issues())


def _show_how_to_upload() -> None:
    """What to bring, before anything was brought."""
    st.title("Your files", anchor=False)
    with st.container(border=True):
        st.markdown(
            "Put your files into the box on the left: **one workbook** with a sheet "
            "per table, or **one CSV file per table**.\n\n"
            "- **jobs** and **machines** are needed\n"
            "- **setups**, **calendars**, **downtime** and **processing** are welcome\n"
            "\nThe template in the sidebar has every column with examples; filled in, "
            "it is ready to be planned. Your files stay on this computer."
        )


def _show_errors(issues: Issues) -> None:
    """Say that the files cannot be planned, and why, row by row."""
    st.title("Your files", anchor=False)
    errors = phrases.many(len(issues.errors), "error")
    st.error(
        f"**{errors} to mend before this shift can be planned.** Correct these rows "
        "in your files and upload them again.",
        icon=":material/error:",
    )
    _show_issues(issues)


def _show_issues(issues: Issues) -> None:
    """One table of all issues, and its download."""
    table = issues.frame()
    st.dataframe(
        table[["severity", "sheet", "row", "column", "value", "fault", "mend"]],
        hide_index=True,
        height="content" if len(table) <= 12 else 460,
        column_config={
            "severity": st.column_config.TextColumn("Kind", width=60),
            "sheet": st.column_config.TextColumn("File or sheet", width=110),
            "row": st.column_config.NumberColumn("Row", width=50, format="%d"),
            "column": st.column_config.TextColumn("Column", width=150),
            "value": st.column_config.TextColumn("Value", width=90),
            "fault": st.column_config.TextColumn("What is wrong", width=310),
            "mend": st.column_config.TextColumn("How to mend it", width=300),
        },
    )
    st.download_button(
        "Download this list",
        issues.to_csv(),
        "issues.csv",
        "text/csv",
        icon=":material/download:",
        on_click="ignore",
    )
