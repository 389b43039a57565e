"""What stands at the right end of the row above the chart of a plan."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from core.planning.plan import Plan
from core.problem import phrases
from pages.parts.state import current_plan, previous_plan, take_back


def _take_back(plan: Plan) -> None:
    """Offer the plan before, and say whether it holds choices of the planner."""
    before = previous_plan()
    if before is None:
        return
    held = phrases.many(before.choices, "choice")
    pressed = st.button(
        "Take the plan before back",
        icon=":material/undo:",
        help="Take the plan before back. "
        + (f"It holds {held} of yours. " if before.choices else "")
        + "This plan can be taken back in turn.",
        on_click=take_back,
        key="icon_take_back",
    )
    if pressed:  # the figures and tables beside the chart are others, too
        st.rerun()


# Drawn from left to right; each takes the plan in hand. A button that is named
# ``icon_…`` shows its icon alone.
TOOLS: tuple[Callable[[Plan], None], ...] = (_take_back,)


def show_tools() -> None:
    """Show what can be done with the plan in hand; nothing without one."""
    plan = current_plan()
    if plan is not None:
        for tool in TOOLS:
            tool(plan)
