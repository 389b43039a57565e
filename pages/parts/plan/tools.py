"""What stands at the right end of the row above the chart of a plan."""

from __future__ import annotations

from collections.abc import Callable

from core.planning.plan import Plan
from pages.parts.day.history.versions_row import show_versions
from pages.parts.plan.answers import offer_whiskers
from pages.parts.state import current_plan

# Drawn from left to right; each takes the plan in hand. A button that is named
# ``icon_…`` shows its icon alone.
TOOLS: tuple[Callable[[Plan], None], ...] = (offer_whiskers, show_versions)


def show_tools() -> None:
    """Show what can be done with the plan in hand; nothing without one."""
    plan = current_plan()
    if plan is not None:
        for tool in TOOLS:
            tool(plan)
