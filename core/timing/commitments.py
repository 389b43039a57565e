"""What of a plan is past change, the problem that is left, and both joined again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import IntEnum
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.problem.calendar import Seconds
from core.problem.floor import Floor
from core.problem.model import Problem
from core.problem.problem_fields import Scale
from core.problem.schedule import Schedule
from core.problem.setups import MachineStarts

Ints = NDArray[np.int64]


class Commitment(IntEnum):
    """What binds a job."""

    FREE = 0  # nothing, or its machine alone
    HISTORY = 1  # it has begun, or is done
    FROZEN = 2  # it keeps its place in the plan before
    RESERVED = 3  # it keeps machine and start; others may be put before it


class NoticeKind(IntEnum):
    """What there is to say about a job that is bound."""

    BEFORE_PREDECESSOR = 0  # history: it began before ``other`` had ended
    OVERLAPS = 1  # history: its machine was still at ``other``
    IN_CLOSURE = 2  # history: it began while its machine was closed
    PUSHED = 3  # frozen: it starts at ``time``, later than in the plan before
    NOT_FROZEN = 4  # ``other``, which is not in the plan before, has to come first
    LOCKED_ALONG = 5  # reserved: because ``other``, which is locked, needs it
    NO_START = 6  # history: nobody said when it began; taken as ``time``
    NO_END = 7  # history: nobody said when it ended; taken as ``time``


@dataclass(frozen=True)
class Notice:
    """
    Something the planner has to know of a job that is bound.

    Parameters
    ----------
    kind
        What.
    job, other
        Indices of the job and of the other one that is spoken of, if there is one.
    time
        Seconds since plan start, where a moment is spoken of.
    """

    kind: NoticeKind
    job: int
    other: int | None = None
    time: int | None = None


class LockRule(IntEnum):
    """Why a lock cannot be kept."""

    NOT_IN_PLAN = 0  # the plan before does not say where or when
    NOT_ELIGIBLE = 1
    BEFORE_NOW = 2
    NOT_READY = 3  # released later
    PREDECESSOR = 4  # ``other`` ends later
    MACHINE = 5  # the machine is at ``other`` or is set up until later
    CLOSED = 6  # the machine is closed then, or before the work could be done


@dataclass(frozen=True)
class LockFault:
    """
    A lock that cannot be kept.

    Parameters
    ----------
    rule
        Why.
    job, machine
        Indices of the job, and of the machine it is locked to (``None``: none).
    start
        Second at which it is locked to start; ``None``: its machine is locked alone.
    first
        First second at which it could start on that machine; ``None``: not at all.
    other
        Index of the job in its way, if one is.
    because
        Index of the locked job that needs this one to be locked along; ``None``: it
        is locked itself.
    """

    rule: LockRule
    job: int
    machine: int | None = None
    start: int | None = None
    first: int | None = None
    other: int | None = None
    because: int | None = None


class ImpossibleLockError(ValueError):
    """
    Locks that cannot be kept, all of them in ``faults``.

    The message names the jobs; what to do about each is said where the planner is.
    """

    def __init__(self, problem: Problem, faults: tuple[LockFault, ...]) -> None:
        names = ", ".join(repr(problem.job_ids[fault.job]) for fault in faults)
        super().__init__(f"The locks of {names} cannot be kept.")
        self.faults = faults


@dataclass(frozen=True)
class Setup:
    """A setup that had begun by now: for which job, and from when to when."""

    job: int
    start: int
    end: int


@dataclass(frozen=True, eq=False)
class Commitments:
    """
    What of a plan is past change.

    Parameters
    ----------
    floor
        What was said.
    kind
        Shape (n,), :class:`Commitment` of each job.
    machine, setup_start, setup_end, start, end
        Shape (n,): where and when history, frozen and reserved jobs run; seconds since
        plan start. Of free jobs the machine that alone may run them, or -1, and 0.
    ready
        Shape (m,): second from which each machine is free of history, frozen jobs and
        setups that had begun; never before now.
    group
        Shape (m,): setup group it is set up for then; g: none.
    setup_seconds
        Open seconds of setup before history and frozen jobs, and of begun setups.
    setups
        Setups that had begun by now for jobs that had not, by machine; the machine is
        set up for their group, and the next job of it needs no setup.
    notices
        What the planner has to know.
    """

    floor: Floor
    kind: Ints
    machine: Ints
    setup_start: Seconds
    setup_end: Seconds
    start: Seconds
    end: Seconds
    ready: Seconds
    group: Ints
    setup_seconds: int = 0
    setups: Mapping[int, Setup] = field(default_factory=dict)
    notices: tuple[Notice, ...] = ()

    @property
    def now(self) -> int:
        """Seconds since plan start from which is planned."""
        return self.floor.now

    @cached_property
    def fixed(self) -> Ints:
        """Jobs that are history or frozen: nothing of them is planned, by index."""
        held = (self.kind == Commitment.HISTORY) | (self.kind == Commitment.FROZEN)
        return np.flatnonzero(held)

    @cached_property
    def open_jobs(self) -> Ints:
        """Jobs that are still to be planned, by index: the jobs of `remaining`."""
        held = (self.kind == Commitment.HISTORY) | (self.kind == Commitment.FROZEN)
        return np.flatnonzero(~held)

    def waiting_setups(self) -> dict[int, Setup]:
        """Begun setups behind which no job is frozen, by machine."""
        frozen = np.flatnonzero(self.kind == Commitment.FROZEN)
        taken = set(self.machine[frozen].tolist())
        return {k: setup for k, setup in self.setups.items() if k not in taken}

    @cached_property
    def begun(self) -> NDArray[np.bool_]:
        """Shape (n,): the job is history."""
        begun: NDArray[np.bool_] = self.kind == Commitment.HISTORY
        return begun


def remaining(problem: Problem, commitments: Commitments) -> Problem:
    """
    Return the problem of the jobs that are still to be planned.

    Its jobs are ``commitments.open_jobs``, in that order; machines are free and set up
    as history, frozen jobs and begun setups leave them; its cost is that of the whole.

    Raises
    ------
    ValueError
        When nothing is left to plan.
    """
    jobs = commitments.open_jobs
    if not jobs.size:
        raise ValueError("Every job has begun or is frozen: nothing is left to plan.")
    rows = problem.of_jobs(jobs)
    bound = commitments.machine[jobs]
    machines = np.arange(problem.num_machines)
    elsewhere = (bound >= 0)[:, None] & (machines != bound[:, None])
    rows["processing"] = np.where(elsewhere, np.inf, rows["processing"])
    reserved = commitments.kind[jobs] == Commitment.RESERVED
    rows["reserved_machine"] = np.where(reserved, bound, -1)
    rows["reserved_start"] = np.where(reserved, commitments.start[jobs], -1)

    place = np.full(problem.num_jobs, -1, dtype=np.int64)
    place[jobs] = np.arange(len(jobs))
    before, after = problem.precedence.T
    release = np.maximum(problem.release, commitments.now)
    bind = (place[before] < 0) & (place[after] >= 0)
    ends = commitments.end[before[bind]] + problem.wait_after[before[bind]]
    np.maximum.at(release, after[bind], ends)
    rows["release"] = release[jobs]
    kept = (place[before] >= 0) & (place[after] >= 0)
    return replace(
        problem,
        **rows,
        **_groups(problem, commitments),
        precedence=place[problem.precedence[kept]],
        scale=_scale(problem, commitments),
    )


def _groups(problem: Problem, commitments: Commitments) -> dict[str, Any]:
    """
    Where machines stand, the groups they are set up for, and setups from these.

    Where a change within a group takes time, a machine that was just set up for it is
    in a group of its own: the next job of the group needs no setup more.
    """
    initial = commitments.group.copy()
    setup, names = problem.setup, list(problem.group_names)
    g = problem.num_groups
    initial[initial == g] = -1
    for k in commitments.waiting_setups():
        group = int(commitments.group[k])
        if not problem.setup_seconds(k, group, group):
            continue
        row = setup[:, [group], :].copy()
        row[:, 0, group] = 0
        setup = np.concatenate([setup[:, :-1], row, setup[:, -1:]], axis=1)
        setup = np.concatenate([setup, setup[:, :, [group]]], axis=2)
        initial[k] = len(names)
        names.append(names[group])
    initial[initial < 0] = len(names)
    starts = MachineStarts(commitments.ready, initial)
    return {"setup": setup, "group_names": tuple(names), **starts.fields()}


def _scale(problem: Problem, commitments: Commitments) -> Scale:
    """Size of the whole, and the figures of what is fixed of it."""
    fixed = commitments.fixed
    over = np.maximum(commitments.end[fixed] - problem.due[fixed], 0.0)
    return Scale(
        horizon=problem.ideal_horizon,
        weight=problem.total_weight,
        makespan=int(commitments.end[fixed].max(initial=0)),
        weighted_tardiness=float((problem.weight[fixed] * over).sum()),
        setup=commitments.setup_seconds,
    )


def joined(
    problem: Problem, commitments: Commitments, schedule: Schedule | None
) -> Schedule:
    """
    Return the schedule of all jobs: what is fixed, and a plan of the rest.

    Parameters
    ----------
    problem
        Every job.
    commitments
        What is fixed of them.
    schedule
        Of ``remaining(problem, commitments)``; ``None`` when nothing is left.
    """
    jobs = commitments.open_jobs
    parts = {
        name: np.array(getattr(commitments, name), dtype=np.int64) for name in _TIMES
    }
    if schedule is not None:
        for name, part in parts.items():
            part[jobs] = getattr(schedule, name)
        for k, setup in commitments.waiting_setups().items():
            there = jobs[parts["machine"][jobs] == k]
            if there.size:
                first = there[
                    np.lexsort((parts["end"][there], parts["start"][there]))[0]
                ]
                if problem.group[first] == problem.group[setup.job]:
                    parts["setup_start"][first] = setup.start
                    parts["setup_end"][first] = setup.end
    return Schedule(**parts)


_TIMES = ("machine", "setup_start", "setup_end", "start", "end")
