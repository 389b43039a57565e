"""Exact times of every job, from the order of jobs on each machine."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

import numpy as np

from core.problem.model import Problem
from core.problem.schedule import Schedule
from core.timing.flat import FlatProblem, Ints, flat_problem
from core.timing.kernel import place, setup_seconds
from core.timing.machine_code import machine_code


def retime(problem: Problem, sequences: Sequence[Sequence[int]]) -> Schedule:
    """
    Exact times of every job, from the order of jobs on each machine.

    The earliest schedule that keeps the order, by the timing rules of the problem.
    A reserved job starts no earlier than reserved; where the order leaves it no time,
    it starts later, and the schedule is not valid.

    Parameters
    ----------
    problem
        What is scheduled.
    sequences
        One sequence of job indices per machine; together every job once.

    Raises
    ------
    ValueError
        When a job is missing, doubled or not eligible on its machine, or when the
        orders and the predecessors wait for each other in a circle.
    """
    n, m = problem.num_jobs, problem.num_machines
    if len(sequences) != m:
        raise ValueError(f"Got {len(sequences)} sequences for {m} machines.")
    lengths = np.array([len(jobs) for jobs in sequences], dtype=np.int64)
    listed = np.fromiter(chain.from_iterable(sequences), np.int64, lengths.sum())
    unknown = listed[(listed < 0) | (listed >= n)]
    if unknown.size:
        raise ValueError(
            f"Expected jobs 0 … {n - 1} in the sequences, got {unknown[0]}."
        )
    placed = np.bincount(listed, minlength=n)
    if (placed != 1).any():
        name = problem.job_ids[int((placed != 1).argmax())]
        raise ValueError(f"Job {name!r} must be in the sequences exactly once.")

    f = flat_problem(problem)
    machine = np.empty(n, dtype=np.int64)
    machine[listed] = np.repeat(np.arange(m), lengths)
    times = np.zeros((4, n), dtype=np.int64)
    behind = np.cumsum(lengths)  # where the sequence of each machine ends
    position = behind - lengths
    waiting, queue = np.diff(f.before_at), np.empty(n + m, dtype=np.int64)
    done, barred = time_all(
        f, listed, behind, machine, times, position, f.release.copy(), waiting, queue
    )
    if barred >= 0:
        names = problem.job_ids[barred], problem.machine_ids[machine[barred]]
        raise ValueError(f"Job {names[0]!r} is not eligible on {names[1]!r}.")
    if done < n:
        stuck = listed[position[position < behind]].min()
        raise ValueError(
            f"Job {problem.job_ids[stuck]!r} waits for itself: the machine orders and "
            "the predecessors form a circle."
        )
    return Schedule(machine, *times)


@machine_code
def time_all(
    f: FlatProblem,
    listed: Ints,
    behind: Ints,
    machine: Ints,
    times: Ints,
    position: Ints,
    ready: Ints,
    waiting: Ints,
    queue: Ints,
) -> tuple[int, int]:
    """
    Time all jobs that can be reached.

    Parameters
    ----------
    f
        The problem.
    listed, behind
        Shapes (n,) and (m,): the jobs of machine 0, of machine 1 and so on, in order;
        where those of each machine end.
    machine
        Shape (n,): the machine of each job.
    times
        Shape (4, n): where to write setup start, setup end, start and end.
    position
        Shape (m,): where the jobs of each machine begin; moved on to the first that
        was not reached.
    ready, waiting
        Shape (n,): release of each job, and the number of its predecessors; changed.
    queue
        Shape (n + m,): room for the machines that may have a job to time.

    Returns
    -------
    done, barred
        Number of jobs timed; a job that its machine may not run, -1: none.
    """
    done, queued = 0, len(behind)
    for k in range(queued):
        queue[k] = k
    while queued > 0:
        queued -= 1
        k = queue[queued]
        while position[k] < behind[k] and waiting[listed[position[k]]] == 0:
            x = position[k]
            j = listed[x]
            if f.processing[j, k] < 0:
                return done, j
            first = x == 0 or machine[listed[x - 1]] != k
            i = -1 if first else listed[x - 1]
            times[0, j], times[1, j], times[2, j], times[3, j] = place(
                f.closures,
                k,
                f.available[k] if i < 0 else times[3, i],
                ready[j],
                setup_seconds(f, k, i, j),
                f.processing[j, k],
                f.may_pause[j],
            )
            position[k] += 1
            done += 1
            for y in range(f.behind_at[j], f.behind_at[j + 1]):
                after = f.behind[y]
                ready[after] = max(ready[after], times[3, j] + f.wait_after[j])
                waiting[after] -= 1
                if waiting[after] == 0 and machine[after] != k:
                    queue[queued] = machine[after]
                    queued += 1
    return done, -1
