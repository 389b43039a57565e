"""What is asked: the jobs, the machines, and everything that binds them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, field, fields
from functools import cached_property
from math import inf, isfinite
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from core.problem.calendar import Calendar, Seconds

IMPORTANT_WEIGHT = 5.0
LONGEST = 10**10  # seconds, 300 years: sums over a shift stay exact in float64

MOST_TIMES = 10.0  # a time that may be ten times the planned one is no plan
SHORTEST_BETWEEN = 360.0  # seconds of work between two breakdowns

# Fields that need not be given, and what every job has then.
PER_JOB_DEFAULTS: dict[str, float] = {
    "wait_after": 0,
    "may_pause": True,
    "reserved_machine": -1,
    "reserved_start": -1,
    "time_low": 0.0,
    "time_high": 0.0,
}
# And every machine.
PER_MACHINE_DEFAULTS: dict[str, float] = {"between_breakdowns": 0.0, "repair": 0.0}
OPTIONAL = {**PER_JOB_DEFAULTS, **PER_MACHINE_DEFAULTS}
_UNSAID: Any = None

PER_JOB = (
    *("processing", "release", "due", "weight", "important", "preferred"),
    *("family", "group", *PER_JOB_DEFAULTS),
)
PER_MACHINE = (
    *("setup_class", "initial_group", "available", "machine_type"),
    *PER_MACHINE_DEFAULTS,
)


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


@dataclass(frozen=True)
class Scale:
    """
    What a problem is a part of: the size of the whole, and what of it is past change.

    The cost of a part is then that of the whole: the same second of lateness weighs
    the same whether much is left to plan or little.

    Parameters
    ----------
    horizon
        H of the whole, seconds, positive.
    weight
        W of the whole, the sum of all weights, positive.
    makespan, weighted_tardiness, setup
        Seconds (tardiness: times weight) of the part that is fixed.

    Raises
    ------
    ValueError
        When a figure is not a number, negative, or a size of the whole is 0.
    """

    horizon: float
    weight: float
    makespan: int = 0
    weighted_tardiness: float = 0.0
    setup: int = 0

    def __post_init__(self) -> None:
        figures = astuple(self)
        if not all(isfinite(x) and x >= 0 for x in figures) or 0 in figures[:2]:
            raise ValueError(
                "Expected a positive horizon and weight, and fixed figures of 0 or "
                f"more; got {figures}."
            )


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
    wait_after
        Shape (n,), whole seconds that must pass between the end of job j and the
        start of each successor; 0 unless given.
    may_pause
        Shape (n,), bool: a closure may interrupt the processing of job j; unless
        given, all may. Its setup may pause in any case.
    reserved_machine, reserved_start
        Shape (n,): machine that has to run job j, and the second since plan start at
        which it has to start there; both -1, as unless given: it is free. What else
        runs on the machine ends early enough for the setup into the reserved job, or
        comes after it.
    time_low, time_high
        Shape (n,), multiples of the planned processing time: one time in ten job j
        takes less than the first, one in ten more than the second; both 0, as unless
        given: nothing is known.
    between_breakdowns, repair
        Shape (m,), mean seconds of work of machine k between two breakdowns, and of
        a repair; both 0, as unless given: it does not break down.
    scale
        What the problem is a part of; ``None``: it is the whole.

    Raises
    ------
    ValueError
        When arrays do not fit each other, a value is out of range, a job is
        eligible nowhere, or the predecessors form a cycle; when a reservation cannot
        be kept, even with nothing else on its machine, or a predecessor of a reserved
        job is not reserved. Names the culprit.

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
    wait_after: Seconds = _UNSAID
    may_pause: NDArray[np.bool_] = _UNSAID
    reserved_machine: NDArray[np.int64] = _UNSAID
    reserved_start: Seconds = _UNSAID
    time_low: NDArray[np.float64] = _UNSAID
    time_high: NDArray[np.float64] = _UNSAID
    between_breakdowns: NDArray[np.float64] = _UNSAID
    repair: NDArray[np.float64] = _UNSAID
    scale: Scale | None = None

    def __post_init__(self) -> None:
        for name, usual in OPTIONAL.items():
            if getattr(self, name) is _UNSAID:
                ids = self.job_ids if name in PER_JOB_DEFAULTS else self.machine_ids
                object.__setattr__(self, name, np.full(len(ids), usual))
        for name, kind in _DTYPES.items():
            object.__setattr__(self, name, _frozen(getattr(self, name), kind, name))
        for entry in fields(self):
            if entry.name not in {*_DTYPES, "scale"}:
                object.__setattr__(self, entry.name, tuple(getattr(self, entry.name)))
        n, m, g = self.num_jobs, self.num_machines, self.num_groups
        _check_shapes(self, n, m, g)
        _check_values(self, g)
        self.topological_order  # noqa: B018 - refuses a cycle
        if (self.reserved_machine >= 0).any():
            _check_reservations(self)

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
        Shape (n,), seconds: least time in sequence behind the end of job j.

        The longest chain of its successors, each on its fastest machine, with the
        waits between them.
        """
        tail = np.zeros(self.num_jobs)
        for job in self.topological_order[::-1].tolist():
            for successor in self.successors[job]:
                behind = tail[successor] + self.smallest_processing[successor]
                tail[job] = max(tail[job], self.wait_after[job] + behind)
        return _frozen(tail, np.float64, "tail")

    @cached_property
    def ideal_horizon(self) -> float:
        """H of the cost: mean processing of all jobs over the number of machines."""
        if self.scale is not None:
            return self.scale.horizon
        return float(self.mean_processing.sum() / self.num_machines)

    @cached_property
    def total_weight(self) -> float:
        """W of the cost: sum of the weights of all jobs."""
        if self.scale is not None:
            return self.scale.weight
        return float(self.weight.sum())

    @cached_property
    def fixed_figures(self) -> tuple[int, float, int]:
        """Makespan, weighted tardiness and setup of the whole's fixed part, seconds."""
        if self.scale is None:
            return 0, 0.0, 0
        return self.scale.makespan, self.scale.weighted_tardiness, self.scale.setup

    @cached_property
    def not_before(self) -> Seconds:
        """Shape (n,), seconds: release; of reserved jobs the reserved start."""
        return _frozen(np.maximum(self.release, self.reserved_start), np.int64, "")

    @cached_property
    def possible_processing(self) -> NDArray[np.float64]:
        """Shape (n, m), ``processing``, of reserved jobs on their own machine only."""
        reserved = self.reserved_machine[:, None]
        elsewhere = (reserved >= 0) & (np.arange(self.num_machines) != reserved)
        return _frozen(np.where(elsewhere, inf, self.processing), np.float64, "")

    @cached_property
    def said(self) -> tuple[str, ...]:
        """Names of the fields with a default that hold something else."""
        names = [
            name
            for name, usual in OPTIONAL.items()
            if (getattr(self, name) != usual).any()
        ]
        return (*names, "scale") if self.scale is not None else tuple(names)

    @cached_property
    def content_hash(self) -> str:
        """Hexadecimal digest of everything that defines the problem; for caches."""
        digest = hashlib.sha256()
        for entry in fields(self):
            if entry.name in {*OPTIONAL, "scale"} - {*self.said}:
                continue  # a problem without it keeps the digest it always had
            value = getattr(self, entry.name)
            digest.update(entry.name.encode())
            if entry.name == "calendars":
                for calendar in value:
                    digest.update(calendar.closures.tobytes() + b"|")
            elif isinstance(value, tuple | Scale):
                digest.update(repr(value).encode())
            else:
                digest.update(repr(value.shape).encode() + value.tobytes())
        return digest.hexdigest()

    @cached_property
    def first_setups(self) -> Seconds:
        """Shape (m, g), seconds: setup of each machine into a group at plan start."""
        first = self.setup[self.setup_class, self.initial_group]
        return _frozen(first, np.int64, "first setups")

    def of_jobs(self, jobs: Sequence[int] | NDArray[np.int64]) -> dict[str, Any]:
        """
        All fields that say something of each job, for some of them.

        Parameters
        ----------
        jobs
            Indices, in the order that they are to have.
        """
        chosen = np.asarray(jobs, dtype=np.int64)
        fields_: dict[str, Any] = {
            name: getattr(self, name)[chosen] for name in PER_JOB
        }
        return fields_ | {"job_ids": tuple(self.job_ids[j] for j in chosen.tolist())}

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
    "wait_after": np.int64,
    "may_pause": np.bool_,
    "reserved_machine": np.int64,
    "reserved_start": np.int64,
    "time_low": np.float64,
    "time_high": np.float64,
    "between_breakdowns": np.float64,
    "repair": np.float64,
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
    expected: dict[str, tuple[int, ...]] = {
        **dict.fromkeys(PER_JOB, (n,)),
        **dict.fromkeys(("processing", "preferred"), (n, m)),
        **dict.fromkeys(PER_MACHINE, (m,)),
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
        "has a negative wait after its end": problem.wait_after < 0,
        f"has a wait above {LONGEST} s after its end": problem.wait_after > LONGEST,
        "is reserved on a machine without a start, or at a start without a machine": (
            (problem.reserved_machine < 0) != (problem.reserved_start < 0)
        ),
        f"is reserved at a start above {LONGEST} s": problem.reserved_start > LONGEST,
        "has a reservation that is neither -1 nor one": (
            (problem.reserved_machine < -1) | (problem.reserved_start < -1)
        ),
        f"is reserved on a machine outside 0 … {problem.num_machines - 1}": (
            problem.reserved_machine >= problem.num_machines
        ),
    }
    for fault, jobs in {**per_job, **_faults_of_spread(problem)}.items():
        if jobs.any():
            raise ValueError(f"Job {problem.job_ids[int(jobs.argmax())]!r} {fault}.")
    between, repair = problem.between_breakdowns, problem.repair
    absurd = ~(np.isfinite(between) & np.isfinite(repair) & (repair >= 0))
    absurd |= ((between > 0) != (repair > 0)) | (
        (between != 0) & ~(between >= SHORTEST_BETWEEN)
    )
    if absurd.any():
        machine = problem.machine_ids[int(absurd.argmax())]
        raise ValueError(
            f"Machine {machine!r} has only one of the times between breakdowns and of "
            f"a repair, or breaks down more often than every {SHORTEST_BETWEEN:g} s."
        )
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


def _check_reservations(problem: Problem) -> None:
    """
    Refuse reservations that cannot be kept.

    With these alone on their machines every one can be: then a job beside them may
    be placed or not, and there is a way on.
    """
    end = np.zeros(problem.num_jobs, dtype=np.int64)
    free, group = problem.available.copy(), problem.initial_group.copy()
    last = np.full(problem.num_machines, -1)
    reserved = np.flatnonzero(problem.reserved_machine >= 0)
    for j in reserved[np.argsort(problem.reserved_start[reserved])].tolist():
        k, start = int(problem.reserved_machine[j]), int(problem.reserved_start[j])
        calendar = problem.calendars[k]
        where = f"{problem.job_ids[j]!r}, reserved on {problem.machine_ids[k]!r}"
        here = f"Job {where} at {start} s,"
        if not problem.eligible[j, k]:
            raise ValueError(f"Job {where}, may not run there.")
        if start < problem.release[j]:
            raise ValueError(f"{here} is released at {problem.release[j]} s only.")
        if int(calendar.next_open(start)) != start:
            raise ValueError(f"{here} would start while the machine is closed.")
        needed = problem.setup_seconds(k, int(group[k]), int(problem.group[j]))
        opened = np.diff(calendar.open_seconds([min(free[k], start), start]))
        if free[k] > start or opened < needed:
            before = "plan start" if last[k] < 0 else repr(problem.job_ids[last[k]])
            raise ValueError(
                f"{here} does not leave time for what must be before: the machine is "
                f"free at {free[k]} s after {before}, and its setup takes {needed} s."
            )
        work = int(problem.processing[j, k])
        end[j] = calendar.finish(start, work)
        if not problem.may_pause[j] and end[j] != start + work:
            raise ValueError(f"{here} may not pause, and the machine closes before.")
        for i in problem.predecessors[j]:
            name = problem.job_ids[i]
            if problem.reserved_machine[i] < 0:
                raise ValueError(f"{here} has a predecessor {name!r} without one.")
            later = problem.reserved_start[i] >= start
            if later or end[i] + problem.wait_after[i] > start:
                raise ValueError(f"{here} would start before {name!r} lets it.")
        free[k], group[k], last[k] = end[j], problem.group[j], j


def _faults_of_spread(problem: Problem) -> dict[str, NDArray[np.bool_]]:
    """Shape (n,) each: which jobs have low and high times that cannot be."""
    low, high = problem.time_low, problem.time_high
    given = (low != 0) | (high != 0)
    return {
        "has only one of the low and high times": (low == 0) != (high == 0),
        "has a low time above its high time": low > high,
        "has a low time that is not above zero": given & ~(low > 0),
        "has a low time above the planned one": given & ~(low <= 1),
        "has a high time below the planned one": given & ~(high >= 1),
        f"has a high time above {MOST_TIMES:g} times the planned one": (
            given & ~(high <= MOST_TIMES)
        ),
    }


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
