"""A shift while events change it: closures, lengths, releases, locks, new jobs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from graphlib import CycleError, TopologicalSorter
from math import inf
from typing import Any

import numpy as np

from core.problem.calendar import Calendar
from core.problem.checks import LONGEST
from core.problem.floor import Floor, JobState, Status
from core.problem.model import Problem
from core.problem.problem_fields import PER_JOB_DEFAULTS
from core.problem.setups import MachineStarts
from core.problem.shift import Shift
from core.replanning.day.events import RushJob


class Draft:
    """
    A shift that events are applied to, one by one.

    Parameters
    ----------
    shift
        As the files say it.
    """

    def __init__(self, shift: Shift) -> None:
        self._shift = shift
        self._problem = shift.problem
        self.jobs = {name: j for j, name in enumerate(shift.problem.job_ids)}
        self.machines = {name: k for k, name in enumerate(shift.problem.machine_ids)}
        self._down: list[tuple[int, int, int]] = []  # machine, begin, end
        self._release = shift.problem.release.copy()
        self._processing = shift.problem.processing.copy()
        self._rush: list[RushJob] = []
        self._states = {} if shift.floor is None else dict(shift.floor.states)
        self.lifted: set[str] = set()  # jobs that the files lock, and events do not

    def seconds(self, moment: datetime) -> int:
        """Seconds since plan start; negative before it."""
        return round((moment - self._shift.start).total_seconds())

    def moment(self, seconds: int) -> datetime:
        """Date and time of some seconds since plan start."""
        return self._shift.start + timedelta(seconds=seconds)

    def is_eligible(self, job: str, machine: str) -> bool:
        """Whether a job may run on a machine."""
        return bool(
            np.isfinite(self._processing[self.jobs[job], self.machines[machine]])
        )

    def eligible_machines(self, job: str) -> list[str]:
        """Names of the machines that a job may run on."""
        may = np.isfinite(self._processing[self.jobs[job]])
        return [name for name, k in self.machines.items() if may[k]]

    def close(self, machine: str, begin: datetime, end: datetime) -> None:
        """Close a machine for a while."""
        window = self.seconds(begin), self.seconds(end)
        self._down.append((self.machines[machine], *window))

    def reopen(self, machine: str, moment: datetime) -> bool:
        """End what closes a machine at a moment; whether anything did."""
        k, at = self.machines[machine], self.seconds(moment)
        ended = [(x, y, z) for x, y, z in self._down if x == k and y <= at < z]
        for window in ended:
            self._down.remove(window)
            if window[1] < at:
                self._down.append((k, window[1], at))
        return bool(ended)

    def lengthen(self, job: str, seconds: int) -> bool:
        """Make a job longer; whether it still takes any time."""
        j = self.jobs[job]
        longer = self._processing[j] + seconds
        may = np.isfinite(longer)
        if (longer[may] < 1).any() or (longer[may] > LONGEST).any():
            return False
        self._processing[j] = longer
        return True

    def release(self, job: str, moment: datetime) -> None:
        """Let a job begin no sooner than a moment."""
        j = self.jobs[job]
        self._release[j] = max(self._release[j], self.seconds(moment))

    def unlock(self, job: str) -> bool:
        """Lift the lock that the files put on a job; whether they did."""
        j = self.jobs[job]
        state = self._states.get(j, JobState())
        if state.lock is None:
            return False
        bare = replace(state, lock=None)
        if not state.has_begun:  # without a lock a start says nothing
            bare = replace(bare, start=None)
        if state.status is Status.PLANNED:  # nor does a machine
            bare = replace(bare, machine=None)
        if bare == JobState():
            del self._states[j]
        else:
            self._states[j] = bare
        self.lifted.add(job)
        return True

    def faults_of_rush(self, rush: Sequence[RushJob]) -> list[tuple[str, str, str]]:
        """Value, fault and mend of everything that keeps jobs from coming in."""
        return list(self._faults_of_rush(rush))

    def _faults_of_rush(
        self, rush: Sequence[RushJob]
    ) -> Iterator[tuple[str, str, str]]:
        names = [x.id for x in rush]
        for i, job in enumerate(rush):
            if job.id in self.jobs or job.id in names[:i]:
                yield job.id, f"There is a job {job.id!r} already.", "Rename it."
            if not job.processing:
                yield job.id, f"{job.id} may run on no machine.", "Name a machine."
            for machine, seconds in job.processing.items():
                if machine not in self.machines:
                    yield machine, f"There is no machine {machine!r}.", "Rename it."
                if not 1 <= seconds <= LONGEST:
                    yield job.id, f"{job.id} takes no time on {machine}.", "Say how."
            for before in job.predecessors:
                if before not in self.jobs and before not in names:
                    yield (
                        before,
                        f"There is no job {before!r} before {job.id}.",
                        ("Name a job of the shift, or of this order."),
                    )
            if not 0 < job.weight < inf:
                yield job.id, f"{job.id} has the weight {job.weight}.", "Say 1 or more."
        try:
            TopologicalSorter({x.id: x.predecessors for x in rush}).prepare()
        except CycleError as error:
            circle = " and ".join(dict.fromkeys(error.args[1]))
            yield circle, f"{circle} wait for each other.", "Correct predecessors."

    def add(self, rush: Sequence[RushJob]) -> None:
        """Take in jobs that have no faults."""
        rows = np.full((len(rush), len(self.machines)), inf)
        for row, job in zip(rows, rush, strict=True):
            for machine, seconds in job.processing.items():
                row[self.machines[machine]] = seconds
            self.jobs[job.id] = len(self.jobs)
        self._processing = np.concatenate([self._processing, rows])
        release = [
            0 if x.release is None else max(self.seconds(x.release), 0) for x in rush
        ]
        self._release = np.concatenate([self._release, np.array(release, np.int64)])
        self._rush += rush

    def shift(self) -> Shift:
        """Return the shift as it is by now."""
        problem = self._with_rush() if self._rush else self._problem
        calendars = list(problem.calendars)
        for k, begin, end in self._down:
            closed = np.array([[begin, end]], dtype=np.int64)
            both = np.concatenate([calendars[k].closures, closed])
            calendars[k] = Calendar(both)
        made = replace(
            problem,
            processing=self._processing,
            release=self._release,
            calendars=tuple(calendars),
        )
        more = ("",) * len(self._rush)
        extras = {name: (*x, *more) for name, x in self._shift.extras.items()}
        materials = self._shift.materials and (*self._shift.materials, *more)
        return replace(
            self._shift,
            problem=made,
            extras=extras,
            materials=materials,
            floor=self._floor(),
        )

    def _floor(self) -> Floor | None:
        """Return what the files say of the floor, but for locks that were lifted."""
        floor = self._shift.floor
        if floor is None or not self.lifted:
            return floor
        floor = replace(floor, states=self._states)
        says = floor.binds or floor.freeze_until or floor.previous is not None
        return floor if says else None

    def _with_rush(self) -> Problem:
        """Return the problem with the jobs that came in behind its own."""
        problem, rush = self._problem, self._rush
        families, groups = _Families(problem), _Groups(problem)
        joined: dict[str, Any] = {
            "due": [inf if x.due is None else float(self.seconds(x.due)) for x in rush],
            "weight": [x.weight for x in rush],
            "important": [x.important for x in rush],
            "family": [families.index(x) for x in rush],
            "group": [groups.index(x) for x in rush],
            "preferred": np.zeros((len(rush), problem.num_machines), np.bool_),
        }
        for name, usual in PER_JOB_DEFAULTS.items():
            joined[name] = [usual] * len(rush)
        own = [
            (self.jobs[before], self.jobs[x.id])
            for x in rush
            for before in x.predecessors
        ]
        free, _ = problem.machine_starts()
        starts = MachineStarts(free, problem.groups_at_start(len(groups.names)))
        longer: dict[str, Any] = {}
        for name, more in joined.items():
            known = getattr(problem, name)
            new = np.asarray(more, dtype=known.dtype)
            longer[name] = np.concatenate([known, new])
        return replace(
            problem,
            **longer,
            processing=self._processing,
            release=self._release,
            precedence=np.concatenate(
                [problem.precedence, np.array(own, np.int64).reshape(-1, 2)]
            ),
            setup=groups.setup(),
            **starts.fields(),
            job_ids=tuple(self.jobs),
            family_names=tuple(families.names),
            group_names=tuple(groups.names),
        )


class _Families:
    """Families of a problem, and of the jobs that come in."""

    def __init__(self, problem: Problem) -> None:
        self.names = list(problem.family_names)

    def index(self, job: RushJob) -> int:
        """Index of the family of a job; a job without one is a family of its own."""
        name = job.id if job.family is None else job.family
        if name not in self.names or job.family is None:
            self.names.append(name)
        return len(self.names) - 1 - self.names[::-1].index(name)


class _Groups:
    """
    Setup groups of a problem, and of the jobs that come in.

    A job of a group that is known has its setups. Into a new group it takes what the
    job says; out of it, as long as the longest setup into the other group.
    """

    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        self.names = list(problem.group_names)
        self._into: list[int] = []  # seconds into each new group

    def index(self, job: RushJob) -> int:
        """Index of the group of a job."""
        known = [i for i, name in enumerate(self.names) if name == job.group]
        own = [i for i in known if self._seconds_into(i) == job.setup]
        if job.group and known:
            return known[0]
        if own:
            return own[0]
        self.names.append(job.group)
        self._into.append(job.setup)
        return len(self.names) - 1

    def _seconds_into(self, group: int) -> int | None:
        """Setup into a group, where that is the same from everywhere else."""
        g = self._problem.num_groups
        if group >= g:
            return self._into[group - g]
        others = np.arange(g) != group
        found = np.unique(self._problem.setup[:, :g][:, others, group])
        return int(found[0]) if len(found) == 1 else None

    def setup(self) -> np.ndarray[Any, np.dtype[np.int64]]:
        """Shape (c, g + 1, g) with the new groups."""
        old = self._problem.setup
        c, g, more = len(old), self._problem.num_groups, len(self._into)
        new = np.zeros((c, g + more + 1, g + more), dtype=np.int64)
        new[:, :g, :g] = old[:, :g]
        new[:, g + more, :g] = old[:, g]
        new[:, g : g + more, :g] = old[:, :g].max(axis=1, keepdims=True, initial=0)
        for i, seconds in enumerate(self._into, start=g):
            new[:, : g + more, i] = seconds
            new[:, i, i] = 0
        return new
