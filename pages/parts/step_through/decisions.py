"""The decisions behind the plan in hand, and the policy that took them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from core.charts import theme
from core.charts.decisions import strip
from core.decisions.jumps import doubtful, late, setups
from core.decisions.recording import Playback
from core.decisions.topic_words import Wording
from core.decisions.trace_model import find_model
from core.planning.decision import Scores
from core.planning.plan import Plan
from core.planning.trace import StaleTraceError, Trace
from core.policy.checkpoint import Model
from core.policy.errors import ModelError
from core.problem import phrases
from core.schedulers.decided import decided
from core.schedulers.dispatching.rule_trace import trace_of
from core.store.errors import StoreError
from core.store.models import Models
from core.timing.situation import Situation
from pages.parts.kept.stored import database
from pages.parts.state import Key


@dataclass(eq=False)
class Decisions:
    """
    What the page steps through; one per plan and session.

    Parameters
    ----------
    whole
        The plan in hand.
    plan, trace
        The part of it that was decided, and every decision behind that; the whole,
        unless something had begun.
    model
        The policy; ``None`` where none decided, or it is not at hand.
    stale
        Why the policy is not at hand; ``None`` where it is, or none decided.
    """

    whole: Plan
    plan: Plan
    trace: Trace
    model: Model | None
    stale: str | None

    @cached_property
    def playback(self) -> Playback:
        """A simulator for any step."""
        return Playback(self.plan.shift.problem, self.trace)

    @cached_property
    def wording(self) -> Wording:
        """How times are written."""
        start = self.plan.shift.start
        return Wording(lambda s: phrases.moment(start, s), phrases.duration)

    @cached_property
    def marks(self) -> dict[str, np.ndarray]:
        """Decisions worth a jump, by what they are."""
        return {
            "setup": setups(self.trace),
            "late job": late(self.plan.shift.problem, self.trace),
            "doubt": doubtful(self.trace),
        }

    @cached_property
    def strip(self) -> go.Figure:
        """All decisions side by side."""
        return strip(self.trace, self.marks["late job"])

    def situation(self, step: int) -> Situation:
        """Where the plan stands just before a decision."""
        trace = self.trace
        order = trace.job[:step].astype(np.int64)
        problem = self.plan.shift.problem
        return Situation(problem, trace.schedule, order, trace.lookahead)


def decisions_of(plan: Plan) -> Decisions:
    """Return the decisions behind a plan; looked up once per plan."""
    before: Decisions | None = st.session_state.get(Key.DECISIONS)
    found = before
    if found is None or found.whole is not plan:
        with st.spinner("Looking up the decisions …", show_time=False):
            found = _looked_up(plan)
        st.session_state[Key.DECISIONS] = found
        if (
            before is None
            or before.whole.shift.content_hash != plan.shift.content_hash
            or len(before.trace) != len(found.trace)
        ):
            st.session_state[Key.STEP] = 0
        st.session_state[Key.PLAYING] = False
    return found


def show_maker(plan: Plan) -> None:
    """Say in one line whose plan the decisions make, and how it came about."""
    maker, reason = map(theme.unmarked, (plan.maker, plan.result.reason))
    st.caption(f"**{maker}.** {reason}")


def show_history(found: Decisions) -> None:
    """Say how many jobs were not decided any more, where something had begun."""
    past = len(found.whole.shift.problem.job_ids) - len(found.trace)
    if not past:
        return
    was = "was" if past == 1 else "were"
    st.caption(
        f"{phrases.many(past, 'job')} had begun or {was} frozen when this was planned: "
        "machines are busy with them at first. Shown is what the policy makes of each "
        "decision that was left."
    )


def _looked_up(plan: Plan) -> Decisions:
    part = decided(plan) or plan
    trace = trace_of(part.result)
    trace.check(part.shift.problem)
    if trace.scores is not Scores.POLICY:
        return Decisions(plan, part, trace, None, None)
    try:
        model = find_model(trace.model, _trained())
        return Decisions(plan, part, trace, model, None)
    except (StaleTraceError, ModelError) as error:
        return Decisions(plan, part, trace, None, str(error))


def _trained() -> list[Path]:
    """Folders of the models that were trained here; none when the store is out."""
    try:
        return [model.folder for model in Models(database()).all()]
    except StoreError:
        return []
