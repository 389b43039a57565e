"""Shifts in the middle: what has begun, what happened, what is locked and frozen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from math import inf

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from core.instances.kinds import NOTHING, GeneratorSettings, Happening, Ranges
from core.problem.calendar import Calendar
from core.problem.floor import Floor, JobState, Lock, PreviousPlan, Status
from core.problem.model import Problem
from core.problem.schedule import Schedule
from core.timing.as_planned import as_planned
from core.timing.commitments import ImpossibleLockError, remaining
from core.timing.committing import committed
from core.timing.placing import Placing
from core.timing.retime import retime

RUSH = "rush"  # id of the job of a rush order


@dataclass(frozen=True, eq=False)
class Midway:
    """
    A shift in the middle.

    Parameters
    ----------
    problem
        Every job, history included, with what has happened.
    floor
        Now, what has begun, locks and freeze, and the plan in hand. Its locks can be
        kept.
    happened
        What has, by name.
    """

    problem: Problem
    floor: Floor
    happened: tuple[str, ...]


def midway(
    problem: Problem, plan: Schedule, settings: GeneratorSettings, seed: int | list[int]
) -> Midway:
    """
    Cut a plan, let something happen, and lock and freeze some of what is to come.

    Parameters
    ----------
    problem, plan
        A shift, and its plan.
    settings
        What to draw from.
    seed
        The same problem, plan, settings and seed give the same.
    """
    rng = np.random.default_rng(seed)
    now = int(_number(rng, settings.cut) * plan.makespan)
    previous = PreviousPlan.of(plan)
    states = as_planned(problem, previous, now)
    changed, happened = problem, []
    for _ in range(round(_number(rng, settings.happening_count))):
        name = settings.happenings[0]
        if len(settings.happenings) > 1:
            name = settings.happenings[int(rng.integers(len(settings.happenings)))]
        floor = Floor(now, states, _matched(plan, problem, changed))
        if len(floor.begun()) < changed.num_jobs and not (
            name == "rush order" and RUSH in changed.job_ids
        ):
            changed = HAPPENINGS[name](changed, floor, settings, rng)
            happened.append(name)
    before = _matched(plan, problem, changed)
    states |= _said(changed, before, states, settings, rng, now)
    freeze = now + round(60 * _number(rng, settings.freeze_minutes))
    machines = range(changed.num_machines) if freeze > now else range(0)
    floor = Floor(now, states, before, dict.fromkeys(machines, freeze))
    return Midway(changed, _possible(changed, floor), tuple(happened))


def left_of(problem: Problem, settings: GeneratorSettings, seed: int) -> Problem:
    """
    Return what is left of a shift in the middle: as any problem, for any scheduler.

    Machines are busy with what runs, jobs are reserved, and the cost is that of the
    whole shift.

    Parameters
    ----------
    problem, settings, seed
        See :func:`drawn_midway`.
    """
    made, _ = drawn_midway(problem, settings, seed)
    return remaining(made.problem, committed(made.problem, made.floor))


def drawn_midway(
    problem: Problem, settings: GeneratorSettings, seed: int
) -> tuple[Midway, Schedule]:
    """
    Draw a shift in the middle of which something is left, and the plan before.

    Parameters
    ----------
    problem, settings, seed
        See :func:`midway`; the plan is made by :func:`simple_plan`. Where nothing is
        left, less of it is over.
    """
    seeds = [seed, problem.num_jobs, problem.num_machines]
    plan = simple_plan(problem, seeds)
    while True:
        made = midway(problem, plan, settings, seeds)
        if committed(made.problem, made.floor).open_jobs.size:
            return made, plan
        earlier = tuple((low / 2, high / 2) for low, high in settings.cut)
        sooner = tuple((low / 2, high / 2) for low, high in settings.freeze_minutes)
        if made.floor.now == 0:
            sooner = ((0, 0),)
        settings = replace(settings, cut=earlier, freeze_minutes=sooner)


def _number(rng: Generator, ranges: Ranges) -> float:
    """Draw a number; nothing is drawn where there is one only."""
    if len(ranges) == 1 and ranges[0][0] == ranges[0][1]:
        return float(ranges[0][0])
    low, high = ranges[int(rng.integers(len(ranges)))]
    return float(rng.uniform(low, high))


def _matched(plan: Schedule, problem: Problem, changed: Problem) -> PreviousPlan:
    """Return a plan of a problem as the previous one of a changed problem."""
    return PreviousPlan.matched(
        plan,
        (problem.job_ids, problem.machine_ids),
        (changed.job_ids, changed.machine_ids),
    )


# --- What happens -------------------------------------------------------------


Happens = Callable[[Problem, Floor, GeneratorSettings, Generator], Problem]


def _to_come(problem: Problem, floor: Floor) -> NDArray[np.int64]:
    """Jobs that have not begun."""
    return np.setdiff1d(np.arange(problem.num_jobs), floor.begun())


def _before(problem: Problem, floor: Floor) -> PreviousPlan:
    return floor.previous or PreviousPlan.empty(problem.num_jobs)


def _machine_down(
    problem: Problem, floor: Floor, settings: GeneratorSettings, rng: Generator
) -> Problem:
    """Close a machine that has work to do."""
    job = rng.choice(_to_come(problem, floor))
    k = int(_before(problem, floor).machine[job])
    lasts = round(60 * _number(rng, settings.down_minutes))
    calendars = list(problem.calendars)
    down = [[floor.now, floor.now + max(1, lasts)]]
    calendars[k] = Calendar(np.vstack([calendars[k].closures, down]))
    return replace(problem, calendars=tuple(calendars))


def _late_material(
    problem: Problem, floor: Floor, settings: GeneratorSettings, rng: Generator
) -> Problem:
    """Release a job that starts soon later."""
    start, jobs = _before(problem, floor).start, _to_come(problem, floor)
    soon = jobs[np.argsort(start[jobs])][: max(1, len(jobs) // 4)]
    job, release = rng.choice(soon), problem.release.copy()
    late = round(60 * _number(rng, settings.late_minutes))
    release[job] = max(int(start[job]), floor.now) + late
    return replace(problem, release=release)


def _twice_as_long(
    problem: Problem, floor: Floor, settings: GeneratorSettings, rng: Generator
) -> Problem:
    """Double the time of a job that runs, or of one to come."""
    running = [j for j in floor.begun() if floor.states[j].end is None]
    job = rng.choice(running or _to_come(problem, floor))
    processing = problem.processing.copy()
    processing[job] *= 2
    may_pause = problem.may_pause.copy()
    may_pause[job] = True  # it may not fit between two closures any more
    return replace(problem, processing=processing, may_pause=may_pause)


def _rush_order(
    problem: Problem, floor: Floor, settings: GeneratorSettings, rng: Generator
) -> Problem:
    """Add a job like one of those that there are, urgent and short."""
    like = int(rng.choice(_to_come(problem, floor)))
    rows = problem.of_jobs([*range(problem.num_jobs), like])
    work = max(1, round(60 * _number(rng, settings.rush_minutes)))
    rows["job_ids"] = (*problem.job_ids, RUSH)
    for name, value in (
        ("release", floor.now),
        ("due", floor.now + 2 * work),
        ("weight", settings.rush_weight),
        ("important", True),
        ("may_pause", True),
    ):
        rows[name][-1] = value
    able = np.isfinite(rows["processing"][-1])
    rows["processing"][-1] = np.where(able, work, inf)
    return replace(problem, **rows)


def _nothing(
    problem: Problem, floor: Floor, settings: GeneratorSettings, rng: Generator
) -> Problem:
    return problem


HAPPENINGS: Mapping[Happening, Happens] = {
    "machine down": _machine_down,
    "rush order": _rush_order,
    "late material": _late_material,
    "twice as long": _twice_as_long,
    NOTHING: _nothing,
}


# --- What is said -------------------------------------------------------------


def _said(
    problem: Problem,
    before: PreviousPlan,
    states: Mapping[int, JobState],
    settings: GeneratorSettings,
    rng: Generator,
    now: int,
) -> dict[int, JobState]:
    """States of running jobs with what is left of them, and of locked ones."""
    found = {}
    for job, state in sorted(states.items()):
        if state.status is Status.STARTED and rng.random() < settings.said_share:
            k = int(before.machine[job])
            most = max(1, int(problem.processing[job, k]))
            found[job] = replace(state, remaining=int(rng.integers(0, 2 * most)))
    for job in range(problem.num_jobs):
        k = int(before.machine[job])
        if job in states or k < 0 or not problem.eligible[job, k]:
            continue
        if rng.random() < settings.lock_share:
            lock = (Lock.MACHINE, Lock.START)[int(rng.integers(2))]
            found[job] = JobState(lock=lock)
        elif rng.random() < settings.released_share:
            found[job] = JobState(Status.RELEASED, k)
    return found


def _possible(problem: Problem, floor: Floor) -> Floor:
    """Leave out the locks that cannot be kept."""
    while True:
        try:
            committed(problem, floor)
        except ImpossibleLockError as error:
            wrong = {x.job if x.because is None else x.because for x in error.faults}
            states = {j: x for j, x in floor.states.items() if j not in wrong}
            floor = replace(floor, states=states)
        else:
            return floor


# --- A plan in hand -----------------------------------------------------------


def simple_plan(problem: Problem, seed: int | list[int]) -> Schedule:
    """
    Plan as one would by hand: the most urgent job first, where it ends first.

    Parameters
    ----------
    problem
        What is planned; nothing of it is reserved.
    seed
        Of small differences in urgency.
    """
    rng = np.random.default_rng(seed)
    placing = Placing(problem, problem.available)
    latest = np.where(np.isfinite(problem.due), problem.due, 1e15) - problem.tail
    urgency = latest * rng.uniform(0.9, 1.1, problem.num_jobs)
    waiting = np.array([len(x) for x in problem.predecessors])
    ready = problem.release.astype(np.int64).copy()
    sequences: list[list[int]] = [[] for _ in range(problem.num_machines)]
    open_jobs = {j for j in range(problem.num_jobs) if not waiting[j]}
    while open_jobs:
        job = min(open_jobs, key=lambda j: (urgency[j], j))
        open_jobs.remove(job)
        ends = {
            k: placing.times(job, k, int(ready[job]))[3]
            for k in np.flatnonzero(problem.eligible[job]).tolist()
        }
        k = min(ends, key=lambda k: (ends[k], k))
        placing.take(job, k, ends[k])
        sequences[k].append(job)
        for after in problem.successors[job]:
            wait = int(problem.wait_after[job])
            ready[after] = max(ready[after], ends[k] + wait)
            waiting[after] -= 1
            if not waiting[after]:
                open_jobs.add(after)
    return retime(problem, sequences)
