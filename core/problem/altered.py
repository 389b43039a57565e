"""A problem with one thing changed: more of it, or sooner."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from core.problem.model import Problem
from core.problem.problem_fields import PER_MACHINE
from core.problem.setups import MachineStarts


def opened(problem: Problem, machine: int, begin: int, end: int) -> Problem:
    """Return the problem with a machine open from ``begin`` to ``end``, in seconds."""
    calendars = list(problem.calendars)
    calendars[machine] = calendars[machine].opened(begin, end)
    return replace(problem, calendars=tuple(calendars))


def released(problem: Problem, job: int, moment: int) -> Problem:
    """Return the problem with a job released at a moment, seconds since plan start."""
    release = problem.release.copy()
    release[job] = moment
    return replace(problem, release=release)


def due_by(problem: Problem, jobs: Sequence[int], moment: float) -> Problem:
    """Return the problem with jobs that have a due date due by a moment, seconds."""
    due = problem.due.copy()
    chosen = [job for job in jobs if np.isfinite(due[job])]
    due[chosen] = moment
    return replace(problem, due=due)


def weighed(problem: Problem, jobs: Sequence[int], times: float) -> Problem:
    """Return the problem with the weight of some jobs multiplied."""
    weight = problem.weight.copy()
    weight[list(jobs)] *= times
    return replace(problem, weight=weight)


def with_copies(
    problem: Problem, machine: int, names: Sequence[str], groups: Sequence[int]
) -> Problem:
    """
    Return the problem with more machines like one of its own, behind the others.

    Parameters
    ----------
    problem, machine
        The problem, and the machine to copy with its calendar and its times.
    names, groups
        Of each copy: its id, and the setup group that it is set up for at plan
        start, as :class:`~core.problem.model.Problem` counts them.
    """
    copies = len(names)

    def more(values: np.ndarray) -> np.ndarray:
        return np.concatenate([values, np.repeat(values[machine], copies)])

    def wider(table: np.ndarray) -> np.ndarray:
        column = np.repeat(table[:, [machine]], copies, axis=1)
        return np.concatenate([table, column], axis=1)

    arrays: dict[str, Any] = {
        name: more(getattr(problem, name)) for name in PER_MACHINE
    }
    free, group = problem.machine_starts()
    starts = MachineStarts(more(free), np.array([*group, *groups], np.int64))
    return replace(
        problem,
        **arrays | starts.fields(),
        processing=wider(problem.processing),
        preferred=wider(problem.preferred),
        calendars=(*problem.calendars, *[problem.calendars[machine]] * copies),
        machine_ids=(*problem.machine_ids, *names),
    )
