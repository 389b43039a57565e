"""A comparison on the screen: figures, charts, jobs, and the better plan to take."""

from __future__ import annotations

import streamlit as st

from core.charts import theme
from core.charts.bars.gantt import HEAD_PIXELS
from core.charts.comparison import (
    change_histogram,
    changes_table,
    comparison_gantts,
    visibility_lines,
)
from core.comparison.side_by_side import end_changes
from core.planning.visibility import action_counts
from core.problem import phrases
from core.problem.measures.figure_words import ShownFigure, shown_figures
from core.problem.measures.figures import ShownIn, Unit
from pages.parts.chart import show_chart
from pages.parts.compare.run import Comparison, title
from pages.parts.figure_line import difference_words
from pages.parts.guard import friendly_errors
from pages.parts.plan.data.tables import WHEN
from pages.parts.state import COMPARE_WINDOW, Key, keep_plan
from pages.parts.tables import worded
from pages.parts.window import show_window

COMPACT = 0.72  # of the height of a single chart: two are to be seen at once
JOBS_SHOWN = 8


def show_comparison(found: Comparison) -> None:
    """Show all there is; with one plan only its figures."""
    for outcome in found.outcomes:
        if outcome.fault is not None:
            st.warning(
                f"{_marked(outcome.scheduler)}: {outcome.fault} The others stand.",
                icon=":material/error:",
            )
    if not found.plans:
        st.info("No scheduler had a plan. Choose others, or give them more time.")
        return
    _take_over(found)
    _figures(found)
    _show_gantts(found)
    if len(found.plans) > 1:
        _show_jobs(found)
    _show_sight(found)


def _marked(name: str) -> str:
    """Return a title for Markdown: planners name what they keep."""
    return theme.unmarked(title(name))


def _take_over(found: Comparison) -> None:
    """Offer each plan, the cheapest one first to the eye."""
    costs = {name: plan.result.cost for name, plan in found.plans.items()}
    best = min(costs, key=costs.__getitem__)
    differ = max(costs.values()) > min(costs.values())
    with st.container(horizontal=True, vertical_alignment="center", key="take_over"):
        for name in found.plans:
            better = name == best and differ
            st.button(
                f"Take over the better plan: {_marked(name)}"
                if better
                else f"Take over: {_marked(name)}",
                type="primary" if better else "secondary",
                icon=":material/check:",
                key=f"take_{name}",
                on_click=_take,
                args=(found, name),
            )


def _take(found: Comparison, name: str) -> None:
    """Make a plan the one in hand."""
    keep_plan(found.plans[name])
    st.toast(f"{_marked(name)} is now the plan in hand.", icon=":material/check:")


def _figures(found: Comparison) -> None:
    """One table; differences by sign, word and colour against the first plan."""
    (first_name, first), *others = found.plans.items()
    start, place = found.shift.start, ShownIn.COMPARISON
    columns = [shown_figures(first.figures, start, place=place)]
    columns += [
        shown_figures(plan.figures, start, first.figures, place) for _, plan in others
    ]
    head = ["", *(_marked(name) for name in found.plans)]
    lines = [head, [":--", *["--:"] * (len(head) - 1)]]
    for base, *rest in zip(*columns, strict=True):
        judged = base.figure.unit is Unit.COST  # what the plans are judged by
        row = ["All in all" if judged else base.figure.label]
        row += ["the yardstick" if judged and others else base.value]
        row += [_cell(figure) for figure in rest]
        lines.append([f"**{cell}**" for cell in row] if judged else row)
    with st.container(key="compare_figures"):
        st.markdown("\n".join(f"| {' | '.join(line)} |" for line in lines))
    if others:
        st.caption(
            f"Differences are against “{_marked(first_name)}”. All in all: time, "
            "lateness and setups, weighed by what matters."
        )
        _say_equal(found)


def _cell(figure: ShownFigure) -> str:
    """A figure of another plan with its difference; of the cost only that."""
    words = difference_words(figure)
    if figure.figure.unit is Unit.COST:
        return words or figure.value
    return f"{figure.value} {words}".strip()


def _say_equal(found: Comparison) -> None:
    """Say which plans are the same as the first one, and why where that is known."""
    (_, first), *others = found.plans.items()
    same = [name for name, plan in others if plan.content_hash == first.content_hash]
    if not same:
        return
    words = "**These plans are the same**"
    if len(same) < len(others):
        words = f"**The same plan as the first**: {', '.join(map(_marked, same))}"
    jobs = found.shift.problem.num_jobs
    if jobs <= found.settings.visible and "batch" in found.plans:
        many = phrases.many(jobs, "job")
        words += (
            f": all {many} fit in one batch, so every job is in sight from the start"
        )
    st.info(f"{words}.", icon=":material/equal:")


@st.fragment
def _show_gantts(found: Comparison) -> None:
    """Show the charts of all plans, in one window."""
    with friendly_errors():
        schedules = [x.plan.result.schedule for x in found.compared]
        view = show_window(COMPARE_WINDOW, found.shift, schedules)
        figures = comparison_gantts(found.compared, view)
        for i, (plan, figure) in enumerate(zip(found.compared, figures, strict=True)):
            st.markdown(f"**{theme.unmarked(plan.name)}**")
            rows = figure.layout.height - HEAD_PIXELS
            height = HEAD_PIXELS + max(round(COMPACT * rows), 120)
            figure.update_layout(height=height)
            show_chart(
                figure,
                key=f"compare_gantt_{i}",
                alt=f"Gantt chart of the plan “{plan.name}”, on the same time axis as "
                "the others.",
            )


def _show_jobs(found: Comparison) -> None:
    """Show which jobs gain and lose, and by how much all of them move."""
    (first_name, first), *others = found.plans.items()
    st.subheader("What changes for each job", anchor=False)
    second_name, second = others[0]
    if len(others) > 1:
        chosen = st.segmented_control(
            "Against the first plan",
            range(len(others)),
            default=0,
            required=True,
            format_func=lambda i: _marked(others[i][0]),
            key=Key.PAIR,
        )
        second_name, second = others[chosen or 0]
    changes = end_changes(first.result, second.result)
    if not changes.any():
        st.caption("Every job ends when it does in the first plan.")
        return
    sooner = phrases.many(int((changes < 0).sum()), "job")
    show_chart(
        change_histogram(changes, title(first_name), title(second_name)),
        key="histogram",
        alt=f"Histogram of ends: {sooner} sooner and "
        f"{phrases.count((changes > 0).sum())} later with {title(second_name)}.",
    )
    table = changes_table(first, second)
    config = {
        "First": st.column_config.DatetimeColumn(title(first_name), format=WHEN),
        "Second": st.column_config.DatetimeColumn(title(second_name), format=WHEN),
        "Due": st.column_config.DatetimeColumn(format=WHEN),
        "Change": None,
        "In words": st.column_config.TextColumn("Change"),
        "Important": st.column_config.TextColumn("★", width=40),
    }
    gain, lose, every = st.tabs(["Gain most", "Lose most", "All jobs"])
    for tab, rows in (
        (gain, table[table["Change"] < 0].head(JOBS_SHOWN)),
        (lose, table[table["Change"] > 0].iloc[::-1].head(JOBS_SHOWN)),
        (every, table),
    ):
        with tab:
            if rows.empty:
                st.caption("No job.")
            else:
                st.dataframe(
                    worded(rows, ["Late before", "Late after"]),
                    hide_index=True,
                    column_config=config,
                    placeholder="–",
                )


def _show_sight(found: Comparison) -> None:
    """Show what each scheduler could see and choose from."""
    problem = found.shift.problem
    sizes = action_counts(problem.num_jobs, problem.num_machines)
    st.subheader("What each could see", anchor=False)
    st.markdown(
        f"One list of all pairs has **{phrases.count(sizes.flat)}** entries "
        f"({phrases.count(problem.num_jobs)} jobs × "
        f"{phrases.many(problem.num_machines, 'machine')}). Asked in two steps, first "
        f"the job and then its machine, it is **{phrases.count(sizes.hierarchical)}** "
        "answers. In batches, jobs outside the batch cannot be chosen at all."
    )
    show_chart(
        visibility_lines(found.compared),
        key="sight",
        alt="Jobs in sight per decision: "
        + "; ".join(
            f"{plan.name}: {int(plan.visible.max())} at most" for plan in found.compared
        ),
    )
    for name, plan in found.plans.items():
        st.text(f"{title(name)}: {plan.result.reason}")
