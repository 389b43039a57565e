"""Plan: one schedule of the shift in hand."""

import streamlit as st

from pages.parts.guard import require_app
from pages.parts.plan.header import REFRESHED
from pages.parts.plan.planned import planning_under_way, show_planned
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
growing = planning is not None and planning.grown is not None
rhythm = REFRESHED if growing else None
st.fragment(show_planned, run_every=rhythm)(shift, settings, plan, planning, growing)
show_tabs(shift, plan)
if planning is None and plan is None:
    warm_up()
