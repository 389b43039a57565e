"""Sidebar: which shift. Faults in its files are shown, and stop the page."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import streamlit as st

from core.problem import phrases
from core.problem.shift import DEFAULT_START, Shift
from core.tables.issues import Issues
from core.tables.mapping.headers import is_plan
from core.tables.shift import Reading
from pages.parts.day.from_now import now_from_sidebar
from pages.parts.day.happened.event_faults import show_event_faults
from pages.parts.day.in_force import lived
from pages.parts.day.moving.freeze import freeze_from_sidebar
from pages.parts.day.return_plan import offer_its_shift
from pages.parts.downloads import offer_templates
from pages.parts.guard import end_page
from pages.parts.kept.in_hand import offer_start_over
from pages.parts.plan.data.tables_editor import show_faulty_tables
from pages.parts.plan.files.files_in_hand import FilesInHand, files_in_hand
from pages.parts.plan.files.mapping_step import (
    is_asked,
    offer_mapping_step,
    show_mapping_notice,
    show_mapping_step,
)
from pages.parts.plan.files.plan_start import reading_from_start
from pages.parts.plan.files.twice import offer_one_of_two
from pages.parts.sidebar.issue_table import show_issues
from pages.parts.sidebar.uploads import uploads_from_sidebar
from pages.parts.state import Key, keep_shift

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
        end_page()
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
    shift = _after_events(reading.shift)
    keep_shift(shift)
    files = _own_files()
    show_mapping_notice()
    if files is not None and is_asked(files, reading):
        show_mapping_step(files, reading)
        return None
    if reading.shift is None:
        _show_errors(reading.issues, files)
        return None
    if shift is None:
        return None  # what happened does not fit it any more; that was said
    warnings, notes = reading.issues.warnings, reading.issues.notes
    if warnings or notes:
        parts = [phrases.many(len(warnings), "warning")] if warnings else []
        parts += [phrases.many(len(notes), "note")] if notes else []
        icon = ":material/warning:" if warnings else ":material/info:"
        with st.expander(" and ".join(parts) + " on your files", icon=icon):
            show_issues(reading.issues)
            if files is not None:
                offer_mapping_step()
    return shift


def _after_events(shift: Shift | None) -> Shift | None:
    """Return a shift after what happened; ``None``, with words, where that fails."""
    found = None if shift is None else lived(shift)
    if found is None or isinstance(found, Shift):
        if shift is not None:
            with st.sidebar:
                now_from_sidebar(shift)
                freeze_from_sidebar(shift)
        return found
    show_event_faults(found)
    return None


def _own_files() -> FilesInHand | None:
    """Files of the planner, where the shift in hand comes from them."""
    state = st.session_state
    if state.get(Key.OPENED) is not None or state.get(Key.SOURCE) != "upload":
        return None
    return files_in_hand(state.get(Key.FILES, {}))


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
    from core.tables.writing.samples import SAMPLES

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
    reading = reading_from_start(files_in_hand(files)) if files else None
    offer_templates()
    return reading


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
    from core.tables.writing.samples import read_sample

    reading = read_sample(name)
    if reading.shift is None or start == reading.shift.start:
        return reading
    # Its dates are dates: with another start they are read anew.
    from core.tables.shift import read_shift
    from core.tables.writing.samples import FOLDER, SAMPLES

    path = FOLDER / name / f"{name}.xlsx"
    title = SAMPLES[name].title
    return read_shift({path.name: path.read_bytes()}, start, title, origin="sample")


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
    offer_its_shift()
    with st.container(border=True):
        st.markdown(
            "Put your files into the box on the left: **one workbook** with a sheet "
            "per table, or **one CSV file per table**.\n\n"
            "- **jobs** and **machines** are needed\n"
            "- **setups**, **calendars**, **downtime**, **processing** and "
            "**materials** are welcome\n"
            "\nThe template in the sidebar has every column with examples; filled in, "
            "it is ready to be planned. Your files stay on this computer."
        )


def _show_errors(issues: Issues, files: FilesInHand | None) -> None:
    """Say that the files cannot be planned, why row by row, and mend them here."""
    st.title("Your files", anchor=False)
    if files is not None and _hold_a_plan(files):
        st.error(
            "**This is a plan, not a list of jobs**: it says on which machine each job "
            "starts and ends. Bring the jobs that it was made from, or open the "
            "scenario that you kept it in on Compare; remove this file on the left.",
            icon=":material/error:",
        )
        show_issues(issues)
        return
    errors = phrases.many(len(issues.errors), "error")
    st.error(
        f"**{errors} to mend before this shift can be planned.** Correct these rows "
        "in your files and upload them again, or mend them below.",
        icon=":material/error:",
    )
    if files is not None:
        offer_one_of_two(files)
    show_issues(issues)
    if files is not None:
        offer_mapping_step()
        show_faulty_tables(files)


def _hold_a_plan(files: FilesInHand) -> bool:
    """Whether a plan was brought as the jobs."""
    jobs = files.tables().get("jobs")
    return jobs is not None and is_plan(jobs.columns) and not files.mapping.of(jobs)
