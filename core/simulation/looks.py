"""
What a policy sees of jobs and of the whole, as machine code.

The reference, formula by formula, is :func:`core.simulation.features.observe`; what
is float32 there is float32 here.
"""

from __future__ import annotations

from math import copysign, inf, log, log1p, sqrt, tanh
from typing import Any

import numpy as np

from core.simulation.feature_tables import GLOBAL_FEATURES, JOB_FEATURES, columns
from core.simulation.views import Fixed, Ints, Moving, Scaled, Singles
from core.timing.machine_code import machine_code

JOB, OVERALL = columns(JOB_FEATURES), columns(GLOBAL_FEATURES)

single = np.float32
NOTHING, LEAST, NEVER = np.float32(0), np.float32(1e-3), np.float32(inf)


@machine_code
def squash(x: Any) -> Any:
    """Compress to a few units, keeping the sign."""
    return copysign(log1p(abs(x)), x)


@machine_code
def look_at_jobs(
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
        Shape (4, M): room for :func:`_machines_now`.
    """
    last = 0
    for a in range(len(rollouts)):
        b, first = rollouts[a], last
        p = s.source[b]
        _machines_now(f, c, s, b, machines)
        longest, late, dated = NOTHING, 0.0, 0.0
        while last < len(job) and owner[last] == a:
            j, row = job[last], features[last]
            own, own_setup = _look_at_pairs(f, c, s, b, j, machines, row)
            _look_at_job(f, c, s, b, j, own, own_setup, row)
            longest = max(longest, single(c.job_seconds[p, j, 1] / c.scale[p]))
            late += row[JOB.late]
            dated += row[JOB.due]
            last += 1
        for r in range(first, last):
            critical = single(c.job_seconds[p, job[r], 1] / c.scale[p])
            features[r, JOB.criticality] = critical / longest
        _look_at_all(c, s, b, machines, longest, overall[a])
        count = last - first
        overall[a, OVERALL.candidates] = count / s.remaining[b]
        overall[a, OVERALL.late] = late / count
        overall[a, OVERALL.due] = dated / count


@machine_code
def _machines_now(f: Fixed, c: Scaled, s: Moving, b: int, machines: Singles) -> None:
    """
    Machines of a rollout: when they are free, when they close next, and their load.

    Rows of ``machines``: free from and closed from, from now, and closed for, in units
    of the problem; expected work left, over the mean of the machines.
    """
    p, m = s.source[b], s.ready.shape[1]
    unit, now, total = c.scale[p], s.now[b], 0.0
    for k in range(m):
        total += s.load[b, k]
    share = c.num_machines[p] / max(total, 1.0)
    for k in range(m):
        machines[0, k] = (s.open_ready[b, k] - now) / unit
        if f.has_closures:
            machines[1, k] = (s.closed_from[b, k] - now) / unit
            machines[2, k] = s.closed_for[b, k] / unit
        machines[3, k] = s.load[b, k] * share


@machine_code
def _look_at_pairs(
    f: Fixed, c: Scaled, s: Moving, b: int, j: int, machines: Singles, row: Singles
) -> tuple[Any, Any]:
    """
    Write the features of a candidate that are minima or sums over the machines.

    Returns
    -------
    own, own_setup
        Shortest processing and smallest setup on a machine that may be chosen.
    """
    p, m = s.source[b], s.ready.shape[1]
    unit, now, limit, group = c.scale[p], s.now[b], s.limit[b], f.group[p, j]
    end = end_any = own = own_setup = wait = dead = NEVER
    effort = effort_after = end_paused = NEVER
    fit, preferred, contention, count = 0.0, 0.0, 0.0, 0
    for k in range(m):
        processing = c.pair_static[p, j, 0, k]
        if processing == NEVER:
            continue
        start = single((s.earliest_start[b, j, k] - now) / unit)
        setup = c.setup_scaled[s.setup_offset[b, k] + group]
        free = machines[0, k]
        begin = max(free + setup, start)
        ends, pause = begin + processing, NOTHING
        if f.has_closures and ends > machines[1, k]:
            pause = machines[2, k]
            ends = ends + pause
        end_any = min(end_any, ends)
        contention += c.pair_static[p, j, 4, k] * machines[3, k]
        if s.earliest_start[b, j, k] > limit:
            continue
        count += 1
        fit += c.pair_static[p, j, 3, k]
        preferred += c.pair_static[p, j, 5, k]
        end, end_paused = min(end, ends), min(end_paused, ends + pause)
        own, own_setup = min(own, processing), min(own_setup, setup)
        wait, dead = min(wait, start), min(dead, begin - max(free, NOTHING))
        price = c.pair_static[p, j, 1, k]
        priced = (processing + setup) * price
        effort = min(effort, priced)
        effort_after = min(effort_after, priced + c.pair_static[p, j, 2, k] * price)
    row[JOB.processing_now] = squash(own)
    row[JOB.setup_now] = squash(own_setup)
    row[JOB.no_setup] = own_setup == 0
    row[JOB.end_now] = squash(end)
    row[JOB.end_regret] = squash(end - end_any)
    row[JOB.wait] = squash(wait)
    row[JOB.dead_time] = squash(dead)
    row[JOB.pause] = squash(end_paused - end)
    row[JOB.machines_now] = count / c.num_machines[p]
    row[JOB.contention] = contention
    row[JOB.priced_effort] = log(max(effort, LEAST))
    row[JOB.priced_effort_after] = log(max(effort_after, LEAST))
    row[JOB.fit] = fit
    row[JOB.preferred] = preferred
    return own, own_setup


@machine_code
def _look_at_job(
    f: Fixed,
    c: Scaled,
    s: Moving,
    b: int,
    j: int,
    own: Any,
    own_setup: Any,
    row: Singles,
) -> None:
    """Write the other features of a candidate, save its criticality."""
    p, known = s.source[b], c.job_static
    unit, group = c.scale[p], f.group[p, j]
    dated = known[p, j, 4]
    near = single(max(s.work_left[b] / c.num_machines[p], 1.0) / unit)
    slack = single((c.job_seconds[p, j, 0] - s.now[b]) / unit) * dated
    calm = max(slack, NOTHING) if dated > 0 else 100 * near
    usual = single(max(c.usual_setup[p] / unit, 1e-2))
    importance, setups = known[p, j, 11] - log(own), own_setup / usual
    short = importance - min(calm, 20.0) - min(setups / 0.3, 20.0)
    long = importance - min(calm / 4, 20.0) - min(setups, 20.0)
    row[JOB.ATCS_short] = squash(2 * short)
    row[JOB.ATCS_long] = squash(2 * long)
    row[JOB.slack_near] = tanh(slack / 4)
    row[JOB.slack_far] = tanh(slack / near)
    row[JOB.late] = slack < 0

    group_work = s.group_work[b, group] / unit
    row[JOB.group_work] = squash(group_work)
    row[JOB.group_share] = group_work / max(s.work_left[b] / unit, 1e-3)
    row[JOB.setup_saved] = squash(single(c.job_seconds[p, j, 2] / unit) - own_setup)
    row[JOB.chain_pressure] = squash(single(c.job_seconds[p, j, 1] / unit) / near)
    row[JOB.mean_processing] = known[p, j, 0]
    row[JOB.best_processing] = known[p, j, 1]
    row[JOB.setup_of_group] = known[p, j, 2]
    row[JOB.chain] = known[p, j, 3]
    row[JOB.due] = dated
    row[JOB.weight] = known[p, j, 5]
    row[JOB.weight_behind] = known[p, j, 6]
    row[JOB.important] = known[p, j, 7]
    row[JOB.successors] = known[p, j, 8]
    row[JOB.machines] = known[p, j, 9]
    row[JOB.only_machine] = known[p, j, 10]


@machine_code
def _look_at_all(
    c: Scaled, s: Moving, b: int, machines: Singles, longest: Any, row: Singles
) -> None:
    """Write the global features, save those that count candidates."""
    p = s.source[b]
    real, left, unit, now = c.num_machines[p], s.remaining[b], c.scale[p], s.now[b]
    until, expected, peak, idle = 0.0, 0.0, 0.0, 0
    for k in range(real):
        busy = max(machines[0, k], NOTHING)
        work = single(s.load[b, k] / unit) + busy
        until += busy
        expected += work
        peak = max(peak, work)
        idle += busy == 0
    spread = 0.0
    for k in range(real):
        spread += (max(machines[0, k], NOTHING) - until / real) ** 2
    near = max(s.work_left[b] / real, 1.0) / unit
    row[OVERALL.work_left] = squash(near)
    row[OVERALL.clock] = squash(now / c.horizon[p])
    row[OVERALL.makespan] = squash((s.makespan_bound[b] - now) / c.horizon[p])
    row[OVERALL.busy_spread] = squash(sqrt(spread / real))
    row[OVERALL.longest_chain] = squash(longest / near)
    row[OVERALL.setups] = squash(c.usual_setup[p] / unit)
    row[OVERALL.done] = 1 - left / c.num_jobs[p]
    row[OVERALL.idle_machines] = idle / real
    row[OVERALL.load_peak] = log1p(peak * real / max(expected, 1e-3))
    row[OVERALL.size] = log1p(left) / 4
    row[OVERALL.machines] = log1p(real) / 4
    row[OVERALL.may_wait] = s.lookahead[b] > 0
    row[OVERALL.any_order] = s.lookahead[b] / unit >= 1e14
    shares = c.objective[p, 0] + c.objective[p, 1] + c.objective[p, 2]
    row[OVERALL.finish_early] = c.objective[p, 0] / shares
    row[OVERALL.on_time] = c.objective[p, 1] / shares
    row[OVERALL.few_setups] = c.objective[p, 2] / shares
