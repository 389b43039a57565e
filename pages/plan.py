"""Plan: one schedule of the shift in hand."""

import streamlit as st

from pages.parts.day.versions_row import show_conflict
from pages.parts.figure_line import show_plan_figures
from pages.parts.guard import require_app
from pages.parts.plan.chart_area import show_area
from pages.parts.plan.header import show_header, show_outdated
from pages.parts.plan.prove import offer_proof
from pages.parts.plan.tabs import show_tabs
from pages.parts.planning import (
    follow_planning,
    plan_or_ask,
    show_question,
    warm_up,
)
from pages.parts.settings import settings_from_sidebar
from pages.parts.shift import shift_from_sidebar
from pages.parts.state import Key, current_plan, previous_plan

require_app()
shift = shift_from_sidebar()
settings = settings_from_sidebar()

if show_header(shift, settings) and settings is not None:
    plan_or_ask(shift, settings)
show_question(shift, settings)
follow_planning()
if st.session_state.get(Key.NOTICE):
    st.warning(st.session_state[Key.NOTICE], icon=":material/info:")

plan = current_plan()
show_outdated(plan, settings)
show_conflict(plan)
if plan is None:
    warm_up()
    st.markdown(
        "Nothing is planned yet. **Plan** decides which job runs on which machine, "
        "and when."
    )
else:
    show_plan_figures(plan, previous_plan())
    offer_proof(plan)
show_area(shift, plan)
show_tabs(shift, plan)
