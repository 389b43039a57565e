"""Where a plan leaves its orders, worked out once per plan."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from core.decisions.effects import (
    Effect,
    effect_of_closure,
    effect_of_job,
    effect_of_queue,
    effect_of_release,
)
from core.decisions.lateness import Lateness, Why
from core.decisions.topic_words import Wording
from core.planning.plan import Plan
from core.problem.checks import LONGEST
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
        ``job``, ``release`` and the index of a job, or ``machine``, ``closure`` and
        the index of a machine.
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
    lateness = Lateness(shift.problem, _plan.result.schedule, shift.materials)
    return {line.order: lateness.why(line.order) for line in lines_of(_plan, 0)}


@st.cache_resource(
    max_entries=4 * MOST_KEPT, ttl="4h", show_spinner="Planning without it …"
)
def _effect(plan_hash: str, kind: str, index: int, _plan: Plan) -> Effect:
    problem, schedule = _plan.shift.problem, _plan.result.schedule
    match kind:
        case "job":
            return effect_of_job(problem, schedule, index)
        case "release":
            return effect_of_release(problem, schedule, index)
        case "machine":
            return effect_of_queue(problem, schedule, index)
        case _:
            return effect_of_closure(problem, schedule, index, 0, LONGEST)
