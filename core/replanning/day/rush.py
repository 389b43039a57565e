"""A rush order from jobs that were read beside the shop's tables."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np

from core.problem.model import Problem
from core.replanning.day.events import RushJob


def rush_jobs(problem: Problem, start: datetime) -> tuple[RushJob, ...]:
    """
    Return jobs of a problem as jobs of a rush order, by name.

    Parameters
    ----------
    problem
        The jobs of the order alone, on all machines of the shop.
    start
        Plan start.
    """
    return tuple(_job(problem, j, start) for j in range(problem.num_jobs))


def _job(problem: Problem, j: int, start: datetime) -> RushJob:
    name, family = problem.job_ids[j], problem.family_names[problem.family[j]]
    alone = (problem.family == problem.family[j]).sum() == 1 and family == name
    due, release = float(problem.due[j]), int(problem.release[j])
    return RushJob(
        id=name,
        processing={
            problem.machine_ids[k]: int(problem.processing[j, k])
            for k in np.flatnonzero(problem.eligible[j]).tolist()
        },
        family=None if alone else family,
        group=problem.group_names[problem.group[j]],
        setup=_setup_into(problem, int(problem.group[j])),
        predecessors=tuple(problem.job_ids[x] for x in problem.predecessors[j]),
        release=start + timedelta(seconds=release) if release else None,
        due=start + timedelta(seconds=due) if np.isfinite(due) else None,
        weight=float(problem.weight[j]),
        important=bool(problem.important[j]),
    )


def _setup_into(problem: Problem, group: int) -> int:
    """Longest setup into a group from another one, in seconds."""
    others = np.arange(problem.num_groups) != group
    return int(problem.setup[:, :-1][:, others, group].max(initial=0))
