"""What the shop floor says at a moment: what has begun, what must stay as it was."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from enum import StrEnum
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from core.problem.calendar import Seconds
from core.problem.schedule import Schedule

UNKNOWN = -1  # machine of a job that the previous plan does not hold


class Status(StrEnum):
    """How far a job is; a cancelled one is no job of a problem any more."""

    PLANNED = "planned"
    RELEASED = "released"
    STARTED = "started"
    FINISHED = "finished"


class Lock(StrEnum):
    """What the planner forbids to change of a job."""

    MACHINE = "machine"
    START = "start"  # and its machine


@dataclass(frozen=True)
class JobState:
    """
    What is known of one job besides what is asked of it.

    Parameters
    ----------
    status
        How far it is.
    machine
        Index of the machine that ran or runs it, or that it has to run on; ``None``:
        not said. A job that has begun has one.
    start, end
        Seconds since plan start at which it began and ended; ``None``: not said. A
        started job without start is one whose machine is being set up for it, or
        that began at a moment nobody wrote down. Of a job that is locked to a start
        which the previous plan does not have: that start, on ``machine``.
    remaining
        Seconds of processing left at ``now``; ``None``: what it takes less the open
        time since its start.
    lock
        What must stay: as said here, else as the previous plan has it.

    Raises
    ------
    ValueError
        When a job has begun and nothing says where, or a length is negative.
    """

    status: Status = Status.PLANNED
    machine: int | None = None
    start: int | None = None
    end: int | None = None
    remaining: int | None = None
    lock: Lock | None = None

    def __post_init__(self) -> None:
        if self.has_begun and self.machine is None:
            raise ValueError(f"Expected the machine of a {self.status} job.")
        if self.remaining is not None and self.remaining < 0:
            raise ValueError(f"Expected remaining >= 0, got {self.remaining}.")
        if None not in (self.start, self.end) and self.end < self.start:  # type: ignore[operator]
            raise ValueError(f"A job ends at {self.end}, before it starts.")

    @property
    def has_begun(self) -> bool:
        """Whether it is history: started or finished."""
        return self.status in (Status.STARTED, Status.FINISHED)


@dataclass(frozen=True, eq=False)
class PreviousPlan:
    """
    The plan that a new one starts from, as far as it is about the same jobs.

    Parameters
    ----------
    machine
        Shape (n,): index of each job's machine; -1: the plan does not hold the job.
    setup_start, setup_end, start, end
        Shape (n,), seconds since plan start, as of
        :class:`core.problem.schedule.Schedule`; 0 where the machine is -1.
    lost
        Ids of the jobs that the plan holds and the problem does not.

    Raises
    ------
    ValueError
        When the arrays differ in length.
    """

    machine: NDArray[np.int64]
    setup_start: Seconds
    setup_end: Seconds
    start: Seconds
    end: Seconds
    lost: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for entry in fields(self):
            if entry.name == "lost":
                continue
            array = np.array(getattr(self, entry.name), dtype=np.int64)
            array.setflags(write=False)
            object.__setattr__(self, entry.name, array)
            if array.shape != self.machine.shape or array.ndim != 1:
                raise ValueError(
                    f"{entry.name} has shape {array.shape}, expected one entry per job."
                )

    @cached_property
    def known(self) -> NDArray[np.bool_]:
        """Shape (n,): the plan holds the job."""
        known: NDArray[np.bool_] = self.machine >= 0
        return known

    @classmethod
    def empty(cls, num_jobs: int) -> PreviousPlan:
        """Return a plan that holds none of some jobs."""
        nothing = np.zeros(num_jobs, dtype=np.int64)
        return cls(np.full(num_jobs, UNKNOWN), nothing, nothing, nothing, nothing)

    @classmethod
    def of(cls, schedule: Schedule) -> PreviousPlan:
        """Return a schedule of the same jobs and machines as a previous plan."""
        return cls(
            schedule.machine,
            schedule.setup_start,
            schedule.setup_end,
            schedule.start,
            schedule.end,
        )

    @classmethod
    def matched(
        cls,
        schedule: Schedule,
        ids: tuple[Sequence[str], Sequence[str]],
        new_ids: tuple[Sequence[str], Sequence[str]],
        later: int = 0,
    ) -> PreviousPlan:
        """
        Return a schedule of other jobs as a previous plan; jobs are matched by id.

        Parameters
        ----------
        schedule
            The plan.
        ids, new_ids
            Ids of the jobs and of the machines that the plan is about, and of those
            that are planned now. A job whose machine is gone is not held.
        later
            Seconds by which the new plan start is later than the plan's.
        """
        place = {name: i for i, name in enumerate(ids[0])}
        where = {name: k for k, name in enumerate(new_ids[1])}
        new_machine = np.array([where.get(x, UNKNOWN) for x in ids[1]], dtype=np.int64)
        rows = np.array([place.get(name, -1) for name in new_ids[0]], dtype=np.int64)
        found = rows >= 0
        machine = np.full(len(rows), UNKNOWN, dtype=np.int64)
        machine[found] = new_machine[schedule.machine[rows[found]]]
        held = machine >= 0
        times = np.zeros((4, len(rows)), dtype=np.int64)
        for i, name in enumerate(("setup_start", "setup_end", "start", "end")):
            times[i, held] = getattr(schedule, name)[rows[held]] - later
        new = set(new_ids[0])
        lost = tuple(name for name in ids[0] if name not in new)
        return cls(machine, times[0], times[1], times[2], times[3], lost)


@dataclass(frozen=True, eq=False)
class Floor:
    """
    What the shop floor says at a moment, and what the planner wants to stay.

    Parameters
    ----------
    now
        Seconds since plan start from which is planned; nothing that has not begun
        begins before.
    states
        State by job index; a job without one is planned and free.
    previous
        The plan in hand, if there is one.
    freeze_until
        Second by machine index before which the previous plan does not change: jobs
        that start in it before then keep machine, order and, as long as the world
        allows, start.

    Raises
    ------
    ValueError
        When ``now`` is negative, or a job with a time after it has begun.
    """

    now: int = 0
    states: Mapping[int, JobState] = field(default_factory=dict)
    previous: PreviousPlan | None = None
    freeze_until: Mapping[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.now < 0:
            raise ValueError(f"Expected now >= 0, got {self.now}.")
        object.__setattr__(self, "states", dict(self.states))
        object.__setattr__(self, "freeze_until", dict(self.freeze_until))
        for job, state in self.states.items():
            for what, time in (("began", state.start), ("ended", state.end)):
                if state.has_begun and time is not None and time > self.now:
                    raise ValueError(
                        f"Job {job} {what} at {time} s, after now, {self.now} s."
                    )

    @cached_property
    def binds(self) -> bool:
        """Whether a plan from plan start on may not be made as if nothing was said."""
        return (
            self.now > 0
            or (self.previous is not None and bool(self.freeze_until))
            or any(
                state.has_begun
                or state.lock is not None
                or (state.status is Status.RELEASED and state.machine is not None)
                for state in self.states.values()
            )
        )

    def begun(self) -> list[int]:
        """Return the jobs that are history, by index."""
        return sorted(job for job, state in self.states.items() if state.has_begun)

    def frozen_until(self, machine: int) -> int:
        """Second before which a machine's part of the previous plan stays."""
        return self.freeze_until.get(machine, 0)

    @cached_property
    def content_hash(self) -> str:
        """Hexadecimal digest of everything in it; for caches."""
        digest = hashlib.sha256(repr(self.now).encode())
        digest.update(repr(sorted(self.states.items())).encode())
        digest.update(repr(sorted(self.freeze_until.items())).encode())
        if self.previous is not None:
            for name in ("machine", "setup_start", "setup_end", "start", "end"):
                digest.update(getattr(self.previous, name).tobytes())
        return digest.hexdigest()
