"""What is asked: the jobs, the machines, and everything that binds them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from math import inf
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.problem.calendar import Seconds
from core.problem.checks import (
    check_horizon,
    check_reservations,
    check_shapes,
    check_values,
)
from core.problem.problem_fields import (
    DTYPES,
    OPTIONAL,
    PER_JOB,
    PER_JOB_DEFAULTS,
    UNSAID,
    Scale,
    frozen,
)
from core.problem.rows import Job, Machine, arrays_of_rows
from core.problem.setups import Setups


@dataclass(frozen=True, eq=False)
class Problem(Setups):
    """
    Jobs to be scheduled on machines: the arrays, checked, and what follows from them.

    Takes what :class:`core.problem.problem_fields.ProblemFields` says, and raises
    what it says.
    """

    def __post_init__(self) -> None:
        for name, usual in OPTIONAL.items():
            if getattr(self, name) is UNSAID:
                ids = self.job_ids if name in PER_JOB_DEFAULTS else self.machine_ids
                object.__setattr__(self, name, np.full(len(ids), usual))
        for name, kind in DTYPES.items():
            object.__setattr__(self, name, frozen(getattr(self, name), kind, name))
        for entry in fields(self):
            if entry.name not in {*DTYPES, "scale"}:
                object.__setattr__(self, entry.name, tuple(getattr(self, entry.name)))
        n, m, g = self.num_jobs, self.num_machines, self.num_groups
        check_shapes(self, n, m, g)
        check_values(self)
        check_horizon(self)
        self.topological_order  # noqa: B018 - refuses a cycle
        if (self.reserved_machine >= 0).any():
            check_reservations(self)

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
        return frozen(np.isfinite(self.processing), np.bool_, "eligible")

    @cached_property
    def mean_processing(self) -> NDArray[np.float64]:
        """Shape (n,), seconds: mean over the eligible machines."""
        total = np.where(self.eligible, self.processing, 0.0).sum(axis=1)
        return frozen(total / self.eligible.sum(axis=1), np.float64, "mean")

    @cached_property
    def smallest_processing(self) -> NDArray[np.float64]:
        """Shape (n,), seconds: on the fastest eligible machine."""
        return frozen(self.processing.min(axis=1, initial=inf), np.float64, "min")

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
        return frozen(queue, np.int64, "order")

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
        return frozen(tail, np.float64, "tail")

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
        return frozen(np.maximum(self.release, self.reserved_start), np.int64, "")

    @cached_property
    def possible_processing(self) -> NDArray[np.float64]:
        """Shape (n, m), ``processing``, of reserved jobs on their own machine only."""
        reserved = self.reserved_machine[:, None]
        elsewhere = (reserved >= 0) & (np.arange(self.num_machines) != reserved)
        return frozen(np.where(elsewhere, inf, self.processing), np.float64, "")

    @cached_property
    def stated(self) -> tuple[str, ...]:
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
            if entry.name in {*OPTIONAL, "scale"} - {*self.stated}:
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

    @classmethod
    def from_rows(
        cls,
        jobs: Sequence[Job],
        machines: Sequence[Machine],
        setups: Mapping[tuple[str, str], int] | None = None,
        setups_by_type: Mapping[tuple[str, str, str], int] | None = None,
    ) -> Problem:
        """
        Build a problem from rows; see :func:`core.problem.rows.arrays_of_rows`.

        Raises
        ------
        ValueError
            When an id is unknown or doubled, or the arrays are refused.
        """
        return cls(**arrays_of_rows(jobs, machines, setups, setups_by_type))


def _grouped(pairs: NDArray[np.int64], n: int) -> tuple[tuple[int, ...], ...]:
    """Second entries of the pairs, collected by their first."""
    lists: list[list[int]] = [[] for _ in range(n)]
    for first, second in pairs.tolist():
        lists[first].append(second)
    return tuple(map(tuple, lists))
