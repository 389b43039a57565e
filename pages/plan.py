"""Plan: one schedule of the shift in hand."""

import streamlit as st

from core.problem import phrases
from pages.parts.guard import require_app
from pages.parts.plan.schedule_view import show_plan, show_shift
from pages.parts.planning import (
    follow_planning,
    plan_or_ask,
    show_question,
    warm_up,
)
from pages.parts.settings import settings_from_sidebar
from pages.parts.shift import shift_from_sidebar
from pages.parts.state import Key, current_plan

require_app()
shift = shift_from_sidebar()
settings = settings_from_sidebar()

with st.container(
    horizontal=True,
    horizontal_alignment="distribute",
    vertical_alignment="center",
    key="title",
):
    with st.container(width="content", gap=None):
        st.title("Plan", anchor=False)
        subtitle = st.empty()
    pressed = st.button(
        "Plan",
        type="primary",
        icon=":material/play_arrow:",
        disabled=settings is None,
        key="press_plan",
    )

if pressed and settings is not None:
    plan_or_ask(shift, settings)
show_question(shift, settings)
follow_planning()
if st.session_state.get(Key.NOTICE):
    st.warning(st.session_state[Key.NOTICE], icon=":material/info:")

plan = current_plan()
words = (
    f"{phrases.many(shift.problem.num_jobs, 'job')} on "
    f"{phrases.many(shift.problem.num_machines, 'machine')}, "
    f"from {phrases.moment(shift.start, 0)}"
)
if plan is not None and settings is not None and not settings.plans_like(plan.settings):
    words += ". **The settings have changed since this plan.**"
subtitle.caption(words)
if plan is None:
    show_shift(shift)
    warm_up()
else:
    show_plan(plan)
