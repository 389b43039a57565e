"""What it would take to have an order on time: looked for, shown, taken over."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from math import isfinite

import pandas as pd
import streamlit as st

from core.charts import theme
from core.planning.plan import Plan
from core.problem import phrases
from core.problem.measures.orders import Order
from core.remedies.remedies import remedies
from core.remedies.remedy import Prices, Remedies, Remedy
from core.remedies.words import proof
from pages.parts.background import BackgroundWork
from pages.parts.following import follow
from pages.parts.orders.applied import apply
from pages.parts.orders.standing import lines_of, wording_of
from pages.parts.state import Key
from pages.parts.tables import clicked_line, with_line_marked, worded

log = logging.getLogger("shiftwright")


class RemedySearch(BackgroundWork):
    """
    One search for remedies, in a thread of its own.

    Parameters
    ----------
    plan, wanted
        The plan to start from, and the orders, due when they are wanted.
    prices
        What the planner would pay.
    """

    def __init__(self, plan: Plan, wanted: tuple[Order, ...], prices: Prices) -> None:
        super().__init__()
        self.plan, self.asked = plan, (wanted, prices)
        self.what = "Looking for ways"
        self.found: Remedies | None = None
        self.begin()

    def work(self) -> None:
        """Look; the outcome are remedies, or a fault in words."""
        try:
            wanted, prices = self.asked
            self.found = remedies(
                self.plan.shift.problem,
                self.plan.result.schedule,
                wanted,
                wording_of(self.plan),
                prices,
                floor=self.plan.result.floor,
                materials=self.plan.shift.materials,
                objective=self.plan.result.objective,
                stop=self.over,
                progress=self.note,
            )
        except Exception:  # the border of the thread: nobody else would see
            log.exception("Looking for remedies failed.")
            self.fault = "Ways to help could not be looked for."


def _search() -> RemedySearch | None:
    """Return the last search of this session, under way or done."""
    search: RemedySearch | None = st.session_state.get(Key.REMEDY_SEARCH)
    return search


def _begin(plan: Plan, wanted: tuple[Order, ...], prices: Prices) -> None:
    """Look for remedies; another search of this session is stopped."""
    running = _search()
    if running is not None:
        running.stop()
    st.session_state[Key.REMEDY_SEARCH] = RemedySearch(plan, wanted, prices)


def show_remedies(plan: Plan, order: Order) -> None:
    """Let the planner look for remedies of orders, and take one over."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="asked_for"):
        first = _wanted(plan, order)
        others = _others(plan, order)
        with st.popover("Prices", icon=":material/payments:"):
            prices = _prices()
        wanted = () if first is None else (first, *others)
        st.button(
            "Look for ways",
            type="primary",
            icon=":material/search:",
            disabled=first is None,
            on_click=_begin,
            args=(plan, wanted, prices),
            key="look_for_ways",
        )
    if first is None:
        st.caption("This order has no due date: say by when it is wanted.")
        return
    search = _search()
    if search is None or search.asked != (wanted, prices):
        return
    if search.plan.content_hash != plan.content_hash:
        search.stop()  # of a plan that is no longer in hand
        return
    if not follow(Key.REMEDY_SEARCH, "Looking for ways"):
        return
    if search.fault is not None or search.found is None:
        st.warning(search.fault or "The search ended early.", icon=":material/info:")
    else:
        _show_found(plan, wanted, search.found, stopped=search.stopping)


def _wanted(plan: Plan, order: Order) -> Order | None:
    """Let the planner say by when an order is wanted; ``None``: not said."""
    start = plan.shift.start
    due = None
    if isfinite(order.due):
        due = start + timedelta(seconds=order.due)
    whole = None if due is None else due.replace(second=0, microsecond=0)
    chosen: datetime | None = st.datetime_input(
        "Wanted by",
        value=whole,
        format="DD.MM.YYYY",
        step=900,
        width=230,
        help="Its due date, unless you say otherwise.",
        key=f"{Key.ORDERS_WANTED}_{plan.shift.content_hash[:16]}_{order.jobs[0]}",
    )
    if chosen is None:
        return None
    if chosen.replace(tzinfo=None) == whole:
        return order
    seconds = (chosen.replace(tzinfo=None) - start).total_seconds()
    return replace(order, due=seconds)


def _others(plan: Plan, order: Order) -> list[Order]:
    """Let the planner choose more late orders, to have all of them on time."""
    late = [
        line.order
        for line in lines_of(plan, 0)
        if line.late > 0 and line.order.key != order.key
    ]
    by_key = {other.key: other for other in late}
    chosen = st.multiselect(
        "Together with",
        list(by_key),
        format_func=lambda key: key[0] + (" ★" if by_key[key].important else ""),
        placeholder="other late orders",
        disabled=not late,
        help="All of them are to be on time, by their due dates.",
        key=f"{Key.ORDERS_TOGETHER}_{plan.content_hash[:16]}_{order.jobs[0]}",
    )
    return [by_key[key] for key in chosen]


def _prices() -> Prices:
    """Let the planner say what they would pay."""
    overtime = st.number_input(
        "An hour of overtime of a machine",
        min_value=0.0,
        step=10.0,
        key=Key.ORDERS_OVERTIME,
        persist_state="session",
    )
    moved = st.number_input(
        "A job that moves in the plan",
        min_value=0.0,
        step=1.0,
        key=Key.ORDERS_MOVE,
        persist_state="session",
    )
    return Prices(float(overtime), float(moved))


def _show_found(
    plan: Plan, wanted: Sequence[Order], found: Remedies, *, stopped: bool
) -> None:
    """Show what it would take, who pays, and offer to take one way over."""
    said = proof(plan.result.schedule, wanted, found, wording_of(plan))
    st.markdown(theme.unmarked(said))
    if stopped:
        st.caption("The search was stopped: there may be more ways.")
    ways = found.remedies
    if not ways:
        end = plan.result.schedule.end
        if any(end[list(order.jobs)].max() > order.due for order in wanted):
            st.info("Nothing that was tried makes it earlier.")
        return
    problem = plan.shift.problem
    table = pd.DataFrame(
        {
            "Change": [way.change for way in ways],
            "Ends": [
                plan.shift.start + timedelta(seconds=float(way.end)) for way in ways
            ],
            "Still late": [way.late / 60 for way in ways],
            "Others late": [way.others_late / 60 for way in ways],
            "Changed jobs": [way.changed_jobs for way in ways],
            "Price": [way.price for way in ways],
            "To change": [
                "the plan" if way.problem is problem else "the shift" for way in ways
            ],
        }
    )
    if not any(way.price for way in ways):
        table = table.drop(columns="Price")
    key = table_key(plan, wanted)
    line = min(clicked_line(key) or 0, len(ways) - 1)
    st.dataframe(
        with_line_marked(worded(table, ["Still late"], ["Others late"]), line),
        hide_index=True,
        placeholder="–",
        column_config={
            "Change": st.column_config.TextColumn(width=430),
            "Ends": st.column_config.DatetimeColumn(help="The order, then."),
            "Others late": st.column_config.NumberColumn(
                help="How much later than now all other orders are together, beyond "
                "their due dates; −: less late."
            ),
            "Changed jobs": st.column_config.NumberColumn(
                help="On another machine, or moved by more than 5 minutes."
            ),
            "Price": st.column_config.NumberColumn(
                format="%.0f", help="Overtime and moved jobs, by your prices."
            ),
            "To change": st.column_config.TextColumn(
                help="The plan alone, or the shift too: hours, releases, machines, "
                "weights or due dates."
            ),
        },
        on_select="rerun",
        selection_mode="single-cell",
        key=key,
    )
    way = ways[line]
    st.text(way.change)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Apply",
            type="primary",
            icon=":material/check:",
            on_click=apply,
            args=(plan, wanted, way),
            key="apply_remedy",
        )
        st.caption(_consequence(plan, way))


def table_key(plan: Plan, wanted: Sequence[Order]) -> str:
    """Key of the table of what was found: a click in another one does not count."""
    asked = "_".join(f"{order.jobs[0]}_{order.due:.0f}" for order in wanted)
    return f"{Key.REMEDY}_{plan.content_hash[:16]}_{asked}"


def _consequence(plan: Plan, way: Remedy) -> str:
    """Say what taking a way over does, before it is done."""
    words = "The plan as it is now can be taken back."
    if way.problem is not plan.shift.problem:
        words = f"The shift in hand changes with it; arrange for that. {words}"
    if plan.choices:
        held = phrases.many(plan.choices, "choice")
        words += f" It holds {held} of yours, which this may move."
    return words
