"""The decision log to take along, and decisions that were saved before."""

from __future__ import annotations

import json
from functools import partial

import streamlit as st

from core.decisions.decision_log import COLUMNS, entries, log_json, log_row
from core.planning.plan import OPENED, Plan
from core.planning.scheduler import InvalidScheduleError, Result
from core.planning.settings import PlanSettings
from core.planning.trace import StaleTraceError, TraceError
from core.planning.trace_file import trace_from_bytes, trace_to_bytes
from core.problem.objective import Objective
from core.tables.writing.filled import Table
from core.tables.writing.write import csv_bytes
from pages.parts.planning import start_planning
from pages.parts.state import Key, current_plan, current_shift, keep_plan
from pages.parts.step_through.decisions import Decisions


def offer_log(found: Decisions) -> None:
    """Offer the log as CSV and JSON, and the decisions as a file to open again."""
    st.markdown(
        "One row per decision: the five best jobs and machines, how sure the policy "
        "was, what spoke for the choice, and what was excluded and why."
    )
    with st.container(horizontal=True, key="log_downloads"):
        st.download_button(
            "Decision log, CSV",
            lambda: log_csv(found),
            "decisions.csv",
            "text/csv",
            icon=":material/csv:",
            on_click="ignore",
        )
        st.download_button(
            "Decision log, JSON",
            lambda: log_json_bytes(found),
            "decisions.json",
            "application/json",
            icon=":material/data_object:",
            on_click="ignore",
        )
        st.download_button(
            "Decisions, to open again",
            partial(trace_to_bytes, found.trace),
            "decisions.npz",
            "application/octet-stream",
            icon=":material/save:",
            help="Every decision in one small file; opens on this page.",
            on_click="ignore",
        )


def open_saved(settings: PlanSettings) -> None:
    """Open decisions that were saved; those of another shift or model are refused."""
    file = st.file_uploader(
        "Open saved decisions",
        type=["npz"],
        help="A file saved here with “Decisions, to open again”.",
        key="saved_decisions",
    )
    shift, plan = current_shift(), current_plan()
    if file is None or shift is None:
        return
    try:
        trace = trace_from_bytes(file.getvalue())
        shown = None if plan is None else plan.result.trace
        if shown is not None and shown.is_of(trace.schedule):
            st.caption("These are the decisions on this page.")
            return
        trace.check(shift.problem)
        result = Result(
            problem=shift.problem,
            schedule=trace.schedule,
            objective=Objective(*trace.objective),
            scheduler=trace.scheduler,
            seconds=0.0,
            decisions=len(trace),
            reason=OPENED,
            model=trace.model or None,
            seed=trace.seed,
            trace=trace,
        )
    except StaleTraceError as error:
        _offer_replay(str(error), settings)
        return
    except (TraceError, InvalidScheduleError, ValueError) as error:
        st.error(f"This file cannot be opened. {error}", icon=":material/error:")
        return
    if st.button("Show these decisions", icon=":material/folder_open:"):
        keep_plan(Plan(shift, settings, result))
        st.session_state[Key.STEP] = 0
        st.rerun()


def show_stale(found: Decisions, settings: PlanSettings) -> None:
    """Say that the policy of these decisions is not at hand, and offer a replay."""
    if found.stale is not None:
        _offer_replay(
            f"{found.stale} What was recorded is shown; reasons and alternatives need "
            "the policy.",
            settings,
        )


def _offer_replay(words: str, settings: PlanSettings) -> None:
    shift = current_shift()
    with st.container(border=True, key="stale"):
        st.warning(words, icon=":material/history:")
        if shift is not None and st.button(
            "Replay with the shift and the policy in hand", icon=":material/replay:"
        ):
            start_planning(shift, settings)
            st.rerun()


def log_csv(found: Decisions) -> bytes:
    """Return the log as CSV; the planner's own columns of each job stand behind."""
    shift, trace = found.plan.shift, found.trace
    own = shift.extra_columns(COLUMNS)
    rows = [
        [
            *log_row(entry, shift.problem, trace, shift.start),
            *(cells[entry.decision.job] for cells in own.values()),
        ]
        for entry in entries(shift.problem, trace, found.wording, found.model)
    ]
    return csv_bytes(Table("decisions", (*COLUMNS, *own), tuple(rows)))


def log_json_bytes(found: Decisions) -> bytes:
    """Return the log as JSON; the planner's own columns of each job are with it."""
    shift, trace = found.plan.shift, found.trace
    every = list(entries(shift.problem, trace, found.wording, found.model))
    log = log_json(every, shift.problem, trace, shift.start)
    own = shift.extra_columns()
    if own:
        for entry, decision in zip(every, log["decisions"], strict=True):
            job = entry.decision.job
            decision["job_columns"] = {name: cells[job] for name, cells in own.items()}
    return json.dumps(log, ensure_ascii=False, indent=1).encode()
