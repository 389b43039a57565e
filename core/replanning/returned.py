"""A plan that comes back: an exported schedule, edited in a spreadsheet."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from core.planning.plan import Plan
from core.planning.scheduler import Result, Stopwatch
from core.planning.settings import PlanSettings
from core.problem.floor import Floor, PreviousPlan
from core.problem.schedule import Schedule
from core.problem.shift import Shift
from core.problem.verifier.time_words import by_the_clock
from core.problem.verifier.verify import Violation
from core.problem.verifier.verify_floor import violations_on
from core.replanning.changes import Changes, changes
from core.replanning.push import pushed
from core.schedulers.from_now import past_change, whole_of
from core.timing.commitments import remaining
from core.timing.committing import committed

EDITED = "edited"


@dataclass(frozen=True, eq=False)
class Returned:
    """
    A plan that came back, and what can be made of it.

    Parameters
    ----------
    as_it_is
        The plan as it was edited; ``None`` when it breaks a rule.
    faults
        The rules that it breaks; the first of all, where jobs are missing.
    missing
        Jobs of the shift that it does not hold.
    nearest
        The nearest valid one: machines and orders kept, times from the rules; jobs
        that are missing, or may not run where they are, where they end first.
    changes
        What ``nearest`` changes of the edited plan.
    """

    as_it_is: Plan | None
    faults: tuple[Violation, ...]
    missing: tuple[int, ...]
    nearest: Plan
    changes: Changes


def returned(
    shift: Shift,
    edited: PreviousPlan,
    settings: PlanSettings | None = None,
    floor: Floor | None = None,
) -> Returned:
    """
    Judge an edited plan, and make the nearest valid one of it.

    Parameters
    ----------
    shift
        The shift that it is a plan of.
    edited
        The plan, as :func:`core.tables.plan_file.read_previous` reads it.
    settings
        How the shift is planned: what plans are judged by.
    floor
        What has begun and what has to stay; ``None``: as the shift has it. Locks and
        freeze hold against its own previous plan, not against the edited one.

    Raises
    ------
    ImpossibleLockError
        When a lock cannot be kept.
    """
    settings, watch = settings or PlanSettings(), Stopwatch()
    floor = floor or shift.floor or Floor()
    problem, objective = shift.problem, settings.objective
    commitments = committed(problem, floor)
    faults: tuple[Violation, ...] = ()
    as_it_is = None
    if edited.known.all():
        schedule = Schedule(
            edited.machine,
            edited.setup_start,
            edited.setup_end,
            edited.start,
            edited.end,
        )
        faults = violations_on(problem, schedule, floor, by_the_clock(shift.start))
        if not faults:
            rest = (
                remaining(problem, commitments) if commitments.open_jobs.size else None
            )
            result = Result(
                problem=problem,
                schedule=schedule,
                objective=objective,
                scheduler=EDITED,
                seconds=watch.seconds,
                decisions=0,
                reason="Taken as it came back.",
                floor=floor,
                rest=rest if floor.binds else None,
            )
            as_it_is = Plan(shift, settings, result)
    if not commitments.open_jobs.size:
        nearest = past_change(problem, commitments, EDITED, objective)
    else:
        rest = remaining(problem, commitments)
        jobs = commitments.open_jobs
        before = PreviousPlan(
            edited.machine[jobs],
            edited.setup_start[jobs],
            edited.setup_end[jobs],
            edited.start[jobs],
            edited.end[jobs],
        )
        part = Result(
            problem=rest,
            schedule=pushed(rest, before, keep_starts=False),
            objective=objective,
            scheduler=EDITED,
            seconds=watch.seconds,
            decisions=0,
            reason="Machines and orders as they came back, times from the rules.",
        )
        nearest = whole_of(part, problem, commitments)
    compared = replace(floor, previous=edited)
    return Returned(
        as_it_is,
        faults,
        tuple(np.flatnonzero(~edited.known).tolist()),
        Plan(shift, settings, nearest),
        changes(problem, nearest.schedule, compared),
    )
