"""Features of the candidates by tensor operations: the reference of machine code."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from core.simulation.feature_tables import JOB_FEATURES
from core.simulation.problems.static_columns import JOB_SECONDS, JOB_STATIC, PAIR_STATIC
from core.simulation.rollouts import Rollouts
from core.simulation.tensors.by_name import by_name


class CandidateRows(NamedTuple):
    """What the features of the whole need of the candidates."""

    owner: Tensor  # (R,)
    late: Tensor  # (R,) 1 when it cannot be on time
    dated: Tensor  # (R,) 1 with a due date
    longest: Tensor  # (A,) longest chain, over the scale


def job_features(
    r: Rollouts, b: Tensor, owner: Tensor, job: Tensor
) -> tuple[Tensor, CandidateRows]:
    """
    Features of candidates.

    Parameters
    ----------
    r, b
        Rollouts, and which of them, (A,).
    owner, job
        Shape (R,): the candidates of each.

    Returns
    -------
    features, candidates
        Shape (R, F), float32; and what else was found.
    """
    static, n, m = r.static, r.num_jobs, r.num_machines
    here = r.source[b]  # (A,)
    row, source = b[owner], here[owner]
    at = source * n + job  # (R,) the job among those of all problems
    unit = static.scale[here]
    now = r.now[b]

    # Pairs of candidate and machine, in mean processing times from now, float32;
    # not eligible is +inf. One pass for all minima, one for all sums.
    start = r.earliest_start.view(-1, m).index_select(0, row * n + job)
    may = (start <= r.limit[row, None]) & torch.isfinite(start)
    start = ((start - now[owner, None]) / unit[owner, None]).float()  # (R, M)
    pairs = static.pair_static.view(-1, len(PAIR_STATIC), m).index_select(0, at)
    pair = PAIR_STATIC._make(pairs.unbind(1))  # (R, M) each
    group = static.group.view(-1).index_select(0, at)
    setup = torch.take(
        static.setup_scaled,
        r.setup_offset.index_select(0, row) + group[:, None],
    )
    busy = ((r.open_ready[b] - now[:, None]) / unit[:, None]).float()  # (A, M)
    free = busy.index_select(0, owner)
    begin = torch.maximum(free + setup, start)
    end = begin + pair.processing
    pause = torch.zeros_like(end)
    if static.has_closures:
        closed_from = ((r.closed_from[b] - now[:, None]) / unit[:, None]).float()
        length = (r.closed_for[b] / unit[:, None]).float()
        pause = length.index_select(0, owner)
        pause = pause * (end > closed_from.index_select(0, owner))
        end = end + pause
    effort = (pair.processing + setup) * pair.price
    # Adding 0 or +inf is several times faster than torch.where with a broadcast mask.
    barred = torch.zeros_like(start).masked_fill_(~may, torch.inf)
    choices = {
        "end": end,
        "processing": pair.processing,
        "setup": setup,
        "start": start,
        "dead": begin - free.clamp(min=0),
        "effort": effort,
        "effort after": effort + pair.setup_after * pair.price,
        "end paused": end + pause,
    }
    minima = torch.stack(list(choices.values()), 1).add_(barred[:, None]).amin(2)
    least = dict(zip(choices, minima.unbind(1), strict=True))  # (R,) each
    best_end, own, own_setup = least["end"], least["processing"], least["setup"]
    load = r.load[b]
    total = load.sum(1)
    machines = static.num_machines[here]
    relative = (load * (machines / total.clamp(min=1))[:, None]).float()  # (A, M)

    known = JOB_STATIC._make(
        static.job_static.view(-1, len(JOB_STATIC)).index_select(0, at).unbind(1)
    )
    seconds = JOB_SECONDS._make(
        static.job_seconds.view(-1, len(JOB_SECONDS)).index_select(0, at).unbind(1)
    )
    per_machine = (r.work_left[b] / machines).clamp(min=1)  # (A,) seconds
    near = (per_machine / unit).float()[owner]
    slack = ((seconds.latest_start - now[owner]) / unit[owner]).float() * known.due
    chain = (seconds.chain / unit[owner]).float()
    into = (seconds.setup_of_group / unit[owner]).float()
    longest = _segment_max(chain, owner, len(b))
    group_work = (r.group_work[row, group] / unit[owner]).float()
    left_work = (r.work_left[b] / unit).clamp(min=1e-3).float()
    usual = (static.usual_setup[here] / unit).clamp(min=1e-2).float()
    calm = torch.where(known.due > 0, slack.clamp(min=0), 100 * near)
    importance = known.log_weight - torch.log(own)
    setups = own_setup / usual[owner]
    short = importance - calm.clamp(max=20) - (setups / 0.3).clamp(max=20)
    long = importance - (calm / 4).clamp(max=20) - setups.clamp(max=20)
    late = (slack < 0).float()
    squashed = {
        "processing now": own,
        "setup now": own_setup,
        "setup saved": into - own_setup,
        "end now": best_end,
        "end regret": best_end - end.amin(1),
        "wait": least["start"],
        "dead time": least["dead"],
        "pause": least["end paused"] - best_end,
        "group work": group_work,
        "ATCS, short": 2 * short,
        "ATCS, long": 2 * long,
        "chain pressure": chain / near,
    }
    plain = {
        "no setup": own_setup == 0,
        "slack, near": torch.tanh(slack / 4),
        "slack, far": torch.tanh(slack / near),
        "late": late,
        "criticality": chain / longest[owner],
        "machines now": may.sum(1) / machines[owner],
        "group share": group_work / left_work[owner],
        "contention": (pair.share * relative.index_select(0, owner)).sum(1),
        "priced effort": torch.log(least["effort"].clamp(min=1e-3)),
        "priced effort, after": torch.log(least["effort after"].clamp(min=1e-3)),
        "mean processing": known.mean_processing,
        "best processing": known.best_processing,
        "setup of group": known.setup_of_group,
        "chain": known.chain,
        "due": known.due,
        "weight": known.weight,
        "weight behind": known.weight_behind,
        "important": known.important,
        "successors": known.successors,
        "machines": known.machines,
        "only machine": known.only_machine,
        "fit": (pair.fit * may).sum(1),
        "preferred": (pair.preferred * may).sum(1),
    }
    features = by_name(JOB_FEATURES, squashed, plain)
    return features, CandidateRows(owner, late, known.due, longest)


def _segment_max(values: Tensor, owner: Tensor, count: int) -> Tensor:
    """Largest value of each owner; shape (count,)."""
    empty = torch.zeros(count, dtype=values.dtype, device=values.device)
    return empty.scatter_reduce(0, owner, values, "amax")
