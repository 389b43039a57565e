"""New jobs as early as they can be, whoever has to wait: another start of a search."""

from __future__ import annotations

import numpy as np

from core.problem.measures.stability import NOT_PRICED, Home
from core.problem.model import Problem
from core.problem.schedule import Schedule
from core.search.refine import padded
from core.timing.retime import retime

MOST_JOBS = 20  # more new jobs are a new plan rather than a rush order
PLACES = 3  # at the head of each machine: behind them nothing ends sooner


def new_jobs_first(rest: Problem, schedule: Schedule, home: Home) -> Schedule | None:
    """
    Put every new job where it ends first; the others keep their orders behind it.

    A search that starts where new jobs move nobody may not find the way to one where
    they do: each move of the many that it takes costs more than it saves.

    Parameters
    ----------
    rest, schedule
        The problem that is left, and a plan of it.
    home
        The previous plan, which does not hold the new jobs.

    Returns
    -------
    Schedule or None
        Valid; ``None`` where no job is new, or too many are, or nothing is sooner.
    """
    is_new = (home.machine == NOT_PRICED) & (rest.reserved_machine < 0)
    new = [job for job in rest.topological_order.tolist() if is_new[job]]
    if not new or len(new) > MOST_JOBS:
        return None
    best = schedule
    for job in new:
        for trial in _trials(rest, best, job):
            try:
                timed = retime(rest, trial)
            except ValueError:
                continue  # it would wait for a job behind it
            if timed.end[job] < best.end[job] and _keeps_locks(rest, timed):
                best = timed
    return None if best is schedule else best


def _trials(rest: Problem, schedule: Schedule, job: int) -> list[list[list[int]]]:
    """Return the orders with a job near the head of each machine that may take it."""
    orders = padded(schedule, rest.num_machines)
    orders[int(schedule.machine[job])].remove(job)
    trials = []
    for k in np.flatnonzero(rest.eligible[job]).tolist():
        for place in range(min(len(orders[k]) + 1, PLACES)):
            trial = list(orders)
            trial[k] = [*orders[k][:place], job, *orders[k][place:]]
            trials.append(trial)
    return trials


def _keeps_locks(rest: Problem, schedule: Schedule) -> bool:
    """Whether every locked job starts when it has to."""
    locked = rest.reserved_machine >= 0
    return bool((schedule.start[locked] == rest.reserved_start[locked]).all())
