"""One decision as tables: the candidates, and what was excluded, with the facts."""

from __future__ import annotations

from datetime import datetime
from math import isfinite

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.decisions.reasons import (
    When,
    job_exclusion,
    job_words,
    machine_exclusion,
    machine_words,
)
from core.decisions.whatif import Moves
from core.planning.decision import Decision, Scores
from core.problem.schedule import Schedule, tardiness
from core.timing.situation import Situation

MINUTE = 60.0
LENGTHS = ("Slack", "Setup", "Runs", "Behind")  # columns of minutes
CHOSEN, FORCED = "●", "✎"

Floats = NDArray[np.float64]


def job_table(
    situation: Situation, decision: Decision, start: datetime, limit: int
) -> pd.DataFrame:
    """
    Return the candidate jobs of a decision, the best first.

    Parameters
    ----------
    situation, decision
        The moment, and what was decided.
    start
        Plan start.
    limit
        Rows at the top among which the chosen one is, however little it scored.

    Returns
    -------
    pd.DataFrame
        Important jobs have a star. ``Score`` is the probability, or what
        :func:`bars` makes of priorities; missing where there are no scores. Lengths
        are in minutes, facts the best over the machines that may be chosen. The index
        holds the jobs.
    """
    problem = situation.problem
    order = shown(decision.jobs, decision.job_order, decision.job, limit)
    jobs = decision.jobs[order]
    times = situation.outcome(jobs)
    may = situation.choosable[jobs]

    def least(values: Floats) -> Floats:
        smallest: Floats = np.where(may, values, np.inf).min(axis=1)
        return smallest

    end = least(times.end)
    due = problem.due[jobs]
    return pd.DataFrame(
        {
            "": _marks(jobs, decision.job, decision.job_forced),
            "Job": _starred(problem.job_ids, jobs, problem.important[jobs]),
            "Score": bars(decision, machines=False)[order],
            "Due": _moments(start, due),
            "Slack": _finite(due - end) / MINUTE,
            "Setup": least(times.setup) / MINUTE,
            "Runs": least(problem.processing[jobs]) / MINUTE,
            "Behind": problem.tail[jobs] / MINUTE,
            "Machines": may.sum(axis=1),
        },
        index=jobs,
    )


def machine_table(
    situation: Situation, decision: Decision, start: datetime, limit: int
) -> pd.DataFrame:
    """Return the machines that could take the chosen job; see :func:`job_table`."""
    problem = situation.problem
    order = shown(decision.machines, decision.machine_order, decision.machine, limit)
    machines = decision.machines[order]
    times = situation.outcome(np.array([decision.job]))
    return pd.DataFrame(
        {
            "": _marks(machines, decision.machine, decision.machine_forced),
            "Machine": _starred(
                problem.machine_ids,
                machines,
                problem.preferred[decision.job, machines],
            ),
            "Score": bars(decision, machines=True)[order],
            "Ends": _moments(start, times.end[0, machines]),
            "Setup": times.setup[0, machines] / MINUTE,
            "Runs": problem.processing[decision.job, machines] / MINUTE,
            "Free": _moments(start, situation.ready[machines].astype(np.float64)),
            "Load": load(situation)[machines] / MINUTE / 60,
        },
        index=machines,
    )


def shown(
    options: NDArray[np.int64], order: NDArray[np.int64], chosen: int, limit: int
) -> NDArray[np.int64]:
    """All places of a decision, best first; the chosen one within ``limit`` of them."""
    rank = int(np.flatnonzero(options[order] == chosen)[0])
    if rank < limit:
        return order
    others = np.delete(order, rank)
    return np.insert(others, limit - 1, order[rank])


def bars(decision: Decision, *, machines: bool) -> Floats:
    """
    Shape (c,) or (q,), how long the bar of each candidate is, from 0 to 1.

    Probabilities as they are. Priorities of a rule between its least and its largest
    finite one. NaN where there are no scores.
    """
    shares = decision.machine_probabilities if machines else decision.job_probabilities
    if shares is not None:
        return shares
    scores = decision.machine_scores if machines else decision.job_scores
    if decision.scores is Scores.NONE:
        return np.full(len(scores), np.nan)
    finite = np.isfinite(scores)
    if not finite.any():
        return np.ones(len(scores))
    low, high = scores[finite].min(), scores[finite].max()
    if low == high:
        return np.where(finite, 1.0, (scores > 0).astype(np.float64))
    lengths: Floats = (np.clip(scores, low, high) - low) / (high - low)
    return lengths


def load(situation: Situation) -> Floats:
    """Shape (m,), seconds of processing and setup placed on each machine so far."""
    problem, schedule = situation.problem, situation.schedule
    jobs = situation.order
    machines = schedule.machine[jobs]
    work = problem.processing[jobs, machines]
    groups = problem.machine_starts().group
    setups = np.zeros(len(jobs))
    for i, (job, k) in enumerate(zip(jobs.tolist(), machines.tolist(), strict=True)):
        setups[i] = problem.setup_seconds(k, groups[k], problem.group[job])
        groups[k] = problem.group[job]
    return np.bincount(
        machines, weights=work + setups, minlength=problem.num_machines
    ).astype(np.float64)


def excluded_jobs_table(
    situation: Situation, decision: Decision, when: When
) -> pd.DataFrame:
    """
    Return the jobs that may not come next, why, and until when; placed ones last.

    ``Score`` is what the policy gave them, i.e. 0; missing for other schedulers.
    """
    problem = situation.problem
    rows = []
    for job in range(problem.num_jobs):
        exclusion = job_exclusion(situation, job)
        if exclusion is not None:
            words = job_words(situation, exclusion, when)
            rows.append((bool(situation.placed[job]), job, words))
    rows.sort(key=lambda row: row[0])
    jobs = [row[1] for row in rows]
    shares = spread(decision.jobs, decision.job_probabilities, problem.num_jobs)
    return pd.DataFrame(
        {
            "Job": [problem.job_ids[job] for job in jobs],
            "Score": shares[jobs],
            "Why not": [row[2] for row in rows],
        }
    )


def excluded_machines_table(
    situation: Situation, decision: Decision, when: When
) -> pd.DataFrame:
    """Return the machines that may not take the job, and why; compatible first."""
    problem, job = situation.problem, decision.job
    rows = []
    for machine in range(problem.num_machines):
        exclusion = machine_exclusion(situation, job, machine)
        if exclusion is not None:
            words = machine_words(situation, exclusion, when)
            rows.append((not problem.eligible[job, machine], machine, words))
    rows.sort(key=lambda row: row[0])
    machines = [row[1] for row in rows]
    shares = spread(
        decision.machines, decision.machine_probabilities, problem.num_machines
    )
    return pd.DataFrame(
        {
            "Machine": [problem.machine_ids[k] for k in machines],
            "Score": shares[machines],
            "Why not": [row[2] for row in rows],
        }
    )


def spread(options: NDArray[np.int64], shares: Floats | None, size: int) -> Floats:
    """Shape (size,): probability of every job or machine, 0 where it is no option."""
    if shares is None:
        return np.full(size, np.nan)
    every = np.zeros(size)
    every[options] = shares
    return every


def moved_table(
    situation: Situation, before: Schedule, after: Schedule, moved: Moves
) -> pd.DataFrame:
    """Return the jobs that moved between two plans, those that moved most first."""
    problem, jobs = situation.problem, moved.jobs
    return pd.DataFrame(
        {
            "Job": _starred(problem.job_ids, jobs, problem.important[jobs]),
            "Machine": [problem.machine_ids[k] for k in before.machine[jobs]],
            "Then on": [problem.machine_ids[k] for k in after.machine[jobs]],
            "Ends later": moved.later / MINUTE,
            "Late": tardiness(before, problem.due)[jobs] / MINUTE,
            "Then late": tardiness(after, problem.due)[jobs] / MINUTE,
        }
    )


def _starred(
    names: tuple[str, ...], options: NDArray[np.int64], marked: NDArray[np.bool_]
) -> list[str]:
    """Names, with a star behind those that are marked."""
    return [
        names[option] + (" ★" if star else "")
        for option, star in zip(options.tolist(), marked.tolist(), strict=True)
    ]


def _marks(options: NDArray[np.int64], chosen: int, forced: bool) -> list[str]:
    """Which row was chosen, and whether by the planner."""
    mark = FORCED if forced else CHOSEN
    return [mark if option == chosen else "" for option in options]


def _moments(start: datetime, seconds: Floats) -> NDArray[np.datetime64]:
    """Date-times; missing for infinite seconds."""
    known = np.isfinite(seconds)
    times = np.datetime64(start, "s") + np.where(known, seconds, 0).astype(np.int64)
    return np.where(known, times, np.datetime64("NaT")).astype("datetime64[ns]")


def _finite(values: Floats) -> Floats:
    """NaN instead of infinite values."""
    return np.where(np.isfinite(values), values, np.nan)


def confidence(probability: float) -> str:
    """A probability as a percentage in words: ``82 %``, ``< 1 %``."""
    if not isfinite(probability):
        return "–"
    if 0 < probability < 0.01:
        return "< 1 %"
    return f"{100 * probability:.0f} %"
