"""Orders: which are late, why, what it would take, and how sure that is."""

import streamlit as st

from pages.parts.guard import end_page, require_app
from pages.parts.orders.order_view import show_order
from pages.parts.orders.table import show_headline, show_orders
from pages.parts.planning import follow_planning, offer_to_plan
from pages.parts.sidebar.settings import settings_from_sidebar
from pages.parts.sidebar.shift import shift_from_sidebar
from pages.parts.state import current_plan

require_app()
shift = shift_from_sidebar()
settings = settings_from_sidebar()
st.title("Orders", anchor=False)
follow_planning()

plan = current_plan()
if plan is None:
    offer_to_plan(
        "When each order ends, why it is late, and what it would take to have it on "
        "time.",
        "Plan the shift first, here or on the page Plan.",
        shift,
        settings,
    )
    if st.button("To the page Plan", icon=":material/arrow_forward:", type="tertiary"):
        st.switch_page("pages/plan.py")
    end_page()

show_headline(plan)
order = show_orders(plan)
show_order(plan, order)
