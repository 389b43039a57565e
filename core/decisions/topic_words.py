"""The facts behind each topic of the features, for two candidates side by side."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from math import isfinite

import numpy as np
from numpy.typing import NDArray

from core.problem import phrases
from core.timing.situation import Outcome, Situation


@dataclass(frozen=True)
class Wording:
    """
    How moments and lengths of time are written.

    Parameters
    ----------
    moment
        Seconds since plan start as a moment.
    duration
        Seconds as a length of time.
    """

    moment: Callable[[float], str]
    duration: Callable[[float], str]

    @classmethod
    def since(cls, start: datetime) -> Wording:
        """Return how planners read times that are counted from a plan start."""
        return cls(lambda seconds: phrases.moment(start, seconds), phrases.duration)


@dataclass(frozen=True)
class JobFacts:
    """
    What a planner would look at in one candidate job.

    Parameters
    ----------
    job
        Its index.
    machines, compatible
        Number of machines that it may be placed on now, and at all.
    setup, processing
        Seconds: the least on those that it may be placed on now.
    start, end
        Seconds since plan start: the earliest on those.
    due
        Seconds since plan start; +inf without a due date.
    slack
        Seconds between that end and the due date; negative: late.
    behind
        Seconds: least processing in sequence behind it.
    waiting
        Number of jobs that wait for it directly.
    """

    job: int
    machines: int
    compatible: int
    setup: float
    processing: float
    start: float
    end: float
    due: float
    slack: float
    behind: float
    waiting: int


def job_facts(
    situation: Situation, jobs: list[int], outcome: Outcome | None = None
) -> list[JobFacts]:
    """
    Facts of some jobs that may come next.

    Parameters
    ----------
    situation
        The moment.
    jobs
        Candidates of that moment.
    outcome
        Theirs, where that is known.
    """
    problem = situation.problem
    rows = np.array(jobs, dtype=np.int64)
    times = situation.outcome(rows) if outcome is None else outcome
    may = situation.choosable[rows]

    def least(values: NDArray[np.float64]) -> NDArray[np.float64]:
        smallest: NDArray[np.float64] = np.where(may, values, np.inf).min(axis=1)
        return smallest

    setup, start, end = least(times.setup), least(times.start), least(times.end)
    processing = least(problem.processing[rows])
    return [
        JobFacts(
            job=job,
            machines=int(may[i].sum()),
            compatible=int(problem.eligible[job].sum()),
            setup=float(setup[i]),
            processing=float(processing[i]),
            start=float(start[i]),
            end=float(end[i]),
            due=float(problem.due[job]),
            slack=float(problem.due[job] - end[i]),
            behind=float(problem.tail[job]),
            waiting=len(problem.successors[job]),
        )
        for i, job in enumerate(jobs)
    ]


def job_topic(
    topic: str,
    situation: Situation,
    first: JobFacts,
    second: JobFacts,
    wording: Wording,
    higher: bool | None = None,
) -> str:
    """
    Say what a topic holds for one candidate job against another.

    Parameters
    ----------
    topic
        Topic of :data:`core.simulation.features.JOB_FEATURES`.
    situation, first, second
        The moment, and the two.
    wording
        How times are written.
    higher
        Whether the first has the higher index, for topics that are an index.
    """
    problem, last = situation.problem, wording.duration
    other = problem.job_ids[second.job]
    match topic:
        case "setup":
            return _setup_words(first.setup, second.setup, other, last)
        case "due date":
            return f"{_due(first, situation, last)}, {other} " + _due(
                second, situation, last
            )
        case "processing":
            return f"takes {last(first.processing)}, {other} {last(second.processing)}"
        case "start and end":
            return (
                f"could end {wording.moment(first.end)}, {other} "
                f"{wording.moment(second.end)}"
            )
        case "work behind":
            if first.behind == second.behind:
                return f"as much work behind it as behind {other}"
            who = "behind it" if first.behind > second.behind else f"behind {other}"
            most, least = sorted((first.behind, second.behind), reverse=True)
            than = f"{last(most)} against {last(least)}" if least else last(most)
            return f"longer chain {who} ({than})"
        case "importance":
            marks = [_weight(situation, x.job) for x in (first, second)]
            if marks[0] == marks[1]:
                return f"{marks[0]}, like {other}"
            return f"{marks[0]}, {other} {marks[1]}"
        case "flexibility":
            return (
                f"{first.machines} of {first.compatible} compatible machines possible, "
                f"{second.machines} of {second.compatible} for {other}"
            )
        case "machine fit":
            slower = [
                x.processing / float(problem.smallest_processing[x.job])
                for x in (first, second)
            ]
            marks = [_fit(x) for x in slower]
            if marks[0] == marks[1]:
                return f"{marks[0]}, like {other}"
            return f"{marks[0]} now, {other} {marks[1]}"
        case "dispatch index" if higher is not None:
            word = "higher" if higher else "lower"
            return f"urgency index {word} than that of {other}"
        case _:
            return topic


def machine_topic(
    topic: str,
    situation: Situation,
    job: int,
    pair: tuple[int, int],
    wording: Wording,
    loads: tuple[float, float],
    times: Outcome,
) -> str:
    """
    Say what a topic holds for one machine against another.

    Parameters
    ----------
    topic
        Topic of :data:`core.simulation.features.MACHINE_FEATURES`.
    situation, job
        The moment, and the job to be placed.
    pair
        The two machines.
    wording
        How times are written.
    loads
        Seconds of work that is expected to fall to each.
    times
        Outcome of the job, shape (1, m).
    """
    problem, last = situation.problem, wording.duration
    a, b = pair
    other = problem.machine_ids[b]
    processing = problem.processing[job]
    match topic:
        case "setup":
            return _setup_words(times.setup[0, a], times.setup[0, b], other, last)
        case "processing":
            return f"takes {last(processing[a])}, on {other} {last(processing[b])}"
        case "start and end":
            ends = times.end[0]
            return f"ends {wording.moment(ends[a])}, on {other} " + wording.moment(
                ends[b]
            )
        case "load":
            return (
                f"{last(loads[0])} of work expected for it, {last(loads[1])} "
                f"for {other}"
            )
        case "machine fit":
            best = float(problem.smallest_processing[job])
            marks = [_fit(float(processing[k]) / best) for k in pair]
            if problem.preferred[job, a] != problem.preferred[job, b]:
                name = "it" if problem.preferred[job, a] else other
                return f"{name} is the preferred machine"
            if marks[0] == marks[1]:
                return f"{marks[0]}, like {other}"
            return f"{marks[0]}, {other} {marks[1]}"
        case _:
            return topic


def _setup_words(
    first: float, second: float, other: str, last: Callable[[float], str]
) -> str:
    if first == second == 0:
        return "neither needs a setup"
    if first == 0:
        return f"no setup needed, {last(second)} for {other}"
    if second == 0:
        return f"needs {last(first)} of setup, {other} none"
    return f"setup of {last(first)}, {last(second)} for {other}"


def _due(facts: JobFacts, situation: Situation, last: Callable[[float], str]) -> str:
    if not isfinite(facts.due):
        return "has no due date"
    left = facts.due - situation.now
    return f"due in {last(left)}" if left > 0 else f"overdue by {last(-left)}"


def _weight(situation: Situation, job: int) -> str:
    weight = f"weight {situation.problem.weight[job]:g}"
    return f"important, {weight}" if situation.problem.important[job] else weight


def _fit(slower: float) -> str:
    if slower < 1.005:
        return "as fast as anywhere"
    return f"{slower:.2f} times its fastest time"
