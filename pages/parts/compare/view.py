"""A comparison on the screen: figures, charts, jobs, and the better plan to take."""

from __future__ import annotations

import streamlit as st

from core.bounds.cost_bound import gap, lower_bounds
from core.charts.comparison import (
    change_histogram,
    changes_table,
    comparison_gantts,
    percent_words,
    shared_window,
    visibility_lines,
)
from core.charts.headline import headline
from core.charts.window import ColorBy, Span, View, fitted, moved
from core.comparison.trials import end_changes
from core.planning.visibility import action_counts
from core.problem import phrases
from core.problem.model import Problem
from core.problem.objective import Objective
from pages.parts.compare.run import Comparison, current_comparison, title
from pages.parts.gantt_view import CHART_CONFIG
from pages.parts.guard import friendly_errors
from pages.parts.plan.schedule_view import WHEN
from pages.parts.state import Key, current_shift, keep_plan

COMPACT = 0.72  # of the height of a single chart: two are to be seen at once
JOBS_SHOWN = 8


def show_comparison(found: Comparison) -> None:
    """Show all there is; with one plan only its figures."""
    for outcome in found.outcomes:
        if outcome.fault is not None:
            st.warning(
                f"{title(outcome.scheduler)}: {outcome.fault} The others stand.",
                icon=":material/error:",
            )
    if not found.results:
        st.info("No scheduler had a plan. Choose others, or give them more time.")
        return
    _take_over(found)
    _figures(found)
    _show_gantts(found)
    if len(found.results) > 1:
        _show_jobs(found)
    _show_sight(found)


def _take_over(found: Comparison) -> None:
    """Offer each plan, the cheapest one first to the eye."""
    costs = [result.cost for _, result in found.results]
    best = min(found.results, key=lambda pair: pair[1].cost)[0]
    differ = max(costs) > min(costs)
    with st.container(horizontal=True, vertical_alignment="center", key="take_over"):
        for name, _ in found.results:
            better = name == best and differ
            st.button(
                f"Take over the better plan: {title(name)}"
                if better
                else f"Take over: {title(name)}",
                type="primary" if better else "secondary",
                icon=":material/check:",
                key=f"take_{name}",
                on_click=_take,
                args=(found, name),
            )


def _take(found: Comparison, name: str) -> None:
    """Make a plan the one in hand."""
    keep_plan(found.plan(name))
    st.toast(f"{title(name)} is now the plan in hand.", icon=":material/check:")


def _figures(found: Comparison) -> None:
    """One table; differences by sign, word and colour against the first plan."""
    (first_name, first), *others = found.results
    start = found.shift.start
    names = [title(name) for name, _ in found.results]
    head = ["", names[0]]
    for name in names[1:]:
        head += [name, "Difference"]
    rows = []
    base = headline(first.metrics, start)
    compared = [headline(result.metrics, start, first.metrics) for _, result in others]
    for i, figure in enumerate(base):
        row = [figure.label, figure.value]
        for figures in compared:
            row += [
                figures[i].value,
                _difference(figures[i].change, figures[i].direction, figures[i].better),
            ]
        rows.append(row)
    cost = ["**Cost**", f"**{first.cost:.4f}**"]
    seconds = ["Seconds taken", f"{first.seconds:.1f} s"]
    for _, result in others:
        words = cost_difference(result.cost, first.cost)
        cost += [f"**{result.cost:.4f}**", f"**{words}**"]
        seconds += [f"{result.seconds:.1f} s", ""]
    bound = _bound(
        found.shift.problem.content_hash, found.settings.objective, found.shift.problem
    )
    above = ["Above the best possible", _at_most(gap(first.cost, bound))]
    for _, result in others:
        above += [_at_most(gap(result.cost, bound)), ""]
    rows = [cost, *rows, above, seconds]
    lines = [head, [":--", *["--:"] * (len(head) - 1)], *rows]
    st.markdown("\n".join(f"| {' | '.join(line)} |" for line in lines))
    if others:
        st.caption(f"Differences are against “{title(first_name)}”.")


def cost_difference(cost: float, first: float) -> str:
    """Return by how many percent a cost differs from the first, in words."""
    if first == 0 < cost:  # nothing is a percentage of a cost of 0
        return _difference(f"{cost:.4f} dearer", "up", False)
    percent = 100 * (cost / first - 1) if first > 0 else 0.0
    better = None if abs(percent) < 0.05 else percent < 0
    direction = "off" if better is None else "down" if better else "up"
    return _difference(percent_words(percent), direction, better)


def _difference(change: str | None, direction: str, better: bool | None) -> str:
    """Return a change with its sign, its word and its colour."""
    if change is None or better is None:
        return change or "no change"
    sign = {"up": "+", "down": "−"}.get(direction, "")
    color, word = ("green", "better") if better else ("red", "worse")
    return f":{color}[{sign} {change}, {word}]"


def _at_most(share: float) -> str:
    """Return a gap, rounded up so that it stays true."""
    if share != share or share == float("inf"):
        return "not known"
    return f"at most {phrases.percent(-(-share * 1000 // 1) / 1000)}"


@st.cache_data(max_entries=64, show_spinner=False)
def _bound(problem_hash: str, objective: Objective, _problem: Problem) -> float:
    return lower_bounds(_problem, objective).cost


@st.fragment
def _show_gantts(found: Comparison) -> None:
    """Show the charts of all plans, in one window."""
    with friendly_errors():
        state, problem = st.session_state, found.shift.problem
        with st.container(
            horizontal=True, vertical_alignment="center", key="compare_window"
        ):
            st.segmented_control(
                "Window",
                list(Span),
                default=Span.ALL,
                required=True,
                label_visibility="collapsed",
                key=Key.COMPARE_SPAN,
                persist_state="session",
            )
            whole = state[Key.COMPARE_SPAN] == Span.ALL
            for label, icon, steps in (
                ("Earlier", ":material/chevron_left:", -1),
                ("Later", ":material/chevron_right:", 1),
            ):
                st.button(
                    label,
                    icon=icon,
                    disabled=whole,
                    on_click=_move,
                    args=(steps,),
                    key=f"compare_{label}",
                )
            times = st.empty()
            st.selectbox(
                "Color",
                list(ColorBy),
                format_func=lambda color: f"Color by {color.lower()}",
                label_visibility="collapsed",
                width=210,
                key=Key.COMPARE_COLOR,
                persist_state="session",
            )
        span = Span(state[Key.COMPARE_SPAN])
        begin, end = shared_window(
            found.shown, span, state.get(Key.COMPARE_BEGIN, 0), found.shift.start
        )
        view = View(begin, end, color=ColorBy(state[Key.COMPARE_COLOR]))
        # The plan with most bars decides, so that all show the same time.
        for plan in found.shown:
            view, _ = fitted(problem, plan.schedule, view)
        times.caption(phrases.span(found.shift.start, view.begin, view.end))
        figures = comparison_gantts(problem, found.shown, found.shift.start, view)
        for i, (plan, figure) in enumerate(zip(found.shown, figures, strict=True)):
            st.markdown(f"**{plan.name}**")
            top = figure.layout.margin.t
            rows = figure.layout.height - top
            figure.update_layout(height=top + max(round(COMPACT * rows), 120))
            st.plotly_chart(
                figure,
                theme=None,
                key=f"compare_gantt_{i}",
                config=CHART_CONFIG,
                alt=f"Gantt chart of the plan “{plan.name}”, on the same time axis as "
                "the others.",
            )


def _move(steps: int) -> None:
    """Move the window of all charts."""
    state, shift = st.session_state, current_shift()
    found = None if shift is None else current_comparison(shift)
    if found is None:
        return
    longest = max(plan.schedule.makespan for plan in found.shown)
    state[Key.COMPARE_BEGIN], _ = moved(
        Span(state[Key.COMPARE_SPAN]),
        state.get(Key.COMPARE_BEGIN, 0),
        steps,
        found.shift.start,
        longest,
    )


def _show_jobs(found: Comparison) -> None:
    """Show which jobs gain and lose, and by how much all of them move."""
    (first_name, first), *others = found.results
    st.subheader("What changes for each job", anchor=False)
    second_name, second = others[0]
    if len(others) > 1:
        chosen = st.segmented_control(
            "Against the first plan",
            range(len(others)),
            default=0,
            required=True,
            format_func=lambda i: title(others[i][0]),
            key=Key.PAIR,
        )
        second_name, second = others[chosen or 0]
    changes = end_changes(first, second)
    st.plotly_chart(
        change_histogram(changes, title(first_name), title(second_name)),
        theme=None,
        key="histogram",
        config=CHART_CONFIG,
        alt=f"Histogram: {int((changes < 0).sum())} jobs end sooner and "
        f"{int((changes > 0).sum())} later with {title(second_name)}.",
    )
    table = changes_table(
        found.shift.problem, found.shift.start, first.schedule, second.schedule
    )
    config = {
        "First": st.column_config.DatetimeColumn(title(first_name), format=WHEN),
        "Second": st.column_config.DatetimeColumn(title(second_name), format=WHEN),
        "Due": st.column_config.DatetimeColumn(format=WHEN),
        "Change": None,
        "In words": st.column_config.TextColumn("Change"),
        "Late before": st.column_config.NumberColumn(format="%.0f min"),
        "Late after": st.column_config.NumberColumn(format="%.0f min"),
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
                    rows, hide_index=True, column_config=config, placeholder="–"
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
    st.plotly_chart(
        visibility_lines(found.shown),
        theme=None,
        key="sight",
        config=CHART_CONFIG,
        alt="Jobs in sight per decision: "
        + "; ".join(
            f"{plan.name}: {int(plan.visible.max())} at most" for plan in found.shown
        ),
    )
    for name, result in found.results:
        st.text(f"{title(name)}: {result.reason}")
