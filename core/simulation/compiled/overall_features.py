"""
Features of the whole, as machine code.

The reference, formula by formula, is :mod:`core.simulation.tensors.overall_features`;
what is float32 there is float32 here.
"""

from __future__ import annotations

from math import log1p, sqrt
from typing import Any

from core.simulation.compiled.arithmetic import NOTHING, single, squash
from core.simulation.compiled.arrays import Fixed, Moving, Scaled
from core.simulation.feature_tables import GLOBAL_FEATURES, columns
from core.simulation.problems.problem_arrays import Singles
from core.timing.machine_code import machine_code

OVERALL = columns(GLOBAL_FEATURES)


@machine_code
def machines_now(f: Fixed, c: Scaled, s: Moving, b: int, machines: Singles) -> None:
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
def overall_features(
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
