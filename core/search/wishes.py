"""Preferred machines: wishes that cost nothing are granted after planning."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.problem.model import Problem
from core.problem.objective import Objective
from core.problem.schedule import Schedule
from core.problem.verifier.verify import violations
from core.search.exchanges import (
    KINDS,
    Exchange,
    exchange_room,
    exchanged,
    next_exchange,
    put,
)
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
    room = exchange_room(problem, objective)
    while True:
        put(room, best.sequences)
        for job in left:
            better = _granted(
                problem, objective, best, cost, job, len(left), each, room
            )
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
    room: Exchange,
) -> Schedule | None:
    """Plan that keeps a wish and is no dearer; ``None`` when none of the tries is."""
    for wished in np.flatnonzero(problem.preferred[job]).tolist():
        places = _places(schedule, job, wished)
        number, last = -1, min(tries, KINDS * len(places))
        tries -= last
        while (
            number := next_exchange(room, job, wished, places, number + 1, last)
        ) < last:
            timed = retime(problem, exchanged(room))
            if (
                len(open_wishes(problem, timed)) < wishes
                and objective.cost(problem, timed) <= cost
                and not violations(problem, timed)  # a reservation may have moved
            ):
                return timed
    return None


def _places(schedule: Schedule, job: int, machine: int) -> NDArray[np.int64]:
    """Places in the sequence of a machine, those near a job in time first."""
    used = machine < len(schedule.sequences)
    jobs = list(schedule.sequences[machine]) if used else []
    distance = np.abs(schedule.start[jobs] - schedule.start[job])
    near = np.argsort(distance, kind="stable")
    return np.append(near, len(jobs))
