"""What a plan says about one job, in a planner's words."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.planning.plan import Plan
from core.problem import phrases
from core.problem.measures.waiting import Cause, Wait, previous_job
from core.problem.model import Problem
from core.problem.phrases import NOTHING
from core.problem.schedule import Schedule, setup_seconds, slack
from core.problem.shift import Shift


@dataclass(frozen=True)
class Fact:
    """
    One fact.

    Parameters
    ----------
    label
        What it is about: our words, or a header of the planner's file.
    value
        As shown. Both may hold a planner's text: never to be shown as markup.
    """

    label: str
    value: str


def job_facts(plan: Plan, job: int) -> list[Fact]:
    """
    Return what a planner asks about a job, then the columns of their own file.

    Parameters
    ----------
    plan, job
        The plan, and the index of the job.
    """
    shift, schedule = plan.shift, plan.result.schedule
    problem, start = shift.problem, shift.start
    machine = int(schedule.machine[job])
    setup = int(setup_seconds(problem, schedule)[job])
    due = float(problem.due[job])
    spare = float(slack(schedule, problem.due)[job])
    times = phrases.span(start, schedule.start[job], schedule.end[job])
    return [
        Fact("Job", job_name(problem, job)),
        Fact("Family", problem.family_names[problem.family[job]]),
        Fact("Machine", problem.machine_ids[machine]),
        Fact("Runs", times),
        Fact("Due", phrases.moment(start, due) if np.isfinite(due) else NOTHING),
        Fact("Slack", phrases.to_due(spare)),
        Fact("Setup before", setup_text(problem, schedule, job, setup)),
        Fact("Predecessor", predecessor_text(problem, job)),
        Fact("Waited for", wait_text(shift, job, plan.waits[job])),
        *(
            Fact(header, texts[job] or NOTHING)
            for header, texts in shift.extras.items()
        ),
    ]


def job_name(problem: Problem, job: int) -> str:
    """Return the name of a job, marked where it is important."""
    important = " ★ important" if problem.important[job] else ""
    return problem.job_ids[job] + important


def setup_text(problem: Problem, schedule: Schedule, job: int, seconds: int) -> str:
    """Length of the setup before a job, and what changed."""
    if seconds == 0:
        return "none"
    before = int(previous_job(schedule)[job])
    machine = int(schedule.machine[job])
    group = int(problem.groups_behind(machine, before))
    names = problem.group_names
    origin = names[group] if group < len(names) else "nothing"
    target = names[problem.group[job]]
    return f"{phrases.duration(seconds)}, {origin or NOTHING} → {target or NOTHING}"


def predecessor_text(problem: Problem, job: int) -> str:
    """Return the jobs that must end before."""
    before = [problem.job_ids[p] for p in problem.predecessors[job]]
    return phrases.listed(before) if before else "none"


def wait_text(shift: Shift, job: int, wait: Wait) -> str:
    """
    Return what a job waited for, by name.

    Parameters
    ----------
    shift, job, wait
        What was planned, the index of the job, and what it waited for.
    """
    problem, start = shift.problem, shift.start
    who = None if wait.job is None else problem.job_ids[wait.job]
    match wait.cause:
        case Cause.NOTHING:
            return "nothing, it starts with the plan"
        case Cause.RELEASE if material := shift.material(job):
            return f"material {material}, {phrases.moment(start, problem.release[job])}"
        case Cause.RELEASE:
            return f"release, {phrases.moment(start, problem.release[job])}"
        case Cause.PREDECESSOR:
            return f"predecessor {who}"
        case Cause.RESERVED:
            return f"reserved start, {phrases.moment(start, wait.ready)}"
        case Cause.WAIT if wait.job is not None:
            lasts = phrases.duration(problem.wait_after[wait.job])
            return f"{lasts} after predecessor {who}"
        case Cause.WINDOW:
            return "a window long enough, as it may not be interrupted"
        case Cause.SETUP:
            return "setup of the machine" if who is None else f"setup behind {who}"
        case Cause.MACHINE if who is None:
            return "machine to become available"
        case Cause.MACHINE:
            return f"machine, busy with {who}"
        case Cause.CLOSURE:
            return "machine to open"
        case _:
            return "nothing, it could start earlier"
