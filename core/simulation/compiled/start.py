"""Rollouts at plan start, as arrays; the reference is ``Rollouts.reset``."""

from __future__ import annotations

from math import inf

import numpy as np

from core.simulation.compiled.arrays import Fixed, Moving
from core.simulation.compiled.step import move_clock, open_machine, open_row
from core.simulation.problems.problem_arrays import ProblemArrays
from core.timing.machine_code import machine_code


def at_start(
    arrays: ProblemArrays, lookahead: float = 0.0, *, copies: int = 1
) -> Moving:
    """
    Rollouts in which nothing is scheduled, without tensors.

    Parameters
    ----------
    arrays
        P problems.
    lookahead
        Seconds that a machine may wait for a job.
    copies
        Rollouts of each problem, adjacent.

    Raises
    ------
    ValueError
        When the lookahead is negative.
    """
    if not lookahead >= 0:
        raise ValueError(f"Expected lookahead >= 0, got {lookahead}.")
    problems, n, m = arrays.processing.shape
    source = np.arange(problems).repeat(copies)
    b, group = len(source), arrays.initial_group[source]
    fixed = arrays.fixed_figures[source].T.copy()
    moving = Moving(
        source=source,
        lookahead=np.full(b, float(lookahead)),
        remaining=arrays.num_jobs[source],
        now=np.zeros(b),
        limit=np.zeros(b),
        makespan=fixed[0],
        makespan_bound=arrays.least_makespan[source],
        weighted_tardiness=fixed[1],
        setup_total=fixed[2],
        work_left=arrays.total_work[source],
        scheduled=np.zeros((b, n), dtype=np.bool_),
        machine=np.zeros((b, n), dtype=np.int64),
        job_ready=arrays.release[source],
        waiting_for=arrays.num_predecessors[source],
        earliest=np.full((b, n), inf),
        job_mask=np.zeros((b, n), dtype=np.bool_),
        ready=arrays.available[source],
        open_ready=np.zeros((b, m)),
        next_reserved=arrays.first_reserved[source],
        machine_group=group,
        setup_offset=np.take_along_axis(
            arrays.setup_row[source], group[:, :, None], 2
        ).reshape(b, m),
        load=arrays.total_load[source],
        closed_from=np.zeros((b, m)),
        closed_for=np.zeros((b, m)),
        group_work=arrays.total_group_work[source],
        earliest_start=np.full((b, n, m), inf),
        times=np.zeros((4, b, n)),
    )
    open_all(Fixed.of(arrays), moving)
    return moving


def copied(moving: Moving) -> Moving:
    """Rollouts that stand where others do."""
    return Moving._make(part.copy() for part in moving)


def restart(moving: Moving, start: Moving) -> None:
    """Go back to plan start, as :func:`at_start` found it."""
    for part, first in zip(moving, start, strict=True):
        np.copyto(part, first)


@machine_code
def open_all(f: Fixed, s: Moving) -> None:
    """Find out when each machine is open, and each job could start."""
    rollouts, n, m = s.earliest_start.shape
    for b in range(rollouts):
        for k in range(m):
            open_machine(f, s, b, k)
        for j in range(n):
            if s.waiting_for[b, j] == 0:
                open_row(f, s, b, j)
        move_clock(s, b)
