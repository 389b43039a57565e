"""All of the Plan page above its tabs: the plan in hand, or how the next one grows."""

from __future__ import annotations

import time

import streamlit as st

from core.planning.plan import Plan
from core.planning.settings import PlanSettings
from core.problem.measures.figures import figures_of
from core.problem.shift import Shift
from pages.parts.day.stale import stale_plan
from pages.parts.figure_line import show_figure_line, show_plan_figures
from pages.parts.guard import friendly_errors
from pages.parts.plan.chart_area import draw_area
from pages.parts.plan.header import show_header
from pages.parts.plan.notes import show_notes
from pages.parts.plan.prove import offer_proof
from pages.parts.planning import Planning, current_planning, finish_planning
from pages.parts.state import Key, current_plan, previous_plan

FIRST_SECONDS = 0.4  # so long the page waits for a plan: a small shift is drawn once
LAST_SECONDS = 0.7  # so long it waits for the last one; well within a refresh


def planning_under_way() -> Planning | None:
    """Return the planning under way; one that is done by now is taken over."""
    planning = current_planning()
    if planning is None:
        return None
    if planning.done(max(0.0, planning.made + FIRST_SECONDS - time.monotonic())):
        first = st.session_state.get(Key.PLAN) is None
        finish_planning(planning)
        if first:
            st.rerun()  # the sidebar has more to ask once there is a plan
        return None
    return planning


def show_planned(
    shift: Shift,
    settings: PlanSettings | None,
    plan: Plan | None,
    planning: Planning | None,
    growing: bool,
) -> None:
    """
    Show the plan in hand or, refreshed by itself, the best one so far.

    The same parts stand at the same places in both cases: nothing jumps, and nothing
    is there twice. Before there is a plan on the way only its progress is refreshed:
    twenty planners in line ask for no chart.

    Parameters
    ----------
    shift, settings
        What would be planned, and how; ``None``: the settings ask for nothing.
    plan, planning
        The plan in hand and the planning under way when the whole page was drawn.
    growing
        Whether there was a plan on the way then.
    """
    with friendly_errors():
        if current_planning() is not planning or current_plan() is not plan:
            st.rerun()  # something was begun or taken here: all of the page follows
        grown = None
        if planning is not None and growing:
            planning.seen = time.monotonic()
            if planning.done(_worth_waiting(planning)):
                finish_planning(planning)
                st.rerun()
            grown = planning.grown
        show_header(shift, settings, planning, growing)
        show_notes(shift, settings, plan, quiet=planning is not None)
        with st.container(horizontal=True, vertical_alignment="center", key="figures"):
            stale = stale_plan(shift) if plan is None else None
            _show_figures(plan or stale, grown, planning)
        shown = grown or plan or stale
        draw_area(shown.shift if shown else shift, shown, final=planning is None)


def _worth_waiting(planning: Planning) -> float:
    """Seconds: an end that comes before the next refresh is waited for, not missed."""
    left = planning.seconds_left
    near = planning.stopping or (left is not None and left < LAST_SECONDS)
    return LAST_SECONDS if near else 0.0


def _show_figures(
    plan: Plan | None, grown: Plan | None, planning: Planning | None
) -> None:
    """Show the figures of the best so far; before there is one, of the plan in hand."""
    if grown is not None and planning is not None:
        values = figures_of(grown.result, planning.bound)
        show_figure_line(values, grown.shift.start)
    elif plan is not None and planning is None:
        show_plan_figures(plan, previous_plan())
        offer_proof(plan)
    elif plan is not None:
        show_plan_figures(plan)
    else:
        st.markdown(
            "Nothing is planned yet. **Plan** decides which job runs on which machine, "
            "and when."
        )
