"""History as it was planned: what has begun by now if everything went by the plan."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from core.problem.floor import JobState, PreviousPlan, Status
from core.problem.model import Problem


def as_planned(
    problem: Problem,
    previous: PreviousPlan,
    now: int,
    exceptions: Mapping[int, JobState] | None = None,
) -> dict[int, JobState]:
    """
    States of all jobs, as if the previous plan had run so until now.

    Parameters
    ----------
    problem
        Every job.
    previous
        The plan that ran.
    now
        Seconds since plan start.
    exceptions
        What went otherwise, or is known besides, by job index: has begun, has ended,
        takes so long still. A planned state without anything else says that the job
        has not begun; with a lock, or released, it says nothing of that.

    Returns
    -------
    dict
        State by job index. Behind a job that has not ended by now, neither the next
        on its machine nor one that waits for it has begun, unless an exception says
        so.
    """
    given = dict(exceptions or {})
    states = dict(given)
    busy = np.zeros(problem.num_machines, dtype=np.bool_)
    ended = np.ones(problem.num_jobs, dtype=np.bool_)
    rank = np.empty(problem.num_jobs, dtype=np.int64)
    rank[problem.topological_order] = np.arange(problem.num_jobs)
    for job in np.lexsort((rank, previous.start)).tolist():
        stated = given.get(job)
        k = int(previous.machine[job])
        began, ends = int(previous.start[job]), int(previous.end[job])
        if stated is not None and stated.has_begun:
            ended[job] = stated.status is Status.FINISHED
            if not ended[job] and stated.machine is not None:
                busy[stated.machine] = True
            continue
        ready = all(ended[first] for first in problem.predecessors[job])
        if (
            k < 0
            or began >= now
            or busy[k]
            or not ready
            or not problem.eligible[job, k]
            or (stated is not None and stated == JobState())
        ):
            ended[job] = False
            if k >= 0 and began < now:
                busy[k] = True  # its machine waits for it
            continue
        lock = None if stated is None else stated.lock
        ended[job] = ends <= now
        if ended[job]:
            states[job] = JobState(Status.FINISHED, k, began, ends, lock=lock)
        else:
            busy[k] = True
            states[job] = JobState(Status.STARTED, k, began, lock=lock)
    return states
