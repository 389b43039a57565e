"""
Features of a machine for a job, as machine code.

The reference, formula by formula, is :mod:`core.simulation.tensors.machine_features`;
what is float32 there is float32 here.
"""

from __future__ import annotations

from math import log

from core.simulation.compiled.arithmetic import LEAST, NEVER, NOTHING, single, squash
from core.simulation.compiled.arrays import Fixed, Moving, Scaled
from core.simulation.feature_tables import MACHINE_FEATURES, columns
from core.simulation.problems.problem_arrays import Floats, Singles
from core.simulation.problems.static_columns import JOB_SECONDS, PAIR_STATIC
from core.timing.flat import Ints
from core.timing.kernel import place
from core.timing.machine_code import machine_code

MACHINE = columns(MACHINE_FEATURES)


@machine_code
def outcome(f: Fixed, s: Moving, b: int, j: int, times: Floats) -> None:
    """Exact start and end of a job on each eligible machine, were it placed next."""
    p, m = s.source[b], s.ready.shape[1]
    for k in range(m):
        processing = f.processing[p, j, k]
        if processing < NEVER:
            _, _, times[0, k], times[1, k] = place(
                f.closures,
                p * m + k,
                int(s.ready[b, k]),
                int(s.job_ready[b, j]),
                int(f.setup[s.setup_offset[b, k] + f.group[p, j]]),
                int(processing),
                f.may_pause[p, j],
            )


@machine_code
def machine_features(
    f: Fixed, c: Scaled, s: Moving, b: int, j: int, k: int, times: Floats, row: Singles
) -> None:
    """Write the features of a machine by itself."""
    p, now, group = s.source[b], s.now[b], f.group[s.source[b], j]
    pair, seconds = c.pair_static[p, j], c.job_seconds[p, j]
    unit, current = c.scale[p], s.machine_group[b, k]
    processing, price = pair[PAIR_STATIC.processing, k], pair[PAIR_STATIC.price, k]
    setup = c.setup_scaled[s.setup_offset[b, k] + group]
    until = max(single((s.open_ready[b, k] - now) / unit), NOTHING)
    begin = single((times[0, k] - now) / unit)
    end = single((times[1, k] - now) / unit)
    row[MACHINE.processing] = squash(processing)
    row[MACHINE.setup] = squash(setup)
    row[MACHINE.setup_saved] = squash(
        single(seconds[JOB_SECONDS.setup_of_group] / unit) - setup
    )
    row[MACHINE.end] = squash(end)
    row[MACHINE.wait] = squash(single((s.earliest_start[b, j, k] - now) / unit))
    row[MACHINE.dead_time] = squash(begin - until)
    row[MACHINE.pause] = squash(end - begin - processing)
    row[MACHINE.busy] = squash(until)
    row[MACHINE.load] = squash(single(s.load[b, k] / unit))
    known = current < s.group_work.shape[1]  # else it is set up for no group
    own_work = s.group_work[b, current] / unit if known else 0.0
    row[MACHINE.own_group_work] = squash(own_work)
    row[MACHINE.setup_after] = squash(pair[PAIR_STATIC.setup_after, k])
    row[MACHINE.processing_ratio] = processing / single(
        seconds[JOB_SECONDS.mean_processing] / unit
    )
    row[MACHINE.no_setup] = setup == 0
    row[MACHINE.same_group] = current == group
    row[MACHINE.price] = log(max(c.price[p, k], LEAST))
    row[MACHINE.priced_effort] = log(max((processing + setup) * price, LEAST))
    row[MACHINE.fit] = pair[PAIR_STATIC.fit, k]
    row[MACHINE.preferred] = pair[PAIR_STATIC.preferred, k]


@machine_code
def comparing_features(
    f: Fixed,
    c: Scaled,
    s: Moving,
    b: int,
    j: int,
    times: Floats,
    machine: Ints,
    features: Singles,
) -> None:
    """Write the features of machines that compare them with each other."""
    p, m = s.source[b], s.ready.shape[1]
    pair = c.pair_static[p, j]  # (6, M)
    unit, now, real = c.scale[p], s.now[b], c.num_machines[p]
    end_any, mean_load = NEVER, 0.0
    for k in range(m):
        if pair[PAIR_STATIC.processing, k] < NEVER:
            end_any = min(end_any, single((times[1, k] - now) / unit))
        if k < real:
            until = max(single((s.open_ready[b, k] - now) / unit), NOTHING)
            mean_load += (single(s.load[b, k] / unit) + until) / real

    end, effort, best, second = NEVER, NEVER, NOTHING, NOTHING
    for q in range(len(machine)):
        k = machine[q]
        end = min(end, single((times[1, k] - now) / unit))
        setup = c.setup_scaled[s.setup_offset[b, k] + f.group[p, j]]
        effort = min(effort, pair[PAIR_STATIC.processing, k] + setup)
        fit = pair[PAIR_STATIC.fit, k]
        if fit >= best:
            best, second = fit, best
        elif fit > second:
            second = fit

    for q in range(len(machine)):
        k, row = machine[q], features[q]
        own_end = single((times[1, k] - now) / unit)
        setup = c.setup_scaled[s.setup_offset[b, k] + f.group[p, j]]
        own_effort = pair[PAIR_STATIC.processing, k] + setup
        until = max(single((s.open_ready[b, k] - now) / unit), NOTHING)
        load = single(s.load[b, k] / unit) + until
        row[MACHINE.work_and_setup_regret] = squash(own_effort - effort)
        row[MACHINE.end_regret] = squash(own_end - end)
        row[MACHINE.end_regret_any] = squash(own_end - end_any)
        row[MACHINE.load_ratio] = load / max(mean_load, 1e-3)
        alone = pair[PAIR_STATIC.fit, k] == best
        row[MACHINE.fit_of_others] = second if alone else best
