"""The decisions of a plan as a table and as JSON, one entry per decision."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import isfinite
from typing import Any

import numpy as np

from core.decisions.explain import explain_job, explain_machine
from core.decisions.reasons import job_exclusion, machine_exclusion, machine_words
from core.decisions.recording import Playback
from core.decisions.topic_words import Wording
from core.planning.decision import Decision, Scores, by_planner
from core.planning.trace import Trace
from core.policy.checkpoint import Model
from core.problem.model import Problem
from core.timing.situation import Situation

TOP = 5
ARGUMENTS = 3  # of a reason text: the strongest ones
MINUTE = 60
MINUTE_DIGITS = 5  # finer than a thousandth of a second

Cell = str | int | float | datetime | None

COLUMNS = (
    *("step", "clock", "job_id", "machine_id", "chosen_by"),
    *("setup_start", "start", "end", "setup_minutes"),
    *("jobs_possible", "machines_possible", "doubt", "value", "cost", "lower_bound"),
    *(
        f"{what}_{i}{x}"
        for what in ("job", "machine")
        for i in range(1, TOP + 1)
        for x in ("", "_score")
    ),
    *("why_job", "why_machine", "jobs_excluded", "machines_excluded"),
)


@dataclass(frozen=True)
class LoggedChoice:
    """
    One of the best candidates.

    Parameters
    ----------
    name
        Id of the job or machine.
    score
        Its probability; for rules, its priority; ``None`` where there is neither.
    """

    name: str
    score: float | None


@dataclass(frozen=True)
class LogEntry:
    """
    One decision, ready to be written.

    Parameters
    ----------
    decision
        As recorded.
    jobs, machines
        The best five of both steps.
    why_job, why_machine
        What spoke for the choice against the best other candidate; empty without a
        model, or without another candidate.
    jobs_excluded, machines_excluded
        How many jobs were excluded, by cause; why each compatible machine was.
    """

    decision: Decision
    jobs: tuple[LoggedChoice, ...]
    machines: tuple[LoggedChoice, ...]
    why_job: str
    why_machine: str
    jobs_excluded: str
    machines_excluded: str


def entries(
    problem: Problem, trace: Trace, wording: Wording, model: Model | None = None
) -> Iterator[LogEntry]:
    """
    Go through the decisions of a plan.

    Parameters
    ----------
    problem, trace
        What was planned, and how.
    wording
        How times are written in reason texts.
    model
        The policy that decided, for the reasons of its choices.

    Raises
    ------
    StaleTraceError
        When the trace is of another problem or model.
    """
    trace.check(problem, None if model is None else model.key)
    playback = None if model is None else Playback(problem, trace)
    order = trace.job.astype(np.int64)
    for step in range(len(trace)):
        decision = trace[step]
        situation = Situation(problem, trace.schedule, order[:step], trace.lookahead)
        why = ["", ""]
        if model is not None and playback is not None:
            other = decision.other_job
            if other is not None:
                job = explain_job(model, playback, step, decision.job, other, wording)
                why[0] = "; ".join(map(str, job.arguments[:ARGUMENTS]))
            other = decision.other_machine
            if other is not None:
                machine = explain_machine(
                    model, playback, step, decision.machine, other, wording
                )
                why[1] = "; ".join(map(str, machine.arguments[:ARGUMENTS]))
        yield LogEntry(
            decision,
            _best(decision, problem.job_ids, machines=False),
            _best(decision, problem.machine_ids, machines=True),
            why[0],
            why[1],
            excluded_jobs(situation),
            excluded_machines(situation, decision.job, wording),
        )


def _best(
    decision: Decision, names: tuple[str, ...], *, machines: bool
) -> tuple[LoggedChoice, ...]:
    """Best five of the jobs or the machines."""
    if machines:
        options, order = decision.machines, decision.machine_order
        scores, shares = decision.machine_scores, decision.machine_probabilities
    else:
        options, order = decision.jobs, decision.job_order
        scores, shares = decision.job_scores, decision.job_probabilities
    found = []
    for i in order[:TOP].tolist():
        score: float | None = None
        if shares is not None:
            score = float(shares[i])
        elif decision.scores is Scores.RULE and isfinite(scores[i]):
            score = float(scores[i])
        found.append(LoggedChoice(names[int(options[i])], score))
    return tuple(found)


def excluded_jobs(situation: Situation) -> str:
    """How many jobs are excluded at a moment, by cause: ``37 already scheduled; …``."""
    causes = Counter(
        exclusion.cause
        for job in range(situation.problem.num_jobs)
        if (exclusion := job_exclusion(situation, job)) is not None
    )
    return "; ".join(f"{number} {cause}" for cause, number in causes.most_common())


def excluded_machines(situation: Situation, job: int, wording: Wording) -> str:
    """Why each compatible machine is excluded for a job, and how many are not."""
    problem = situation.problem
    words = []
    for machine in np.flatnonzero(problem.eligible[job]).tolist():
        exclusion = machine_exclusion(situation, job, machine)
        if exclusion is not None:
            reason = machine_words(situation, exclusion, wording.moment)
            words.append(f"{problem.machine_ids[machine]} {reason}")
    incompatible = int((~problem.eligible[job]).sum())
    if incompatible:
        words.append(f"{incompatible} incompatible")
    return "; ".join(words)


def chosen_by(decision: Decision, trace: Trace) -> str:
    """Who took a decision: the scheduler, or the planner, and which part of it."""
    forced = decision.job_forced, decision.machine_forced
    return by_planner(*forced) if any(forced) else trace.scheduler


def log_row(
    entry: LogEntry, problem: Problem, trace: Trace, start: datetime
) -> list[Cell]:
    """Cells of one decision, in the order of :data:`COLUMNS`."""
    d = entry.decision
    row: list[Cell] = [
        d.step + 1,
        _at(start, d.clock),
        problem.job_ids[d.job],
        problem.machine_ids[d.machine],
        chosen_by(d, trace),
        _at(start, d.setup_start),
        _at(start, d.start),
        _at(start, d.end),
        round(d.setup / MINUTE, MINUTE_DIGITS),
        len(d.jobs),
        len(d.machines),
        _number(float(trace.entropy[d.step])),
        _number(d.value),
        d.cost,
        d.bound,
    ]
    for choices in (entry.jobs, entry.machines):
        for i in range(TOP):
            if i < len(choices):
                row += [choices[i].name, choices[i].score]
            else:
                row += [None, None]
    return [
        *row,
        entry.why_job,
        entry.why_machine,
        entry.jobs_excluded,
        entry.machines_excluded,
    ]


def log_json(
    found: list[LogEntry], problem: Problem, trace: Trace, start: datetime
) -> dict[str, Any]:
    """Return the log as plain values for JSON: a head, and one object per decision."""
    decisions = []
    for entry in found:
        d = entry.decision
        decisions.append(
            {
                "step": d.step + 1,
                "clock": _iso(start, d.clock),
                "job": problem.job_ids[d.job],
                "machine": problem.machine_ids[d.machine],
                "chosen_by": chosen_by(d, trace),
                "setup_start": _iso(start, d.setup_start),
                "start": _iso(start, d.start),
                "end": _iso(start, d.end),
                "setup_minutes": round(d.setup / MINUTE, MINUTE_DIGITS),
                "jobs_possible": len(d.jobs),
                "machines_possible": len(d.machines),
                "doubt": _number(float(trace.entropy[d.step])),
                "value": _number(d.value),
                "cost": d.cost,
                "lower_bound": d.bound,
                "jobs": [{"id": x.name, "score": x.score} for x in entry.jobs],
                "machines": [{"id": x.name, "score": x.score} for x in entry.machines],
                "why_job": entry.why_job,
                "why_machine": entry.why_machine,
                "jobs_excluded": entry.jobs_excluded,
                "machines_excluded": entry.machines_excluded,
            }
        )
    return {
        "scheduler": trace.scheduler,
        "model": trace.model or None,
        "seed": trace.seed,
        "objective": list(trace.objective),
        "lookahead_minutes": (
            trace.lookahead / MINUTE if isfinite(trace.lookahead) else "unlimited"
        ),
        "scores": trace.scores.value,
        "start": start.isoformat(timespec="seconds"),
        "problem": trace.problem_hash,
        "decisions": decisions,
    }


def _at(start: datetime, seconds: float) -> datetime:
    return start + timedelta(seconds=float(seconds))


def _iso(start: datetime, seconds: float) -> str:
    return _at(start, seconds).isoformat(timespec="seconds")


def _number(value: float) -> float | None:
    """Return a number that JSON and spreadsheets know; ``None`` for others."""
    return value if isfinite(value) else None
