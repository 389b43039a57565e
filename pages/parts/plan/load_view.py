"""Load over time: where the bottleneck is, what each machine does, and which jobs."""

from __future__ import annotations

import streamlit as st

from core.charts import theme
from core.charts.load import load_bars, load_table
from core.charts.overview import jobs_table
from core.planning.plan import Plan
from core.problem import phrases
from core.problem.measures.load import (
    DAY,
    HOUR,
    MOST_PERIODS,
    SHIFT,
    Load,
    jobs_within,
    load,
)
from pages.parts.chart import job_of, show_chart
from pages.parts.guard import friendly_errors
from pages.parts.state import Key
from pages.parts.tables import PERCENT, clicked_line, with_line_marked, worded

PERIODS = {"Hour": HOUR, "Shift of 8 h": SHIFT, "Day": DAY}
ROWS = ("Machine types", "Machines")
MOST_HOURS = 72  # a plan up to so long is shown by the hour unless asked otherwise
TABLE_HEIGHT = 248
JOB_COLUMNS = ("Job", "Family", "Machine", "Start", "End", "Due", "Late", "Setup")


@st.fragment
def show_load(plan: Plan) -> None:
    """Show the load; its controls run this part of the page only."""
    with friendly_errors():
        rows, period = _controls(plan)
        found = _load_of(plan.content_hash, rows, PERIODS[period], plan)
        _say_bottleneck(found)
        row = _show_rows(plan, found, rows)
        _show_bars(plan, found, row)


def _controls(plan: Plan) -> tuple[str, str]:
    """Let the planner choose rows and periods."""
    makespan = plan.result.schedule.makespan
    fitting = [
        x for x, seconds in PERIODS.items() if makespan <= MOST_PERIODS * seconds
    ]
    usual = "Hour" if makespan <= MOST_HOURS * HOUR else "Shift of 8 h"
    with st.container(horizontal=True, vertical_alignment="center", key="load_choice"):
        rows = st.segmented_control(
            "Rows",
            ROWS,
            default=ROWS[0],
            required=True,
            label_visibility="collapsed",
            key=Key.LOAD_ROWS,
            persist_state="session",
        )
        period = st.segmented_control(
            "Period",
            fitting or ["Day"],
            default=usual if usual in fitting else "Day",
            required=True,
            label_visibility="collapsed",
            key=Key.LOAD_PERIOD,
            persist_state="session",
        )
    return rows or ROWS[0], period or "Day"


def _say_bottleneck(found: Load) -> None:
    """Name the row that holds the shift up most, and say why it is that one."""
    row = found.bottleneck
    name = theme.unmarked(found.names[row] or "no type")
    used = f"{100 * found.use[row]:.0f} % of its open time is used"
    backlog = int(found.backlog[row])
    if backlog:
        more = phrases.duration(backlog)
        words = f"**Bottleneck: {name}.** By its due dates {more} more work is wanted "
        words += f"of it than it is open for; {used}."
    else:
        words = f"**Most used: {name}**, {used}. Up to every due date there is time "
        words += "for all that is wanted by then."
    st.markdown(words)


def _show_rows(plan: Plan, found: Load, rows: str) -> int:
    """Show one line per row; a click opens its bars. Returns the row that is open."""
    table = load_table(found)
    lines = table.pop("Row").tolist()
    key = f"{Key.LOAD_TABLE}_{plan.content_hash[:16]}_{rows}_{len(found.edges)}"
    line = min(clicked_line(key) or 0, len(lines) - 1)
    hours = st.column_config.NumberColumn(format="%.1f h")
    st.dataframe(
        with_line_marked(table.style.format(precision=1), line),
        hide_index=True,
        placeholder="–",
        height=TABLE_HEIGHT if len(lines) > 5 else "content",
        column_config={
            "Name": st.column_config.TextColumn(rows[:-1], pinned=True),
            "Use": st.column_config.ProgressColumn(
                format=PERCENT,
                min_value=0.0,
                max_value=100.0,
                help="Work and setups over open time, until the plan ends.",
            ),
            "Over time": st.column_config.BarChartColumn(
                y_min=0.0, y_max=100.0, width=260, help="Use, period by period."
            ),
            **dict.fromkeys(("Work", "Setup", "Free", "Closed"), hours),
            "Too much": st.column_config.NumberColumn(
                format="%.1f h",
                help="Wanted by due dates, whatever the order, beyond the open time "
                "until then.",
            ),
        },
        on_select="rerun",
        selection_mode="single-cell",
        key=key,
    )
    row: int = lines[line]
    return row


def _show_bars(plan: Plan, found: Load, row: int) -> None:
    """Draw one row over time; a click on a bar shows the jobs of that time."""
    key = f"{Key.LOAD_CHART}_{plan.content_hash[:16]}_{row}_{len(found.edges)}"
    points = st.session_state[key].selection.points if key in st.session_state else []
    period = next(map(job_of, points), None)
    show_chart(
        load_bars(found, row, plan.shift.start, period),
        key=key,
        on_click="rerun",
        alt=f"What {found.names[row]} does over time; the table above sums it up.",
    )
    if period is None:
        st.caption("Click a bar to see its jobs.")
        return
    begin, end = (int(x) for x in found.edges[period : period + 2])
    jobs = jobs_within(plan.result.schedule, found.members[row], begin, end)
    span = phrases.span(plan.shift.start, begin, end)
    count, name = phrases.many(len(jobs), "job"), found.names[row] or "no type"
    st.markdown(f"**{count}** on {theme.unmarked(name)}, {span}")
    names = [plan.shift.problem.job_ids[job] for job in jobs]
    table = jobs_table(plan).set_index("Job").loc[names].reset_index()
    shown = table[[name for name in JOB_COLUMNS if name in table]]
    st.dataframe(
        worded(shown, ["Late", "Setup"]),
        hide_index=True,
        placeholder=phrases.NOTHING,
        height="content" if len(shown) <= 10 else 400,
    )


@st.cache_resource(max_entries=16, ttl="4h", show_spinner=False)
def _load_of(plan_hash: str, rows: str, period: int, _plan: Plan) -> Load:
    problem = _plan.shift.problem
    found = load(problem, _plan.result.schedule, period)
    return found if rows == "Machines" else found.by_type(problem)
