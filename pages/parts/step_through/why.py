"""Why this one: the facts for and against, and behind Details what they weigh."""

from __future__ import annotations

from math import exp

import pandas as pd
import streamlit as st

from core.charts import theme
from core.decisions.explain import (
    Argument,
    Explanation,
    explain_job,
    explain_machine,
)
from core.planning.decision import Decision, Scores
from pages.parts.state import Key
from pages.parts.step_through.decisions import Decisions

SHOWN = 5
STRONG = 0.05  # log-odds; what is weaker changes nothing anybody would notice


def show_why(found: Decisions, decision: Decision) -> None:
    """Compare the chosen job and machine with any other candidate."""
    if decision.scores is not Scores.POLICY:
        st.info(
            "No policy took this decision, so there is nothing to weigh. The facts of "
            "the candidates are above.",
            icon=":material/info:",
        )
        return
    if found.model is None:
        st.info(f"{found.stale}", icon=":material/info:")
        return
    with st.container(horizontal=True, gap="medium", key="why"):
        with st.container(key="why_this_job"):
            _jobs(found, decision)
        with st.container(key="why_this_machine"):
            _machines(found, decision)


def _jobs(found: Decisions, decision: Decision) -> None:
    names = found.plan.shift.problem.job_ids
    others = [int(j) for j in decision.jobs[decision.job_order] if j != decision.job]
    chosen = names[decision.job]
    if not others or found.model is None:
        st.text(f"{chosen} was the only job possible.")
        return
    other = _other(f"Why {chosen} and not", others, names, Key.WHY_JOB)
    _show(
        explain_job(
            found.model,
            found.playback,
            decision.step,
            decision.job,
            other,
            found.wording,
        ),
        names,
    )


def _machines(found: Decisions, decision: Decision) -> None:
    names = found.plan.shift.problem.machine_ids
    ranked = decision.machines[decision.machine_order]
    others = [int(k) for k in ranked if k != decision.machine]
    chosen = names[decision.machine]
    if not others or found.model is None:
        st.text(f"{chosen} was the only machine possible.")
        return
    other = _other(f"Why {chosen} and not", others, names, Key.WHY_MACHINE)
    _show(
        explain_machine(
            found.model,
            found.playback,
            decision.step,
            decision.machine,
            other,
            found.wording,
        ),
        names,
    )


def _other(label: str, others: list[int], names: tuple[str, ...], key: Key) -> int:
    """Choose another candidate; the best one unless said otherwise."""
    if st.session_state.get(key) not in others:
        st.session_state[key] = others[0]
    return int(st.selectbox(label, others, format_func=names.__getitem__, key=key))


def _show(explanation: Explanation, names: tuple[str, ...]) -> None:
    """Facts for and against in words; what they weigh behind Details."""
    first, second = names[explanation.first], names[explanation.second]
    if not explanation.arguments:
        st.caption("This kind of model does not look at candidates one by one.")
        return
    strong = [x for x in explanation.arguments if abs(x.change) >= STRONG][:SHOWN]
    if not strong:
        st.caption("No topic tells the two apart.")
        return
    for label, facts in (
        (f"For {first}", [x.words for x in strong if x.change > 0]),
        (f"For {second}", [x.words for x in strong if x.change < 0]),
    ):
        if facts:
            lines = "\n".join(f"- {theme.unmarked(fact)}" for fact in facts)
            st.markdown(f"**{theme.unmarked(label)}**\n\n{lines}")
    with st.expander("Details", icon=":material/functions:"):
        _show_weights(explanation, strong, first, second)


def _show_weights(
    explanation: Explanation, strong: list[Argument], first: str, second: str
) -> None:
    """Odds in a sentence, log-odds as a table."""
    odds = exp(min(abs(explanation.log_odds), 50))
    more = "more" if explanation.log_odds >= 0 else "less"
    times = f"{odds:,.0f} times" if odds >= 10 else f"{odds:.1f} times"
    if odds > 10_000:
        times = "over 10,000 times"
    words = f"{times} {more} likely than" if odds >= 1.05 else "about as likely as"
    st.text(f"{first} was {words} {second}.")
    st.dataframe(
        pd.DataFrame(
            {
                "Log-odds": [x.change for x in strong],
                "What speaks for it": [x.words for x in strong],
            }
        ),
        hide_index=True,
        placeholder="–",
        column_config={
            "Log-odds": st.column_config.NumberColumn(format="%+.1f", width=70),
            "What speaks for it": st.column_config.TextColumn(width="large"),
        },
    )
    st.caption(
        "Each line: what one topic adds to the log-odds of the choice, found by "
        "setting it to the mean of all candidates. +0.7 makes the choice twice as "
        "likely, +2.3 ten times."
    )
