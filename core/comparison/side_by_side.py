"""Several schedulers on one problem."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, isfinite

import numpy as np
from numpy.typing import NDArray

from core.planning.scheduler import (
    PlanningCancelled,
    Progress,
    Result,
    Scheduler,
    Stopwatch,
    silent,
)
from core.planning.stopping import AnyOf, MaxSeconds, Noted, Stop, never, peek
from core.problem.model import Problem
from core.problem.objective import Objective


@dataclass(frozen=True, eq=False)
class Attempt:
    """
    What one scheduler made of a problem.

    Parameters
    ----------
    scheduler
        Registry name.
    seconds
        Wall time, until it had planned or failed.
    result
        The plan; ``None`` where there is none.
    fault
        What happened instead, in words.
    """

    scheduler: str
    seconds: float
    result: Result | None = None
    fault: str | None = None


def run_one(
    scheduler: Scheduler,
    problem: Problem,
    objective: Objective,
    *,
    seed: int = 0,
    limit: float = inf,
    stop: Stop = never,
    progress: Progress = silent,
) -> Attempt:
    """
    Plan with one scheduler; a failure or a timeout is an outcome, too.

    Parameters
    ----------
    limit
        Seconds that it may take. One that can stop early keeps what it has.

    Raises
    ------
    PlanningCancelled
        When ``stop`` says so: what a scheduler has by then is not what it can do, so
        it counts as no plan.
    """
    watch = Stopwatch()
    asked = Noted(stop)
    halt: Stop = AnyOf(asked, MaxSeconds(limit)) if isfinite(limit) else asked
    try:
        result = scheduler.schedule(
            problem, objective, seed=seed, stop=halt, progress=progress
        )
        if asked.said:
            raise PlanningCancelled("Stopped before it was done.")
        return Attempt(scheduler.name, watch.seconds, result)
    except PlanningCancelled:
        if asked.said or peek(stop):
            raise
        fault = f"No plan within {limit:g} s."
    except MemoryError:
        fault = "The shift is too large for the memory of this computer."
    except Exception as error:  # a border: the others are to be left standing
        fault = f"It failed: {error or type(error).__name__}"
    return Attempt(scheduler.name, watch.seconds, fault=fault)


def compare(
    schedulers: Sequence[Scheduler],
    problem: Problem,
    objective: Objective,
    *,
    seed: int = 0,
    limit: float = inf,
    stop: Stop = never,
    progress: Progress = silent,
) -> list[Attempt]:
    """
    Plan one problem with each of some schedulers; one outcome each.

    Raises
    ------
    PlanningCancelled
        When stopped before the first of them had a plan.
    """
    found: list[Attempt] = []
    stopped = False
    for i, scheduler in enumerate(schedulers):

        def told(
            share: float, what: str, i: int = i, name: str = scheduler.name
        ) -> None:
            progress((i + share) / len(schedulers), f"{name}: {what}")

        try:
            stopped = stopped or bool(i and peek(stop))
            if stopped:  # a quick one would be done before it asks
                raise PlanningCancelled("Stopped before its turn.")
            found.append(
                run_one(
                    scheduler,
                    problem,
                    objective,
                    seed=seed,
                    limit=limit,
                    stop=stop,
                    progress=told,
                )
            )
        except PlanningCancelled:
            if not any(outcome.result for outcome in found):
                raise
            words = "before its turn" if stopped else "before it was done"
            found.append(Attempt(scheduler.name, 0.0, fault=f"Stopped {words}."))
            stopped = True
    return found


def end_changes(first: Result, second: Result) -> NDArray[np.int64]:
    """
    Shape (n,), seconds by which each job ends later in the second plan.

    Raises
    ------
    ValueError
        When the plans are of different problems.
    """
    if first.problem.content_hash != second.problem.content_hash:
        raise ValueError("Expected two plans of the same problem.")
    changes: NDArray[np.int64] = second.schedule.end - first.schedule.end
    return changes
