"""Problems and rollouts as machine code takes them."""

from __future__ import annotations

from typing import NamedTuple

from core.simulation.problems.problem_arrays import (
    Flags,
    Floats,
    ProblemArrays,
    Singles,
)
from core.timing.flat import Closures, Ints


class Fixed(NamedTuple):
    """What a step looks up; attributes of ``ProblemArrays`` of the same names."""

    processing: Floats  # (P, N, M)
    expected_work: Floats  # (P, N, M)
    due: Floats  # (P, N), and so on
    weight: Floats
    tail: Floats
    mean_processing: Floats
    group: Ints
    successors: Ints  # (P, N, D)
    wait_after: Floats
    may_pause: Flags
    reserved_start: Floats
    reserved_after: Ints
    special: Flags  # (P,)
    setup: Floats  # flat
    setup_row: Ints  # (P, M, G + 1)
    has_closures: bool
    closures: Closures  # machine k of problem p is row p * M + k

    @classmethod
    def of(cls, arrays: ProblemArrays) -> Fixed:
        """View of problems."""
        return cls(*(getattr(arrays, name) for name in cls._fields))


class Moving(NamedTuple):
    """What a step changes; attributes of ``Rollouts`` of the same names."""

    source: Ints  # (B,)
    lookahead: Floats
    remaining: Ints
    now: Floats
    limit: Floats
    makespan: Floats
    makespan_bound: Floats
    weighted_tardiness: Floats
    setup_total: Floats
    work_left: Floats
    scheduled: Flags  # (B, N)
    machine: Ints
    job_ready: Floats
    waiting_for: Ints
    earliest: Floats
    job_mask: Flags
    ready: Floats  # (B, M)
    open_ready: Floats
    next_reserved: Ints  # -1: none
    machine_group: Ints
    setup_offset: Ints
    load: Floats
    closed_from: Floats  # start of the next closure
    closed_for: Floats  # its length
    group_work: Floats  # (B, G)
    earliest_start: Floats  # (B, N, M)
    times: Floats  # (4, B, N)


class Scaled(NamedTuple):
    """What the features need besides; attributes of ``ProblemArrays`` likewise."""

    num_jobs: Ints  # (P,)
    num_machines: Ints
    scale: Floats
    horizon: Floats
    usual_setup: Floats
    objective: Floats  # (P, 3)
    price: Singles  # (P, M)
    job_static: Singles  # (P, N, 12)
    job_seconds: Floats  # (P, N, 4)
    pair_static: Singles  # (P, N, 6, M)
    setup_scaled: Singles  # flat

    @classmethod
    def of(cls, arrays: ProblemArrays) -> Scaled:
        """View of problems."""
        return cls(*(getattr(arrays, name) for name in cls._fields))
