"""One order, opened: its jobs on their machines, why, what it would take."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.charts import theme
from core.charts.bars.gantt import gantt
from core.charts.orders import CauseShare, ChainRow, cause_bar, chain_table
from core.charts.window import View
from core.decisions.lateness import OWN, Why
from core.decisions.lateness_words import CAUSES, sentence
from core.planning.plan import Plan
from core.problem import phrases
from core.problem.measures.orders import Order
from pages.parts.chart import job_of, show_chart
from pages.parts.orders.applied import show_applied
from pages.parts.orders.effects import show_effects
from pages.parts.orders.remedies import show_remedies
from pages.parts.orders.standing import whys_of, wording_of
from pages.parts.outlook import outlooks_of, spread
from pages.parts.state import Key
from pages.parts.tables import worded

CERTAINTIES = [50, 80, 90, 95, 99]  # percent
LEAST_AIR = 1800  # seconds shown before and behind an order


def show_order(plan: Plan, order: Order | None) -> None:
    """Show the order that is opened, and what was taken over beside it."""
    if order is None:
        show_applied(plan)
        return
    why = whys_of(plan)[order]
    with st.container(border=True, key="order"):
        _show_state(plan, order, why)
        show_applied(plan)  # in sight of the button that took it over
        _show_strip(plan, order, why)
        titles = ["Why", "What would it take?", "What it makes late"]
        # Only the open tab is worked out.
        reason, ways, effects = st.tabs(titles, key=Key.ORDERS_TAB, on_change="rerun")
        with reason:
            if reason.open:
                _show_why(plan, order, why)
        with ways:
            if ways.open:
                show_remedies(plan, order)
        with effects:
            if effects.open:
                show_effects(plan, why)


def _show_state(plan: Plan, order: Order, why: Why) -> None:
    """Say what the order is, when it ends, and how sure that is."""
    start, futures = plan.shift.start, outlooks_of(plan, spread()).futures
    outlook, star = dict(futures.orders)[order], " ★" if order.important else ""
    facts = {
        "Jobs": phrases.count(len(order.jobs)),
        "Due": phrases.NOTHING,
        "Ends": phrases.moment(start, why.end),
        "Late or spare": phrases.to_due(order.due - why.end),
        "8 of 10 futures": phrases.span(start, outlook.low, outlook.high),
    }
    if order.due < float("inf"):
        facts["Due"] = phrases.moment(start, order.due)
        facts["On-time chance"] = f"{int(100 * outlook.chance + 0.5)} %"
    with st.container(horizontal=True, gap="medium", key="order_facts"):
        st.subheader(theme.unmarked(order.name) + star, anchor=False, width="content")
        for label, value in facts.items():
            with st.container(width="content", gap=None):
                st.caption(label)
                st.text(value)
        with st.container(width="content", gap=None):
            sure = _certainty()
            st.text(phrases.moment(start, futures.promise(order, sure)))
        st.space("stretch")
        st.button(
            "Close",
            icon=":material/close:",
            type="tertiary",
            on_click=st.session_state.pop,
            args=(Key.ORDER, None),
            key="close_order",
        )


def _certainty() -> float:
    """Let the planner say how sure a promise is to be; returns the share kept."""
    chosen = st.selectbox(
        "Promise",
        CERTAINTIES,
        index=CERTAINTIES.index(90),
        format_func=lambda percent: f"Promise, {percent} % sure",
        label_visibility="collapsed",
        width=170,
        help="The earliest date that is kept in so many of the possible futures.",
        key=Key.ORDERS_CERTAINTY,
        persist_state="session",
    )
    return chosen / 100


def _show_strip(plan: Plan, order: Order, why: Why) -> None:
    """Draw the machines of the order: its jobs in colour, the others' pale."""
    schedule = plan.result.schedule
    jobs = list(order.jobs)
    begin, end = int(schedule.setup_start[jobs].min()), why.end
    air = max((end - begin) // 12, LEAST_AIR)
    view = View(
        max(begin - air, 0),
        end + air,
        machines=tuple(sorted(set(schedule.machine[jobs].tolist()))),
        job=max(jobs, key=lambda job: (int(schedule.end[job]), job)),
    )
    show_chart(
        gantt(plan.shift, schedule, view, planners=plan.planners),
        key=Key.ORDERS_STRIP,
        on_click=lambda: _take_bar(plan),
        alt=f"The jobs of {order.name} on their machines, other orders pale.",
    )


def _take_bar(plan: Plan) -> None:
    """Open the order of the job that was clicked."""
    points: list[dict[str, Any]] = st.session_state[Key.ORDERS_STRIP].selection.points
    job = next(map(job_of, points), None)
    if job is not None:
        order = next(order for order in whys_of(plan) if job in order.jobs)
        st.session_state[Key.ORDER] = order.key


def _show_why(plan: Plan, order: Order, why: Why) -> None:
    """Say why it ends when it does: a sentence, the shares, and the chain."""
    problem, schedule = plan.shift.problem, plan.result.schedule
    wording = wording_of(plan)
    st.code(sentence(problem, schedule, why, wording), language=None, wrap_lines=True)
    st.caption(
        f"{wording.duration(why.total)} from {wording.moment(why.earliest)}, its "
        "earliest possible start, to its end:"
    )
    show_chart(
        cause_bar(
            [
                CauseShare(cause.value, CAUSES[cause], seconds)
                for cause, seconds in why.seconds.items()
            ]
        ),
        key="order_causes",
        alt="Shares of the causes; the table below says the same.",
    )
    rows = [
        ChainRow(
            link.begin,
            link.end,
            problem.machine_ids[link.machine],
            _job_words(plan, order, link.job, link.cause in OWN),
            CAUSES[link.cause],
        )
        for link in why.counted
    ]
    st.dataframe(
        worded(chain_table(plan.shift.start, rows), ["Takes"]),
        hide_index=True,
        placeholder="–",
        height="content" if len(rows) <= 10 else 400,
    )


def _job_words(plan: Plan, order: Order, job: int, own: bool) -> str:
    """Name of a job, with its order where that is another one."""
    problem = plan.shift.problem
    name, family = problem.job_ids[job], problem.family_names[problem.family[job]]
    return name if own or job in order.jobs or name == family else f"{name} of {family}"
