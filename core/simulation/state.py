"""The state in 80 numbers of fixed size: what the reference network sees."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from core.simulation.rollouts import Rollouts

TYPE_GROUPS = 10
PRIORITY_CLASSES = 5
QUANTILES = (0.0, 0.25, 0.5, 0.75, 1.0)


@dataclass(frozen=True)
class StateFeature:
    """
    One number of the state vector.

    Parameters
    ----------
    name, meaning
        As shown on screen.
    unit
        ``share``, ``horizons`` (of the ideal horizon), ``means`` (of the machines'
        mean), ``log`` or ``squashed`` (tanh).
    low, high
        Range it never leaves.
    since
        As in :class:`~core.simulation.feature_tables.Feature`.
    """

    name: str
    meaning: str
    unit: str
    low: float
    high: float
    since: int = 1


def _table() -> tuple[StateFeature, ...]:
    rows = []
    for g in range(1, TYPE_GROUPS + 1):
        who = f"machine types {g}"
        rows += [
            StateFeature(
                f"{who}: load",
                "share of the expected work left that falls to them",
                "share",
                0,
                1,
            ),
            StateFeature(
                f"{who}: idle",
                "share of these machines that are free now",
                "share",
                0,
                1,
            ),
            StateFeature(
                f"{who}: free in", "mean time until they are free", "squashed", 0, 1
            ),
        ]
    for c in range(1, PRIORITY_CLASSES + 1):
        who = f"priority class {c}"
        rows += [
            StateFeature(
                f"{who}: progress",
                "share of its jobs that are scheduled",
                "share",
                0,
                1,
            ),
            StateFeature(
                f"{who}: remaining", "its share of the jobs left", "share", 0, 1
            ),
            StateFeature(
                f"{who}: urgency",
                "minus the mean slack of its jobs left, in ideal horizons",
                "squashed",
                -1,
                1,
            ),
        ]
    rows += [
        StateFeature("done", "share of the jobs that are scheduled", "share", 0, 1),
        StateFeature("clock", "now, in ideal horizons", "squashed", 0, 1),
        StateFeature(
            "makespan", "bound on the makespan, in ideal horizons", "squashed", 0, 1
        ),
        StateFeature(
            "work left", "mean work left per machine, in ideal horizons", "share", 0, 1
        ),
        StateFeature(
            "idle machines", "share of the machines that are free now", "share", 0, 1
        ),
        StateFeature(
            "busy",
            "mean time until machines are free, in ideal horizons",
            "squashed",
            0,
            1,
        ),
        StateFeature(
            "load peak", "largest load of a machine over their sum", "share", 0, 1
        ),
        StateFeature(
            "candidates", "share of the jobs left that may be chosen", "share", 0, 1
        ),
        StateFeature(
            "late", "share of the candidates that cannot be on time", "share", 0, 1
        ),
        StateFeature(
            "tardiness",
            "mean weighted tardiness so far, in ideal horizons",
            "squashed",
            0,
            1,
        ),
        StateFeature(
            "setup", "setup so far, over the work done and that", "share", 0, 1
        ),
        StateFeature("due", "share of the candidates with due dates", "share", 0, 1),
        StateFeature(
            "waiting", "share of the jobs left that wait for another", "share", 0, 1
        ),
        StateFeature(
            "size", "logarithm of the number of jobs, over that of 10,000", "log", 0, 2
        ),
        StateFeature(
            "machines",
            "logarithm of the number of machines, over that of 1,000",
            "log",
            0,
            2,
        ),
    ]
    for q in QUANTILES:
        rows.append(
            StateFeature(
                f"job urgency, {q:.0%}",
                "minus slack of the candidates in ideal horizons, quantile",
                "squashed",
                -1,
                1,
            )
        )
    for q in QUANTILES:
        rows.append(
            StateFeature(
                f"job complexity, {q:.0%}",
                "chain and own processing of the candidates in ideal horizons, "
                "quantile",
                "squashed",
                0,
                1,
            )
        )
    for q in QUANTILES:
        rows.append(
            StateFeature(
                f"machine load, {q:.0%}",
                "load and busy time of the machines over their mean, quantile",
                "squashed",
                0,
                1,
            )
        )
    for q in QUANTILES:
        rows.append(
            StateFeature(
                f"compatibility, {q:.0%}",
                "share of the machines that a candidate may be placed on, quantile",
                "share",
                0,
                1,
            )
        )
    return tuple(rows)


STATE_FEATURES = _table()


def observe_state(simulator: Rollouts, rollouts: Tensor) -> Tensor:
    """
    State vectors of some rollouts.

    Machine types are numbered as in the problem and fall into ten groups, type t
    into group t mod 10. Priority classes are fifths of the jobs, ordered by weight
    (largest first), then by due date.

    Parameters
    ----------
    simulator
        Mid-way.
    rollouts
        Shape (A,), with jobs left.

    Returns
    -------
    Tensor
        Shape (A, 80), float32, in the order of ``STATE_FEATURES``.
    """
    sim, static, b = simulator, simulator.static, rollouts
    here = sim.source[b]
    n, m = sim.num_jobs, sim.num_machines
    num_jobs = static.num_jobs[here][:, None].double()
    machines = static.num_machines[here][:, None].double()
    horizon = static.horizon[here][:, None]
    now = sim.now[b][:, None]
    real = torch.arange(m, device=b.device) < machines  # (A, M)
    exists = torch.arange(n, device=b.device) < num_jobs  # (A, N)
    left = exists & ~sim.scheduled[b]
    candidate = sim.job_mask[b]
    load = torch.where(real, sim.load[b].clamp(min=0), 0)
    total = load.sum(1, keepdim=True).clamp(min=1)
    busy = torch.where(real, (sim.open_ready[b] - now).clamp(min=0), 0)
    idle = real & (busy == 0)

    member = static.machine_type[here] % TYPE_GROUPS
    member = torch.nn.functional.one_hot(member, TYPE_GROUPS) * real[:, :, None]
    member = member.double()  # (A, M, 10)
    size = member.sum(1).clamp(min=1)
    groups = torch.stack(
        [
            (member * (load / total)[:, :, None]).sum(1),
            (member * idle[:, :, None]).sum(1) / size,
            torch.tanh((member * busy[:, :, None]).sum(1) / size / horizon),
        ],
        2,
    )  # (A, 10, 3)

    due = static.effective_due[here]
    dated = torch.isfinite(due)
    slack = torch.where(dated, due, now) - now - static.smallest_processing[here]
    urgency = torch.tanh(torch.where(dated & left, -slack / horizon, 0))
    rank = static.priority_class[here]
    share = torch.nn.functional.one_hot(rank, PRIORITY_CLASSES) * exists[:, :, None]
    share = share.double()  # (A, N, 5)
    count = share.sum(1).clamp(min=1)
    open_ = (share * left[:, :, None]).sum(1)
    remaining = left.sum(1, keepdim=True).double()
    classes = torch.stack(
        [
            1 - open_ / count,
            open_ / remaining,
            (share * urgency[:, :, None]).sum(1) / open_.clamp(min=1),
        ],
        2,
    )

    number = candidate.sum(1, keepdim=True).double()
    late = candidate & dated & (slack < 0)
    done = (
        sim.static.mean_processing[here].sum(1, keepdim=True) - sim.work_left[b, None]
    )
    setup = sim.setup_total[b][:, None]
    whole = torch.cat(
        [
            1 - remaining / num_jobs,
            torch.tanh(now / horizon),
            torch.tanh(sim.makespan_bound[b][:, None] / horizon),
            (sim.work_left[b][:, None] / machines / horizon).clamp(0, 1),
            idle.sum(1, keepdim=True) / machines,
            torch.tanh(busy.sum(1, keepdim=True) / machines / horizon),
            load.amax(1, keepdim=True) / total,
            number / remaining,
            late.sum(1, keepdim=True) / number,
            torch.tanh(
                sim.weighted_tardiness[b][:, None]
                / static.weight[here].sum(1, keepdim=True)
                / horizon
            ),
            setup / (setup + done.clamp(min=0)).clamp(min=1),
            (candidate & dated).sum(1, keepdim=True) / number,
            (left & (sim.waiting_for[b] > 0)).sum(1, keepdim=True) / remaining,
            torch.log(num_jobs) / 9.21034037,
            torch.log(machines) / 6.90775528,
        ],
        1,
    )

    complexity = static.tail[here] + static.smallest_processing[here]
    complexity = torch.tanh(torch.where(candidate, complexity, 0) / horizon)
    peak = load + busy
    mean = (peak.sum(1, keepdim=True) / machines).clamp(min=1)
    start = sim.earliest_start[b]
    may = (start <= sim.limit[b][:, None, None]) & torch.isfinite(start)
    compatible = may.sum(2) / machines
    spread = torch.cat(
        [
            _quantiles(urgency, candidate),
            _quantiles(complexity, candidate),
            _quantiles(torch.tanh(peak / mean / 2), real),
            _quantiles(compatible, candidate),
        ],
        1,
    )
    return torch.cat([groups.flatten(1), classes.flatten(1), whole, spread], 1).float()


def _quantiles(values: Tensor, chosen: Tensor) -> Tensor:
    """Shape (A, 5): quantiles of the chosen values of each row, nearest rank."""
    ordered = torch.where(chosen, values, torch.inf).sort(1).values
    last = chosen.sum(1, keepdim=True) - 1
    share = torch.tensor(QUANTILES, device=values.device, dtype=torch.float64)
    return ordered.gather(1, (share * last).round().long())
