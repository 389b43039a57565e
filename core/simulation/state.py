"""The state in 80 numbers of fixed size: what the reference network sees."""

from __future__ import annotations

import torch
from torch import Tensor

from core.simulation.rollouts import Rollouts
from core.simulation.state_table import (
    PRIORITY_CLASSES,
    QUANTILES,
    STATE_FEATURES,
    TYPE_GROUPS,
)
from core.simulation.tensors.by_name import ordered


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
