"""Step through: every decision behind the plan in hand, and why it was made."""

import streamlit as st

from pages.parts.guard import end_page, friendly_errors, require_app
from pages.parts.planning import follow_planning, offer_to_plan
from pages.parts.sidebar.settings import settings_from_sidebar
from pages.parts.sidebar.shift import shift_from_sidebar
from pages.parts.state import current_plan
from pages.parts.step_through.controls import (
    current_step,
    play_on,
    show_controls,
    show_strip,
    tick_seconds,
)
from pages.parts.step_through.decisions import decisions_of, show_history, show_maker
from pages.parts.step_through.log import offer_log, open_saved, show_stale
from pages.parts.step_through.panels import (
    show_decision,
    show_departures,
    show_panels,
    show_plan_so_far,
)
from pages.parts.step_through.what_if import show_overrides, show_what_if
from pages.parts.step_through.why import show_why

require_app()
shift = shift_from_sidebar()
settings = settings_from_sidebar()
st.title("Step through", anchor=False)
follow_planning()

plan = current_plan()
if plan is None:
    offer_to_plan(
        "Every decision of a plan, and why it was made.",
        "Plan the shift first, or open decisions of it that were saved.",
        shift,
        settings,
    )
    if settings is not None:
        with friendly_errors():
            open_saved(settings)
    end_page()

found = decisions_of(plan)


def show_step() -> None:
    """Draw one decision; runs by itself while playing."""
    with friendly_errors():
        if tick_seconds(found) != rhythm:
            st.rerun()  # the rhythm belongs to the whole page
        play_on(found)
        step = current_step(found)
        decision, situation = found.trace[step], found.situation(step)
        show_controls(found, step)
        show_strip(found, step)
        show_decision(found, decision)
        show_departures(found, decision)
        show_panels(found, decision, situation)
        titles = ["The plan so far", "Why?", "What if?", "Decision log"]
        # Only the open tab is drawn: a step stays quick.
        chart, why, otherwise, log = st.tabs(titles, key="step_tabs", on_change="rerun")
        with chart:
            if chart.open:
                show_plan_so_far(found, decision, situation)
        with why:
            if why.open:
                show_why(found, decision)
        with otherwise:
            if otherwise.open:
                show_what_if(found, decision, situation)
        with log:
            if log.open:
                offer_log(found)
                open_saved(found.plan.settings)


show_maker(plan)
show_history(found)
show_overrides(found)
show_stale(found, plan.settings)
rhythm = tick_seconds(found)
st.fragment(show_step, run_every=rhythm)()
