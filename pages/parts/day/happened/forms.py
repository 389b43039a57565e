"""Forms of what happened: one line each, filled in as far as the page knows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np
import streamlit as st

from core.planning.plan import Plan
from core.problem import phrases
from core.problem.shift import Shift
from core.replanning.day.events import (
    RUSH_WEIGHT,
    Event,
    JobBegan,
    JobEnded,
    JobLonger,
    JobNotBegun,
    MachineBack,
    MachineDown,
    MaterialLate,
    RushOrder,
)
from core.replanning.day.rush import rush_jobs
from core.tables.pasted import pasted_jobs
from pages.parts.day.happened.shop_tables import shop_tables
from pages.parts.day.in_force import base_shift, day_in_hand
from pages.parts.sidebar.issue_table import show_issues
from pages.parts.state import Key

DOWN_FOR = {"30 min": 30, "1 h": 60, "2 h": 120, "3 h": 180, "4 h": 240, "8 h": 480}
EXAMPLE = (
    "job_id, processing_minutes, machine_types, due\nRUSH-1, 45, Mill, 2026-01-05 14:00"
)


@dataclass(frozen=True)
class Told:
    """
    What a form starts from.

    Parameters
    ----------
    shift, plan
        What is in hand, after the events so far; the plan may be of the shift before
        its files were changed.
    at
        When it happened.
    job
        Index of the job in focus; ``None``: none.
    """

    shift: Shift
    plan: Plan
    at: datetime
    job: int | None

    @property
    def seconds(self) -> int:
        """When it happened, in seconds since plan start."""
        return round((self.at - self.shift.start).total_seconds())

    def moment(self, seconds: float) -> datetime:
        """Date and time of some seconds since plan start."""
        return self.shift.start + timedelta(seconds=float(seconds))

    def machine_of(self, job: int) -> int:
        """Machine of a job in the plan."""
        return int(self.plan.result.schedule.machine[job])


@dataclass(frozen=True)
class Form:
    """
    A form.

    Parameters
    ----------
    title
        As planners read it.
    draw
        Draws its line; returns what happened, or ``None`` while something is missing.
    """

    title: str
    draw: Callable[[Told], Event | None]


def _machine_down(told: Told) -> Event | None:
    problem = told.shift.problem
    focus = None if told.job is None else told.machine_of(told.job)
    machine = st.selectbox(
        "Machine",
        range(problem.num_machines),
        index=focus,
        format_func=problem.machine_ids.__getitem__,
        placeholder="Which machine?",
        key=_key("machine"),
    )
    length = st.segmented_control(
        "For", list(DOWN_FOR), default="1 h", required=True, key=_key("for")
    )
    reason = st.text_input("Reason", max_chars=80, key=_key("reason"))
    if machine is None:
        return None
    return MachineDown(
        time=told.at,
        machine=problem.machine_ids[machine],
        until=told.at + timedelta(minutes=DOWN_FOR[length or "1 h"]),
        reason=reason,
    )


def _machine_back(told: Told) -> Event | None:
    day = day_in_hand()
    down = [
        event.machine
        for event in (day.events if day is not None else ())
        if isinstance(event, MachineDown) and event.begin <= told.at < event.until
    ]
    machine = st.selectbox(
        "Machine",
        list(dict.fromkeys(down)),
        placeholder="No machine is down" if not down else "Which machine?",
        disabled=not down,
        key=_key("back"),
    )
    return None if machine is None else MachineBack(time=told.at, machine=machine)


def _job_longer(told: Told) -> Event | None:
    job = _job(told, range(told.shift.problem.num_jobs), "longer_job")
    minutes = st.number_input(
        "Minutes more",
        value=30,
        step=5,
        help="Less than it was planned with: a minus.",
        key=_key("longer"),
    )
    if job is None:
        return None
    name = told.shift.problem.job_ids[job]
    return JobLonger(time=told.at, job=name, seconds=round(60 * minutes))


def _job_ended(told: Told) -> Event | None:
    schedule = told.plan.result.schedule
    running = np.flatnonzero(
        (schedule.start <= told.seconds) & (schedule.end > told.seconds)
    )
    job = _job(told, running.tolist(), "ended_job")
    if job is None:
        return None
    problem = told.shift.problem
    return JobEnded(
        time=told.at,
        job=problem.job_ids[job],
        machine=problem.machine_ids[told.machine_of(job)],
        began=told.moment(schedule.start[job]),
    )


def _job_began(told: Told) -> Event | None:
    problem, schedule = told.shift.problem, told.plan.result.schedule
    ahead = np.flatnonzero(schedule.end > told.seconds)
    job = _job(told, ahead[np.argsort(schedule.start[ahead])].tolist(), "began_job")
    machine = None
    if job is not None:
        may = np.flatnonzero(problem.eligible[job]).tolist()
        machine = st.selectbox(
            "On",
            may,
            index=may.index(told.machine_of(job)),
            format_func=problem.machine_ids.__getitem__,
            key=f"{_key('began_on')}_{job}",
        )
    if job is None or machine is None:
        return None
    return JobBegan(
        time=told.at, job=problem.job_ids[job], machine=problem.machine_ids[machine]
    )


def _job_not_begun(told: Told) -> Event | None:
    schedule = told.plan.result.schedule
    due = np.flatnonzero(
        (schedule.start < told.seconds) & (schedule.end > told.seconds)
    )
    job = _job(told, due.tolist(), "waiting_job")
    if job is None:
        return None
    return JobNotBegun(time=told.at, job=told.shift.problem.job_ids[job])


def _material_late(told: Told) -> Event | None:
    problem = told.shift.problem
    focus = [] if told.job is None else [told.job]
    jobs = st.multiselect(
        "Jobs that wait for it",
        range(problem.num_jobs),
        default=focus,
        format_func=_naming(told),
        placeholder="Which jobs?",
        key=_key("material_jobs"),
    )
    arrives = st.datetime_input(
        "Arrives",
        value=told.at + timedelta(hours=2),
        format="DD.MM.YYYY",
        step=900,
        key=_key("arrives"),
    )
    material = st.text_input("Material", max_chars=80, key=_key("material"))
    if not jobs or arrives is None:
        return None
    return MaterialLate(
        time=told.at,
        jobs=tuple(problem.job_ids[j] for j in jobs),
        arrives=arrives.replace(second=0, microsecond=0, tzinfo=None),
        material=material,
    )


def _rush_order(told: Told) -> Event | None:
    text = st.text_area(
        "Rows of your list",
        placeholder=EXAMPLE,
        height=110,
        width=420,
        help="Paste them from a spreadsheet. The first row names the columns, as in a "
        "jobs file.",
        key=_key("rush"),
    )
    weight = st.number_input(
        "Weight",
        min_value=1.0,
        max_value=1000.0,
        value=RUSH_WEIGHT,
        format="%g",
        help="How much a late minute of it counts against one of another job. With "
        "less it ends hours later than it could.",
        key=_key("rush_weight"),
    )
    base = base_shift()
    if base is None or not text.strip():
        return None
    found = pasted_jobs(text, shop_tables(base), told.shift.start, weight)
    if found.problem is None:
        show_issues(found.issues, key="rush_issues")
        return None
    jobs = rush_jobs(found.problem, told.shift.start)
    ready = tuple(replace(x, release=max(x.release or told.at, told.at)) for x in jobs)
    return RushOrder(time=told.at, jobs=ready)


def _job(told: Told, choices: Sequence[int], key: str) -> int | None:
    """Let the planner choose a job; the one in focus unless another is chosen."""
    listed = list(choices)
    found: int | None = st.selectbox(
        "Job",
        listed,
        index=listed.index(told.job) if told.job in listed else None,
        format_func=_naming(told),
        placeholder="Which job?" if listed else "No job",
        disabled=not listed,
        key=_key(key),
    )
    return found


def _naming(told: Told) -> Callable[[int], str]:
    """How jobs are called in a list: with their order and when they run."""
    problem, schedule = told.shift.problem, told.plan.result.schedule

    def name(job: int) -> str:
        family = problem.family_names[problem.family[job]]
        own = problem.job_ids[job]
        order = "" if family == own else f" · {family}"
        if job >= len(schedule.start):
            return f"{own}{order}"
        return f"{own}{order} · {phrases.moment(told.shift.start, schedule.start[job])}"

    return name


def _key(name: str) -> str:
    """Key of a widget of the sheet."""
    return f"{Key.HAPPENED}_{name}"


# The order of the pills; the first one is open.
FORMS: dict[str, Form] = {
    MachineDown.kind: Form("Machine down", _machine_down),
    JobLonger.kind: Form("Job takes longer", _job_longer),
    JobEnded.kind: Form("Job ends now", _job_ended),
    JobBegan.kind: Form("Job begins now", _job_began),
    JobNotBegun.kind: Form("Job has not begun", _job_not_begun),
    MaterialLate.kind: Form("Material late", _material_late),
    RushOrder.kind: Form("Rush order", _rush_order),
    MachineBack.kind: Form("Machine back", _machine_back),
}
