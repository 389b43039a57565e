"""What the plan in hand changes of another one, jobs matched by id."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from core.charts import theme
from core.charts.changes import changes_gantt
from core.planning.plan import Plan
from core.problem import phrases
from core.problem.schedule import tardiness
from core.problem.shift import Shift
from core.replanning.day.floor_of_day import previous_of
from core.store.errors import StoreError
from pages.parts.day.history.kept_versions import entries_after_keeping, plan_of_version
from pages.parts.day.history.versions_row import words_of
from pages.parts.day.in_force import day_in_hand
from pages.parts.state import Key, previous_plan

SAME_START = 300  # seconds by which a start may move before a job has changed
WHEN = "ddd D MMM HH:mm"


def show_changes(shift: Shift, plan: Plan | None) -> None:
    """Show the line of figures over versions, and what differs from one of them."""
    if plan is None:
        return
    before = _chosen(plan)
    if before is None:
        st.caption("There is no other plan to compare with yet.")
        return
    _show_difference(plan, before)


def _chosen(plan: Plan) -> Plan | None:
    """Let the planner choose the version to compare with; the plan before, first."""
    entries = entries_after_keeping()
    day = day_in_hand()
    head = None if day is None else day.head
    others = [x for x in reversed(entries) if x.number != head]
    if len(entries) > 1:
        frame = pd.DataFrame(
            {
                "Version": [x.number for x in entries],
                "Late jobs": [x.figures.get("late_jobs") for x in entries],
                "Weighted lateness, h": [
                    (x.figures.get("weighted_tardiness_minutes") or 0) / 60
                    for x in entries
                ],
            }
        )
        st.line_chart(frame, x="Version", height=160)
    if not others:
        return previous_plan()
    parents = {x.number: x.parent for x in entries}
    parent = None if head is None else parents.get(head)
    numbers = [x.number for x in others]
    words = {x.number: f"Version {x.number}: {words_of(x)}" for x in others}
    number = st.selectbox(
        "Compare with",
        numbers,
        index=numbers.index(parent) if parent in numbers else 0,
        format_func=lambda x: words[x].replace("**", "").replace("\\", ""),
        key=f"{Key.VERSION}_compared",
    )
    try:
        return plan_of_version(int(number))
    except (StoreError, ValueError) as error:
        st.warning(theme.unmarked(str(error)), icon=":material/error:")
        return None


def _show_difference(plan: Plan, before: Plan) -> None:
    """Show both plans' figures, the moved bars, and a row per changed job."""
    shift, schedule = plan.shift, plan.result.schedule
    problem = shift.problem
    previous = previous_of(before.shift, before.result.schedule, shift)
    moved = np.abs(schedule.start - previous.start) > SAME_START
    other = schedule.machine != previous.machine
    changed = previous.known & (moved | other)
    begun = np.zeros(problem.num_jobs, dtype=np.bool_)
    if shift.floor is not None:
        begun[shift.floor.begun()] = True
    new = int((~previous.known).sum())
    said = [f"**{phrases.many(int(changed.sum()), 'job')} changed**"]
    said += [f"{phrases.many(int((changed & other).sum()), 'job')} on another machine"]
    said += [f"{phrases.many(new, 'job')} new"] if new else []
    gone = len(previous.lost)
    said += [f"{phrases.many(gone, 'job')} gone"] if gone else []
    st.markdown(", ".join(said) + ".")
    late, was = plan.result.metrics, before.result.metrics
    st.caption(
        f"Late {was.late_jobs} → {late.late_jobs} · weighted lateness "
        f"{phrases.duration(was.weighted_tardiness)} → "
        f"{phrases.duration(late.weighted_tardiness)} · ends "
        f"{phrases.moment(before.shift.start, was.makespan)} → "
        f"{phrases.moment(shift.start, late.makespan)}"
    )
    now = 0 if shift.floor is None else shift.floor.now
    window = (0, max(schedule.makespan, int(previous.end.max(initial=1))))
    st.plotly_chart(
        changes_gantt(shift, schedule, previous, changed & ~begun, begun, window, now),
        theme=None,
        key="changes_chart",
        config={"displayModeBar": False},
        alt="The plan in little: moved jobs beside where they were.",
    )
    jobs = np.flatnonzero(changed)
    if not jobs.size:
        return
    zero = np.datetime64(shift.start, "s")
    tardy = tardiness(schedule, problem.due)
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
            "Late": [phrases.duration(x) if x else "" for x in tardy[jobs].tolist()],
        }
    )
    st.dataframe(
        frame,
        hide_index=True,
        column_config={
            name: st.column_config.DatetimeColumn(format=WHEN)
            for name in ("Started", "Starts")
        },
    )
