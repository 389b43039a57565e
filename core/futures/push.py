"""A plan in many futures at once, in machine code: pushed right, orders kept."""

# mypy: disable-error-code="no-any-return"
# An entry of an array is Any to mypy; the compiler knows better.

from __future__ import annotations

from math import log
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.problem.measures.waiting import holds, previous_job, window
from core.problem.model import Problem
from core.problem.schedule import Schedule
from core.timing.flat import Closures, Ints, cut, flat_closures
from core.timing.kernel import finish, next_open, next_start, place
from core.timing.machine_code import machine_code

Words = NDArray[np.uint64]


class Orders(NamedTuple):
    """
    What of a plan holds in every future.

    The predecessors of job j are ``before[before_at[j]:before_at[j + 1]]``.
    """

    closures: Closures
    available: Ints
    order: Ints  # (n,): every job behind its predecessors and those on its machine
    machine: Ints
    previous: Ints  # (n,): the job before it on its machine; -1: none
    setup_not_before: Ints  # (n,), seconds
    start_not_before: Ints
    before_at: Ints
    before: Ints
    wait_after: Ints  # (n,), seconds
    may_pause: NDArray[np.bool_]  # (n,)


def kept_orders(problem: Problem, schedule: Schedule) -> tuple[Orders, Ints]:
    """
    What of a plan holds in every future, and the planned setup of each job.

    The orders of jobs on machines are kept, and starts (also of setups) that the plan
    chose later than it had to: it does not begin before them.

    Parameters
    ----------
    problem, schedule
        A valid schedule of the problem.

    Returns
    -------
    tuple of Orders and Ints
        The second of shape (n,), open seconds.
    """
    found = holds(problem, schedule)
    free = np.array([hold.free for hold in found], dtype=np.int64)
    earliest = np.array([hold.earliest for hold in found], dtype=np.int64)
    setup = np.array([hold.setup for hold in found], dtype=np.int64)
    for k, calendar in enumerate(problem.calendars):
        here = np.flatnonzero(schedule.machine == k)
        free[here] = calendar.next_open(free[here])
        earliest[here] = calendar.next_open(earliest[here])
    for j in np.flatnonzero(~problem.may_pause).tolist():
        earliest[j] = window(problem, schedule, j, int(earliest[j]))
    setup_chosen = (setup > 0) & (schedule.setup_start > free)
    start_chosen = schedule.start > earliest
    before_at, before = cut(problem.predecessors)
    orders = Orders(
        closures=flat_closures(problem.calendars),
        available=problem.available.copy(),
        order=np.lexsort((schedule.end, schedule.start)).astype(np.int64),
        machine=schedule.machine.copy(),
        previous=previous_job(schedule),
        setup_not_before=np.where(setup_chosen, schedule.setup_start, 0),
        start_not_before=np.where(start_chosen, schedule.start, problem.not_before),
        before_at=before_at,
        before=before,
        wait_after=problem.wait_after.copy(),
        may_pause=problem.may_pause.copy(),
    )
    return orders, setup


@machine_code
def push_right(
    o: Orders,
    setup: Ints,
    work: Ints,
    between: NDArray[np.float64],
    repair: NDArray[np.float64],
    luck: Words,
    left: Ints,
    count: Words,
    end: Ints,
) -> None:
    """
    Time every job in every future, each as early as orders and rules allow.

    Parameters
    ----------
    o
        What holds in every future.
    setup, work
        Shape (f, n), open seconds in each future.
    between, repair
        Shape (m,), mean seconds of work between breakdowns (0: never), and of repair.
    luck
        Shape (f, m): a word that decides on the breakdowns of a machine in a future.
    left, count
        Shape (m,), room: seconds until each machine breaks down, and draws so far.
    end
        Shape (f, n): where to write the end of each job.
    """
    for f in range(len(end)):
        for k in range(len(between)):
            count[k] = np.uint64(0)
            left[k] = _drawn(luck[f, k], count, k, between[k])
        for j in o.order:
            k, i = o.machine[j], o.previous[j]
            free = max(o.available[k] if i < 0 else end[f, i], o.setup_not_before[j])
            ready = o.start_not_before[j]
            for x in range(o.before_at[j], o.before_at[j + 1]):
                i = o.before[x]
                ready = max(ready, end[f, i] + o.wait_after[i])
            if between[k] <= 0:
                end[f, j] = place(
                    o.closures, k, free, ready, setup[f, j], work[f, j], o.may_pause[j]
                )[3]
            else:
                chance = luck[f, k], between[k], repair[k]
                time = next_open(o.closures, k, free)
                time = _worked(o.closures, k, time, setup[f, j], chance, left, count)
                time = next_start(
                    o.closures, k, max(time, ready), work[f, j], o.may_pause[j]
                )
                end[f, j] = _worked(
                    o.closures, k, time, work[f, j], chance, left, count
                )


@machine_code
def _worked(
    c: Closures,
    k: int,
    time: int,
    seconds: int,
    chance: tuple[int, float, float],
    left: Ints,
    count: Words,
) -> int:
    """End of open seconds of work from an open time, breakdowns in between."""
    luck, between, repair = chance
    while seconds > left[k]:
        time = finish(c, k, time, left[k])
        seconds -= left[k]
        time = next_open(c, k, time + _drawn(luck, count, k, repair))
        left[k] = _drawn(luck, count, k, between)
    left[k] -= seconds
    return finish(c, k, time, seconds)


@machine_code
def _drawn(luck: int, count: Words, k: int, mean: float) -> int:
    """
    Draw the next exponential time of a machine, in whole seconds, at least 1.

    Which one depends on the word and on how many were drawn before, and on nothing
    else: a machine has the same luck whatever plan runs on it. The words are those
    of SplitMix64 (Steele, Lea and Flood 2014).
    """
    count[k] += np.uint64(1)
    x = np.uint64(luck) + count[k] * np.uint64(0x9E3779B97F4A7C15)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    x ^= x >> np.uint64(31)
    uniform = (np.float64(x >> np.uint64(11)) + 0.5) * (1.0 / 9007199254740992.0)
    return max(1, int(0.5 - mean * log(uniform)))
