"""Any two plans side by side: versions, scenarios, the one in hand; jobs by id."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from core.charts import theme
from core.charts.changes import changes_gantt, changes_legend
from core.planning.plan import Plan
from core.problem import phrases
from core.problem.floor import PreviousPlan
from core.problem.measures.figure_words import shown_figures
from core.problem.measures.figures import ShownIn
from core.problem.measures.stability import SAME_START
from core.problem.schedule import tardiness
from core.replanning.day.floor_of_day import previous_of
from core.store.errors import StoreError
from core.store.shifts.scenarios import Scenarios
from core.store.shifts.version import VersionEntry
from pages.parts.chart import show_chart
from pages.parts.day.history.kept_versions import plan_of_version
from pages.parts.day.history.versions_row import words_of
from pages.parts.figure_line import difference_words
from pages.parts.kept.kept_plans import plan_of
from pages.parts.kept.stored import database, opened, store_fault
from pages.parts.state import Key, previous_plan

WHEN = "ddd D MMM HH:mm"
HAND, BEFORE = "hand", "before"
FIRST, SECOND = f"{Key.VERSION}_first", f"{Key.VERSION}_second"


def version_key(number: int) -> str:
    """Return what a version is called among the plans to choose from."""
    return f"version:{number}"


def show_two(plan: Plan, entries: list[VersionEntry], head: int | None) -> None:
    """Let the planner choose two plans, and show what the second changes."""
    words = _choices(entries, head)
    others = [x for x in words if x != HAND]
    if not others:
        st.caption("There is no other plan to compare with yet.")
        return
    for key in (FIRST, SECOND):
        if st.session_state.get(key) not in words:
            st.session_state.pop(key, None)
    parent = next((x.parent for x in entries if x.number == head), None)
    usual = version_key(parent) if parent is not None else BEFORE
    with st.container(horizontal=True, vertical_alignment="bottom", key="two_plans"):
        first = st.selectbox(
            "From",
            list(words),
            index=list(words).index(usual if usual in words else others[0]),
            format_func=words.__getitem__,
            key=FIRST,
        )
        second = st.selectbox(
            "To", list(words), format_func=words.__getitem__, key=SECOND
        )
    try:
        _show(_plan(first, plan), _plan(second, plan), words[first], words[second])
    except (StoreError, ValueError) as error:
        st.warning(theme.unmarked(str(error)), icon=":material/error:")


def _choices(entries: list[VersionEntry], head: int | None) -> dict[str, str]:
    """Return every plan that can be chosen, and what it is called."""
    words = {HAND: "The plan in hand"}
    for entry in sorted(entries, key=lambda x: -x.number):
        if entry.number != head:
            said = words_of(entry).replace("**", "").replace("\\", "")
            words[version_key(entry.number)] = f"Version {entry.number}: {said}"
    if len(words) == 1 and previous_plan() is not None:
        words[BEFORE] = "The plan before"
    if store_fault() is None:
        try:
            kept = Scenarios(database()).all()
        except StoreError as error:
            opened().note(error)
            kept = []
        words |= {f"scenario:{x.id}": f"Scenario “{x.name}”" for x in kept}
    return words


def _plan(key: str, in_hand: Plan) -> Plan:
    """Return the plan that is called so."""
    kind, _, name = key.partition(":")
    if kind == HAND:
        return in_hand
    if kind == BEFORE:
        return previous_plan() or in_hand
    if kind == "version":
        return plan_of_version(int(name))
    store = Scenarios(database())
    title = next((x.name for x in store.all() if x.id == name), "")
    return plan_of(store.load(name), title)


def _show(first: Plan, second: Plan, was: str, is_: str) -> None:
    """Show both plans' figures, charts on one axis, and a row per changed job."""
    shift, schedule = second.shift, second.result.schedule
    problem = shift.problem
    previous = previous_of(first.shift, first.result.schedule, shift)
    if not previous.known.any():
        st.caption("These two plans have no job in common.")
        return
    moved = np.abs(schedule.start - previous.start) > SAME_START
    other = schedule.machine != previous.machine
    changed = previous.known & (moved | other)
    begun = np.zeros(problem.num_jobs, dtype=np.bool_)
    if shift.floor is not None:
        begun[shift.floor.begun()] = True
    new, gone = int((~previous.known).sum()), len(previous.lost)
    said = [f"**{phrases.many(int(changed.sum()), 'job')} changed**"]
    said += [f"{phrases.many(int((changed & other).sum()), 'job')} on another machine"]
    said += [f"{phrases.many(new, 'job')} new"] if new else []
    said += [f"{phrases.many(gone, 'job')} gone"] if gone else []
    st.markdown(", ".join(said) + ".")
    later = round((shift.start - first.shift.start).total_seconds())
    last = max(schedule.makespan, first.result.schedule.makespan - later)
    window = (min(0, -later), last)
    now = 0 if shift.floor is None else shift.floor.now
    # In a row of their own: a long name moves no chart down beside the other.
    for place, name in zip(st.columns(2), (was, is_), strict=True):
        place.markdown(f"**{theme.unmarked(name)}**")
    left, right = st.columns(2)
    with left:
        own, none = first.result.schedule, np.zeros(first.shift.problem.num_jobs, bool)
        show_chart(
            changes_gantt(
                first.shift,
                own,
                PreviousPlan.of(own),
                none,
                none,
                (window[0] + later, window[1] + later),
                0 if first.shift.floor is None else first.shift.floor.now,
            ),
            "changes_chart_before",
            "The first plan in little.",
        )
    with right:
        show_chart(
            changes_gantt(
                shift, schedule, previous, changed & ~begun, begun, window, now
            ),
            "changes_chart",
            "The second plan in little: moved jobs beside where they were.",
        )
    st.html(changes_legend())
    _show_figures(first, second)
    _show_rows(second, previous, np.flatnonzero(changed))


def _show_figures(first: Plan, second: Plan) -> None:
    """Show the figures of both; differences by sign and word."""
    place = ShownIn.COMPARISON
    before = shown_figures(first.figures, first.shift.start, place=place)
    after = shown_figures(second.figures, second.shift.start, first.figures, place)
    lines = [
        f"| {x.figure.label} | {x.value} | {y.value} | {difference_words(y)} |"
        for x, y in zip(before, after, strict=True)
    ]
    with st.container(key="two_figures"):
        st.markdown("\n".join(["| | From | To | |", "|:--|--:|--:|:--|", *lines]))


def _show_rows(plan: Plan, previous: PreviousPlan, jobs: np.ndarray) -> None:
    """Show a row per job that changed."""
    if not jobs.size:
        return
    shift, schedule, problem = plan.shift, plan.result.schedule, plan.shift.problem
    zero = np.datetime64(shift.start, "s")
    tardy = tardiness(schedule, problem.due)[jobs]
    frame = pd.DataFrame(
        {
            "Job": [problem.job_ids[j] for j in jobs],
            "Order": [problem.family_names[problem.family[j]] for j in jobs],
            "Was on": [problem.machine_ids[previous.machine[j]] for j in jobs],
            "Is on": [problem.machine_ids[schedule.machine[j]] for j in jobs],
            "Started": zero + previous.start[jobs].astype("timedelta64[s]"),
            "Starts": zero + schedule.start[jobs].astype("timedelta64[s]"),
            "Moved": [
                phrases.later(float(schedule.start[j] - previous.start[j]))
                for j in jobs
            ],
            "Late": [phrases.duration(x) if x else "" for x in tardy.tolist()],
        }
    )
    st.dataframe(
        frame,
        hide_index=True,
        placeholder="–",
        column_config={
            name: st.column_config.DatetimeColumn(format=WHEN)
            for name in ("Started", "Starts")
        },
    )
