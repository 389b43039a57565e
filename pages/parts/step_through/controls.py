"""Which decision is looked at: buttons, jumps, playing, and the strip over all."""

from __future__ import annotations

import time

import streamlit as st

from core.charts.decisions import strip_mark
from core.decisions.jumps import following
from core.planning.decision import Scores
from core.problem import phrases
from pages.parts.chart import show_chart
from pages.parts.state import Key
from pages.parts.step_through.decisions import Decisions

# Decisions per second; above a few, several are made per picture.
SPEEDS = {"slow": 0.5, "1 a second": 1.0, "4 a second": 4.0, "20 a second": 20.0}
TICK_SECONDS = 1.0
MANY_STEPS = 500  # above, the figures take longer to draw
SLOW_TICK_SECONDS = 1.6


def current_step(found: Decisions) -> int:
    """Return the decision that is looked at; always one that there is."""
    step = int(st.session_state.get(Key.STEP, 0))
    return min(max(step, 0), len(found.trace) - 1)


def go_to(step: int, found: Decisions) -> None:
    """Look at a decision; what was compared at another one is forgotten."""
    st.session_state[Key.STEP] = min(max(step, 0), len(found.trace) - 1)
    for key in (Key.IF_JOB, Key.IF_MACHINE, Key.WHY_JOB, Key.WHY_MACHINE):
        st.session_state.pop(key, None)
    st.session_state[Key.STEP_NOTICE] = None


def tick_seconds(found: Decisions) -> float | None:
    """Seconds between two pictures while playing; ``None`` when it stands still."""
    if not st.session_state.get(Key.PLAYING, False):
        return None
    speed = SPEEDS[st.session_state.get(Key.SPEED) or "1 a second"]
    least = TICK_SECONDS if len(found.trace) <= MANY_STEPS else SLOW_TICK_SECONDS
    return max(least, 1 / speed)


def play_on(found: Decisions) -> None:
    """Move on, when playing and a tick has passed; stops at the end."""
    state, pause = st.session_state, tick_seconds(found)
    if pause is None:
        return
    now = time.monotonic()
    if now - state.get(Key.TICK, now) < 0.7 * pause:
        return
    state[Key.TICK] = now
    speed = SPEEDS[state.get(Key.SPEED) or "1 a second"]
    go_to(current_step(found) + max(1, round(speed * pause)), found)
    if current_step(found) == len(found.trace) - 1:
        state[Key.PLAYING] = False
        st.rerun()


def show_controls(found: Decisions, step: int) -> None:
    """Show the buttons; each sets the step before the page is drawn again."""
    last = len(found.trace) - 1
    playing = st.session_state.get(Key.PLAYING, False)
    with st.container(horizontal=True, vertical_alignment="bottom", key="steps"):
        for label, icon, target in (
            ("First", ":material/first_page:", 0),
            ("Back", ":material/chevron_left:", step - 1),
            ("Next", ":material/chevron_right:", step + 1),
            ("+10", ":material/keyboard_double_arrow_right:", step + 10),
        ):
            st.button(
                label,
                icon=icon,
                on_click=go_to,
                args=(target, found),
                disabled=(step == last if target > step else step == 0) or playing,
            )
        st.button(
            "Pause" if playing else "Play",
            icon=":material/pause:" if playing else ":material/play_arrow:",
            type="primary",
            on_click=_play,
            args=(not playing, found),
        )
        st.selectbox(
            "Speed",
            list(SPEEDS),
            index=1,
            key=Key.SPEED,
            width=140,
            label_visibility="collapsed",
            persist_state="session",
        )
    with st.container(horizontal=True, vertical_alignment="center", key="jumps"):
        st.caption("Go to decision", width="content")
        st.session_state[Key.STEP_INPUT] = step + 1
        st.number_input(
            "Decision",
            1,
            last + 1,
            key=Key.STEP_INPUT,
            on_change=_typed,
            args=(found,),
            width=130,
            label_visibility="collapsed",
            disabled=playing,
        )
        st.session_state[Key.STEP_JOB] = None
        st.selectbox(
            "Decision of job",
            range(len(found.trace)),
            index=None,
            format_func=found.plan.shift.problem.job_ids.__getitem__,
            placeholder="of job …",
            key=Key.STEP_JOB,
            on_change=_sought,
            args=(found,),
            width=150,
            label_visibility="collapsed",
            disabled=playing,
        )
        for label, mark, icon in (
            ("Next setup", "setup", ":material/build:"),
            ("Next late job", "late job", ":material/alarm:"),
            ("Next in doubt", "doubt", ":material/help:"),
        ):
            ahead = following(found.marks[mark], step)
            total = int(found.marks[mark].sum())
            st.button(
                label,
                icon=icon,
                on_click=go_to,
                args=(step if ahead is None else ahead, found),
                disabled=ahead is None or playing,
                help=f"{phrases.many(total, 'such decision')} in this plan.",
            )


def show_strip(found: Decisions, step: int) -> None:
    """Show all decisions side by side; a click goes there."""
    with st.container(key="strip"):
        st.html(strip_mark(found.trace, step))
        show_chart(
            found.strip,
            key=Key.STEP_STRIP,
            on_click=lambda: _clicked(found),
            alt="Doubt, cost and setup of every decision; the one shown is marked.",
        )
    top = (
        "**doubt**: 0 sure, full height: all candidates alike."
        if found.trace.scores is Scores.POLICY
        else "**choices**: the jobs that were possible; full height is the most."
    )
    st.caption(
        f"Click to go to a decision. {top} **cost**: so far (dotted), and the least it "
        "can be in the end (line). "
        "**setup**: before the job, red where it ends late."
    )


def _play(on: bool, found: Decisions) -> None:
    """
    Start playing, from the end anew, or stop it.

    What the button said, whatever is so by now: a press that comes late, or twice, must
    not turn into its opposite.
    """
    state = st.session_state
    state[Key.PLAYING] = on
    state[Key.TICK] = time.monotonic()
    if on and current_step(found) == len(found.trace) - 1:
        go_to(0, found)


def _typed(found: Decisions) -> None:
    """Go to the decision that was typed."""
    go_to(int(st.session_state[Key.STEP_INPUT]) - 1, found)


def _sought(found: Decisions) -> None:
    """Go to the decision that placed a job."""
    job = st.session_state[Key.STEP_JOB]
    if job is not None:
        go_to(int(found.trace.step_of[job]), found)


def _clicked(found: Decisions) -> None:
    """Go to the decision that was clicked in the strip."""
    state = st.session_state
    for point in state[Key.STEP_STRIP].selection.points:
        data = point.get("customdata")
        data = data[0] if isinstance(data, list) else data
        if data is not None:
            state[Key.STEP_CLICKED] = int(data)
            break
    # A second click on the same decision takes the selection away, and means the same.
    if state.get(Key.STEP_CLICKED) is not None:
        go_to(state[Key.STEP_CLICKED], found)
