"""
What a policy sees of machines, as machine code.

The reference, formula by formula, is
:func:`core.simulation.features.observe_machines`; what is float32 there is float32
here.
"""

from __future__ import annotations

from math import log

from core.simulation.clockwork import finish, next_open
from core.simulation.feature_tables import MACHINE_FEATURES, columns
from core.simulation.looks import LEAST, NEVER, NOTHING, single, squash
from core.simulation.views import SPAN, Fixed, Floats, Ints, Moving, Scaled, Singles
from core.timing.machine_code import machine_code

MACHINE = columns(MACHINE_FEATURES)


@machine_code
def look_at_machines(
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
        _outcome(f, s, b, j, times)
        first = q
        while q < len(owner) and owner[q] == a:
            end[q] = times[1, machine[q]]
            _look_at_machine(f, c, s, b, j, machine[q], times, features[q])
            q += 1
        _compare(f, c, s, b, j, times, machine[first:q], features[first:q])


@machine_code
def _outcome(f: Fixed, s: Moving, b: int, j: int, times: Floats) -> None:
    """Exact start and end of a job on each eligible machine, were it placed next."""
    p, m = s.source[b], s.ready.shape[1]
    for k in range(m):
        processing = f.processing[p, j, k]
        if processing < NEVER:
            axis = (p * m + k) * SPAN
            setup = f.setup[s.setup_offset[b, k] + f.group[p, j]]
            setup_end = finish(f, axis, s.open_ready[b, k], setup)
            start = next_open(f, axis, max(setup_end, s.job_ready[b, j]))
            times[0, k], times[1, k] = start, finish(f, axis, start, processing)


@machine_code
def _look_at_machine(
    f: Fixed, c: Scaled, s: Moving, b: int, j: int, k: int, times: Floats, row: Singles
) -> None:
    """Write the features of a machine by itself."""
    p, now, group = s.source[b], s.now[b], f.group[s.source[b], j]
    unit, current = c.scale[p], s.machine_group[b, k]
    processing, price = c.pair_static[p, j, 0, k], c.pair_static[p, j, 1, k]
    setup = c.setup_scaled[s.setup_offset[b, k] + group]
    until = max(single((s.open_ready[b, k] - now) / unit), NOTHING)
    begin = single((times[0, k] - now) / unit)
    end = single((times[1, k] - now) / unit)
    row[MACHINE.processing] = squash(processing)
    row[MACHINE.setup] = squash(setup)
    row[MACHINE.setup_saved] = squash(single(c.job_seconds[p, j, 2] / unit) - setup)
    row[MACHINE.end] = squash(end)
    row[MACHINE.wait] = squash(single((s.earliest_start[b, j, k] - now) / unit))
    row[MACHINE.dead_time] = squash(begin - until)
    row[MACHINE.pause] = squash(end - begin - processing)
    row[MACHINE.busy] = squash(until)
    row[MACHINE.load] = squash(single(s.load[b, k] / unit))
    known = current < s.group_work.shape[1]  # else it is set up for no group
    own_work = s.group_work[b, current] / unit if known else 0.0
    row[MACHINE.own_group_work] = squash(own_work)
    row[MACHINE.setup_after] = squash(c.pair_static[p, j, 2, k])
    row[MACHINE.processing_ratio] = processing / single(c.job_seconds[p, j, 3] / unit)
    row[MACHINE.no_setup] = setup == 0
    row[MACHINE.same_group] = current == group
    row[MACHINE.price] = log(max(c.price[p, k], LEAST))
    row[MACHINE.priced_effort] = log(max((processing + setup) * price, LEAST))
    row[MACHINE.fit] = c.pair_static[p, j, 3, k]
    row[MACHINE.preferred] = c.pair_static[p, j, 5, k]


@machine_code
def _compare(
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
    unit, now, real = c.scale[p], s.now[b], c.num_machines[p]
    end_any, mean_load = NEVER, 0.0
    for k in range(m):
        if c.pair_static[p, j, 0, k] < NEVER:
            end_any = min(end_any, single((times[1, k] - now) / unit))
        if k < real:
            until = max(single((s.open_ready[b, k] - now) / unit), NOTHING)
            mean_load += (single(s.load[b, k] / unit) + until) / real

    end, effort, best, second = NEVER, NEVER, NOTHING, NOTHING
    for q in range(len(machine)):
        k = machine[q]
        end = min(end, single((times[1, k] - now) / unit))
        setup = c.setup_scaled[s.setup_offset[b, k] + f.group[p, j]]
        effort = min(effort, c.pair_static[p, j, 0, k] + setup)
        fit = c.pair_static[p, j, 3, k]
        if fit >= best:
            best, second = fit, best
        elif fit > second:
            second = fit

    for q in range(len(machine)):
        k, row = machine[q], features[q]
        own_end = single((times[1, k] - now) / unit)
        setup = c.setup_scaled[s.setup_offset[b, k] + f.group[p, j]]
        own_effort = c.pair_static[p, j, 0, k] + setup
        until = max(single((s.open_ready[b, k] - now) / unit), NOTHING)
        load = single(s.load[b, k] / unit) + until
        row[MACHINE.work_and_setup_regret] = squash(own_effort - effort)
        row[MACHINE.end_regret] = squash(own_end - end)
        row[MACHINE.end_regret_any] = squash(own_end - end_any)
        row[MACHINE.load_ratio] = load / max(mean_load, 1e-3)
        alone = c.pair_static[p, j, 3, k] == best
        row[MACHINE.fit_of_others] = second if alone else best
