"""Where a plan leaves its orders, worked out once per plan."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from core.decisions.effects import Effect, PlanNow
from core.decisions.effects import effect_of as of
from core.decisions.lateness import Lateness, Why
from core.decisions.topic_words import Wording
from core.planning.plan import Plan
from core.problem.measures.orders import Order, OrderLine, order_lines

MOST_KEPT = 8


def lines_of(plan: Plan, moment: int) -> tuple[OrderLine, ...]:
    """Where the plan leaves each order, work up to a moment (seconds) done."""
    return _lines(plan.content_hash, moment, plan)


def whys_of(plan: Plan) -> Mapping[Order, Why]:
    """Why each order of a plan ends when it does."""
    return _whys(plan.content_hash, plan)


def effect_of(plan: Plan, kind: str, index: int) -> Effect:
    """
    What something makes late.

    Parameters
    ----------
    plan
        The plan.
    kind, index
        See :func:`core.decisions.effects.effect_of`.

    Raises
    ------
    ValueError
        When the thing is past change.
    """
    return _effect(plan.content_hash, kind, index, plan)


def wording_of(plan: Plan) -> Wording:
    """How the plan's times are written."""
    return Wording.since(plan.shift.start)


@st.cache_resource(max_entries=MOST_KEPT, ttl="4h", show_spinner=False)
def _lines(plan_hash: str, moment: int, _plan: Plan) -> tuple[OrderLine, ...]:
    return order_lines(_plan.shift.problem, _plan.result.schedule, moment)


@st.cache_resource(max_entries=MOST_KEPT, ttl="4h", show_spinner="Asking why …")
def _whys(plan_hash: str, _plan: Plan) -> dict[Order, Why]:
    shift = _plan.shift
    result = _plan.result
    lateness = Lateness(shift.problem, result.schedule, shift.materials, result.floor)
    return {line.order: lateness.why(line.order) for line in lines_of(_plan, 0)}


@st.cache_resource(
    max_entries=4 * MOST_KEPT, ttl="4h", show_spinner="Planning without it …"
)
def _effect(plan_hash: str, kind: str, index: int, _plan: Plan) -> Effect:
    shift, result = _plan.shift, _plan.result
    plan = PlanNow(shift.problem, result.schedule, result.floor, shift.materials)
    return of(plan, kind, index)
