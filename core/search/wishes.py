"""Preferred machines: wishes that cost nothing are granted after planning."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

import numpy as np

from core.problem.model import Problem
from core.problem.objective import Objective
from core.problem.schedule import Schedule
from core.problem.verifier.verify import violations
from core.timing.retime import retime

# Plans tried for all wishes together, and jobs timed for them: well under a second on
# any shift, and the same on every computer.
MOST_TRIED = 2_000
MOST_TIMED = 3_000_000


def open_wishes(problem: Problem, schedule: Schedule) -> list[int]:
    """Jobs that prefer a machine and run on another one, by their starts."""
    kept = problem.preferred[np.arange(problem.num_jobs), schedule.machine]
    wished = np.flatnonzero(problem.preferred.any(axis=1) & ~kept)
    jobs: list[int] = wished[np.argsort(schedule.start[wished], kind="stable")].tolist()
    return jobs


def grant_wishes(
    problem: Problem, objective: Objective, schedule: Schedule
) -> Schedule:
    """
    Put jobs on the machines that they prefer, where that costs nothing.

    One job goes to another place, two change places, or two machines change the work
    before or after a job; each is taken when the plan is no dearer and more wishes
    are kept. What is near in time is tried first.

    Parameters
    ----------
    problem, objective
        What is planned, and what it is judged by.
    schedule
        Valid.

    Returns
    -------
    Schedule
        Valid; the given one itself when no wish could be granted.
    """
    left = open_wishes(problem, schedule)
    if not left:
        return schedule
    tries = min(MOST_TRIED, MOST_TIMED // problem.num_jobs)
    each = max(1, tries // len(left))
    best, cost = schedule, objective.cost(problem, schedule)
    while True:
        for job in left:
            better = _granted(problem, objective, best, cost, job, len(left), each)
            tries -= each
            if better is not None or tries < 0:
                break
        else:
            return best
        if better is None:
            return best
        best, cost = better, objective.cost(problem, better)
        left = open_wishes(problem, best)


def _granted(
    problem: Problem,
    objective: Objective,
    schedule: Schedule,
    cost: float,
    job: int,
    wishes: int,
    tries: int,
) -> Schedule | None:
    """Plan that keeps a wish and is no dearer; ``None`` when none of the tries is."""
    for sequences in islice(_exchanges(problem, schedule, job), tries):
        try:
            timed = retime(problem, sequences)
        except ValueError:
            continue  # a machine that a job may not run on, or orders in a circle
        if (
            len(open_wishes(problem, timed)) < wishes
            and objective.cost(problem, timed) <= cost
            and not violations(problem, timed)  # a reservation may have moved
        ):
            return timed
    return None


def _exchanges(
    problem: Problem, schedule: Schedule, job: int
) -> Iterator[list[list[int]]]:
    """Sequences with a job on a machine that it prefers, those near in time first."""
    old = [list(jobs) for jobs in schedule.sequences]
    old += [[] for _ in range(problem.num_machines - len(old))]
    there = int(schedule.machine[job])
    place = old[there].index(job)
    before, after = old[there][:place], old[there][place + 1 :]
    for wished in np.flatnonzero(problem.preferred[job]).tolist():
        jobs = old[wished]
        distance = np.abs(schedule.start[jobs] - schedule.start[job])
        for i in [*np.argsort(distance, kind="stable").tolist(), len(jobs)]:
            first, last = jobs[:i], jobs[i:]
            made = [
                (before + after, [*first, job, *last]),
                (before + last, [*first, job, *after]),
                ([*first, *after], [*before, job, *last]),
            ]
            if last:
                made.append(([*before, last[0], *after], [*first, job, *last[1:]]))
            for here, beside in made:
                new = list(old)
                new[there], new[wished] = here, beside
                yield new
