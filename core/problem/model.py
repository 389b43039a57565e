"""What is asked: the jobs, the machines, and everything that binds them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import cached_property
from math import inf
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from core.problem.calendar import Calendar, Seconds

IMPORTANT_WEIGHT = 5.0
LONGEST = 10**10  # seconds, 300 years: sums over a shift stay exact in float64


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


@dataclass(frozen=True, eq=False)
class Problem:
    """
    Jobs to be scheduled on machines, as arrays.

    Parameters
    ----------
    processing
        Shape (n, m), whole seconds of job j on machine k; +inf: not eligible.
    release
        Shape (n,), seconds since plan start.
    due
        Shape (n,), seconds since plan start; +inf: no due date.
    weight
        Shape (n,), positive.
    important
        Shape (n,), bool.
    preferred
        Shape (n, m), bool: the planner would like job j on machine k.
    family, group
        Shape (n,): index into ``family_names`` and ``group_names``.
    precedence
        Shape (e, 2): job ``precedence[i, 0]`` ends before job ``precedence[i, 1]``
        starts. Acyclic.
    setup
        Shape (c, g + 1, g), whole seconds: on a machine of setup class c, changing
        from group x to group y takes ``setup[c, x, y]``. The last row, x = g, is a
        machine that is not set up for anything yet.
    setup_class
        Shape (m,): which matrix of ``setup`` holds for machine k.
    initial_group
        Shape (m,): group machine k is set up for at plan start; g: none.
    available
        Shape (m,), seconds since plan start before which machine k does nothing.
    machine_type
        Shape (m,): index into ``machine_type_names``.
    calendars
        m calendars: the closures of each machine.
    job_ids, machine_ids, family_names, group_names, machine_type_names
        What the planner calls them. Ids are unique; two groups may share a name
        (jobs of one group whose own setup times differ).

    Raises
    ------
    ValueError
        When arrays do not fit each other, a value is out of range, a job is
        eligible nowhere, or the predecessors form a cycle. Names the culprit.

    Notes
    -----
    Arrays are read-only copies, so a problem can be cached and shared.
    """

    processing: NDArray[np.float64]
    release: Seconds
    due: NDArray[np.float64]
    weight: NDArray[np.float64]
    important: NDArray[np.bool_]
    preferred: NDArray[np.bool_]
    family: NDArray[np.int64]
    group: NDArray[np.int64]
    precedence: NDArray[np.int64]
    setup: Seconds
    setup_class: NDArray[np.int64]
    initial_group: NDArray[np.int64]
    available: Seconds
    machine_type: NDArray[np.int64]
    calendars: tuple[Calendar, ...]
    job_ids: tuple[str, ...]
    machine_ids: tuple[str, ...]
    family_names: tuple[str, ...]
    group_names: tuple[str, ...]
    machine_type_names: tuple[str, ...]

    def __post_init__(self) -> None:
        for name, kind in _DTYPES.items():
            object.__setattr__(self, name, _frozen(getattr(self, name), kind, name))
        for entry in fields(self):
            if entry.name not in _DTYPES:
                object.__setattr__(self, entry.name, tuple(getattr(self, entry.name)))
        n, m, g = self.num_jobs, self.num_machines, self.num_groups
        _check_shapes(self, n, m, g)
        _check_values(self, g)
        self.topological_order  # noqa: B018 - refuses a cycle

    @property
    def num_jobs(self) -> int:
        """Number of jobs, n."""
        return len(self.job_ids)

    @property
    def num_machines(self) -> int:
        """Number of machines, m."""
        return len(self.machine_ids)

    @property
    def num_groups(self) -> int:
        """Number of setup groups, g."""
        return len(self.group_names)

    @cached_property
    def eligible(self) -> NDArray[np.bool_]:
        """Shape (n, m): job j may run on machine k (the compatibility matrix)."""
        return _frozen(np.isfinite(self.processing), np.bool_, "eligible")

    @cached_property
    def mean_processing(self) -> NDArray[np.float64]:
        """Shape (n,), seconds: mean over the eligible machines."""
        total = np.where(self.eligible, self.processing, 0.0).sum(axis=1)
        return _frozen(total / self.eligible.sum(axis=1), np.float64, "mean")

    @cached_property
    def smallest_processing(self) -> NDArray[np.float64]:
        """Shape (n,), seconds: on the fastest eligible machine."""
        return _frozen(self.processing.min(axis=1, initial=inf), np.float64, "min")

    @cached_property
    def predecessors(self) -> tuple[tuple[int, ...], ...]:
        """Predecessors of each job."""
        return _grouped(self.precedence[:, [1, 0]], self.num_jobs)

    @cached_property
    def successors(self) -> tuple[tuple[int, ...], ...]:
        """Successors of each job."""
        return _grouped(self.precedence, self.num_jobs)

    @cached_property
    def topological_order(self) -> NDArray[np.int64]:
        """Shape (n,): the jobs, every one behind its predecessors."""
        waiting = np.bincount(self.precedence[:, 1], minlength=self.num_jobs)
        queue = np.flatnonzero(waiting == 0).tolist()
        for job in queue:
            for successor in self.successors[job]:
                waiting[successor] -= 1
                if waiting[successor] == 0:
                    queue.append(successor)
        if len(queue) < self.num_jobs:
            name = self.job_ids[int(np.flatnonzero(waiting > 0)[0])]
            raise ValueError(f"The predecessors of job {name!r} form a cycle.")
        return _frozen(queue, np.int64, "order")

    @cached_property
    def tail(self) -> NDArray[np.float64]:
        """
        Shape (n,), seconds: least processing in sequence behind job j.

        The longest chain of its successors, each on its fastest machine.
        """
        tail = np.zeros(self.num_jobs)
        for job in self.topological_order[::-1].tolist():
            for successor in self.successors[job]:
                behind = tail[successor] + self.smallest_processing[successor]
                tail[job] = max(tail[job], behind)
        return _frozen(tail, np.float64, "tail")

    @cached_property
    def ideal_horizon(self) -> float:
        """H of the cost: mean processing of all jobs over the number of machines."""
        return float(self.mean_processing.sum() / self.num_machines)

    @cached_property
    def content_hash(self) -> str:
        """Hexadecimal digest of everything that defines the problem; for caches."""
        digest = hashlib.sha256()
        for entry in fields(self):
            value = getattr(self, entry.name)
            digest.update(entry.name.encode())
            if entry.name == "calendars":
                for calendar in value:
                    digest.update(calendar.closures.tobytes() + b"|")
            elif isinstance(value, tuple):
                digest.update(repr(value).encode())
            else:
                digest.update(repr(value.shape).encode() + value.tobytes())
        return digest.hexdigest()

    @cached_property
    def first_setups(self) -> Seconds:
        """Shape (m, g), seconds: setup of each machine into a group at plan start."""
        first = self.setup[self.setup_class, self.initial_group]
        return _frozen(first, np.int64, "first setups")

    def setups_of(self, machine: int) -> Seconds:
        """Shape (g + 1, g), seconds of machine k between groups; row g: from none."""
        matrix: Seconds = self.setup[self.setup_class[machine]]
        return matrix

    def setup_seconds(self, machine: int, from_group: int, to_group: int) -> int:
        """Seconds to change machine k between two groups; ``from_group`` g: none."""
        return int(self.setup[self.setup_class[machine], from_group, to_group])

    @classmethod
    def from_rows(
        cls,
        jobs: Sequence[Job],
        machines: Sequence[Machine],
        setups: Mapping[tuple[str, str], int] | None = None,
        setups_by_type: Mapping[tuple[str, str, str], int] | None = None,
    ) -> Problem:
        """
        Build a problem from one row per job and machine.

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
            When an id is unknown or doubled, or :class:`Problem` refuses the rows.
        """
        setups, by_type = setups or {}, setups_by_type or {}
        job_index = _index([job.id for job in jobs], "job")
        machine_index = _index([machine.id for machine in machines], "machine")
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

        return cls(
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
        )


Kind = TypeVar("Kind", bound=np.generic)

_DTYPES: dict[str, type[np.generic]] = {
    "processing": np.float64,
    "release": np.int64,
    "due": np.float64,
    "weight": np.float64,
    "important": np.bool_,
    "preferred": np.bool_,
    "family": np.int64,
    "group": np.int64,
    "precedence": np.int64,
    "setup": np.int64,
    "setup_class": np.int64,
    "initial_group": np.int64,
    "available": np.int64,
    "machine_type": np.int64,
}


def _frozen(value: object, dtype: type[Kind], name: str) -> NDArray[Kind]:
    """Return a read-only copy in the given type; fractions are refused, not cut."""
    given = np.asarray(value)
    if dtype is np.int64 and given.size and given.dtype.kind not in "iu":
        raise ValueError(f"{name} holds {given.dtype}, expected integers.")
    array = np.array(given, dtype=dtype)
    array.setflags(write=False)
    return array


def _check_shapes(problem: Problem, n: int, m: int, g: int) -> None:
    """Refuse arrays whose shapes do not fit n jobs, m machines and g groups."""
    if n < 1 or m < 1:
        raise ValueError(f"A problem needs jobs and machines, got {n} and {m}.")
    per_job = ("release", "due", "weight", "important", "family", "group")
    per_machine = ("setup_class", "initial_group", "available", "machine_type")
    expected: dict[str, tuple[int, ...]] = {
        **dict.fromkeys(("processing", "preferred"), (n, m)),
        **dict.fromkeys(per_job, (n,)),
        **dict.fromkeys(per_machine, (m,)),
        "precedence": (len(problem.precedence), 2),
        "setup": (len(problem.setup), g + 1, g),
    }
    for name, shape in expected.items():
        if getattr(problem, name).shape != shape:
            got = getattr(problem, name).shape
            raise ValueError(f"{name} has shape {got}, expected {shape}.")
    if len(problem.calendars) != m:
        raise ValueError(f"Got {len(problem.calendars)} calendars for {m} machines.")
    for name in ("job_ids", "machine_ids"):
        _index(getattr(problem, name), name[:-4])


def _check_values(problem: Problem, g: int) -> None:
    """Refuse values out of range, naming the job or machine at fault."""
    eligible = np.isfinite(problem.processing)
    times = np.where(eligible, problem.processing, 1.0)
    per_job = {
        "has a processing time that is not a positive whole number of seconds": (
            (times < 1)
            | (times != np.floor(times))
            | np.isnan(problem.processing)
            | np.isneginf(problem.processing)
        ).any(axis=1),
        "is eligible on no machine": ~eligible.any(axis=1),
        "has a negative release": problem.release < 0,
        f"has a time above {LONGEST} s": (times > LONGEST).any(axis=1)
        | (problem.release > LONGEST),
        "has a due date that is not a number": np.isnan(problem.due)
        | np.isneginf(problem.due),
        "has a weight that is not positive": ~(
            (problem.weight > 0) & np.isfinite(problem.weight)
        ),
    }
    for fault, jobs in per_job.items():
        if jobs.any():
            raise ValueError(f"Job {problem.job_ids[int(jobs.argmax())]!r} {fault}.")
    if (problem.available < 0).any():
        machine = problem.machine_ids[int((problem.available < 0).argmax())]
        raise ValueError(f"Machine {machine!r} is available before plan start.")
    if (problem.available > LONGEST).any():
        machine = problem.machine_ids[int((problem.available > LONGEST).argmax())]
        raise ValueError(f"Machine {machine!r} is available after {LONGEST} s.")
    if ((problem.setup < 0) | (problem.setup > LONGEST)).any():
        raise ValueError(f"A setup time is negative or above {LONGEST} s.")
    ranges = {
        "family": len(problem.family_names),
        "group": g,
        "setup_class": len(problem.setup),
        "initial_group": g + 1,
        "machine_type": len(problem.machine_type_names),
        "precedence": problem.num_jobs,
    }
    for name, size in ranges.items():
        values = getattr(problem, name)
        if values.size and not (values.min() >= 0 and values.max() < size):
            raise ValueError(f"{name} has an index outside 0 … {size - 1}.")


def _index(names: Sequence[str], what: str) -> dict[str, int]:
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


def _grouped(pairs: NDArray[np.int64], n: int) -> tuple[tuple[int, ...], ...]:
    """Second entries of the pairs, collected by their first."""
    lists: list[list[int]] = [[] for _ in range(n)]
    for first, second in pairs.tolist():
        lists[first].append(second)
    return tuple(map(tuple, lists))
