"""How sure a plan is, on the Plan page, and the way to what an order's page answers."""

from __future__ import annotations

from math import isnan

import numpy as np
import streamlit as st

from core.charts import theme
from core.charts.bars.marks import Whiskers
from core.planning.plan import Plan
from core.problem import phrases
from core.problem.measures.orders import orders
from core.problem.shift import Shift
from pages.parts.outlook import assumed, outlooks_of, spread
from pages.parts.state import Key


def offer_whiskers(plan: Plan) -> None:
    """Let the planner switch on when jobs may end, over their bars."""
    shown = is_shown()
    st.button(
        "Hide how sure it is" if shown else "Show how sure it is",
        icon=":material/stacked_line_chart:",
        type="primary" if shown else "secondary",
        help="How sure the ends are: 10, 50 and 90 % of possible futures, as a line "
        "over each bar.",
        on_click=_switch,
        key="icon_how_sure",
    )


def is_shown() -> bool:
    """Whether the chart shows when jobs may end."""
    return bool(st.session_state.get(Key.WHISKERS, False))


def _switch() -> None:
    st.session_state[Key.WHISKERS] = not is_shown()


def whiskers_of(plan: Plan) -> Whiskers | None:
    """When jobs may end, where the planner wants to see it."""
    if not is_shown():
        return None
    seen = outlooks_of(plan, spread()).futures.jobs
    low, median, high = (
        np.array([getattr(x, name) for x in seen], dtype=np.int64)
        for name in ("low", "median", "high")
    )
    return Whiskers(low, median, high)


def say_how_sure(plan: Plan) -> None:
    """Say under the chart how many jobs are to be expected late, where it is shown."""
    if not is_shown():
        return
    share = spread()
    found = outlooks_of(plan, share).futures
    st.caption(
        f"**{phrases.many(found.late_as_planned, 'job')} late as planned, "
        f"{phrases.count(found.late_expected)} expected.** "
        + assumed(plan.shift.problem, share)
    )


def show_chance(shift: Shift, plan: Plan, job: int) -> None:
    """Say how sure the end of a job is, in its panel."""
    outlook = outlooks_of(plan, spread()).futures.jobs[job]
    span = phrases.span(shift.start, outlook.low, outlook.high)
    words = f"In 8 of 10 possible futures it ends {span}."
    if not isnan(outlook.chance):
        percent = int(100 * outlook.chance + 0.5)
        words = f"**On time with {percent} % chance.** {words}"
    st.markdown(words)


def show_ways(shift: Shift, plan: Plan, job: int) -> None:
    """Offer what the page of orders says of the order of a job."""
    order = next(x for x in orders(shift.problem) if job in x.jobs)
    name = theme.unmarked(order.name)
    with st.container(horizontal=True, key="ask_order"):
        for label, tab in (
            (f"Why does {name} end then?", "Why"),
            ("What would it take?", "What would it take?"),
        ):
            asked = st.button(
                label,
                type="tertiary",
                icon=":material/arrow_forward:",
                key=f"ask_{tab[:4].strip()}",
            )
            if asked:
                st.session_state[Key.ORDER] = order.key
                st.session_state[Key.ORDERS_TAB] = tab
                st.switch_page("pages/orders.py")
