"""What it would take to have an order on time: looked for, shown, taken over."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import isfinite

import pandas as pd
import streamlit as st

from core.charts import theme
from core.planning.plan import Plan
from core.planning.scheduler import Result
from core.problem import phrases
from core.problem.orders import Order
from core.problem.shift import Shift
from core.remedies.remedies import remedies
from core.remedies.remedy import Remedies, Remedy
from core.remedies.words import proof
from pages.parts.background import BackgroundWork
from pages.parts.guard import friendly_errors
from pages.parts.orders.standing import wording_of
from pages.parts.planning import QUICK_SECONDS
from pages.parts.state import Key, current_plan, keep_plan, keep_shift
from pages.parts.tables import clicked_line, with_line_marked, worded

REMEDY = "remedy"  # what made a plan that was taken over here, as files name it

log = logging.getLogger("shiftwright")


@dataclass(frozen=True, eq=False)
class Applied:
    """
    A remedy that was taken over.

    Parameters
    ----------
    plan_hash
        Of the plan that it led to: while that is in hand, it can be taken back.
    words
        What was done.
    before, opened
        The plan before, and the shift that was opened rather than chosen then.
    """

    plan_hash: str
    words: str
    before: Plan
    opened: Shift | None


class RemedySearch(BackgroundWork):
    """
    One search for remedies, in a thread of its own.

    Parameters
    ----------
    plan, wanted
        The plan to start from, and the order, due when it is wanted.
    """

    def __init__(self, plan: Plan, wanted: Order) -> None:
        super().__init__()
        self.plan, self.wanted = plan, wanted
        self.what = "Looking for ways"
        self.found: Remedies | None = None
        self.begin()

    def work(self) -> None:
        """Look; the outcome are remedies, or a fault in words."""
        try:
            self.found = remedies(
                self.plan.shift.problem,
                self.plan.result.schedule,
                [self.wanted],
                wording_of(self.plan),
                stop=self.over,
                progress=self.note,
            )
        except Exception:  # the border of the thread: nobody else would see
            log.exception("Looking for remedies failed.")
            self.fault = "Ways to help this order could not be looked for."


def _search() -> RemedySearch | None:
    """Return the last search of this session, under way or done."""
    search: RemedySearch | None = st.session_state.get(Key.REMEDY_SEARCH)
    return search


def _begin(plan: Plan, wanted: Order) -> None:
    """Look for remedies; another search of this session is stopped."""
    running = _search()
    if running is not None:
        running.stop()
    st.session_state[Key.REMEDY_SEARCH] = RemedySearch(plan, wanted)


def show_remedies(plan: Plan, order: Order) -> None:
    """Let the planner look for remedies of an order, and take one over."""
    wanted = _wanted(plan, order)
    search = _search()
    if wanted is None or search is None or search.wanted != wanted:
        return
    if search.plan.content_hash != plan.content_hash:
        search.stop()  # of a plan that is no longer in hand
        return
    search.seen = time.monotonic()
    if search.share == 0.0 and not search.stopping:
        with st.spinner("Looking for ways …", show_time=False):
            search.done(QUICK_SECONDS)
    if not search.done():
        _progress()
    elif search.fault is not None or search.found is None:
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
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen: datetime | None = st.datetime_input(
            "Wanted by",
            value=whole,
            format="DD.MM.YYYY",
            step=900,
            width=230,
            help="Its due date, unless you say otherwise.",
            key=f"{Key.ORDERS_WANTED}_{plan.shift.content_hash[:16]}_{order.jobs[0]}",
        )
        wanted = order
        if chosen is not None and chosen.replace(tzinfo=None) != whole:
            seconds = (chosen.replace(tzinfo=None) - start).total_seconds()
            wanted = replace(order, due=seconds)
        has_due = chosen is not None and isfinite(wanted.due)
        st.button(
            "Look for ways",
            type="primary",
            icon=":material/search:",
            disabled=not has_due,
            on_click=_begin,
            args=(plan, wanted),
            key="look_for_ways",
        )
    if not has_due:
        st.caption("This order has no due date: say by when it is wanted.")
        return None
    return wanted


@st.fragment(run_every="0.5s")
def _progress() -> None:
    """How far the search is, refreshed by itself, and a button to stop it."""
    with friendly_errors():
        search = _search()
        if search is None:
            return
        search.seen = time.monotonic()
        if search.done():
            st.rerun()
        words = "Stopping" if search.stopping else search.what
        st.progress(search.share, text=f"{words} …")
        st.button(
            "Stop, keep what was found",
            icon=":material/stop_circle:",
            on_click=search.stop,
            disabled=search.stopping,
        )


def _show_found(plan: Plan, wanted: Order, found: Remedies, *, stopped: bool) -> None:
    """Show what it would take, who pays, and offer to take one way over."""
    said = proof(plan.result.schedule, [wanted], found, wording_of(plan))
    st.markdown(theme.unmarked(said))
    if stopped:
        st.caption("The search was stopped: there may be more ways.")
    ways = found.remedies
    if not ways:
        if plan.result.schedule.end[list(wanted.jobs)].max() > wanted.due:
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
            "To change": [
                "the plan" if way.problem is problem else "the shift" for way in ways
            ],
        }
    )
    key = table_key(plan, wanted)
    line = min(clicked_line(key) or 0, len(ways) - 1)
    st.dataframe(
        with_line_marked(worded(table, ["Still late"], ["Others late"]), line),
        hide_index=True,
        column_config={
            "Change": st.column_config.TextColumn(width=300),
            "Ends": st.column_config.DatetimeColumn(help="The order, then."),
            "Others late": st.column_config.NumberColumn(
                help="How much later than now all other orders are together, beyond "
                "their due dates; −: less late."
            ),
            "Changed jobs": st.column_config.NumberColumn(
                help="On another machine, or moved by more than 5 minutes."
            ),
            "To change": st.column_config.TextColumn(
                help="The plan alone, or the shift too: opening times or releases."
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
            on_click=_apply,
            args=(plan, wanted, way),
            key="apply_remedy",
        )
        st.caption(_consequence(plan, way))


def table_key(plan: Plan, wanted: Order) -> str:
    """Key of the table of what was found: a click in another one does not count."""
    return f"{Key.REMEDY}_{plan.content_hash[:16]}_{wanted.jobs[0]}_{wanted.due:.0f}"


def _consequence(plan: Plan, way: Remedy) -> str:
    """Say what taking a way over does, before it is done."""
    words = "The plan as it is now can be taken back."
    if way.problem is not plan.shift.problem:
        words = f"The shift in hand changes with it; arrange for that. {words}"
    if plan.choices:
        held = phrases.many(plan.choices, "choice")
        words += f" It holds {held} of yours, which this may move."
    return words


def _apply(plan: Plan, wanted: Order, way: Remedy) -> None:
    """Take a remedied plan over, and with it the shift where that changes."""
    state, shift = st.session_state, plan.shift
    if current_plan() is not plan:
        return  # pressed on a page that was drawn for another plan
    opened: Shift | None = state.get(Key.OPENED)
    if way.problem is not shift.problem:
        name = f"{shift.name}; {way.change}"
        shift = replace(shift, problem=way.problem, name=name)
        state[Key.OPENED] = shift
        keep_shift(shift)
    made = Plan(
        shift,
        plan.settings,
        Result(
            problem=shift.problem,
            schedule=way.schedule,
            objective=plan.result.objective,
            scheduler=REMEDY,
            seconds=0.0,
            decisions=0,
            reason=f"The plan before, changed for {wanted.name}: {way.change}.",
        ),
    )
    keep_plan(made)
    before = int(plan.result.schedule.end[list(wanted.jobs)].max())
    words = f"{wanted.name} ends {phrases.moment(shift.start, way.end)}, "
    words += f"{phrases.later(way.end - before)}: {way.change}."
    state[Key.REMEDY_APPLIED] = Applied(made.content_hash, words, plan, opened)


def show_applied(plan: Plan) -> None:
    """Say what was taken over, and offer to take it back, while it is in hand."""
    applied: Applied | None = st.session_state.get(Key.REMEDY_APPLIED)
    if applied is None or applied.plan_hash != plan.content_hash:
        return
    with st.container(border=True, key="applied"):
        st.markdown(f":green[**Taken over.**] {theme.unmarked(applied.words)}")
        st.button(
            "Take the plan before back",
            icon=":material/undo:",
            on_click=_take_back,
            args=(applied,),
            key="take_back_remedy",
        )


def _take_back(applied: Applied) -> None:
    """Put the plan before in hand, and the shift that it is of."""
    state = st.session_state
    if applied.opened is None:
        state.pop(Key.OPENED, None)
    else:
        state[Key.OPENED] = applied.opened
    keep_shift(applied.before.shift)
    keep_plan(applied.before)
    state.pop(Key.REMEDY_APPLIED)
