"""What a policy sees of some rollouts, as machine code."""

from __future__ import annotations

from core.simulation.compiled.arithmetic import NOTHING, single
from core.simulation.compiled.arrays import Fixed, Moving, Scaled
from core.simulation.compiled.job_features import JOB, own_features, pair_features
from core.simulation.compiled.machine_features import (
    comparing_features,
    machine_features,
    outcome,
)
from core.simulation.compiled.overall_features import (
    OVERALL,
    machines_now,
    overall_features,
)
from core.simulation.problems.problem_arrays import Floats, Singles
from core.simulation.problems.static_columns import JOB_SECONDS
from core.timing.flat import Ints
from core.timing.machine_code import machine_code


@machine_code
def observe_jobs(
    f: Fixed,
    c: Scaled,
    s: Moving,
    rollouts: Ints,
    owner: Ints,
    job: Ints,
    features: Singles,
    overall: Singles,
    machines: Singles,
) -> None:
    """
    Write the features of candidates and of the whole.

    Parameters
    ----------
    f, c, s
        The problems, and the simulator.
    rollouts
        Shape (A,).
    owner, job
        Shape (R,): the candidates of each, owners ascending.
    features, overall
        Shape (R, F) and (A, F'): where to write.
    machines
        Shape (4, M): room for :func:`machines_now`.
    """
    last = 0
    for a in range(len(rollouts)):
        b, first = rollouts[a], last
        p = s.source[b]
        machines_now(f, c, s, b, machines)
        longest, late, dated = NOTHING, 0.0, 0.0
        while last < len(job) and owner[last] == a:
            j, row = job[last], features[last]
            own, own_setup = pair_features(f, c, s, b, j, machines, row)
            own_features(f, c, s, b, j, own, own_setup, row)
            chain = c.job_seconds[p, j, JOB_SECONDS.chain]
            longest = max(longest, single(chain / c.scale[p]))
            late += row[JOB.late]
            dated += row[JOB.due]
            last += 1
        for r in range(first, last):
            chain = c.job_seconds[p, job[r], JOB_SECONDS.chain]
            features[r, JOB.criticality] = single(chain / c.scale[p]) / longest
        overall_features(c, s, b, machines, longest, overall[a])
        count = last - first
        overall[a, OVERALL.candidates] = count / s.remaining[b]
        overall[a, OVERALL.late] = late / count
        overall[a, OVERALL.due] = dated / count


@machine_code
def observe_machines(
    f: Fixed,
    c: Scaled,
    s: Moving,
    rollouts: Ints,
    jobs: Ints,
    owner: Ints,
    machine: Ints,
    features: Singles,
    end: Floats,
    times: Floats,
) -> None:
    """
    Write the features of the machines that jobs may be placed on.

    Parameters
    ----------
    f, c, s
        The problems, and the simulator.
    rollouts, jobs
        Shape (A,).
    owner, machine
        Shape (Q,): the machines for each job, owners ascending.
    features, end
        Shape (Q, F) and (Q,): where to write; ``end`` in seconds since plan start.
    times
        Shape (2, M): room for the start and end of one job on each machine.
    """
    q = 0
    for a in range(len(rollouts)):
        b, j = rollouts[a], jobs[a]
        outcome(f, s, b, j, times)
        first = q
        while q < len(owner) and owner[q] == a:
            end[q] = times[1, machine[q]]
            machine_features(f, c, s, b, j, machine[q], times, features[q])
            q += 1
        comparing_features(f, c, s, b, j, times, machine[first:q], features[first:q])
