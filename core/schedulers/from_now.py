"""Planning from now on: what is past change stays, any scheduler plans the rest."""

from __future__ import annotations

from dataclasses import replace

from core.planning.scheduler import Progress, Result, Scheduler, Stopwatch, silent
from core.planning.settings import PlanSettings
from core.planning.stopping import Stop, never
from core.problem import phrases
from core.problem.floor import Floor
from core.problem.model import Problem
from core.problem.objective import Objective
from core.timing.commitments import Commitments, joined, remaining
from core.timing.committing import committed


def planned_from_now(
    problem: Problem,
    floor: Floor,
    planner: Scheduler,
    settings: PlanSettings,
    *,
    stop: Stop = never,
    progress: Progress = silent,
) -> Result:
    """
    Plan what has not begun and is not frozen; the rest stays.

    Parameters
    ----------
    problem, floor
        Every job, and what is said of them.
    planner, settings
        What plans the rest; of the settings its objective and seed.
    stop, progress
        See :class:`core.planning.scheduler.Scheduler`.

    Returns
    -------
    Result
        Of all jobs, history included; its cost is that of the whole shift.

    Raises
    ------
    ImpossibleLockError
        When a lock cannot be kept.
    PlanningCancelled
        When stopped before there was a plan.
    """
    commitments = committed(problem, floor)
    if not commitments.open_jobs.size:
        return past_change(problem, commitments, planner.name, settings.objective)
    result = planner.schedule(
        remaining(problem, commitments),
        settings.objective,
        seed=settings.seed,
        stop=stop,
        progress=progress,
    )
    return whole_of(result, problem, commitments)


def whole_of(result: Result, problem: Problem, commitments: Commitments) -> Result:
    """
    Return a plan of the rest as one of the whole.

    Parameters
    ----------
    result
        Of ``remaining(problem, commitments)``.
    problem, commitments
        Every job, and what is past change of them.
    """
    return replace(
        result,
        problem=problem,
        schedule=joined(problem, commitments, result.schedule),
        trace=None,  # it speaks of the jobs that were left
        floor=commitments.floor,
        rest=result.problem,
    )


def past_change(
    problem: Problem, commitments: Commitments, name: str, objective: Objective
) -> Result:
    """Return the plan of a shift of which nothing is left to plan."""
    watch = Stopwatch()
    schedule = joined(problem, commitments, None)
    jobs = phrases.many(problem.num_jobs, "job")
    return Result(
        problem,
        schedule,
        objective,
        scheduler=name,
        seconds=watch.seconds,
        decisions=0,
        reason=f"All {jobs} have begun or are frozen: nothing was left to plan.",
        floor=commitments.floor,
    )
