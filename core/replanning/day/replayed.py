"""What a log of events comes to: what is planned, what has begun, what is locked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from core.problem.shift import Shift
from core.replanning.day.events import Event


@dataclass(frozen=True)
class EventFault:
    """
    Why an event cannot be.

    Parameters
    ----------
    event
        The event.
    value
        What in it is at fault.
    fault, mend
        What is wrong, and how to mend it.
    """

    event: Event
    value: str
    fault: str
    mend: str

    def __str__(self) -> str:
        return f"{self.fault} {self.mend}"


class EventsRefusedError(ValueError):
    """Events that cannot be; ``faults`` says why, nothing was applied."""

    def __init__(self, faults: tuple[EventFault, ...]) -> None:
        super().__init__(" ".join(map(str, faults)))
        self.faults = faults


@dataclass(frozen=True)
class EventState:
    """
    What events say of a job's past.

    Parameters
    ----------
    state
        ``planned``: it has not begun, whatever the plan says; ``started``; or
        ``finished``.
    machine
        Where it began; empty where it has not.
    began, ended
        Seconds since plan start; ``None``: it has not.
    """

    state: Literal["planned", "started", "finished"]
    machine: str = ""
    began: int | None = None
    ended: int | None = None


@dataclass(frozen=True)
class EventLock:
    """
    What a planner forbids to change of a job.

    Parameters
    ----------
    kind
        ``machine``, or ``start``: machine and time.
    machine
        Its machine.
    start
        Seconds since plan start; it counts with ``start`` only.
    moved
        Whether the planner moved it there.
    by_files
        Whether the files say so, and no event.
    """

    kind: Literal["machine", "start"]
    machine: str
    start: int
    moved: bool = False
    by_files: bool = False


@dataclass(frozen=True, eq=False)
class Replayed:
    """
    A shift after its events.

    Parameters
    ----------
    shift
        What is planned: closures, lengths, releases and jobs as the events say; its
        floor as the files say it, but for locks that events lifted.
    begun
        What events say of the past, by job id; of other jobs they say nothing.
    locks
        Locks of events in force, by job id.
    freeze
        Seconds since plan start before which nothing changes, by machine id; 0:
        nothing is frozen there, whatever the files say.
    lifted
        Ids of jobs that the files lock, and whose lock an event lifted or replaced.
    """

    shift: Shift
    begun: Mapping[str, EventState]
    locks: Mapping[str, EventLock]
    freeze: Mapping[str, int] = field(default_factory=dict)
    lifted: frozenset[str] = frozenset()
