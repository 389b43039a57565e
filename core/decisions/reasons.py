"""Why a job or a machine cannot be chosen at a moment, exactly and in words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from math import inf, isfinite

import numpy as np

from core.problem import phrases
from core.timing.situation import Situation

When = Callable[[float], str]


class ExclusionCause(StrEnum):
    """What keeps a job or machine from being chosen."""

    SCHEDULED = "already scheduled"
    PREDECESSOR = "waits for a predecessor"
    RELEASE = "not released"
    MACHINES = "no machine free"
    INCOMPATIBLE = "incompatible"
    BUSY = "busy"
    CLOSED = "closed"
    NOT_READY = "the job is not ready"
    WINDOW = "no window long enough"
    RESERVED = "reserved"


@dataclass(frozen=True)
class Exclusion:
    """
    Why one job, or one machine for a job, may not be chosen.

    Parameters
    ----------
    cause
        What keeps it from being chosen.
    until
        Seconds since plan start until which that holds; +inf: not known yet, or for
        good.
    job, machine
        The job or machine behind it: the predecessor, the job that keeps the machine
        or that it is kept for, the machine that is free first or reserved; ``None``
        where there is none.
    """

    cause: ExclusionCause
    until: float = inf
    job: int | None = None
    machine: int | None = None


def job_exclusion(situation: Situation, job: int) -> Exclusion | None:
    """
    Why a job may not come next; ``None`` when it may.

    Where several things keep it, the one that cannot be changed by placing other jobs
    elsewhere is named: predecessors that are not placed, then the release and the end
    of those that are, then the machines.
    """
    if situation.job_mask[job]:
        return None
    problem = situation.problem
    if situation.placed[job]:
        return Exclusion(
            ExclusionCause.SCHEDULED,
            float(situation.schedule.end[job]),
            machine=int(situation.schedule.machine[job]),
        )
    before = problem.predecessors[job]
    missing = [p for p in before if not situation.placed[p]]
    if missing:
        return Exclusion(ExclusionCause.PREDECESSOR, job=missing[0])
    if situation.job_ready[job] > situation.limit:
        return _readiness(situation, job)
    start = situation.earliest_start[job]
    if not np.isfinite(start).any():  # each of its machines is kept for another job
        able = np.isfinite(problem.possible_processing[job])
        return _reserved(situation, int(able.argmax()))
    first, machine = float(start.min()), int(start.argmin())
    own = machine_exclusion(situation, job, machine)
    window = own is not None and own.cause is ExclusionCause.WINDOW
    cause = ExclusionCause.WINDOW if window else ExclusionCause.MACHINES
    return Exclusion(cause, first, machine=machine)


def machine_exclusion(situation: Situation, job: int, machine: int) -> Exclusion | None:
    """
    Why a machine may not take a job next; ``None`` when it may.

    For a job that may not come next on any machine, what keeps the job is named, unless
    the machine could not take it anyway.
    """
    problem = situation.problem
    if situation.choosable[job, machine]:
        return None
    if not problem.eligible[job, machine]:
        return Exclusion(ExclusionCause.INCOMPATIBLE)
    own = int(problem.reserved_machine[job])
    if own not in (-1, machine):
        start = float(problem.reserved_start[job])
        return Exclusion(ExclusionCause.RESERVED, start, machine=own)
    if situation.placed[job] or situation.awaited[job]:
        return Exclusion(ExclusionCause.NOT_READY)
    free = int(situation.ready[machine])
    if free > situation.limit:
        last = int(situation.last_job[machine])
        return Exclusion(ExclusionCause.BUSY, free, job=None if last < 0 else last)
    if situation.job_ready[job] > situation.limit:
        return Exclusion(ExclusionCause.NOT_READY, float(situation.job_ready[job]))
    start = float(situation.earliest_start[job, machine])
    if not isfinite(start):
        return _reserved(situation, machine)
    both = max(free, int(situation.job_ready[job]))
    opens = int(problem.calendars[machine].next_open(both))
    cause = ExclusionCause.CLOSED if start == opens else ExclusionCause.WINDOW
    return Exclusion(cause, start)


def _reserved(situation: Situation, machine: int) -> Exclusion:
    """A machine is kept for its next reserved job, before which others do not fit."""
    job = int(situation.next_reserved[machine])
    start = float(situation.problem.reserved_start[job])
    return Exclusion(ExclusionCause.RESERVED, start, job=job, machine=machine)


def _readiness(situation: Situation, job: int) -> Exclusion:
    """Release or the predecessor that ends last, whichever is later."""
    problem = situation.problem
    ready = float(situation.job_ready[job])
    if problem.release[job] == ready:
        return Exclusion(ExclusionCause.RELEASE, ready)
    if problem.reserved_start[job] == ready:
        machine = int(problem.reserved_machine[job])
        return Exclusion(ExclusionCause.RESERVED, ready, machine=machine)
    before = np.array(problem.predecessors[job], dtype=np.int64)
    ends = situation.schedule.end[before] + problem.wait_after[before]
    last = before[int(ends.argmax())]
    return Exclusion(ExclusionCause.PREDECESSOR, ready, job=int(last))


def job_words(situation: Situation, exclusion: Exclusion, when: When) -> str:
    """
    Say why a job is excluded.

    Parameters
    ----------
    situation, exclusion
        See :func:`job_exclusion`.
    when
        Turns seconds since plan start into the words for a moment.
    """
    problem = situation.problem
    until = when(exclusion.until) if isfinite(exclusion.until) else ""
    match exclusion.cause:
        case ExclusionCause.SCHEDULED:
            return f"already scheduled on {problem.machine_ids[exclusion.machine or 0]}"
        case ExclusionCause.PREDECESSOR if until:
            wait = problem.wait_after[exclusion.job or 0]
            after = f" and {phrases.duration(wait)} after it," if wait else ""
            return (
                f"waits for predecessor {_job(situation, exclusion)}{after} until "
                f"{until}"
            )
        case ExclusionCause.PREDECESSOR:
            return (
                f"waits for predecessor {_job(situation, exclusion)}, which is not "
                "scheduled yet"
            )
        case ExclusionCause.RELEASE:
            return f"released at {until}"
        case ExclusionCause.RESERVED:
            return _reserved_words(situation, exclusion, until)
        case ExclusionCause.WINDOW:
            machine = problem.machine_ids[exclusion.machine or 0]
            return f"no window long enough until {until} ({machine})"
        case _:
            machine = problem.machine_ids[exclusion.machine or 0]
            return f"no compatible machine free until {until} ({machine})"


def machine_words(situation: Situation, exclusion: Exclusion, when: When) -> str:
    """Say why a machine is excluded for a job; see :func:`job_words`."""
    until = when(exclusion.until) if isfinite(exclusion.until) else ""
    match exclusion.cause:
        case ExclusionCause.INCOMPATIBLE:
            return "incompatible with this job"
        case ExclusionCause.BUSY if exclusion.job is None:
            return f"not available until {until}"
        case ExclusionCause.BUSY:
            return f"busy with {_job(situation, exclusion)} until {until}"
        case ExclusionCause.CLOSED:
            return f"closed until {until}"
        case ExclusionCause.WINDOW:
            return f"no window long enough until {until}"
        case ExclusionCause.RESERVED:
            return _reserved_words(situation, exclusion, until)
        case _:
            return f"the job is not ready until {until}" if until else "job not ready"


def _reserved_words(situation: Situation, exclusion: Exclusion, until: str) -> str:
    """Say that the job itself is reserved, or that the machine is for another."""
    if exclusion.job is None:
        machine = situation.problem.machine_ids[exclusion.machine or 0]
        return f"reserved on {machine} at {until}"
    return f"too long before {_job(situation, exclusion)}, which is reserved at {until}"


def _job(situation: Situation, exclusion: Exclusion) -> str:
    return situation.problem.job_ids[0 if exclusion.job is None else exclusion.job]


def clock_words(situation: Situation, when: When) -> str:
    """Say what the moment is, and how long machines may wait."""
    if not isfinite(situation.lookahead):
        return f"{when(situation.now)}, any order allowed"
    if situation.lookahead == 0:
        return when(situation.now)
    return f"{when(situation.now)}, starts up to {when(situation.limit)} allowed"
