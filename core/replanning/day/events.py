"""
What happened in the shop: an append-only log, one row per event.

An event says what it is about by the planner's names and by date and time, so that it
outlives new files and another plan start. What it does to a shift is in
:mod:`core.replanning.day.replay`.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any, ClassVar, Literal

from core.problem import phrases
from core.problem.shift import check_start

FORMAT = 1  # of the JSON form; raised when a field changes its meaning
RUSH_WEIGHT = 50.0  # at weight 5 a rush order ends hours later than it could
KINDS: dict[str, type[Event]] = {}


def new_id() -> str:
    """Return an id that no other event has."""
    return secrets.token_hex(8)


@dataclass(frozen=True, kw_only=True)
class Event:
    """
    Something that happened.

    Parameters
    ----------
    time
        When it was told, or happened; local time, whole seconds.
    who, note
        Who told it, and what they added.
    id
        Of this row of the log.

    Raises
    ------
    ValueError
        When a time has a zone or fractions of a second.
    """

    kind: ClassVar[str]
    title: ClassVar[str]

    time: datetime
    who: str = ""
    note: str = ""
    id: str = field(default_factory=new_id)

    def __init_subclass__(cls, kind: str, title: str) -> None:
        """Give a kind of event its name in files, and its title for planners."""
        cls.kind, cls.title = kind, title
        KINDS[kind] = cls

    def __post_init__(self) -> None:
        for entry in fields(self):
            value = getattr(self, entry.name)
            if isinstance(value, datetime):
                check_start(value)

    @property
    def what(self) -> str:
        """What happened, in one sentence for the planner."""
        raise NotImplementedError

    @property
    def jobs_meant(self) -> tuple[str, ...]:
        """Ids of the jobs that it is about."""
        return ()

    @property
    def machines_meant(self) -> tuple[str, ...]:
        """Ids of the machines that it is about."""
        return ()

    def to_json(self) -> dict[str, Any]:
        """Return the event as values that JSON can hold."""
        kept = {x.name: _as_json(getattr(self, x.name)) for x in fields(self)}
        return {"format": FORMAT, "kind": self.kind, **kept}


@dataclass(frozen=True, kw_only=True)
class MachineDown(Event, kind="machine_down", title="A machine is down"):
    """A machine does not work from ``since`` (else ``time``) until ``until``."""

    machine: str
    until: datetime
    since: datetime | None = None
    reason: str = ""

    @property
    def begin(self) -> datetime:
        """From when it is down."""
        return self.time if self.since is None else self.since

    @property
    def what(self) -> str:
        """Machine, time and reason."""
        reason = f" ({self.reason})" if self.reason else ""
        return f"{self.machine} is down until {_moment(self.until)}{reason}."

    @property
    def machines_meant(self) -> tuple[str, ...]:
        """Ids of the machines that it is about."""
        return (self.machine,)


@dataclass(frozen=True, kw_only=True)
class MachineBack(Event, kind="machine_back", title="A machine is back"):
    """A machine that was told to be down works again from ``time`` on."""

    machine: str

    @property
    def what(self) -> str:
        """Machine and time."""
        return f"{self.machine} is back at {_moment(self.time)}."

    @property
    def machines_meant(self) -> tuple[str, ...]:
        """Ids of the machines that it is about."""
        return (self.machine,)


@dataclass(frozen=True, kw_only=True)
class OneJob(Event, kind="", title=""):
    """Something that happened to one job."""

    job: str

    @property
    def jobs_meant(self) -> tuple[str, ...]:
        """Ids of the jobs that it is about."""
        return (self.job,)


@dataclass(frozen=True, kw_only=True)
class JobLonger(OneJob, kind="job_longer", title="A job takes longer"):
    """A job takes some seconds more than it was planned with; negative: less."""

    seconds: int

    @property
    def what(self) -> str:
        """Job and length."""
        length = phrases.duration(abs(self.seconds))
        return f"{self.job} takes {length} {'more' if self.seconds > 0 else 'less'}."


@dataclass(frozen=True, kw_only=True)
class OnMachine(OneJob, kind="", title=""):
    """Something that happened to a job on a machine."""

    machine: str

    @property
    def machines_meant(self) -> tuple[str, ...]:
        """Ids of the machines that it is about."""
        return (self.machine,)


@dataclass(frozen=True, kw_only=True)
class JobBegan(OnMachine, kind="job_began", title="A job begins now"):
    """A job began on a machine at ``time``."""

    @property
    def what(self) -> str:
        """Job, machine and time."""
        return f"{self.job} began on {self.machine} at {_moment(self.time)}."


@dataclass(frozen=True, kw_only=True)
class JobEnded(OnMachine, kind="job_ended", title="A job ends now"):
    """A job that began on a machine at ``began`` ended at ``time``."""

    began: datetime

    @property
    def what(self) -> str:
        """Job, machine and time."""
        return f"{self.job} ended on {self.machine} at {_moment(self.time)}."


@dataclass(frozen=True, kw_only=True)
class JobNotBegun(OneJob, kind="job_not_begun", title="A job has not begun"):
    """A job that was planned to have begun by ``time`` has not."""

    @property
    def what(self) -> str:
        """Job and time."""
        return f"{self.job} has not begun at {_moment(self.time)}."


@dataclass(frozen=True, kw_only=True)
class MaterialLate(Event, kind="material_late", title="Material is late"):
    """Some jobs cannot begin before ``arrives``."""

    jobs: tuple[str, ...]
    arrives: datetime
    material: str = ""

    @property
    def what(self) -> str:
        """Jobs, material and time."""
        what = self.material or "Material"
        for_jobs = phrases.listed(self.jobs)
        return f"{what} for {for_jobs} arrives {_moment(self.arrives)}."

    @property
    def jobs_meant(self) -> tuple[str, ...]:
        """Ids of the jobs that it is about."""
        return self.jobs


@dataclass(frozen=True, kw_only=True)
class RushJob:
    """
    A job that comes in during the day.

    Parameters
    ----------
    id
        Unique name.
    processing
        Whole seconds on each machine it may run on, by machine id.
    family, group
        Order and setup group; ``None``, ``""``: none.
    setup
        Seconds of the setup into its group where no table says another.
    predecessors
        Ids of the jobs that must end first.
    release, due
        Local times; ``None``: none.
    weight
        How much a second of tardiness hurts.
    important
        Whether the planner marked it so.
    """

    id: str
    processing: Mapping[str, int]
    family: str | None = None
    group: str = ""
    setup: int = 0
    predecessors: tuple[str, ...] = ()
    release: datetime | None = None
    due: datetime | None = None
    weight: float = RUSH_WEIGHT
    important: bool = False


@dataclass(frozen=True, kw_only=True)
class RushOrder(Event, kind="rush_order", title="A rush order"):
    """Jobs that come in and have to be planned with the rest."""

    jobs: tuple[RushJob, ...]

    @property
    def what(self) -> str:
        """Order and number of jobs."""
        names = list(dict.fromkeys(x.family or x.id for x in self.jobs))
        number = phrases.many(len(self.jobs), "job")
        return f"Rush order {phrases.listed(names)} of {number}."


@dataclass(frozen=True, kw_only=True)
class JobLocked(OnMachine, kind="job_locked", title="A job is locked"):
    """
    A job stays on its machine, or also at its start, until it is unlocked.

    Parameters
    ----------
    lock
        ``machine``, or ``start``: to the second.
    start
        Its start; with ``lock="machine"`` not kept to.
    """

    lock: Literal["machine", "start"]
    start: datetime

    @property
    def what(self) -> str:
        """Job, machine and start."""
        at = f" at {_moment(self.start)}" if self.lock == "start" else ""
        return f"{self.job} is locked on {self.machine}{at}."


@dataclass(frozen=True, kw_only=True)
class JobMoved(JobLocked, kind="job_moved", title="A job is moved"):
    """A planner moved a job to a machine and a start; it is locked there."""

    @property
    def what(self) -> str:
        """Job, machine and start."""
        return f"{self.job} is moved to {self.machine}, {_moment(self.start)}."


@dataclass(frozen=True, kw_only=True)
class JobUnlocked(OneJob, kind="job_unlocked", title="A job is unlocked"):
    """A locked job may be planned anew."""

    @property
    def what(self) -> str:
        """Job."""
        return f"{self.job} is unlocked."


@dataclass(frozen=True, kw_only=True)
class PlanFrozen(Event, kind="plan_frozen", title="Nothing changes before"):
    """
    What starts before a moment in the plan in hand stays as it is.

    Parameters
    ----------
    until
        The moment; ``None``: nothing is frozen any more.
    machines
        Where; none named: everywhere.
    """

    until: datetime | None
    machines: tuple[str, ...] = ()

    @property
    def what(self) -> str:
        """Moment and machines."""
        there = f" on {phrases.listed(self.machines)}" if self.machines else ""
        if self.until is None:
            return f"Nothing is frozen any more{there}."
        return f"Nothing changes before {_moment(self.until)}{there}."

    @property
    def machines_meant(self) -> tuple[str, ...]:
        """Ids of the machines that it is about."""
        return self.machines


KINDS.pop("")  # what kinds have in common is no kind


def _moment(when: datetime) -> str:
    """Weekday and minute."""
    return f"{when:%a %H:%M}"


def _as_json(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, RushJob):
        return {x.name: _as_json(getattr(value, x.name)) for x in fields(value)}
    if isinstance(value, tuple):
        return [_as_json(x) for x in value]
    return dict(value) if isinstance(value, Mapping) else value
