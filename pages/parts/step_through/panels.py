"""One decision on the screen: which job, which machine, and where that led."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from core.charts import theme
from core.charts.decisions import Ghost, partial_gantt
from core.decisions.departures import departure_words, job_departure, machine_departure
from core.decisions.step_tables import (
    LENGTHS,
    confidence,
    excluded_jobs_table,
    excluded_machines_table,
    job_table,
    machine_table,
)
from core.planning.decision import Decision, Scores, certainty
from core.problem import phrases
from core.timing.situation import Situation
from pages.parts.chart import show_chart
from pages.parts.state import STEP_WINDOW, Key
from pages.parts.step_through.decisions import Decisions
from pages.parts.tables import PERCENT, worded
from pages.parts.window import show_window

JOBS_SHOWN, MACHINES_SHOWN = 6, 6
ROW, HEAD = 35, 38  # pixels of a table's row and header
WHEN = "ddd HH:mm"
AROUND = 3600  # seconds before the decision that a short window shows


def show_decision(found: Decisions, decision: Decision) -> None:
    """Say in one line what was decided."""
    problem, start = found.plan.shift.problem, found.plan.shift.start
    job = problem.job_ids[decision.job]
    machine = problem.machine_ids[decision.machine]
    slack = float(problem.due[decision.job]) - decision.end
    facts = [phrases.span(start, decision.start, decision.end)]
    if decision.setup:
        facts.append(f"setup {phrases.duration(decision.setup)}")
    if slack < 0:
        facts.append(phrases.to_due(slack))
    if decision.job_forced or decision.machine_forced:
        facts.append("chosen by you")
    with st.container(horizontal=True, gap="medium", border=True, key="decided"):
        for label, value in (
            ("Decision", f"{decision.step + 1} of {len(found.trace)}"),
            ("Clock", phrases.moment(start, decision.clock)),
            ("Placed", f"{job} on {machine}"),
            ("Runs", ", ".join(facts)),
            ("Cost so far, at least in the end", _cost_words(decision)),
            *_value(decision),
        ):
            with st.container(width="content", gap=None):
                st.caption(label)
                st.text(value)


def show_departures(found: Decisions, decision: Decision) -> None:
    """Say where the shown plan is not what the policy would have chosen."""
    plan = found.plan
    problem, schedule = plan.shift.problem, plan.result.schedule
    objective = plan.result.objective
    settings = plan.settings
    searched = settings.scheduler == "auto" or settings.refine_seconds > 0
    placed = "refinement placed" if searched or settings.cautious else "this plan drew"
    job = job_departure(problem, objective, schedule, decision)
    machine = machine_departure(problem, objective, schedule, decision)
    words = [
        departure_words(departure, names, placed)
        for departure, names in ((job, problem.job_ids), (machine, problem.machine_ids))
        if departure is not None
    ]
    if words:
        st.caption("  \n".join(map(theme.unmarked, words)))


def _cost_words(decision: Decision) -> str:
    return f"{decision.cost:.3f}, {decision.bound:.3f}"


def _value(decision: Decision) -> list[tuple[str, str]]:
    """The critic's estimate, where there is one."""
    if not np.isfinite(decision.value):
        return []
    return [("Policy expects to come", f"{decision.value:.3f}")]


def show_panels(found: Decisions, decision: Decision, situation: Situation) -> None:
    """Show both questions and their candidates side by side."""
    with st.container(horizontal=True, gap="medium", key="panels"):
        with st.container(border=True, key="which_job"):
            _show_jobs(found, decision, situation)
        with st.container(border=True, key="which_machine"):
            _show_machines(found, decision, situation)


def _show_jobs(found: Decisions, decision: Decision, situation: Situation) -> None:
    problem, start = found.plan.shift.problem, found.plan.shift.start
    left = problem.num_jobs - decision.step
    st.subheader("Which job?", anchor=False)
    _say_sure(
        decision,
        decision.job_probabilities,
        decision.jobs == decision.job,
        f"{phrases.count(len(decision.jobs))} of {phrases.many(left, 'job')} left "
        "possible",
    )
    table = job_table(situation, decision, start, JOBS_SHOWN)
    _table(
        table,
        decision,
        JOBS_SHOWN,
        {
            "Job": st.column_config.TextColumn(width=80, help="★ important"),
            "Due": st.column_config.DatetimeColumn(format=WHEN, width=74),
            "Slack": _length("From its earliest end now to its due date.", 66),
            "Setup": _length("The least on the machines possible now.", 58),
            "Runs": _length("Processing, the least on the machines possible now."),
            "Behind": _length("Work that can only start when this job is done."),
            "Machines": None,  # among the reasons; here it would not fit
        },
    )
    excluded = left - len(decision.jobs)
    if st.toggle(
        f"Why not the others? {phrases.count(excluded)} wait, "
        f"{phrases.count(decision.step)} are scheduled",
        key=Key.SHOW_EXCLUDED_JOBS,
        persist_state="session",
    ):
        _excluded(excluded_jobs_table(situation, decision, found.wording.moment))


def _show_machines(found: Decisions, decision: Decision, situation: Situation) -> None:
    problem, start = found.plan.shift.problem, found.plan.shift.start
    compatible = int(problem.eligible[decision.job].sum())
    st.subheader("Which machine?", anchor=False)
    _say_sure(
        decision,
        decision.machine_probabilities,
        decision.machines == decision.machine,
        f"{len(decision.machines)} of {phrases.many(compatible, 'compatible machine')} "
        "possible",
    )
    table = machine_table(situation, decision, start, MACHINES_SHOWN)
    _table(
        table,
        decision,
        MACHINES_SHOWN,
        {
            "Machine": st.column_config.TextColumn(width=104, help="★ preferred"),
            "Ends": st.column_config.DatetimeColumn(format=WHEN, width=76),
            "Setup": _length("Before the job, from what the machine is set up for."),
            "Runs": _length("Processing on this machine."),
            "Free": None,  # busy machines are among those that are not possible
            "Load": st.column_config.NumberColumn(
                format="%.1f h",
                width=60,
                help="Processing and setup placed on it so far.",
            ),
        },
    )
    excluded = problem.num_machines - len(decision.machines)
    if st.toggle(
        f"Why not the others? {phrases.many(excluded, 'machine')}",
        key=Key.SHOW_EXCLUDED_MACHINES,
        persist_state="session",
    ):
        _excluded(excluded_machines_table(situation, decision, found.wording.moment))


def _say_sure(decision: Decision, shares: Any, is_chosen: Any, possible: str) -> None:
    """Say how many candidates there were, and how sure the policy was."""
    if shares is None:
        st.caption(f"{possible}.")
        return
    chosen = float(shares[is_chosen].sum())
    words = certainty(chosen, float(shares.max()))
    words = "no choice" if len(shares) == 1 else words
    st.caption(f"{possible}. Chosen with **{confidence(chosen)}**: {words}.")


def _table(
    table: pd.DataFrame, decision: Decision, rows: int, columns: dict[str, Any]
) -> None:
    """Candidates with their bars; always as high, so that nothing jumps in playing."""
    score: dict[str, Any] = {"Score": None}
    if decision.scores is not Scores.NONE:
        policy = decision.scores is Scores.POLICY
        if policy:
            table = table.assign(Score=100 * table["Score"])
        score["Score"] = st.column_config.ProgressColumn(
            "Probability" if policy else "Priority",
            format=PERCENT if policy else "%.2f",
            min_value=0.0,
            max_value=100.0 if policy else 1.0,
            width=76,
            help="By the policy; the candidates add up to 100 %."
            if policy
            else "Of the dispatch rule, from the lowest candidate to the highest.",
        )
    lengths = [name for name in LENGTHS if name in table]
    st.dataframe(
        worded(table, lengths),
        hide_index=True,
        height=HEAD + ROW * rows,
        placeholder="–",
        column_config={
            "": st.column_config.TextColumn(
                width=24, help="● chosen, ✎ chosen by you", pinned=True
            ),
            **score,
            **columns,
        },
    )


def _length(text: str, width: int = 62) -> Any:
    return st.column_config.NumberColumn(help=text, width=width)


def _excluded(table: pd.DataFrame) -> None:
    st.dataframe(
        table.assign(Score=100 * table["Score"]),
        hide_index=True,
        placeholder="–",
        height=min(HEAD + ROW * max(len(table), 1), 320),
        column_config={
            "Score": None
            if table["Score"].isna().all()
            else st.column_config.NumberColumn("Probability", format=PERCENT, width=88),
            "Why not": st.column_config.TextColumn(width="large"),
        },
    )


def show_plan_so_far(
    found: Decisions, decision: Decision, situation: Situation
) -> None:
    """Show the Gantt chart up to this decision, with the ghost of the runner-up."""
    shift = found.plan.shift
    before = min(decision.start, decision.clock) - AROUND
    view = show_window(STEP_WINDOW, shift, [found.trace.schedule], follow=before)
    other = decision.other_machine
    ghost = None
    if other is not None and decision.scores is not Scores.NONE:
        times = situation.outcome(np.array([decision.job]))
        ghost = Ghost(other, int(times.start[0, other]), int(times.end[0, other]))
    figure = partial_gantt(shift, found.trace, decision.step, view, ghost)
    show_chart(
        figure,
        key="step_gantt",
        alt="Gantt chart of what is placed so far; the job just placed is outlined.",
    )
