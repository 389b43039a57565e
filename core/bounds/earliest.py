"""How early every job could run if it had the machines almost to itself."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

import numpy as np
from numpy.typing import NDArray

from core.problem.calendar import Calendar, Seconds
from core.problem.model import Problem


@dataclass(frozen=True, eq=False)
class Earliest:
    """
    Times that no schedule can beat.

    Parameters
    ----------
    start, end
        Shape (n,), seconds since plan start: no schedule starts or ends job j
        before. Releases, predecessors, availability, closures and the least setup
        are counted; the competition of other jobs for the machines is not.
    """

    start: Seconds
    end: Seconds


def earliest(problem: Problem) -> Earliest:
    """Earliest start and end of every job, following the predecessors forward."""
    n = problem.num_jobs
    machines_by_calendar = shared_calendars(problem)
    set_up = _earliest_set_up(problem)  # (m, g)
    start, end = np.zeros((2, n), dtype=np.int64)
    ready = problem.release.copy()
    for jobs in _levels(problem):
        first = np.full(len(jobs), np.iinfo(np.int64).max)
        last = first.copy()
        for calendar, machines in machines_by_calendar:
            seconds = problem.processing[np.ix_(jobs, machines)]  # (jobs, machines)
            able = np.isfinite(seconds)
            if not able.any():
                continue
            free = set_up[np.ix_(machines, problem.group[jobs])].T
            begin = calendar.next_open(np.maximum(ready[jobs, None], free))
            done = calendar.finish(begin, np.where(able, seconds, 0))
            never = np.iinfo(np.int64).max
            first = np.minimum(first, np.where(able, begin, never).min(axis=1))
            last = np.minimum(last, np.where(able, done, never).min(axis=1))
        start[jobs], end[jobs] = first, last
        for job in jobs.tolist():
            for successor in problem.successors[job]:
                ready[successor] = max(ready[successor], end[job])
    return Earliest(start, end)


def shared_calendars(problem: Problem) -> list[tuple[Calendar, NDArray[np.int64]]]:
    """Different calendars, each with the machines that keep it."""
    kept: dict[bytes, list[int]] = {}
    for k, calendar in enumerate(problem.calendars):
        kept.setdefault(calendar.closures.tobytes(), []).append(k)
    return [
        (problem.calendars[machines[0]], np.array(machines))
        for machines in kept.values()
    ]


def groups_by_machine(problem: Problem) -> NDArray[np.float64]:
    """Shape (m, g), seconds: shortest job of a group on a machine; +inf: none."""
    shortest = np.full((problem.num_machines, problem.num_groups), inf)
    np.minimum.at(shortest.T, problem.group, problem.processing)
    return shortest


def setups_by_machine(problem: Problem) -> NDArray[np.float64]:
    """Shape (m, g + 1, g), seconds: the setup matrix of every machine."""
    return problem.setup[problem.setup_class].astype(np.float64)


def _earliest_set_up(problem: Problem) -> Seconds:
    """
    Shape (m, g): no job of group h starts on machine k before.

    It is the machine's first, and pays the setup from what the machine was set up
    for; or some job runs and a setup follows. What came before that is left out, as
    setup times need not obey the triangle inequality.
    """
    setups = setups_by_machine(problem)
    m, g = problem.num_machines, problem.num_groups
    first = setups[np.arange(m), problem.initial_group]  # (m, g)
    behind = groups_by_machine(problem)[:, :, None] + setups[:, :g]
    needed = np.minimum(first, behind.min(axis=1)).astype(np.int64)
    times = np.zeros((m, g), dtype=np.int64)
    for k, calendar in enumerate(problem.calendars):
        times[k] = calendar.finish(calendar.next_open(problem.available[k]), needed[k])
    return times


def _levels(problem: Problem) -> list[NDArray[np.int64]]:
    """Jobs in layers: the predecessors of each lie in the layers before its own."""
    depth = np.zeros(problem.num_jobs, dtype=np.int64)
    for job in problem.topological_order.tolist():
        for successor in problem.successors[job]:
            depth[successor] = max(depth[successor], depth[job] + 1)
    order = np.argsort(depth, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(depth[order])) + 1)
