"""A plan on the screen: its headline and its tables."""

from __future__ import annotations

from typing import Literal

import streamlit as st

from core.charts import theme
from core.charts.overview import jobs_table, machines_table, shift_table
from core.planning.plan import Plan
from core.problem import phrases
from core.problem.figure_words import quality, shown_figures
from core.problem.shift import Shift
from pages.parts.downloads import offer_plan
from pages.parts.gantt_view import show_gantt
from pages.parts.plan.tables_editor import show_shift_tables
from pages.parts.state import Key, previous_plan, take_back
from pages.parts.tables import worded

WHEN = "ddd D MMM HH:mm"
TABLE_HEIGHT = 460
COLORS: dict[bool | None, Literal["green", "red", "off"]] = {
    True: "green",
    False: "red",
    None: "off",
}
IMPORTANT = st.column_config.TextColumn("★", help="Important jobs.", width=40)


def show_plan(plan: Plan) -> None:
    """Show a plan: headline, chart, tables, downloads."""
    show_headline(plan)
    show_gantt(plan)
    _show_tables(plan)


def show_headline(plan: Plan) -> None:
    """Show the figures with their change against the plan before, and the bound."""
    result, before = plan.result, previous_plan()
    figures = shown_figures(
        plan.figures, plan.shift.start, None if before is None else before.figures
    )
    with st.container(horizontal=True, key="headline"):
        for figure in figures:
            st.metric(
                figure.figure.label,
                figure.value,
                delta=figure.change,
                delta_arrow=figure.direction,
                delta_color=COLORS[figure.better],
                help=figure.figure.help,
                border=True,
            )
    compared = "" if before is None else " Changes are against the plan before."
    with st.container(horizontal=True, vertical_alignment="center", key="quality"):
        st.caption(
            f"**{quality(plan.figures['gap'])}** {theme.unmarked(result.reason)} "
            f"Planned in {result.seconds:.1f} s.{compared}"
        )
        if before is not None:
            _offer_to_take_back(before)


def _offer_to_take_back(before: Plan) -> None:
    """Offer the plan before, and say whether it holds choices of the planner."""
    held = phrases.many(before.choices, "choice")
    st.button(
        "Take the plan before back",
        icon=":material/undo:",
        type="tertiary",
        help=(f"It holds {held} of yours. " if before.choices else "")
        + "This plan can be taken back in turn.",
        on_click=take_back,
    )


def show_shift(shift: Shift) -> None:
    """Show a shift that is not planned yet: its size, and its jobs."""
    problem = shift.problem
    figures = {
        "Jobs": phrases.count(problem.num_jobs),
        "Machines": phrases.count(problem.num_machines),
        "Families": phrases.count(len(problem.family_names)),
        "Important": phrases.count(problem.important.sum()),
        "Work per machine": phrases.hours(problem.ideal_horizon),
    }
    with st.container(horizontal=True, key="headline"):
        for label, value in figures.items():
            st.metric(label, value, border=True)
    jobs, files = st.tabs(["Jobs", "Files"], key=Key.TABS, on_change="rerun")
    if files.open:
        with files:
            show_shift_tables(shift)
    jobs.dataframe(
        worded(shift_table(shift), ["Processing"]),
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


def _show_tables(plan: Plan) -> None:
    """Show jobs and machines as tables, and what to take along."""
    jobs, machines, take, files = st.tabs(
        ["Jobs", "Machines", "Download", "Files"],
        key=f"{Key.TABS}_of_plan",
        on_change="rerun",
    )
    if files.open:  # many cells, that nobody waits for elsewhere
        with files:
            show_shift_tables(plan.shift)
    with jobs:
        st.dataframe(
            worded(jobs_table(plan), ["Late", "Slack", "Setup"]),
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
    with machines:
        hours = st.column_config.NumberColumn(format="%.1f h")
        st.dataframe(
            machines_table(plan),
            hide_index=True,
            height=TABLE_HEIGHT,
            placeholder="–",
            column_config={
                "Load": st.column_config.ProgressColumn(
                    format="%.0f %%",
                    min_value=0.0,
                    max_value=100.0,
                    help="Processing over open time, until the plan ends.",
                ),
                **dict.fromkeys(("Processing", "Setup", "Idle"), hours),
                "Changes": st.column_config.NumberColumn(help="Number of setups."),
            },
        )
    with take:
        st.markdown("The plan as a file, ready for a spreadsheet.")
        offer_plan(plan)
