"""How sure a plan is, by the spread of times that the planner assumes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import streamlit as st

from core.futures.futures import Futures, futures
from core.futures.spread import LARGEST_SHARE, Spread
from core.planning.plan import Plan
from core.problem import phrases
from core.problem.measures.orders import Order
from core.problem.model import Problem
from pages.parts.state import Key

MOST_KEPT = 8
USUAL_SPREAD = 20  # percent


@dataclass(frozen=True, eq=False)
class Outlooks:
    """
    A plan's orders in possible futures.

    Parameters
    ----------
    futures
        The futures.
    """

    futures: Futures

    @cached_property
    def chances(self) -> dict[Order, float]:
        """Chance of each order to be on time; NaN without a due date."""
        return {order: seen.chance for order, seen in self.futures.orders}

    @property
    def late_expected(self) -> float:
        """Late orders in the mean of the futures."""
        return sum(1 - x for x in self.chances.values() if x == x)  # NaN: no due date


def spread() -> float:
    """Share of every time that it may turn out otherwise by, as the planner says."""
    # The limits of the widget hold in the browser only.
    percent = int(st.session_state.get(Key.ORDERS_SPREAD, USUAL_SPREAD))
    return min(max(percent / 100, 0.0), LARGEST_SHARE)


def assumed(problem: Problem, share: float) -> str:
    """Say what the futures assume, in a sentence."""
    own = int((problem.time_low > 0).sum())
    broken = int((problem.between_breakdowns > 0).sum())
    times = "every time"
    if own:
        times += f" but those of {phrases.many(own, 'job')} that state theirs"
    machines = "no breakdowns"
    if broken:
        machines = f"{phrases.many(broken, 'machine')} with breakdowns as stated"
    return (
        f"Assumed: {times} within ± {100 * share:.0f} % of the planned one in 8 of 10 "
        f"cases, {machines}."
    )


def outlooks_of(plan: Plan, share: float) -> Outlooks:
    """Return a plan's orders in possible futures, by the spread of every time."""
    return _outlooks(plan.content_hash, share, plan)


@st.cache_resource(
    max_entries=MOST_KEPT, ttl="4h", show_spinner="Looking at possible futures …"
)
def _outlooks(plan_hash: str, share: float, _plan: Plan) -> Outlooks:
    problem, schedule = _plan.shift.problem, _plan.result.schedule
    spread, floor = Spread.of(problem, share), _plan.result.floor
    return Outlooks(futures(problem, schedule, spread, floor=floor))
