"""How early every job could run if it had the machines almost to itself."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

import numpy as np
from numpy.typing import NDArray

from core.problem.calendar import Calendar, Seconds
from core.problem.model import Problem
from core.timing.flat import FlatProblem, Ints, flat_problem
from core.timing.kernel import finish, next_open, next_start
from core.timing.machine_code import machine_code

NEVER = np.iinfo(np.int64).max


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
    f = flat_problem(problem)
    order = np.array(problem.topological_order)
    start, end = np.zeros((2, problem.num_jobs), dtype=np.int64)
    _follow(f, order, _earliest_set_up(problem, f), f.release.copy(), start, end)
    return Earliest(start, end)


@machine_code
def _follow(
    f: FlatProblem, order: Ints, set_up: Ints, ready: Ints, start: Ints, end: Ints
) -> None:
    """Write when jobs could start and end; ``ready``, their releases, is changed."""
    for x in range(len(order)):
        j = order[x]
        start[j] = end[j] = NEVER
        for k in range(f.processing.shape[1]):
            if f.processing[j, k] >= 0:
                free = set_up[k, f.group[j]]
                work = f.processing[j, k]
                begin = next_start(
                    f.closures, k, max(ready[j], free), work, f.may_pause[j]
                )
                start[j] = min(start[j], begin)
                done = finish(f.closures, k, begin, work)
                end[j] = min(end[j], done)
        for y in range(f.behind_at[j], f.behind_at[j + 1]):
            after = f.behind[y]
            ready[after] = max(ready[after], end[j] + f.wait_after[j])


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


def _earliest_set_up(problem: Problem, f: FlatProblem) -> Seconds:
    """
    Shape (m, g): no job of group h starts on machine k before.

    It is the machine's first, and pays the setup from what the machine was set up
    for; or some job runs and a setup follows. What came before that is left out, as
    setup times need not obey the triangle inequality.
    """
    shortest = groups_by_machine(problem)
    needed = np.array(problem.first_setups)
    for k, row in enumerate(shortest):  # one by one: 4,000 groups fill 128 MB each
        groups = np.flatnonzero(np.isfinite(row))
        behind = row[groups, None] + problem.setups_of(k)[groups]
        least = behind.min(axis=0, initial=inf)
        needed[k] = np.minimum(needed[k], least)
    times = np.zeros(needed.shape, dtype=np.int64)
    _set_up(f, needed, times)
    return times


@machine_code
def _set_up(f: FlatProblem, needed: Ints, times: Ints) -> None:
    """Write when each machine, as soon as it is available, has worked off seconds."""
    for k in range(len(needed)):
        begin = next_open(f.closures, k, f.available[k])
        for group in range(needed.shape[1]):
            times[k, group] = finish(f.closures, k, begin, needed[k, group])
