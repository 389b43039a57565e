"""The arrays that a problem is made of."""

from __future__ import annotations

from dataclasses import astuple, dataclass
from math import isfinite
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from core.problem.calendar import Calendar, Seconds

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
UNSAID: Any = None

PER_JOB = (
    *("processing", "release", "due", "weight", "important", "preferred"),
    *("family", "group", *PER_JOB_DEFAULTS),
)
PER_MACHINE = (
    *("setup_class", "initial_group", "available", "machine_type"),
    *PER_MACHINE_DEFAULTS,
)


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
class ProblemFields:
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
        eligible nowhere, or the predecessors form a cycle; when a plan could end after
        :data:`core.problem.checks.HORIZON`; when a reservation cannot be kept, even
        with nothing else on its machine, or a predecessor of a reserved job is not
        reserved. Names the culprit.

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
    wait_after: Seconds = UNSAID
    may_pause: NDArray[np.bool_] = UNSAID
    reserved_machine: NDArray[np.int64] = UNSAID
    reserved_start: Seconds = UNSAID
    time_low: NDArray[np.float64] = UNSAID
    time_high: NDArray[np.float64] = UNSAID
    between_breakdowns: NDArray[np.float64] = UNSAID
    repair: NDArray[np.float64] = UNSAID
    scale: Scale | None = None

    def index_ranges(self) -> dict[str, int]:
        """By field of indices: how many values there are to choose from."""
        return {
            "family": len(self.family_names),
            "group": len(self.group_names),
            "setup_class": len(self.setup),
            "initial_group": len(self.group_names) + 1,
            "machine_type": len(self.machine_type_names),
            "precedence": len(self.job_ids),
        }


Kind = TypeVar("Kind", bound=np.generic)

DTYPES: dict[str, type[np.generic]] = {
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


def frozen(value: object, dtype: type[Kind], name: str) -> NDArray[Kind]:
    """Return a read-only copy in the given type; fractions are refused, not cut."""
    given = np.asarray(value)
    if dtype is np.int64 and given.size and given.dtype.kind not in "iu":
        raise ValueError(f"{name} holds {given.dtype}, expected integers.")
    array = np.array(given, dtype=dtype)
    array.setflags(write=False)
    return array
