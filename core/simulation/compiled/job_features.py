"""
Features of a candidate job, as machine code.

The reference, formula by formula, is :mod:`core.simulation.tensors.job_features`;
what is float32 there is float32 here.
"""

from __future__ import annotations

from math import log, tanh
from typing import Any

from core.simulation.compiled.arithmetic import LEAST, NEVER, NOTHING, single, squash
from core.simulation.compiled.arrays import Fixed, Moving, Scaled
from core.simulation.feature_tables import JOB_FEATURES, columns
from core.simulation.problems.problem_arrays import Singles
from core.simulation.problems.static_columns import JOB_SECONDS, JOB_STATIC, PAIR_STATIC
from core.timing.machine_code import machine_code

JOB = columns(JOB_FEATURES)


@machine_code
def pair_features(
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
    pair = c.pair_static[p, j]  # (6, M)
    unit, now, limit, group = c.scale[p], s.now[b], s.limit[b], f.group[p, j]
    end = end_any = own = own_setup = wait = dead = NEVER
    effort = effort_after = end_paused = NEVER
    fit, preferred, contention, count = 0.0, 0.0, 0.0, 0
    for k in range(m):
        processing = pair[PAIR_STATIC.processing, k]
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
        contention += pair[PAIR_STATIC.share, k] * machines[3, k]
        if start == NEVER or s.earliest_start[b, j, k] > limit:
            continue
        count += 1
        fit += pair[PAIR_STATIC.fit, k]
        preferred += pair[PAIR_STATIC.preferred, k]
        end, end_paused = min(end, ends), min(end_paused, ends + pause)
        own, own_setup = min(own, processing), min(own_setup, setup)
        wait, dead = min(wait, start), min(dead, begin - max(free, NOTHING))
        price = pair[PAIR_STATIC.price, k]
        priced = (processing + setup) * price
        effort = min(effort, priced)
        priced_after = priced + pair[PAIR_STATIC.setup_after, k] * price
        effort_after = min(effort_after, priced_after)
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
def own_features(
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
    p = s.source[b]
    known, seconds = c.job_static[p, j], c.job_seconds[p, j]
    unit, group = c.scale[p], f.group[p, j]
    dated = known[JOB_STATIC.due]
    near = single(max(s.work_left[b] / c.num_machines[p], 1.0) / unit)
    slack = single((seconds[JOB_SECONDS.latest_start] - s.now[b]) / unit) * dated
    calm = max(slack, NOTHING) if dated > 0 else 100 * near
    usual = single(max(c.usual_setup[p] / unit, 1e-2))
    importance = known[JOB_STATIC.log_weight] - log(own)
    setups = own_setup / usual
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
    row[JOB.setup_saved] = squash(
        single(seconds[JOB_SECONDS.setup_of_group] / unit) - own_setup
    )
    row[JOB.chain_pressure] = squash(single(seconds[JOB_SECONDS.chain] / unit) / near)
    row[JOB.mean_processing] = known[JOB_STATIC.mean_processing]
    row[JOB.best_processing] = known[JOB_STATIC.best_processing]
    row[JOB.setup_of_group] = known[JOB_STATIC.setup_of_group]
    row[JOB.chain] = known[JOB_STATIC.chain]
    row[JOB.due] = dated
    row[JOB.weight] = known[JOB_STATIC.weight]
    row[JOB.weight_behind] = known[JOB_STATIC.weight_behind]
    row[JOB.important] = known[JOB_STATIC.important]
    row[JOB.successors] = known[JOB_STATIC.successors]
    row[JOB.machines] = known[JOB_STATIC.machines]
    row[JOB.only_machine] = known[JOB_STATIC.only_machine]
