"""The state in 80 numbers of fixed size: what the reference network sees."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from core.simulation.rollouts import Rollouts
from core.simulation.tensors.by_name import ordered

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
    work = (member * (load / total)[:, :, None]).sum(1)
    free = (member * idle[:, :, None]).sum(1) / size
    free_in = torch.tanh((member * busy[:, :, None]).sum(1) / size / horizon)
    # By their names, (A, 10) each; below (A, 5) or (A, 1).
    parts: dict[tuple[str, ...], Tensor] = {
        _each("machine types {}: load", TYPE_GROUPS): work,
        _each("machine types {}: idle", TYPE_GROUPS): free,
        _each("machine types {}: free in", TYPE_GROUPS): free_in,
    }

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
    urgent = (share * urgency[:, :, None]).sum(1) / open_.clamp(min=1)
    parts |= {
        _each("priority class {}: progress", PRIORITY_CLASSES): 1 - open_ / count,
        _each("priority class {}: remaining", PRIORITY_CLASSES): open_ / remaining,
        _each("priority class {}: urgency", PRIORITY_CLASSES): urgent,
    }

    number = candidate.sum(1, keepdim=True).double()
    late = candidate & dated & (slack < 0)
    done = (
        sim.static.mean_processing[here].sum(1, keepdim=True) - sim.work_left[b, None]
    )
    setup = sim.setup_total[b][:, None]
    weight = static.weight[here].sum(1, keepdim=True)
    late_by = sim.weighted_tardiness[b][:, None] / weight
    waiting = left & (sim.waiting_for[b] > 0)
    parts |= {
        ("done",): 1 - remaining / num_jobs,
        ("clock",): torch.tanh(now / horizon),
        ("makespan",): torch.tanh(sim.makespan_bound[b][:, None] / horizon),
        ("work left",): (sim.work_left[b][:, None] / machines / horizon).clamp(0, 1),
        ("idle machines",): idle.sum(1, keepdim=True) / machines,
        ("busy",): torch.tanh(busy.sum(1, keepdim=True) / machines / horizon),
        ("load peak",): load.amax(1, keepdim=True) / total,
        ("candidates",): number / remaining,
        ("late",): late.sum(1, keepdim=True) / number,
        ("tardiness",): torch.tanh(late_by / horizon),
        ("setup",): setup / (setup + done.clamp(min=0)).clamp(min=1),
        ("due",): (candidate & dated).sum(1, keepdim=True) / number,
        ("waiting",): waiting.sum(1, keepdim=True) / remaining,
        ("size",): torch.log(num_jobs) / 9.21034037,
        ("machines",): torch.log(machines) / 6.90775528,
    }

    complexity = static.tail[here] + static.smallest_processing[here]
    complexity = torch.tanh(torch.where(candidate, complexity, 0) / horizon)
    peak = load + busy
    mean = (peak.sum(1, keepdim=True) / machines).clamp(min=1)
    start = sim.earliest_start[b]
    may = (start <= sim.limit[b][:, None, None]) & torch.isfinite(start)
    compatible = may.sum(2) / machines
    loads = torch.tanh(peak / mean / 2)
    parts |= {
        _spread("job urgency"): _quantiles(urgency, candidate),
        _spread("job complexity"): _quantiles(complexity, candidate),
        _spread("machine load"): _quantiles(loads, real),
        _spread("compatibility"): _quantiles(compatible, candidate),
    }
    names = tuple([name for block in parts for name in block])
    columns = torch.cat(list(parts.values()), 1)
    return ordered(STATE_FEATURES, names, columns).float()


def _each(name: str, count: int) -> tuple[str, ...]:
    """Names that count from 1."""
    return tuple([name.format(i) for i in range(1, count + 1)])


def _spread(name: str) -> tuple[str, ...]:
    """Names of the quantiles of something."""
    return tuple([f"{name}, {q:.0%}" for q in QUANTILES])


def _quantiles(values: Tensor, chosen: Tensor) -> Tensor:
    """Shape (A, 5): quantiles of the chosen values of each row, nearest rank."""
    ordered = torch.where(chosen, values, torch.inf).sort(1).values
    last = chosen.sum(1, keepdim=True) - 1
    share = torch.tensor(QUANTILES, device=values.device, dtype=torch.float64)
    return ordered.gather(1, (share * last).round().long())
