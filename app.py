"""Shiftwright's dashboard: the site map."""

from pathlib import Path

import streamlit as st

# First, and before anything that could fail: until it ran, Streamlit would serve the
# files in pages/ without this frame around them.
# Their icons are in style.css: one named here would be fetched from a font server.
plan = st.Page("pages/plan.py", title="Plan", url_path="start", default=True)
page = st.navigation(
    [
        plan,
        st.Page("pages/orders.py", title="Orders"),
        st.Page("pages/step_through.py", title="Step through"),
        st.Page("pages/compare.py", title="Compare"),
        st.Page("pages/training.py", title="Training"),
        # The start has no name in the address, and /plan is what people try.
        st.Page(
            lambda: st.switch_page(plan),
            title="Plan",
            url_path="plan",
            visibility="hidden",
        ),
    ]
)

from pages.parts.guard import framed, look_nothing_up  # noqa: E402
from pages.parts.kept.in_hand import shift_in_hand  # noqa: E402
from pages.parts.keys import listen_to_keys  # noqa: E402
from pages.parts.light_or_dark import follow_theme  # noqa: E402

ASSETS = Path(__file__).parent / "assets"

st.set_page_config(
    page_title=f"{page.title} · Shiftwright", page_icon="🗓️", layout="wide"
)
st.logo(ASSETS / "logo.svg", size="large")
st.html(ASSETS / "style.css")
st.html(ASSETS / "history.html", unsafe_allow_javascript=True)
look_nothing_up()
with framed(), shift_in_hand(page.url_path):
    page.run()
listen_to_keys()
follow_theme()
