"""All orders of the plan in hand: how many are late, and one line for each."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from core.charts import theme
from core.charts.orders import orders_table
from core.decisions.lateness import Why
from core.decisions.lateness_words import CAUSES
from core.futures.spread import LARGEST_SHARE
from core.planning.plan import Plan
from core.problem import phrases
from core.problem.measures.orders import Order, OrderLine
from core.tables.writing.write_orders import order_rows, orders_csv
from pages.parts.light_or_dark import is_dark
from pages.parts.orders.standing import lines_of, whys_of
from pages.parts.outlook import (
    USUAL_SPREAD,
    Outlooks,
    assumed,
    outlooks_of,
    spread,
)
from pages.parts.state import Key
from pages.parts.tables import PERCENT, clicked_line, with_line_marked, worded

if TYPE_CHECKING:
    from pandas.io.formats.style import Styler

TABLE_HEIGHT = 318  # eight rows: the order that is opened stays in sight
WHICH = ("All", "Late", "Important")


def show_headline(plan: Plan) -> None:
    """Say how many orders are late, as planned and as is to be expected."""
    share, lines = spread(), lines_of(plan, 0)
    outlooks = outlooks_of(plan, share)
    found = outlooks.futures
    late = [line.order for line in lines if line.late > 0]
    important = sum(order.important for order in late)
    starred = f" ({phrases.count(important)} ★)" if important else ""
    with st.container(gap=None):
        st.markdown(
            f"**{phrases.many(len(late), 'order')} late as planned{starred}, "
            f"{phrases.count(outlooks.late_expected)} expected**, of "
            f"{phrases.count(len(lines))}"
        )
        st.caption(
            f"{phrases.many(found.late_as_planned, 'job')} late as planned, "
            f"{phrases.count(found.late_expected)} expected. "
            + assumed(plan.shift.problem, share)
        )


def show_orders(plan: Plan) -> Order | None:
    """
    Show one line per order, the latest first; returns the one that is opened.

    What is shown can be filtered, searched and taken along.
    """
    with st.container(
        horizontal=True, vertical_alignment="bottom", key="orders_choice"
    ):
        which = st.segmented_control(
            "Which orders",
            WHICH,
            default=WHICH[0],
            required=True,
            label_visibility="collapsed",
            key=Key.ORDERS_SHOWN,
            persist_state="session",
        )
        search = st.text_input(
            "Find",
            placeholder="Find an order or job",
            label_visibility="collapsed",
            key=Key.ORDERS_SEARCH,
            persist_state="session",
        )
        moment = _moment(plan)
        st.number_input(
            "Spread, ± %",
            0,
            round(100 * LARGEST_SHARE),
            USUAL_SPREAD,
            step=5,
            width=125,
            help="How far times may turn out otherwise: 8 in 10 lie within so many "
            "percent of the planned one. It holds for every job and setup that states "
            "nothing else.",
            key=Key.ORDERS_SPREAD,
            persist_state="session",
        )
    lines, whys = lines_of(plan, moment), whys_of(plan)
    outlooks = outlooks_of(plan, spread())
    shown = [line for line in lines if _is_shown(plan, line, which or "All", search)]
    _show_table(plan, shown, outlooks, whys)
    with st.container(horizontal=True, vertical_alignment="center", key="orders_foot"):
        if len(shown) == len(lines):
            st.caption("Click a line to open the order.")
        else:
            of_all = phrases.many(len(lines), "order")
            st.caption(f"{phrases.count(len(shown))} of {of_all} shown.")
        _offer_download(plan, lines, outlooks, whys)
    opened = st.session_state.get(Key.ORDER)
    return next((x.order for x in lines if x.order.key == opened), None)


def _moment(plan: Plan) -> int:
    """Seconds since plan start up to which work counts as done, as chosen."""
    start = plan.shift.start
    last = start + timedelta(seconds=plan.result.schedule.makespan)
    now = datetime.now().replace(second=0, microsecond=0)
    chosen = st.datetime_input(
        "Done as of",
        value=now if start <= now <= last else start,
        min_value=start,
        format="DD.MM.YYYY",
        step=900,
        width=195,
        help="Up to when work counts as done, as planned: now, while the plan runs.",
        key=f"{Key.ORDERS_AT}_{start:%Y%m%d%H%M%S}",
        persist_state="session",
    )
    seconds = ((chosen or start).replace(tzinfo=None) - start).total_seconds()
    return max(round(seconds), 0)


def _is_shown(plan: Plan, line: OrderLine, which: str, search: str) -> bool:
    """Whether a line passes filter and search."""
    if which == "Late" and not line.late > 0:
        return False
    if which == "Important" and not line.order.important:
        return False
    wanted = search.strip().casefold()
    names = (line.order.name, *(plan.shift.problem.job_ids[j] for j in line.order.jobs))
    return any(wanted in name.casefold() for name in names)


def _show_table(
    plan: Plan,
    shown: Sequence[OrderLine],
    outlooks: Outlooks,
    whys: Mapping[Order, Why],
) -> None:
    """Show the lines; a click on one opens its order."""
    if not shown:
        st.info("No order is like that. Choose others, or clear the search.")
        return
    table = orders_table(
        plan.shift, shown, outlooks.chances, {x: _worst(why) for x, why in whys.items()}
    )
    orders = [line.order.key for line in shown]
    # Other lines are another table: what was clicked in the former one is not to
    # count for a line of this one.
    of = f"{plan.content_hash}{orders}"
    key = f"{Key.ORDERS_TABLE}_{hashlib.sha256(of.encode()).hexdigest()[:16]}"
    opened = st.session_state.get(Key.ORDER)
    line = orders.index(opened) if opened in orders else None
    st.dataframe(
        with_line_marked(_late_in_red(worded(table, to_due=["To due"]), shown), line),
        hide_index=True,
        height=TABLE_HEIGHT if len(shown) > 7 else "content",
        placeholder=phrases.NOTHING,
        column_config={
            "Order": st.column_config.TextColumn(pinned=True),
            "★": st.column_config.TextColumn(width=40, help="Important orders."),
            "To due": st.column_config.NumberColumn(
                "Late or spare", help="From its projected end to its due date."
            ),
            "Ends": st.column_config.DatetimeColumn(help="Its last job, as planned."),
            "On time": st.column_config.ProgressColumn(
                "On-time chance",
                format=PERCENT,
                min_value=0.0,
                max_value=100.0,
                width=130,
                help="Share of 200 possible futures, by the spread above.",
            ),
            "Done": st.column_config.NumberColumn(format=PERCENT, width=70),
            "Worst cause": st.column_config.TextColumn(
                width=240, help="What took most of its time, its own work apart."
            ),
        },
        on_select=lambda: _open(key, orders),
        selection_mode="single-cell",
        key=key,
    )


def _late_in_red(
    table: pd.DataFrame | Styler, shown: Sequence[OrderLine]
) -> pd.DataFrame | Styler:
    """Return the table with late orders in red; they say so in words as well."""
    if isinstance(table, pd.DataFrame):
        return table
    red = theme.DARK[theme.LATE] if is_dark() else theme.LATE
    late = [f"color: {red}" if line.late > 0 else "" for line in shown]
    return table.apply(lambda column: late, subset=["To due"])


def _worst(why: Why) -> str:
    return phrases.NOTHING if why.worst is None else CAUSES[why.worst]


def _open(key: str, orders: Sequence[tuple[str, int]]) -> None:
    """Open the order whose line was clicked."""
    line = clicked_line(key)
    if line is not None:
        st.session_state[Key.ORDER] = orders[line]


def _offer_download(
    plan: Plan,
    lines: Sequence[OrderLine],
    outlooks: Outlooks,
    whys: Mapping[Order, Why],
) -> None:
    """Offer all orders as a file."""
    causes = {order: why.worst for order, why in whys.items()}
    st.download_button(
        "All orders as CSV",
        lambda: orders_csv(order_rows(plan.shift, lines, outlooks.chances, causes)),
        "orders.csv",
        "text/csv",
        icon=":material/download:",
        type="tertiary",
        on_click="ignore",
    )
