"""What of a plan can still be changed, as a problem and a plan of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.problem.altered import with_copies
from core.problem.calendar import Seconds
from core.problem.floor import Floor, PreviousPlan
from core.problem.measures.orders import Order
from core.problem.model import Problem
from core.problem.schedule import Schedule
from core.timing.commitments import Commitments, joined, remaining
from core.timing.committing import committed


@dataclass(frozen=True, eq=False)
class OpenPart:
    """
    What of a plan can still be changed.

    Parameters
    ----------
    whole, floor
        Every job, and what the floor says of them; ``None``: nothing is past change.
    commitments
        What is past change; ``None``: nothing is.
    problem, schedule
        The jobs that are left and a valid schedule of them; where nothing is past
        change, those of the whole.
    jobs
        Index in the whole of each of these jobs.
    """

    whole: Problem
    floor: Floor | None
    commitments: Commitments | None
    problem: Problem
    schedule: Schedule
    jobs: NDArray[np.int64]

    def place(self, job: int) -> int | None:
        """Index in the part of a job of the whole; ``None``: it is past change."""
        found = np.flatnonzero(self.jobs == job)
        return int(found[0]) if found.size else None

    def order(self, order: Order) -> Order | None:
        """Return what is left of an order; ``None``: all of it is past change."""
        places = {job: i for i, job in enumerate(self.jobs.tolist())}
        left = tuple(places[job] for job in order.jobs if job in places)
        return replace(order, jobs=left) if left else None

    def joined(self, schedule: Schedule) -> Schedule:
        """Return the schedule of all jobs, from one of those that are left."""
        if self.commitments is None:
            return schedule
        return joined(self.whole, self.commitments, schedule)

    @cached_property
    def soonest(self) -> Seconds:
        """
        Shape (jobs,), seconds: no release can be before, whatever comes earlier.

        The moment that is planned from, and what is past change behind which it waits.
        """
        if self.commitments is None:
            return np.zeros(len(self.jobs), dtype=np.int64)
        at_once = replace(self.whole, release=np.zeros_like(self.whole.release))
        found: Seconds = remaining(at_once, self.commitments).release
        return found

    def changed(
        self, problem: Problem, copied: int | None = None
    ) -> tuple[Problem, Floor | None]:
        """
        Carry a change of the part over to the whole.

        Parameters
        ----------
        problem
            The part with other closures, releases, due dates or weights, with
            reservations lifted, or with a copy of a machine behind the others.
        copied
            The machine that was copied, if one was.

        Returns
        -------
        tuple of Problem and Floor
            The whole and what the floor says of it, with the same changes.
        """
        if problem is self.problem:
            return self.whole, self.floor
        if self.commitments is None:
            return problem, self.floor
        whole = self.whole
        if copied is not None:
            name = problem.machine_ids[-1]
            whole = with_copies(whole, copied, [name], [whole.num_groups])
        values: dict[str, Any] = {
            x: self._carried(problem, x) for x in ("release", "due", "weight")
        }
        lifted = (self.problem.reserved_machine >= 0) & (problem.reserved_machine < 0)
        return (
            replace(whole, calendars=problem.calendars, **values),
            _unlocked(self.floor, self.jobs[lifted].tolist()),
        )

    def _carried(self, problem: Problem, name: str) -> np.ndarray:
        """Values of all jobs, with those that a change of the part made others."""
        before, after = getattr(self.problem, name), getattr(problem, name)
        values: np.ndarray = getattr(self.whole, name).copy()
        other = before != after
        values[self.jobs[other]] = after[other]
        return values


def open_part(
    problem: Problem, schedule: Schedule, floor: Floor | None
) -> OpenPart | None:
    """
    Return what of a plan can still be changed.

    Parameters
    ----------
    problem, schedule, floor
        Every job, a valid schedule of them, and what the floor said when it was made;
        ``None``: nothing.

    Returns
    -------
    OpenPart
        ``None``: every job is past change.

    Raises
    ------
    ImpossibleLockError
        When a lock cannot be kept.
    """
    everything = np.arange(problem.num_jobs)
    if floor is None or not floor.binds:
        return OpenPart(problem, floor, None, problem, schedule, everything)
    if floor.previous is None:
        floor = replace(floor, previous=PreviousPlan.of(schedule))
    commitments = committed(problem, floor)
    jobs = commitments.open_jobs
    if not jobs.size:
        return None
    rest = remaining(problem, commitments)
    part = {x.name: getattr(schedule, x.name)[jobs] for x in fields(Schedule)}
    # A setup that had begun is none of the part, nor is one that takes no time.
    begun = part["setup_start"] < commitments.ready[part["machine"]]
    for name in ("setup_start", "setup_end"):
        part[name] = np.where(begun, part["start"], part[name])
    return OpenPart(problem, floor, commitments, rest, Schedule(**part), jobs)


def _unlocked(floor: Floor | None, jobs: Sequence[int]) -> Floor | None:
    """Return what the floor says, but for the locks of some jobs."""
    if floor is None or not jobs:
        return floor
    states = dict(floor.states)
    for job in jobs:
        if job in states:
            states[job] = replace(states[job], lock=None)
    return replace(floor, states=states)
