"""What can be had in all: plans that none beats, one slider, one to take over."""

from __future__ import annotations

import logging

import pandas as pd
import streamlit as st

from core.alternatives.front import Front, FrontPlan, front
from core.charts.front import FrontMark, front_chart
from core.planning.plan import Plan
from core.planning.scheduler import Result
from core.problem import phrases
from core.problem.measures.stability import Home
from core.problem.shift import Shift
from core.replanning.changes import home_of
from pages.parts.background import BackgroundWork
from pages.parts.chart import job_of, show_chart
from pages.parts.following import follow
from pages.parts.state import Key, current_plan, keep_plan

FRONT = "front"  # what made a plan that was taken over here, as files name it

log = logging.getLogger("shiftwright")


class FrontSearch(BackgroundWork):
    """
    One search for what can be had, in a thread of its own.

    Parameters
    ----------
    plan
        The plan to start from.
    """

    def __init__(self, plan: Plan) -> None:
        super().__init__()
        self.plan = plan
        self.what = "Looking at what can be had"
        self.found: Front | None = None
        self.begin()

    def work(self) -> None:
        """Look; the outcome is a front, or a fault in words."""
        try:
            problem, result = self.plan.shift.problem, self.plan.result
            self.found = front(
                problem,
                result.schedule,
                floor=result.floor,
                home=_home_of(self.plan),
                stop=self.over,
                progress=self.note,
            )
        except Exception:  # the border of the thread: nobody else would see
            log.exception("Looking at what can be had failed.")
            self.fault = "What can be had could not be looked at."


def _home_of(plan: Plan) -> Home | None:
    """Return the plan before, where the one in hand was made from it."""
    floor = plan.result.floor
    if floor is None or floor.previous is None:
        return None
    return home_of(plan.shift.problem, floor)


def show_front(shift: Shift, plan: Plan | None) -> None:
    """Let the planner look at what can be had, and take one plan over."""
    if plan is None:
        return
    search: FrontSearch | None = st.session_state.get(Key.FRONT_SEARCH)
    if search is not None and not _is_about(search, plan):
        search.stop()
        search = None
    if search is None:
        st.markdown(
            "To end early, to be on time and to set up rarely are at odds"
            + (", and so is to change little" if _home_of(plan) is not None else "")
            + ". Dozens of plans with other weights show what can be had in all."
        )
        st.button(
            "Look at what can be had",
            icon=":material/search:",
            on_click=_begin,
            args=(plan,),
            key="look_at_front",
        )
        return
    if not follow(Key.FRONT_SEARCH, "Looking at what can be had"):
        return
    if search.found is None:
        st.warning(search.fault or "The search ended early.", icon=":material/info:")
        return
    _show_found(plan, search.found)


def _is_about(search: FrontSearch, plan: Plan) -> bool:
    """Whether a search is of the plan in hand, or led to it."""
    known = [search.plan.result.schedule]
    if search.found is not None:
        known += [choice.schedule for choice in search.found.choices]
    same_shift = search.plan.shift.content_hash == plan.shift.content_hash
    return same_shift and any(x is plan.result.schedule for x in known)


def _begin(plan: Plan) -> None:
    """Look at what can be had; another search of this session is stopped."""
    running: FrontSearch | None = st.session_state.get(Key.FRONT_SEARCH)
    if running is not None:
        running.stop()
    st.session_state[Key.FRONT_SEARCH] = FrontSearch(plan)
    for key in (Key.FRONT_POINT, Key.FRONT_CHART):
        st.session_state.pop(key, None)


def _show_found(plan: Plan, found: Front) -> None:
    """Show the slider, the chart and the figures of the chosen plan."""
    choices = list(found.choices)
    hand = _position(plan, choices)
    last = len(choices) - 1
    st.session_state.setdefault(Key.FRONT_POINT, hand or 0)
    st.session_state[Key.FRONT_POINT] = min(st.session_state[Key.FRONT_POINT], last)
    plans = phrases.many(len(choices), "plan")
    st.markdown(
        f"**{plans} that no other beats**, of {found.made + 1} with different weights."
        + ("" if hand is not None else " The plan in hand is beaten by one of them.")
    )
    marks = [
        FrontMark(x.metrics, i == hand, x.changed_jobs) for i, x in enumerate(choices)
    ]
    if hand is None:
        in_hand = found.in_hand
        marks.append(FrontMark(in_hand.metrics, True, in_hand.changed_jobs))
    with st.container(key="front"):  # one below the other where it is narrow
        left, right = st.columns([3, 2], gap="medium", vertical_alignment="top")
    with right:
        if last > 0:
            st.select_slider(
                "From the least late to the fewest setups",
                range(last + 1),
                format_func=lambda i: f"plan {i + 1}",
                key=Key.FRONT_POINT,
            )
        chosen = int(st.session_state[Key.FRONT_POINT])
        _show_figures(plan, choices[chosen], found.in_hand)
        st.button(
            "Take this plan",
            type="primary",
            icon=":material/check:",
            disabled=chosen == hand,
            on_click=_take,
            args=(plan, found, choices[chosen]),
            key="take_front_plan",
        )
        if chosen == hand:
            st.caption("This is the plan in hand.")
        elif plan.choices:
            held = phrases.many(plan.choices, "choice")
            st.caption(f"The plan in hand holds {held} of yours; it can be taken back.")
    with left:
        show_chart(
            front_chart(marks, chosen, plan.shift.start),
            Key.FRONT_CHART,
            "The plans by lateness and end; the figures beside it say the same.",
            on_click=lambda: _take_click(last),
        )


def _show_figures(plan: Plan, choice: FrontPlan, in_hand: FrontPlan) -> None:
    """Show a plan's figures beside those of the plan in hand."""
    start, there, here = plan.shift.start, choice.metrics, plan.result.metrics
    rows = [
        (
            "Ends",
            phrases.moment(start, there.makespan),
            phrases.moment(start, here.makespan),
        ),
        ("Late jobs", phrases.count(there.late_jobs), phrases.count(here.late_jobs)),
        (
            "Late important jobs",
            phrases.count(there.late_important_jobs),
            phrases.count(here.late_important_jobs),
        ),
        (
            "Weighted lateness",
            phrases.hours(there.weighted_tardiness),
            phrases.hours(here.weighted_tardiness),
        ),
        ("Setups", phrases.hours(there.setup), phrases.hours(here.setup)),
    ]
    if choice.changed_jobs is not None and in_hand.changed_jobs is not None:
        changed = (
            phrases.count(choice.changed_jobs),
            phrases.count(in_hand.changed_jobs),
        )
        rows.append(("Changed jobs", *changed))
    st.dataframe(
        pd.DataFrame(rows, columns=["", "This plan", "In hand"]),
        hide_index=True,
        placeholder="–",
        height="content",
    )


def _position(plan: Plan, choices: list[FrontPlan]) -> int | None:
    """Return where the plan in hand is among the choices."""
    for i, choice in enumerate(choices):
        if choice.schedule is plan.result.schedule:
            return i
    return None


def _take_click(last: int) -> None:
    """Put the slider at the plan that was clicked."""
    points = st.session_state[Key.FRONT_CHART].selection.points
    place = next(map(job_of, points), None)
    if place is not None and place <= last:
        st.session_state[Key.FRONT_POINT] = place


def _take(plan: Plan, found: Front, choice: FrontPlan) -> None:
    """Take a plan over; the one in hand can be taken back."""
    if current_plan() is not plan:
        return  # pressed on a page that was drawn for another plan
    words = "Chosen among plans that none beats in lateness, end and setups."
    if choice.objective is not None:
        weights = ", ".join(f"{x:.2g}" for x in choice.objective.weights)
        words += f" Found with the weights {weights}."
    keep_plan(
        Plan(
            plan.shift,
            plan.settings,
            Result(
                problem=plan.shift.problem,
                schedule=choice.schedule,
                objective=plan.result.objective,
                scheduler=FRONT,
                seconds=0.0,
                decisions=0,
                reason=words,
                floor=found.floor,
                rest=found.rest,
            ),
        )
    )
