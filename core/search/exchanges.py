"""
Exchanges that take a job to another machine, timed and priced in machine code.

The job goes there alone or for the next job there, or the two machines exchange what is
behind it or before it as well.
"""

# mypy: disable-error-code="no-any-return"
# An entry of an array is Any to mypy; the compiler knows better.

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.problem.model import Problem
from core.problem.objective import Objective
from core.timing.by_address import by_address
from core.timing.flat import FlatProblem, Ints, flat_problem
from core.timing.kernel import setup_seconds
from core.timing.machine_code import machine_code
from core.timing.retime import time_all

Floats = NDArray[np.float64]

KINDS = 4  # of exchanges at each place
# Sums in another order differ in the last digits: what is so little dearer is offered,
# to be priced exactly.
ROUNDING = 1e-9


class Exchange(NamedTuple):
    """
    Sequences, those of an exchange, and what it is judged by.

    ``listed``, ``behind``: the jobs of machine 0, of machine 1 and so on, and where
    those of each machine end; ``new_*``: those of the exchange looked at. The rest is
    scratch of :func:`core.timing.retime.time_all`.
    """

    flat: FlatProblem
    preferred: NDArray[np.bool_]  # (n, m)
    due: Floats
    weight: Floats
    scales: Floats
    fixed: Floats
    listed: Ints
    behind: Ints
    new_listed: Ints
    new_behind: Ints
    machine: Ints
    times: Ints  # (4, n)
    position: Ints
    ready: Ints
    waiting: Ints
    queue: Ints


def exchange_room(problem: Problem, objective: Objective) -> Exchange:
    """Room for exchanges in plans of a problem; no sequences are in it yet."""
    n, m = problem.num_jobs, problem.num_machines
    return Exchange(
        flat=flat_problem(problem),
        preferred=np.array(problem.preferred, order="C"),
        due=np.array(problem.due),
        weight=np.array(problem.weight, dtype=np.float64),
        scales=np.array(objective.scales(problem)),
        fixed=np.array(problem.fixed_figures, dtype=np.float64),
        times=np.zeros((4, n), dtype=np.int64),
        queue=np.zeros(n + m, dtype=np.int64),
        **{x: np.zeros(n, dtype=np.int64) for x in _BY_JOB},
        **{x: np.zeros(m, dtype=np.int64) for x in _BY_MACHINE},
    )


_BY_JOB = ("listed", "new_listed", "machine", "ready", "waiting")
_BY_MACHINE = ("behind", "new_behind", "position")


def put(room: Exchange, sequences: Sequence[Sequence[int]]) -> None:
    """Exchange in these sequences; one for each machine, but for the last ones."""
    lengths = np.zeros(len(room.behind), dtype=np.int64)
    lengths[: len(sequences)] = [len(jobs) for jobs in sequences]
    room.behind[:] = np.cumsum(lengths)
    room.listed[:] = np.concatenate([np.asarray(x, dtype=np.int64) for x in sequences])


def exchanged(room: Exchange) -> list[list[int]]:
    """Sequences of the exchange that was looked at last."""
    return [x.tolist() for x in np.split(room.new_listed, room.new_behind[:-1])]


@machine_code
def next_exchange(
    room: Exchange, job: int, wished: int, places: Ints, first: int, last: int
) -> int:
    """
    Find an exchange that keeps more wishes and is no dearer, or hardly.

    Parameters
    ----------
    room
        With the sequences; the exchange is left in it.
    job, wished
        Which job goes to which machine; it is on another one.
    places
        Before which place of the sequence there, those to be tried first in front.
    first, last
        Number of the exchange to begin with, and behind the last: place number times
        ``KINDS``, and the kind.

    Returns
    -------
    int
        Its number; ``last`` when there is none.
    """
    r = by_address(room)
    there = _machine_of(r, job)
    kept, cost = _kept(r, r.listed, r.behind), _cost_now(r)
    for number in range(first, last):
        if (
            _exchange(r, job, there, wished, places[number // KINDS], number % KINDS)
            and _kept(r, r.new_listed, r.new_behind) > kept
            and _cost(r) <= cost * (1.0 + ROUNDING)
        ):
            return number
    return last


@machine_code
def _machine_of(r: Exchange, job: int) -> int:
    """Machine of a job."""
    x, k = 0, 0
    while r.listed[x] != job:
        x += 1
    while r.behind[k] <= x:
        k += 1
    return k


@machine_code
def _kept(r: Exchange, listed: Ints, behind: Ints) -> int:
    """How many jobs are on a machine that they prefer."""
    kept, x = 0, 0
    for k in range(len(behind)):
        while x < behind[k]:
            kept += r.preferred[listed[x], k]
            x += 1
    return kept


@machine_code
def _cost_now(r: Exchange) -> float:
    """Cost of the sequences as they are."""
    _copy(r, 0, len(r.listed), 0)
    for k in range(len(r.behind)):
        r.new_behind[k] = r.behind[k]
    return _cost(r)


@machine_code
def _cost(r: Exchange) -> float:
    """Cost of the exchange; infinite where a job may not run, or waits for itself."""
    f, n = r.flat, len(r.listed)
    x = 0
    for k in range(len(r.new_behind)):
        r.position[k] = x
        while x < r.new_behind[k]:
            r.machine[r.new_listed[x]] = k
            x += 1
    for j in range(n):
        r.ready[j] = f.release[j]
        r.waiting[j] = f.before_at[j + 1] - f.before_at[j]
    done, barred = time_all(
        f,
        r.new_listed,
        r.new_behind,
        r.machine,
        r.times,
        r.position,
        r.ready,
        r.waiting,
        r.queue,
    )
    if barred >= 0 or done < n:
        return np.inf
    makespan, tardiness, setup = r.fixed[0], r.fixed[1], r.fixed[2]
    x = 0
    for k in range(len(r.new_behind)):
        before = -1
        while x < r.new_behind[k]:
            j, x = r.new_listed[x], x + 1
            end = r.times[3, j]
            makespan = max(makespan, end)
            tardiness += r.weight[j] * max(0.0, end - r.due[j])
            setup += setup_seconds(f, k, before, j)
            before = j
    return r.scales[0] * makespan + r.scales[1] * tardiness + r.scales[2] * setup


@machine_code
def _exchange(
    r: Exchange, job: int, there: int, wished: int, place: int, kind: int
) -> bool:
    """
    Write the sequences of an exchange; False: there is none of that kind.

    Kinds: the job goes alone; all behind it goes along, for what is behind its new
    place; all before it goes along, for what is before that; the next job there comes
    back for it.
    """
    begin = r.behind[wished - 1] if wished > 0 else 0
    cut, end = begin + place, r.behind[wished]
    start = r.behind[there - 1] if there > 0 else 0
    stop, at = r.behind[there], start
    while r.listed[at] != job:
        at += 1
    if kind == 3 and cut == end:
        return False
    written = 0
    for k in range(len(r.behind)):
        if k == there:
            if kind == 2:
                written = _copy(r, begin, cut, written)
            else:
                written = _copy(r, start, at, written)
            if kind == 1:
                written = _copy(r, cut, end, written)
            elif kind == 3:
                written = _copy(r, cut, cut + 1, written)
            if kind != 1:
                written = _copy(r, at + 1, stop, written)
        elif k == wished:
            if kind == 2:
                written = _copy(r, start, at, written)
            else:
                written = _copy(r, begin, cut, written)
            written = _copy(r, at, at + 1, written)
            if kind == 1:
                written = _copy(r, at + 1, stop, written)
            elif kind == 3:
                written = _copy(r, cut + 1, end, written)
            else:
                written = _copy(r, cut, end, written)
        else:
            before = r.behind[k - 1] if k > 0 else 0
            written = _copy(r, before, r.behind[k], written)
        r.new_behind[k] = written
    return True


@machine_code
def _copy(r: Exchange, first: int, last: int, to: int) -> int:
    """Write some of the jobs behind what is written; where the next go."""
    for x in range(first, last):
        r.new_listed[to] = r.listed[x]
        to += 1
    return to
