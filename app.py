"""Shiftwright's dashboard: the site map."""

from pathlib import Path

import streamlit as st

# First, and before anything that could fail: until it ran, Streamlit would serve the
# files in pages/ without this frame around them.
page = st.navigation(
    [
        st.Page("pages/plan.py", title="Plan", icon=":material/view_timeline:"),
        st.Page("pages/orders.py", title="Orders", icon=":material/list_alt:"),
        st.Page("pages/step_through.py", title="Step through", icon=":material/steps:"),
        st.Page("pages/compare.py", title="Compare", icon=":material/compare:"),
        st.Page("pages/training.py", title="Training", icon=":material/school:"),
    ]
)

from pages.parts.guard import framed  # noqa: E402
from pages.parts.in_hand import shift_in_hand  # noqa: E402

ASSETS = Path(__file__).parent / "assets"

st.set_page_config(
    page_title=f"{page.title} · Shiftwright", page_icon="🗓️", layout="wide"
)
st.logo(ASSETS / "logo.svg", size="large")
st.html(ASSETS / "style.css")
with framed(), shift_in_hand(page.url_path):
    page.run()
