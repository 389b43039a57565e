"""The tabs below the chart; only the open one is computed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from core.planning.plan import Plan
from core.problem.shift import Shift
from pages.parts.day.go_on import offer_to_go_on
from pages.parts.day.history.changes_tab import show_changes
from pages.parts.day.history.events_tab import show_events
from pages.parts.day.return_plan import offer_return
from pages.parts.downloads import offer_plan
from pages.parts.guard import friendly_errors
from pages.parts.plan.data.tables import show_jobs, show_machines
from pages.parts.plan.data.tables_editor import show_shift_tables
from pages.parts.plan.front_view import show_front
from pages.parts.plan.load_view import show_load
from pages.parts.state import Key


@dataclass(frozen=True)
class Tab:
    """
    One tab.

    Parameters
    ----------
    title
        As planners read it.
    show
        Draws it, from the shift and its plan; there may be none yet.
    needs_plan
        Whether it has nothing to show before there is a plan.
    """

    title: str
    show: Callable[[Shift, Plan | None], None]
    needs_plan: bool = True


def _show_load(shift: Shift, plan: Plan | None) -> None:
    """Show which machines are asked for most, and when."""
    if plan is not None:
        show_load(plan)


def _show_files(shift: Shift, plan: Plan | None) -> None:
    """Offer the plan to take along, and the files it was made from to be edited."""
    if plan is not None:
        st.markdown("The plan as a file, ready for a spreadsheet.")
        offer_plan(plan)
        offer_to_go_on()
        offer_return(shift, plan)
    show_shift_tables(shift)


# From left to right.
TABS = (
    Tab("Jobs", show_jobs, needs_plan=False),
    Tab("Machines", show_machines),
    Tab("Load", _show_load),
    Tab("Trade-offs", show_front),
    Tab("Changes", show_changes),
    Tab("Events", show_events),
    Tab("Files", _show_files, needs_plan=False),
)


def show_tabs(shift: Shift, plan: Plan | None) -> None:
    """Show the tabs that have something to show."""
    shown = [tab for tab in TABS if plan is not None or not tab.needs_plan]
    places = st.tabs(
        [tab.title for tab in shown],
        key=Key.TABS if plan is None else f"{Key.TABS}_of_plan",
        on_change="rerun",
    )
    for tab, place in zip(shown, places, strict=True):
        if place.open:
            with place, friendly_errors():
                tab.show(shift, plan)
