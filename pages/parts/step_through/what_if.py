"""What if: another decision, both plans side by side, kept or dropped or undone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import streamlit as st

from core.decisions.step_tables import confidence, moved_table
from core.decisions.whatif import moves, override_words, what_if
from core.planning.decision import Decision, Scores
from core.planning.plan import Plan
from core.planning.scheduler import Result
from core.problem import phrases
from core.problem.measures.figure_words import shown_figures, value_words
from core.problem.measures.figures import ShownIn, figures_of
from core.schedulers.decided import rejoined
from core.timing.situation import Situation
from pages.parts.state import Key, current_plan, keep_plan
from pages.parts.step_through.decisions import Decisions
from pages.parts.tables import worded

ROWS = 8
ROW, HEAD = 35, 38
POLICY = -1  # stands for "the policy's choice" in the list of machines


@dataclass(frozen=True, eq=False)
class Alternative:
    """
    A plan that the planner tries out.

    Parameters
    ----------
    whole, base
        The plan in hand, and the part of it that was decided: it departs from that.
    step
        The decision that is another.
    result
        What came of it.
    """

    whole: Plan
    base: Plan
    step: int
    result: Result


@dataclass(frozen=True, eq=False)
class Kept:
    """A plan that was replaced by an alternative, to go back to."""

    before: Plan
    after: Plan


def show_what_if(found: Decisions, decision: Decision, situation: Situation) -> None:
    """Let the planner decide otherwise, and compare."""
    if decision.scores is not Scores.POLICY or found.model is None:
        st.info(
            found.stale
            or "No policy took these decisions, so none can go on from another one. "
            "Plan with the hierarchical policy to try alternatives.",
            icon=":material/info:",
        )
        return
    _show_choice(found, decision, situation)
    alternative: Alternative | None = st.session_state.get(Key.ALTERNATIVE)
    if alternative is not None and alternative.base is found.plan:
        _show_alternative(alternative, situation)


def show_overrides(found: Decisions) -> None:
    """Say which decisions of the plan are the planner's, and offer to undo the last."""
    overrides = found.trace.overrides
    kept = _last_kept()
    if not overrides and kept is None:
        return
    problem = found.plan.shift.problem
    with st.container(
        horizontal=True, vertical_alignment="center", border=True, key="overrides"
    ):
        words = "; ".join(override_words(problem, x) for x in overrides)
        many = phrases.many(len(overrides), "decision")
        st.text(f"✎ {many} of this plan chosen by the planner: {words}.")
        if kept is not None:
            st.button(
                "Undo the last",
                icon=":material/undo:",
                on_click=_undo,
                key="undo_override",
            )


def _show_choice(found: Decisions, decision: Decision, situation: Situation) -> None:
    problem = found.plan.shift.problem
    shares = decision.job_probabilities
    jobs = [int(decision.jobs[i]) for i in decision.job_order]
    likely = (
        {}
        if shares is None
        else dict(zip(decision.jobs.tolist(), shares.tolist(), strict=True))
    )
    if st.session_state.get(Key.IF_JOB) not in jobs:
        st.session_state[Key.IF_JOB] = decision.job
    with st.container(horizontal=True, vertical_alignment="bottom", key="if"):
        job = st.selectbox(
            "Place job",
            jobs,
            format_func=lambda j: f"{problem.job_ids[j]} ({confidence(likely[j])})",
            key=Key.IF_JOB,
        )
        machines = np.flatnonzero(situation.choosable[job]).tolist()
        options = [POLICY, *machines]
        if st.session_state.get(Key.IF_MACHINE) not in options:
            st.session_state[Key.IF_MACHINE] = POLICY
        machine = st.selectbox(
            "on machine",
            options,
            format_func=lambda k: (
                "the policy's choice" if k == POLICY else problem.machine_ids[k]
            ),
            key=Key.IF_MACHINE,
        )
        same = job == decision.job and machine in (POLICY, decision.machine)
        pressed = st.button(
            "Plan on from here",
            type="primary",
            icon=":material/alt_route:",
            disabled=same,
            help="Decisions before this one stay; the policy takes those after it.",
        )
    if same:
        st.caption("Choose another job or machine than the plan has.")
    if pressed and found.model is not None:
        with st.spinner("Planning on …", show_time=False):
            result = what_if(
                found.plan.result,
                found.model,
                decision.step,
                job=None if job == decision.job else job,
                machine=None if machine == POLICY else machine,
            )
        st.session_state[Key.ALTERNATIVE] = Alternative(
            found.whole, found.plan, decision.step, result
        )


def _show_alternative(alternative: Alternative, situation: Situation) -> None:
    base, result = alternative.base, alternative.result
    problem = base.shift.problem
    before, after = base.result, result
    moved = moves(before.schedule, after.schedule)
    if result.trace is not None:
        words = next(x for x in result.trace.overrides if x.step == alternative.step)
        st.text(f"Alternative from {override_words(problem, words)}.")
    if not len(moved.jobs):
        st.info(
            "This choice leads to the very same plan: the policy makes up for it.",
            icon=":material/equal:",
        )
    else:
        both = st.container(horizontal=True, gap="medium", key="alternatives")
        with both.container():
            _figures(base, before, after)
        with both.container():
            st.caption(f"{phrases.many(len(moved.jobs), 'job')} moved")
            _moved(moved_table(situation, before.schedule, after.schedule, moved))
    with st.container(horizontal=True, key="keep_or_drop"):
        if st.button(
            "Keep the alternative",
            type="primary",
            icon=":material/check:",
            disabled=not len(moved.jobs),
        ):
            _keep(alternative)
            st.rerun()  # the whole page has another plan now
        st.button("Drop it", icon=":material/close:", on_click=_drop)


def _figures(base: Plan, before: Result, after: Result) -> None:
    """The figures of both plans, and the change in words."""
    start = base.shift.start
    one = figures_of(before)
    rows = [
        (
            x.figure.label,
            value_words(x.figure, one[x.figure.name], start),
            x.value,
            x.change,
        )
        for x in shown_figures(figures_of(after), start, one, ShownIn.COMPARISON)
        if x.change is not None
    ]
    st.caption("Both plans")
    st.dataframe(
        pd.DataFrame(rows, columns=["Figure", "This plan", "Alternative", "Change"]),
        hide_index=True,
        placeholder="–",
        height=HEAD + ROW * len(rows),
    )


def _moved(table: pd.DataFrame) -> None:
    st.dataframe(
        worded(table, ["Late", "Then late"], ["Ends later"]),
        hide_index=True,
        placeholder="–",
        height=HEAD + ROW * min(len(table), ROWS - 1),
        column_config={
            "Ends later": st.column_config.NumberColumn(help="Negative: sooner."),
        },
    )


def _keep(alternative: Alternative) -> None:
    """Make the alternative the current plan; the one so far can come back."""
    whole = alternative.whole
    plan = rejoined(whole, alternative.result)
    stack = st.session_state.setdefault(Key.OVERRIDDEN, [])
    stack.append(Kept(whole, plan))
    keep_plan(plan)
    st.session_state[Key.ALTERNATIVE] = None


def _drop() -> None:
    """Forget the alternative."""
    st.session_state[Key.ALTERNATIVE] = None


def _last_kept() -> Kept | None:
    """Return the last kept alternative, if it is the plan in hand."""
    stack: list[Kept] = st.session_state.get(Key.OVERRIDDEN, [])
    plan = current_plan()
    return stack[-1] if stack and stack[-1].after is plan else None


def _undo() -> None:
    """Go back to the plan before the last override."""
    kept = _last_kept()
    if kept is not None:
        st.session_state[Key.OVERRIDDEN].pop()
        keep_plan(kept.before)
        st.session_state[Key.ALTERNATIVE] = None
