"""Jobs and machines of a shift or its plan as tables."""

from __future__ import annotations

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core.charts.overview import jobs_table, machines_table, shift_table
from core.charts.window import View, shown_machines
from core.planning.plan import Plan
from core.problem import phrases
from core.problem.shift import Shift
from pages.parts.day.moving.job_locks import offer_locks, stays_words
from pages.parts.state import Key
from pages.parts.tables import PERCENT, worded

WHEN = "ddd D MMM HH:mm"
TABLE_HEIGHT = 460
KEPT_TABLES = 32  # of all sessions together; the largest take a megabyte
IMPORTANT = st.column_config.TextColumn("★", help="Important jobs.", width=40)


def show_jobs(shift: Shift, plan: Plan | None) -> None:
    """Show the jobs: planned, on the machines that the chart shows, or as they come."""
    if plan is None:
        _show_unplanned(shift.content_hash, shift)
        return
    problem, state = shift.problem, st.session_state
    machines = shown_machines(
        problem,
        View(0, 1, tuple(state.get(Key.TYPES, ())), tuple(state.get(Key.MACHINES, ()))),
    )
    offer_locks(plan)
    _show_planned(plan.content_hash, machines, stays_words(plan), plan)


# Wording every cell takes longer than all the rest of a page: a table that was shown
# once is shown again as it was.
@st.cache_data(max_entries=KEPT_TABLES, show_spinner=False)
def _show_planned(
    plan_hash: str, machines: NDArray[np.int64], stays: tuple[str, ...], _plan: Plan
) -> None:
    """Show the jobs of a plan on some machines, and what of each stays."""
    table, problem = jobs_table(_plan), _plan.shift.problem
    if any(stays):
        said = dict(zip(problem.job_ids, stays, strict=True))
        place = list(table.columns).index("Machine") + 1
        table.insert(place, "Stays", table["Job"].map(said))
    if len(machines) < problem.num_machines:
        names = np.array(problem.machine_ids, dtype=object)[machines]
        table = table[table["Machine"].isin(names)].reset_index(drop=True)
        st.caption(
            f"{phrases.many(len(table), 'job')} on the "
            f"{phrases.many(len(machines), 'machine')} that the chart shows."
        )
    st.dataframe(
        worded(table, ["Late", "Slack", "Setup"]),
        hide_index=True,
        height=TABLE_HEIGHT,
        placeholder="–",
        column_config={
            **{
                name: st.column_config.DatetimeColumn(format=WHEN)
                for name in ("Start", "End", "Due")
            },
            "Important": IMPORTANT,
            "Waited for": st.column_config.TextColumn(width=280),
        },
    )


def show_machines(shift: Shift, plan: Plan | None) -> None:
    """Show what each machine does."""
    if plan is None:
        return
    hours = st.column_config.NumberColumn(format="%.1f h")
    st.dataframe(
        machines_table(plan),
        hide_index=True,
        height=TABLE_HEIGHT,
        placeholder="–",
        column_config={
            "Load": st.column_config.ProgressColumn(
                format=PERCENT,
                min_value=0.0,
                max_value=100.0,
                help="Processing over open time, until the plan ends.",
            ),
            **dict.fromkeys(("Processing", "Setup", "Idle"), hours),
            "Setups": st.column_config.NumberColumn(help="Number of setups."),
        },
    )


@st.cache_data(max_entries=KEPT_TABLES, show_spinner=False)
def _show_unplanned(shift_hash: str, _shift: Shift) -> None:
    """Show the jobs of a shift that is not planned yet."""
    st.dataframe(
        worded(shift_table(_shift), ["Processing"]),
        hide_index=True,
        height=TABLE_HEIGHT,
        placeholder="–",
        column_config={
            "Processing": st.column_config.NumberColumn(
                help="Mean over the machines it may run on."
            ),
            "Machines": st.column_config.NumberColumn(
                help="On how many machines it may run."
            ),
            "Release": st.column_config.DatetimeColumn(format=WHEN),
            "Due": st.column_config.DatetimeColumn(format=WHEN),
            "Important": IMPORTANT,
            "After": st.column_config.TextColumn(help="Jobs that must end before."),
        },
    )
