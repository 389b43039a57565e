"""The figures of the plan before, in the shop as it is now."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from core.problem.floor import PreviousPlan
from core.problem.measures.figures import Values, figures_of
from core.problem.model import Problem
from core.problem.objective import Objective
from core.problem.schedule import Metrics, Schedule, metrics


@dataclass(frozen=True)
class _Before:
    """A plan that was, as figures are taken from it."""

    problem: Problem
    schedule: Schedule
    objective: Objective
    seconds: float = 0.0

    @cached_property
    def metrics(self) -> Metrics:
        """Sums over the schedule."""
        return metrics(self.problem, self.schedule)

    @property
    def cost(self) -> float:
        """Cost by the objective."""
        return self.objective.cost(self.problem, self.schedule)


def figures_before(
    problem: Problem, previous: PreviousPlan, objective: Objective
) -> Values:
    """
    Return the figures of the plan before, of the jobs that it holds.

    As it was planned, whether or not it can still be carried out; due dates and
    weights are those of now.

    Parameters
    ----------
    problem, previous
        Every job, and the plan before; it holds some of them.
    objective
        What plans are judged by.
    """
    jobs = np.flatnonzero(previous.known)
    place = np.full(problem.num_jobs, -1, dtype=np.int64)
    place[jobs] = np.arange(len(jobs))
    kept = (place[problem.precedence] >= 0).all(axis=1)
    rows = problem.of_jobs(jobs)
    # It ran where it ran, whether that is still allowed or not.
    there = np.arange(len(jobs)), previous.machine[jobs]
    lasted = np.maximum(previous.end[jobs] - previous.start[jobs], 1)
    rows["processing"] = rows["processing"].copy()
    barred = ~np.isfinite(rows["processing"][there])
    rows["processing"][there] = np.where(barred, lasted, rows["processing"][there])
    part = replace(problem, **rows, precedence=place[problem.precedence[kept]])
    schedule = Schedule(
        previous.machine[jobs],
        previous.setup_start[jobs],
        previous.setup_end[jobs],
        previous.start[jobs],
        previous.end[jobs],
    )
    return figures_of(_Before(part, schedule, objective))
