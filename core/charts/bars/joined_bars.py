"""Neighbouring jobs of one kind, drawn as one bar where each is too small."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.charts.window import VISIBLE_BARS, View, shown_jobs, shown_machines
from core.problem.model import Problem
from core.problem.schedule import Schedule

PIXELS = 900  # of a wide chart's time axis: what is closer than one of them is one
FEWEST_SLOTS = 12  # on each machine, when there are more machines than bars allow


@dataclass(frozen=True, eq=False)
class JoinedBars:
    """
    Spans of time on machines, each of one job or of neighbours.

    Parameters
    ----------
    job
        Shape (r,), the first job of each.
    kind
        Shape (r,), what its jobs have in common.
    machine
        Shape (r,).
    begin, end
        Shape (r,), seconds since plan start.
    count, late
        Shape (r,), how many jobs it stands for, and how many of them are late.
    """

    job: NDArray[np.int64]
    kind: NDArray[np.int64]
    machine: NDArray[np.int64]
    begin: NDArray[np.int64]
    end: NDArray[np.int64]
    count: NDArray[np.int64]
    late: NDArray[np.int64]


def needs_overview(problem: Problem, schedule: Schedule, view: View) -> bool:
    """Whether a view shows more bars than a browser draws quickly."""
    jobs = shown_jobs(problem, schedule, view)
    setups = (schedule.setup_end > schedule.setup_start)[jobs].sum()
    return len(jobs) + int(setups) > VISIBLE_BARS


def joined_bars(
    problem: Problem,
    schedule: Schedule,
    view: View,
    kinds: NDArray[np.int64],
    late: NDArray[np.bool_],
) -> JoinedBars:
    """
    Join neighbours of one kind on each machine; setups between them are covered.

    Where neighbours seldom are of one kind, time is cut into slots, and a slot is of
    the kind that has most work in it: there are never many more bars than
    ``VISIBLE_BARS``.

    Parameters
    ----------
    problem, schedule, view
        What is drawn, and which part of it.
    kinds
        Shape (n,), not negative: the kind of each job, e.g. its colour.
    late
        Shape (n,): whether each job is late.
    """
    jobs = shown_jobs(problem, schedule, view)
    jobs = jobs[schedule.end[jobs] > schedule.start[jobs]]
    jobs = jobs[np.lexsort((schedule.start[jobs], schedule.machine[jobs]))]
    kind = kinds[jobs]
    found = _joined(schedule, jobs, kind, late, (view.end - view.begin) // PIXELS)
    if len(found.job) <= VISIBLE_BARS:
        return found
    rows = max(len(shown_machines(problem, view)), 1)
    slots = max(VISIBLE_BARS // rows, FEWEST_SLOTS)
    length = -(-(view.end - view.begin) // slots)
    slot = np.clip(schedule.start[jobs] - view.begin, 0, None) // length
    place = schedule.machine[jobs] * (slots + 1) + slot
    most = _most_work(place, kind, (schedule.end - schedule.start)[jobs])
    return _joined(schedule, jobs, most, late, length)


def _most_work(
    place: NDArray[np.int64], kind: NDArray[np.int64], work: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Shape of the arguments: for each job the kind with most work at its place."""
    width = int(kind.max(initial=0)) + 1
    pairs, index = np.unique(place * width + kind, return_inverse=True)
    total = np.bincount(index, weights=work)
    order = np.lexsort((-total, pairs // width))
    places, first = np.unique((pairs // width)[order], return_index=True)
    winner = (pairs % width)[order][first]
    return np.asarray(winner[np.searchsorted(places, place)], dtype=np.int64)


def _joined(
    schedule: Schedule,
    jobs: NDArray[np.int64],
    kind: NDArray[np.int64],
    late: NDArray[np.bool_],
    gap: int,
) -> JoinedBars:
    """Join what follows each other on a machine with setup or at most a gap between."""
    machine, begin, end = (
        schedule.machine[jobs],
        schedule.start[jobs],
        schedule.end[jobs],
    )
    new = np.ones(len(jobs), dtype=np.bool_)
    free = schedule.setup_start[jobs][1:] - end[:-1]
    new[1:] = (machine[1:] != machine[:-1]) | (kind[1:] != kind[:-1]) | (free > gap)
    first = np.flatnonzero(new)
    last = np.append(first[1:], len(jobs)) - 1
    return JoinedBars(
        job=jobs[first],
        kind=kind[first],
        machine=machine[first],
        begin=begin[first],
        end=end[last] if len(first) else end[:0],
        count=last - first + 1,
        late=np.add.reduceat(late[jobs].astype(np.int64), first)
        if len(first)
        else first,
    )
