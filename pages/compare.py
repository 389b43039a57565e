"""Compare: the same shift by several schedulers, and whether it holds elsewhere."""

from dataclasses import replace

import streamlit as st

from core.comparison.trials import FEWEST, MOST
from core.planning.catalogue import names
from core.planning.visibility import FEWEST_VISIBLE, MOST_VISIBLE, VISIBLE
from pages.parts.compare.run import (
    IN_HAND,
    current_comparison,
    follow_comparing,
    start_comparing,
    title,
)
from pages.parts.compare.scenarios import show_scenarios
from pages.parts.compare.trials import show_trials
from pages.parts.compare.view import show_comparison
from pages.parts.guard import require_app
from pages.parts.sidebar.settings import settings_from_sidebar
from pages.parts.sidebar.shift import shift_from_sidebar
from pages.parts.state import Key, current_plan

require_app()
shift = shift_from_sidebar()
settings = settings_from_sidebar()

st.title("Compare", anchor=False)
options = list(names())
if current_plan() is not None:
    options = [*options, IN_HAND]
elif IN_HAND in st.session_state.get(Key.CONTENDERS, []):
    st.session_state[Key.CONTENDERS].remove(IN_HAND)
with st.container(horizontal=True, vertical_alignment="bottom", key="choice"):
    chosen = tuple(
        st.multiselect(
            "Two to four schedulers; the first is the yardstick",
            options,
            default=["batch", "hierarchical"],
            max_selections=MOST,
            format_func=title,
            key=Key.CONTENDERS,
            persist_state="session",
        )
    )
    visible = st.number_input(
        "Jobs in sight, in batches",
        FEWEST_VISIBLE,
        MOST_VISIBLE,
        VISIBLE,
        help="How many jobs planning in batches sees at once.",
        key=Key.VISIBLE,
        persist_state="session",
        width=200,
    )
    pressed = st.button(
        "Compare",
        type="primary",
        icon=":material/compare:",
        disabled=settings is None or not FEWEST <= len(chosen) <= MOST,
        key="press_compare",
    )
# The limits of the widget hold in the browser only.
visible = min(max(int(visible), FEWEST_VISIBLE), MOST_VISIBLE)
if settings is not None:
    settings = replace(settings, visible=visible)

show_scenarios()
if pressed and settings is not None:
    start_comparing(shift, settings, chosen)
follow_comparing()
if st.session_state.get(Key.COMPARE_NOTICE):
    st.warning(st.session_state[Key.COMPARE_NOTICE], icon=":material/info:")

found = current_comparison(shift)
if found is None:
    st.caption(
        "Press Compare to plan this shift with each of them. Nothing is replaced "
        "until you take a plan over."
    )
else:
    if found.settings != settings and not found.made_before:
        st.caption("The settings have changed since. Press Compare to apply them.")
    show_comparison(found)
if settings is not None:
    show_trials(shift, settings, chosen)
