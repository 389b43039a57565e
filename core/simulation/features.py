"""What a policy sees: named features of the jobs, the machines and the whole."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from core.simulation.feature_tables import (
    GLOBAL_FEATURES,
    JOB_FEATURES,
    MACHINE_FEATURES,
    Feature,
)
from core.simulation.looks import look_at_jobs
from core.simulation.machine_looks import look_at_machines
from core.simulation.simulator import Simulator
from core.simulation.state import observe_state
from core.simulation.views import indices

__all__ = [
    "GLOBAL_FEATURES",
    "JOB_FEATURES",
    "MACHINE_FEATURES",
    "Feature",
    "MachineObservation",
    "Observation",
    "feature_digest",
    "observe",
    "observe_machines",
    "squash",
    "unsquash",
]


def feature_digest() -> str:
    """Hexadecimal digest of the feature tables; a model fits one digest only."""
    names = [
        [(feature.name, feature.meaning) for feature in table]
        for table in (JOB_FEATURES, MACHINE_FEATURES, GLOBAL_FEATURES)
    ]
    return hashlib.sha256(repr(names).encode()).hexdigest()


@dataclass(frozen=True, eq=False)
class Observation:
    """
    The first half of A decisions: the choice of a job.

    Parameters
    ----------
    rollout
        Shape (A,): which rollout of the simulator decides.
    owner, job
        Shape (R,): row r is job ``job[r]``, a candidate of decision ``owner[r]``;
        rows of a decision are adjacent, and owners ascend.
    job_features
        Shape (R, F), float32.
    global_features
        Shape (A, F'), float32.
    state
        Shape (A, 80), float32; see :mod:`core.simulation.state`. Only where asked for.
    choosable
        Shape (R, M), bool: the machines each candidate may be placed on. Likewise.
    """

    rollout: Tensor
    owner: Tensor
    job: Tensor
    job_features: Tensor
    global_features: Tensor
    state: Tensor | None = None
    choosable: Tensor | None = None


@dataclass(frozen=True, eq=False)
class MachineObservation:
    """
    The second half of A decisions: the choice of a machine for the chosen job.

    Parameters
    ----------
    owner, machine
        Shape (Q,): row q is machine ``machine[q]``, a choice in decision
        ``owner[q]``; adjacent and ascending as the jobs are.
    machine_features
        Shape (Q, F), float32.
    end
        Shape (Q,), seconds since plan start at which the job would end.
    """

    owner: Tensor
    machine: Tensor
    machine_features: Tensor
    end: Tensor


def squash(x: Tensor) -> Tensor:
    """Compress to a few units, keeping the sign: sign(x) log(1 + |x|)."""
    return torch.sign(x) * torch.log1p(torch.abs(x))


def unsquash(x: Tensor) -> Tensor:
    """Invert :func:`squash`; inputs beyond 15 (3 million units) count as 15."""
    return torch.sign(x) * torch.expm1(torch.abs(x).clamp(max=15))


def observe(
    simulator: Simulator, rollouts: Tensor | None = None, *, with_state: bool = False
) -> Observation:
    """
    Look at the candidates of some rollouts.

    Only candidates are looked at: the work follows the jobs that may be chosen.

    Parameters
    ----------
    simulator
        Mid-way, jobs left in every rollout looked at.
    rollouts
        Shape (A,); all that are not done, unless given.
    with_state
        Also make what policies of a fixed size see.
    """
    if not simulator.compiled:
        return _observe(simulator, rollouts, with_state)
    s = simulator.moving
    b = np.flatnonzero(s.remaining) if rollouts is None else indices(rollouts)
    owner, job = np.divmod(np.flatnonzero(s.job_mask[b]), simulator.num_jobs)
    features = np.empty((len(job), len(JOB_FEATURES)), dtype=np.float32)
    overall = np.empty((len(b), len(GLOBAL_FEATURES)), dtype=np.float32)
    machines = np.empty((4, simulator.num_machines), dtype=np.float32)
    look_at_jobs(
        *(simulator.fixed, simulator.scaled, s, b, owner, job),
        features,
        overall,
        machines,
    )
    seen = Observation(*map(torch.from_numpy, (b, owner, job, features, overall)))
    if not with_state:
        return seen
    return replace(
        seen,
        state=observe_state(simulator, seen.rollout),
        choosable=simulator.machine_mask(seen.rollout[seen.owner], seen.job),
    )


def _observe(
    simulator: Simulator, rollouts: Tensor | None, with_state: bool
) -> Observation:
    """Observe by tensor operations on any device: the reference of the machine code."""
    sim, static = simulator, simulator.static
    b = sim.active if rollouts is None else rollouts
    n, m = sim.num_jobs, sim.num_machines
    here = sim.source[b]  # (A,)
    owner, job = torch.nonzero(sim.job_mask[b], as_tuple=True)
    row, source = b[owner], here[owner]
    at = source * n + job  # (R,) the job among those of all problems
    unit = static.scale[here]
    now = sim.now[b]

    # Pairs of candidate and machine, in mean processing times from now, float32;
    # not eligible is +inf. One pass for all minima, one for all sums.
    start = sim.earliest_start.view(-1, m).index_select(0, row * n + job)
    may = (start <= sim.limit[row, None]) & torch.isfinite(start)
    start = ((start - now[owner, None]) / unit[owner, None]).float()  # (R, M)
    pairs = static.pair_static.view(-1, 6, m).index_select(0, at)  # (R, 6, M)
    processing, price, after = pairs[:, 0], pairs[:, 1], pairs[:, 2]
    group = static.group.view(-1).index_select(0, at)
    setup = torch.take(
        static.setup_scaled,
        sim.setup_offset.index_select(0, row) + group[:, None],
    )
    busy = ((sim.open_ready[b] - now[:, None]) / unit[:, None]).float()  # (A, M)
    free = busy.index_select(0, owner)
    wait = (sim.lookahead[b] / unit).clamp(max=1e15).float()
    begin = torch.maximum(free + setup, start)
    end = begin + processing
    pause = torch.zeros_like(end)
    if static.has_closures:
        closed_from, closed_for = sim.next_closure
        closed_from = ((closed_from[b] - now[:, None]) / unit[:, None]).float()
        length = (closed_for[b] / unit[:, None]).float()
        pause = length.index_select(0, owner)
        pause = pause * (end > closed_from.index_select(0, owner))
        end = end + pause
    dead = begin - free.clamp(min=0)
    effort = (processing + setup) * price
    # Adding 0 or +inf is several times faster than torch.where with a broadcast mask.
    barred = torch.zeros_like(start).masked_fill_(~may, torch.inf)
    choices = torch.stack(
        [
            end,
            processing,
            setup,
            start,
            dead,
            effort,
            effort + after * price,
            end + pause,
        ],
        1,
    )
    minima = choices.add_(barred[:, None]).amin(2)  # (R, 8)
    sums = (pairs[:, 3:] * may[:, None]).sum(2)  # (R, 3)
    best_end, own, own_setup = minima[:, 0], minima[:, 1], minima[:, 2]
    load = sim.load[b]
    total = load.sum(1)
    machines = static.num_machines[here]
    relative = (load * (machines / total.clamp(min=1))[:, None]).float()  # (A, M)
    contention = (pairs[:, 4] * relative.index_select(0, owner)).sum(1)
    may_share = may.sum(1) / machines[owner]

    # Candidates by themselves.
    fixed = static.job_static.view(n * static.num_problems, -1).index_select(0, at)
    seconds = static.job_seconds.view(-1, 4).index_select(0, at)
    dated = fixed[:, 4]
    left = sim.remaining[b]
    per_machine = (sim.work_left[b] / machines).clamp(min=1)  # (A,) seconds
    horizon = (per_machine / unit).float()
    slack = ((seconds[:, 0] - now[owner]) / unit[owner]).float() * dated
    critical = (seconds[:, 1] / unit[owner]).float()
    into = (seconds[:, 2] / unit[owner]).float()
    longest = _segment_max(critical, owner, len(b))
    group_work = (sim.group_work[row, group] / unit[owner]).float()
    left_work = (sim.work_left[b] / unit).clamp(min=1e-3).float()
    usual = (static.usual_setup[here] / unit).clamp(min=1e-2).float()
    near = horizon[owner]
    calm = torch.where(dated > 0, slack.clamp(min=0), 100 * near)
    importance = fixed[:, 11] - torch.log(own)
    usual_setups = own_setup / usual[owner]
    short = importance - calm.clamp(max=20) - (usual_setups / 0.3).clamp(max=20)
    long = importance - (calm / 4).clamp(max=20) - usual_setups.clamp(max=20)
    late = (slack < 0).float()
    squashed = squash(
        torch.stack(
            [
                own,
                own_setup,
                into - own_setup,
                best_end,
                best_end - end.amin(1),
                minima[:, 3],
                minima[:, 4],
                minima[:, 7] - best_end,
                group_work,
                2 * short,
                2 * long,
            ],
            1,
        )
    )
    flat = torch.stack(
        [
            (own_setup == 0).float(),
            torch.tanh(slack / 4),
            torch.tanh(slack / near),
            late,
            critical / longest[owner],
            squash(critical / near),
            may_share,
            group_work / left_work[owner],
            contention,
            torch.log(minima[:, 5].clamp(min=1e-3)),
            torch.log(minima[:, 6].clamp(min=1e-3)),
        ],
        1,
    )
    features = torch.cat([squashed, flat, fixed[:, :11], sums[:, ::2]], 1)

    # The whole.
    real = torch.arange(m, device=b.device) < machines[:, None]
    until = busy.clamp(min=0) * real
    expected = (load / unit[:, None]).float() + until
    mean_until = until.sum(1) / machines
    spread = (((until - mean_until[:, None]) ** 2) * real).sum(1) / machines
    counted = torch.stack([torch.ones_like(late), late, dated], 1)
    counted = counted.new_zeros((len(b), 3)).index_add(0, owner, counted)  # (A, 3)
    ideal = static.horizon[here]
    shares = static.objective[here]
    squashed = squash(
        torch.stack(
            [
                horizon,
                (now / ideal).float(),
                ((sim.makespan_bound[b] - now) / ideal).float(),
                spread.sqrt(),
                longest / horizon,
                (static.usual_setup[here] / unit).float(),
            ],
            1,
        )
    )
    flat = torch.stack(
        [
            1 - left / static.num_jobs[here],
            ((until == 0) & real).sum(1) / machines,
            torch.log1p(expected.amax(1) * machines / expected.sum(1).clamp(min=1e-3)),
            torch.log1p(left) / 4,
            torch.log1p(machines) / 4,
            (wait > 0).float(),
            (wait >= 1e14).float(),
            counted[:, 0] / left,
            counted[:, 1] / counted[:, 0],
            counted[:, 2] / counted[:, 0],
        ],
        1,
    ).float()
    shares = (shares / shares.sum(1, keepdim=True)).float()
    overall = torch.cat([squashed, flat, shares], 1)
    if not with_state:
        return Observation(b, owner, job, features, overall)
    state = observe_state(sim, b)
    return Observation(b, owner, job, features, overall, state, may)


def observe_machines(
    simulator: Simulator, rollouts: Tensor, jobs: Tensor
) -> MachineObservation:
    """
    Look at the machines that may be chosen for a job.

    Parameters
    ----------
    simulator
        In the state in which the jobs were chosen.
    rollouts, jobs
        Shape (A,): the job chosen in each rollout.
    """
    if not simulator.compiled:
        return _observe_machines(simulator, rollouts, jobs)
    s, b, j = simulator.moving, indices(rollouts), indices(jobs)
    start = s.earliest_start[b, j]  # (A, M)
    may = (start <= s.limit[b, None]) & np.isfinite(start)
    owner, machine = np.divmod(np.flatnonzero(may), simulator.num_machines)
    features = np.empty((len(machine), len(MACHINE_FEATURES)), dtype=np.float32)
    end = np.empty(len(machine))
    times = np.empty((2, simulator.num_machines))
    look_at_machines(
        *(simulator.fixed, simulator.scaled, s, b, j, owner, machine),
        features,
        end,
        times,
    )
    return MachineObservation(*map(torch.from_numpy, (owner, machine, features, end)))


def _observe_machines(
    simulator: Simulator, rollouts: Tensor, jobs: Tensor
) -> MachineObservation:
    """Observe by tensor operations on any device: the reference of the machine code."""
    sim, static, b = simulator, simulator.static, rollouts
    m = sim.num_machines
    here = sim.source[b]
    at = here * sim.num_jobs + jobs
    unit = static.scale[here][:, None]
    now = sim.now[b][:, None]
    setup_start, _, begin, end = sim.outcome(b, jobs)
    absolute = torch.stack([setup_start, begin, end, sim.earliest_start[b, jobs]], 1)
    relative = ((absolute - now[:, None]) / unit[:, None]).float()  # (A, 4, M)
    free, begin_, end_, start = relative.unbind(1)
    may = sim.machine_mask(b, jobs)
    pairs = static.pair_static.view(-1, 6, m).index_select(0, at)  # (A, 6, M)
    processing, price, after, fit = pairs[:, :4].unbind(1)
    group = static.group[here, jobs][:, None]
    setup = torch.take(static.setup_scaled, sim.setup_offset[b] + group)
    seconds = static.job_seconds.view(-1, 4).index_select(0, at)
    into = (seconds[:, 2:3] / unit).float()
    effort = torch.where(may, processing + setup, torch.inf)
    until = free.clamp(min=0)
    load = (sim.load[b] / unit).float()
    machines = static.num_machines[here][:, None]
    real = torch.arange(m, device=b.device) < machines
    mean_load = ((load + until) * real).sum(1, keepdim=True) / machines
    current = sim.machine_group[b]
    padded = torch.nn.functional.pad(sim.group_work[b] / unit, (0, 1))
    own_work = padded.gather(1, current).float()
    # The best fit among the *other* machines: the largest, or the second for itself.
    fits = torch.where(may, fit, 0)
    best = torch.nn.functional.pad(fits, (0, 1)).topk(2, 1).values
    others = torch.where(fits == best[:, :1], best[:, 1:], best[:, :1])
    timed = squash(
        torch.stack(
            [
                processing,
                setup,
                into - setup,
                effort - effort.amin(1, keepdim=True),
                end_,
                end_ - torch.where(may, end_, torch.inf).amin(1, keepdim=True),
                end_ - end_.amin(1, keepdim=True),
                start,
                begin_ - until,
                end_ - begin_ - processing,
                until,
                load,
                own_work,
                after,
            ],
            2,
        )
    )
    plain = torch.stack(
        [
            processing / (seconds[:, 3:] / unit).float(),
            (setup == 0).float(),
            (load + until) / mean_load.clamp(min=1e-3),
            (current == group).float(),
            torch.log(static.price[here].clamp(min=1e-3)),
            torch.log(((processing + setup) * price).clamp(min=1e-3)),
            fit,
            others,
            pairs[:, 5],
        ],
        2,
    )
    owner, machine = torch.nonzero(may, as_tuple=True)
    chosen = owner * m + machine
    features = torch.cat([timed, plain], 2).view(-1, len(MACHINE_FEATURES))
    return MachineObservation(
        owner, machine, features.index_select(0, chosen), end.view(-1)[chosen]
    )


def _segment_max(values: Tensor, owner: Tensor, count: int) -> Tensor:
    """Largest value of each owner; shape (count,)."""
    empty = torch.zeros(count, dtype=values.dtype, device=values.device)
    return empty.scatter_reduce(0, owner, values, "amax")
