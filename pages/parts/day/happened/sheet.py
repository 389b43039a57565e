"""What happened? A form of one line, the ways to go on, one press to take one."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from datetime import datetime

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from core.charts import theme
from core.charts.changes import changes_gantt, changes_legend
from core.planning.plan import Plan
from core.planning.settings import PlanSettings
from core.problem import phrases
from core.problem.measures.stability import SAME_START
from core.problem.shift import Shift
from core.replanning.day.events import Event
from core.replanning.day.replayed import EventsRefusedError
from pages.parts.chart import show_chart
from pages.parts.day.from_now import with_floor
from pages.parts.day.happened.event_faults import issues_of
from pages.parts.day.happened.forms import FORMS, Told
from pages.parts.day.happened.previews import Option, Preview, promise
from pages.parts.day.in_force import (
    base_shift,
    day_in_hand,
    now_in_hand,
)
from pages.parts.day.taking import take_plan
from pages.parts.guard import friendly_errors
from pages.parts.planning import QUICK_SECONDS
from pages.parts.sidebar.issue_table import show_issues
from pages.parts.state import Key

WAIT = 2.0 * QUICK_SECONDS
HOUR = 3600


def show_happened_button() -> None:
    """Show the button that opens the sheet."""
    st.button(
        "What happened?",
        icon=":material/campaign:",
        on_click=_open,
        args=(not st.session_state.get(Key.HAPPENED, False),),
        key="press_happened",
    )


def _open(on: bool) -> None:
    """Open the sheet, or close it; two presses in a hurry are one."""
    st.session_state[Key.HAPPENED] = on
    stop_preview()


def is_open() -> bool:
    """Whether the sheet is open."""
    return bool(st.session_state.get(Key.HAPPENED, False))


def stop_preview() -> None:
    """Forget the ways that were looked at."""
    preview: Preview | None = st.session_state.pop(Key.REPAIRS, None)
    if preview is not None:
        preview.stop()


def show_sheet(plan: Plan | None, settings: PlanSettings | None) -> None:
    """Show the sheet over the chart, while it is open."""
    if not is_open() or base_shift() is None:
        return
    if plan is None:
        st.info("Plan the shift first; then there is a plan to mend.")
    else:
        _sheet(plan, settings)


@st.fragment
def _sheet(plan: Plan, settings: PlanSettings | None) -> None:
    """Form and preview; each change runs this part of the page only."""
    if not is_open():  # a way was taken: the chart is another
        st.rerun()
    with friendly_errors(), st.container(border=True, key="happened"):
        at = _show_head(plan)
        kind = st.session_state.get(f"{Key.HAPPENED}_kind") or next(iter(FORMS))
        job: int | None = st.session_state.get(Key.JOB)
        with st.container(
            horizontal=True, vertical_alignment="bottom", key="happened_form"
        ):
            event = FORMS[kind].draw(Told(plan.shift, plan, at, job))
        if event is None:
            st.caption("Fill in the line; the ways to go on are shown at once.")
            return
        note = st.session_state.get(f"{Key.HAPPENED}_note", "")
        who = st.session_state.get(f"{Key.HAPPENED}_who", "")
        told = replace(event, note=note.strip(), who=who.strip())
        show_ways((told,), plan, settings)


def _show_head(plan: Plan) -> datetime:
    """Show which kind, when, and a note; returns when."""
    now = now_in_hand(plan.shift)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.pills(
            "What happened?",
            list(FORMS),
            default=next(iter(FORMS)),
            required=True,
            format_func=lambda kind: FORMS[kind].title,
            key=f"{Key.HAPPENED}_kind",
        )
        at = st.datetime_input(
            "At",
            value=now,
            min_value=plan.shift.start,
            format="DD.MM.YYYY",
            step=300,
            width=210,
            key=f"{Key.HAPPENED}_at_{now.isoformat()}",
        )
        with st.popover("Note", icon=":material/edit_note:"):
            st.text_input("Note", max_chars=200, key=f"{Key.HAPPENED}_note")
            st.text_input(
                "Who tells it",
                max_chars=60,
                key=f"{Key.HAPPENED}_who",
                persist_state="session",
            )
        closed = st.button(
            "Leave it",
            icon=":material/close:",
            type="tertiary",
            on_click=_open,
            args=(False,),
            help="Nothing is recorded, and the plan stays.",
            key="leave_it",
        )
    if closed:
        st.rerun()
    return (at or now).replace(second=0, microsecond=0, tzinfo=None)


def show_ways(
    events: tuple[Event, ...], plan: Plan, settings: PlanSettings | None
) -> None:
    """
    Show the ways to go on after events, and take one when it is pressed.

    Parameters
    ----------
    events
        What happened now.
    plan
        The plan in hand.
    settings
        How to plan; ``None``: they ask for nothing.
    """
    base, day = base_shift(), day_in_hand()
    if base is None or day is None:
        return
    if settings is None:
        st.caption("Turn at least one aim on to see the ways to go on.")
        return
    preview = _preview_of(events, plan, base, settings)
    if preview is None:
        return
    if not preview.done(WAIT if preview.share == 0.0 else 0.0):
        _wait_for()
    if preview.fault is not None:
        st.warning(theme.unmarked(preview.fault), icon=":material/lock:")
    if preview.events:
        st.markdown(f"**{theme.unmarked(' '.join(x.what for x in preview.events))}**")
    _show_options(preview)


def _preview_of(
    events: tuple[Event, ...], plan: Plan, base: Shift, settings: PlanSettings
) -> Preview | None:
    """Return the preview of events, begun where there is none; ``None``: refused."""
    day = day_in_hand()
    told = () if day is None else day.events
    said = [{k: v for k, v in x.to_json().items() if k != "id"} for x in events]
    now = max([now_in_hand(base), *(x.time for x in events)])
    key = json.dumps(
        [said, now.isoformat(), [x.id for x in told], plan.content_hash],
    ) + repr(settings)
    known: Preview | None = st.session_state.get(Key.REPAIRS)
    if known is not None and known.key == key:
        known.seen = time.monotonic()
        return known
    if known is not None:
        known.stop()
    try:
        shift = with_floor(plan, base, (*told, *events), now)
    except EventsRefusedError as error:
        show_issues(issues_of(error.faults), key="happened_issues")
        return None
    if shift is None:
        st.warning("The plan in hand holds none of these jobs.", icon=":material/info:")
        return None
    made = Preview(key, events, shift, plan, settings)
    st.session_state[Key.REPAIRS] = made
    return made


@st.fragment(run_every="0.5s")
def _wait_for() -> None:
    """Look again until all ways are there."""
    preview: Preview | None = st.session_state.get(Key.REPAIRS)
    if preview is None:
        return
    preview.seen = time.monotonic()
    if preview.done():
        st.rerun()
    st.progress(preview.share, text=f"{preview.what} …")


def _show_options(preview: Preview) -> None:
    """Show the ways side by side on one time axis."""
    options = list(preview.options)
    if not options:
        return
    now = 0 if preview.shift.floor is None else preview.shift.floor.now
    last = max(x.plan.result.schedule.makespan for x in options)
    window = (max(now - HOUR, 0), last + max((last - now) // 40, 300))
    ways = st.container()
    st.html(changes_legend())
    for place, option in zip(ways.columns(len(options)), options, strict=True):
        with place, st.container(key=f"way_{option.name}"):
            _show_option(preview, option, window, now)


def _show_option(
    preview: Preview, option: Option, window: tuple[int, int], now: int
) -> None:
    """One way: its figures against the plan in hand, its chart, and a press."""
    result, before = option.plan.result, preview.before.result
    st.markdown(f"**{option.title}**", help=option.words)
    if preview.rush:
        st.caption(theme.unmarked(promise(option, preview.rush, preview.before)))
    late = f"{result.metrics.late_jobs - before.metrics.late_jobs:+d}"
    late = late.replace("-", "−")
    lateness = phrases.duration(result.metrics.weighted_tardiness)
    rows = [
        ("Late", f"{result.metrics.late_jobs} ({late})"),
        ("Weighted lateness", lateness),
        ("Cost", f"{result.cost:.3f}"),
        ("Changed", phrases.many(option.changes.changed_jobs, "job")),
        ("In the next 4 h", phrases.count(option.changes.changed_next_4h)),
        ("Other machine", phrases.count(option.changes.moved_machine)),
    ]
    st.markdown(
        "| | |\n|:--|--:|\n" + "\n".join(f"| {name} | {said} |" for name, said in rows)
    )
    pressed = st.button(
        "Take this one",
        type="primary" if option.name == "gentle" else "secondary",
        icon=":material/check:",
        on_click=_take,
        args=(preview, option),
        width="stretch",
        key=f"take_{option.name}",
    )
    if pressed:
        st.rerun()
    show_chart(
        _chart(preview, option, window, now),
        f"ways_chart_{option.name}",
        f"{option.title}: {option.changes.changed_jobs} changed jobs.",
    )


def _chart(
    preview: Preview, option: Option, window: tuple[int, int], now: int
) -> go.Figure:
    """Return the small chart of one way."""
    shift, floor = preview.shift, preview.shift.floor
    schedule = option.plan.result.schedule
    if floor is None or floor.previous is None:
        raise ValueError("Expected a plan before to compare with.")
    previous = floor.previous
    begun = np.zeros(shift.problem.num_jobs, dtype=np.bool_)
    begun[floor.begun()] = True
    other = schedule.machine != previous.machine
    moved = np.abs(schedule.start - previous.start) > SAME_START
    changed = previous.known & ~begun & (other | moved)
    return changes_gantt(shift, schedule, previous, changed, begun, window, now)


def _take(preview: Preview, option: Option) -> None:
    """Take a way: its events are in force, and its plan in hand."""
    take_plan(
        option.plan,
        preview.events,
        " ".join([*(x.what for x in preview.events), f"{option.title}."]),
    )
    st.session_state[Key.HAPPENED] = False
    stop_preview()
