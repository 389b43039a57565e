"""A problem as rows, one per job and machine, and the arrays they make."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import inf
from typing import Any

import numpy as np

from core.problem.calendar import Calendar

IMPORTANT_WEIGHT = 5.0


@dataclass(frozen=True)
class Job:
    """
    One job, to build a problem from.

    Parameters
    ----------
    id
        Unique name.
    processing
        Whole seconds on each machine it may run on, by machine id.
    family, group
        Work order and setup group; a job without family is a family of its own,
        jobs without a group share the group ``""``.
    predecessors
        Ids of the jobs that must end first.
    release, due
        Seconds since plan start; ``due`` is infinite without a due date.
    weight
        How much a second of tardiness hurts; ``None``: 5 if important, else 1.
    important
        Whether the planner marked it as important.
    preferred
        Id of the machine the planner would choose, if any.
    wait_after
        Seconds that must pass between its end and the start of its successors.
    may_pause
        Whether its processing may be interrupted by a closure.
    reserved
        Id of a machine and second since plan start, if it has to run there and then.
    """

    id: str
    processing: Mapping[str, int]
    family: str | None = None
    group: str = ""
    predecessors: Sequence[str] = ()
    release: int = 0
    due: float = inf
    weight: float | None = None
    important: bool = False
    preferred: str | None = None
    wait_after: int = 0
    may_pause: bool = True
    reserved: tuple[str, int] | None = None


@dataclass(frozen=True)
class Machine:
    """
    One machine, to build a problem from.

    Parameters
    ----------
    id, type
        Unique name, and the name of its machine type.
    available
        Seconds since plan start before which nothing runs on it.
    group
        Setup group it is set up for at plan start; ``None``: nothing, so that the
        first job needs no setup.
    calendar
        Its closures.
    """

    id: str
    type: str = ""
    available: int = 0
    group: str | None = None
    calendar: Calendar = field(default_factory=Calendar.always_open)


def arrays_of_rows(
    jobs: Sequence[Job],
    machines: Sequence[Machine],
    setups: Mapping[tuple[str, str], int] | None = None,
    setups_by_type: Mapping[tuple[str, str, str], int] | None = None,
) -> dict[str, Any]:
    """
    Arrays of a problem from one row per job and machine.

    Parameters
    ----------
    jobs, machines
        The rows, in the order of the arrays.
    setups
        Whole seconds by (from group, to group), on every machine; 0 elsewhere.
    setups_by_type
        Whole seconds by (machine type, from group, to group): goes before
        ``setups`` on machines of that type.

    Raises
    ------
    ValueError
        When an id is unknown or doubled, or a type with setups has no machine.
    """
    setups, by_type = setups or {}, setups_by_type or {}
    job_index = index_of([job.id for job in jobs], "job")
    machine_index = index_of([machine.id for machine in machines], "machine")
    families = [job.id if job.family is None else job.family for job in jobs]
    groups = [job.group for job in jobs]
    groups += [x.group for x in machines if x.group is not None]
    groups += [name for pair in setups for name in pair]
    groups += [name for _, *pair in by_type for name in pair]
    family_names, group_names = _unique(families), _unique(groups)
    type_names = _unique([machine.type for machine in machines])
    g, c = len(group_names), max(len(type_names), 1)

    setup = np.zeros((c, g + 1, g), dtype=np.int64)
    for (x, y), seconds in setups.items():
        setup[:, group_names[x], group_names[y]] = seconds
    for (kind, x, y), seconds in by_type.items():
        if kind not in type_names:
            raise ValueError(f"No machine is of type {kind!r}, which has setups.")
        setup[type_names[kind], group_names[x], group_names[y]] = seconds

    shape = (len(jobs), len(machines))
    processing = np.full(shape, inf)
    preferred = np.zeros(shape, dtype=np.bool_)
    for j, job in enumerate(jobs):
        for name, seconds in job.processing.items():
            processing[j, _known(machine_index, name, job.id)] = seconds
        if job.preferred is not None:
            preferred[j, _known(machine_index, job.preferred, job.id)] = True

    return dict(
        processing=processing,
        release=np.array([job.release for job in jobs], dtype=np.int64),
        due=np.array([job.due for job in jobs], dtype=np.float64),
        weight=np.array([_weight(job) for job in jobs], dtype=np.float64),
        important=np.array([job.important for job in jobs], dtype=np.bool_),
        preferred=preferred,
        family=np.array([family_names[x] for x in families], dtype=np.int64),
        group=np.array([group_names[job.group] for job in jobs], dtype=np.int64),
        precedence=np.array(
            [
                (_known(job_index, name, job.id), j)
                for j, job in enumerate(jobs)
                for name in job.predecessors
            ],
            dtype=np.int64,
        ).reshape(-1, 2),
        setup=setup,
        setup_class=np.array([type_names[x.type] for x in machines], np.int64),
        initial_group=np.array(
            [g if x.group is None else group_names[x.group] for x in machines],
            dtype=np.int64,
        ),
        available=np.array([x.available for x in machines], dtype=np.int64),
        machine_type=np.array([type_names[x.type] for x in machines], np.int64),
        calendars=tuple(machine.calendar for machine in machines),
        job_ids=tuple(job_index),
        machine_ids=tuple(machine_index),
        family_names=tuple(family_names),
        group_names=tuple(group_names),
        machine_type_names=tuple(type_names),
        wait_after=np.array([job.wait_after for job in jobs], dtype=np.int64),
        may_pause=np.array([job.may_pause for job in jobs], dtype=np.bool_),
        reserved_machine=np.array(
            [
                -1
                if job.reserved is None
                else _known(machine_index, job.reserved[0], job.id)
                for job in jobs
            ],
            dtype=np.int64,
        ),
        reserved_start=np.array(
            [-1 if job.reserved is None else job.reserved[1] for job in jobs],
            dtype=np.int64,
        ),
    )


def index_of(names: Sequence[str], what: str) -> dict[str, int]:
    """Position of each name; refuses a doubled one."""
    index = {name: i for i, name in enumerate(names)}
    if len(index) < len(names):
        double = next(name for i, name in enumerate(names) if index[name] != i)
        raise ValueError(f"Two {what}s are called {double!r}.")
    return index


def _unique(names: Sequence[str]) -> dict[str, int]:
    """Position of each different name, in order of appearance."""
    return {name: i for i, name in enumerate(dict.fromkeys(names))}


def _known(index: Mapping[str, int], name: str, job: str) -> int:
    """Position of a name that job mentions; refuses an unknown one."""
    if name not in index:
        raise ValueError(f"Job {job!r} names {name!r}, which does not exist.")
    return index[name]


def _weight(job: Job) -> float:
    """Weight of a job row: as stated, else 5 when important and 1 otherwise."""
    if job.weight is not None:
        return job.weight
    return IMPORTANT_WEIGHT if job.important else 1.0
