"""How much a plan changes of the one before."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.problem.floor import Floor
from core.problem.measures.stability import NOT_PRICED, Home
from core.problem.model import Problem
from core.problem.schedule import Schedule

HOUR = 3600
NEAR = 2 * HOUR  # after the freeze: until then a change counts in full
FAR = 0.1  # what a change counts at the end of the plan before
SOON = 4 * HOUR


@dataclass(frozen=True)
class Changes:
    """
    What a plan changes of the one before.

    A job has changed when its machine is another or its start moved by more than five
    minutes; new jobs, and those that had begun, are not counted.

    Parameters
    ----------
    compared
        Jobs in both plans that had not begun.
    changed_jobs, changed_next_4h
        Of them, those that changed; those that did and were to start in the next four
        hours.
    moved_machine
        Of them, those on another machine.
    stability
        Sum of the nearness of all changed jobs, over all jobs of the shift.
    """

    compared: int
    changed_jobs: int
    changed_next_4h: int
    moved_machine: int
    stability: float


def home_of(problem: Problem, floor: Floor) -> Home:
    """
    Where the jobs of a shift were in the plan before, and what a change counts.

    A change counts in full until two hours after the freeze ends, then less and less,
    down to a tenth at the end of the plan before.

    Parameters
    ----------
    problem, floor
        Every job, and what is said of them; without a plan before, no job is priced.
    """
    n, before = problem.num_jobs, floor.previous
    if before is None:
        nothing = np.zeros(n, dtype=np.int64)
        return Home(np.full(n, NOT_PRICED), nothing, np.zeros(n), n)
    priced = before.known.copy()
    priced[floor.begun()] = False
    machine = np.where(priced, before.machine, NOT_PRICED)
    near = np.full(problem.num_machines, floor.now, dtype=np.int64)
    for k, until in floor.freeze_until.items():
        near[k] = max(near[k], until)
    first = near[before.machine] + NEAR
    last = int(before.end[before.known].max(initial=0))
    share = (before.start - first) / np.maximum(last - first, 1)
    nearness = np.clip(1.0 - (1.0 - FAR) * share, FAR, 1.0)
    return Home(machine, before.start, nearness, n)


def changes(problem: Problem, schedule: Schedule, floor: Floor) -> Changes:
    """
    Count what a plan changes of the one before.

    Parameters
    ----------
    problem, schedule
        Every job, and the new plan.
    floor
        What was said when it was planned, the plan before included.
    """
    home = home_of(problem, floor)
    priced = home.machine != NOT_PRICED
    changed = home.changed(schedule)
    soon = (home.start >= floor.now) & (home.start < floor.now + SOON)
    return Changes(
        compared=int(priced.sum()),
        changed_jobs=int(changed.sum()),
        changed_next_4h=int((changed & soon).sum()),
        moved_machine=int((priced & (schedule.machine != home.machine)).sum()),
        stability=home.change(schedule),
    )
