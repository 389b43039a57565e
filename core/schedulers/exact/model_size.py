"""How large the model of a problem is: its parts, and the seconds that it counts."""

from __future__ import annotations

from math import ceil

import numpy as np

from core.problem.model import Problem
from core.problem.objective import Objective
from core.problem.schedule import Schedule

LONGEST = 2**40  # seconds; keeps sums within what CP-SAT can count


def size(problem: Problem) -> int:
    """
    Parts that the model of a whole problem would have, about.

    Two jobs that could follow each other on a machine with setups are one, and so are
    a job and a closure of a machine that it could run on.
    """
    jobs: list[int] = problem.eligible.sum(axis=0).tolist()
    follow = (
        jobs[k] ** 2 for k in range(problem.num_machines) if problem.setups_of(k).any()
    )
    pause = (
        2 * jobs[k] * len(calendar.closures)
        for k, calendar in enumerate(problem.calendars)
    )
    return sum(jobs) + sum(follow) + sum(pause)


def horizon(
    problem: Problem, objective: Objective, schedule: Schedule | None = None
) -> int:
    """Seconds by which an optimal schedule ends; a valid one may say it better."""
    longest = np.where(problem.eligible, problem.processing, 0.0).max(axis=1)
    late = max(int(problem.not_before.max()), int(problem.available.max()))
    seconds = late + int(longest.sum()) + int(problem.wait_after.sum())
    # Before each closure work may wait that is too long for what is left.
    whole = int(longest.max(where=~problem.may_pause, initial=0))
    seconds += whole * max(len(c.closures) for c in problem.calendars)
    seconds += problem.num_jobs * int(problem.setup.max(initial=0))
    seconds += max(int(c.closed_before[-1]) for c in problem.calendars)
    if schedule is not None and objective.makespan > 0:
        worst = objective.cost(problem, schedule) / objective.scales(problem)[0]
        seconds = min(seconds, ceil(worst) + 1)
    return min(seconds, LONGEST)
