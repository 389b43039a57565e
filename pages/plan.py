"""Plan: one schedule of the shift in hand."""

import streamlit as st

from pages.parts.guard import require_app
from pages.parts.plan.planned import REFRESHED, planning_under_way, show_planned
from pages.parts.plan.tabs import show_tabs
from pages.parts.planning import warm_up
from pages.parts.sidebar.settings import settings_from_sidebar
from pages.parts.sidebar.shift import shift_from_sidebar
from pages.parts.state import current_plan

require_app()
shift = shift_from_sidebar()
settings = settings_from_sidebar()

planning = planning_under_way()
plan = current_plan()
rhythm = None if planning is None else REFRESHED
st.fragment(show_planned, run_every=rhythm)(shift, settings, plan, planning)
show_tabs(shift, plan)
if planning is None and plan is None:
    warm_up()
