"""What a policy sees: named features of the jobs, the machines and the whole."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import torch
from torch import Tensor

from core.simulation.simulator import Simulator
from core.simulation.state import observe_state


@dataclass(frozen=True)
class Feature:
    """
    One number that a policy sees.

    Parameters
    ----------
    name, meaning
        Short name, as shown on screen, and a sentence.
    topic
        What it speaks of; explanations remove whole topics.
    """

    name: str
    meaning: str
    topic: str


# Times are divided by the mean processing time of the problem and compressed by
# sign(x) log(1 + |x|), so that problems of any size and unit look alike.
JOB_FEATURES = (
    Feature(
        "processing now",
        "shortest processing on a machine that may be chosen",
        "processing",
    ),
    Feature("setup now", "smallest setup on a machine that may be chosen", "setup"),
    Feature(
        "setup saved", "usual setup into its group, less the smallest now", "setup"
    ),
    Feature(
        "end now",
        "earliest end on a machine that may be chosen, from now",
        "start and end",
    ),
    Feature(
        "end regret",
        "that end, less the earliest on any eligible machine",
        "start and end",
    ),
    Feature("wait", "time until it can start, from now", "start and end"),
    Feature(
        "dead time",
        "machine time lost before it starts: setup and waiting",
        "start and end",
    ),
    Feature("pause", "closed time between its start and its end", "start and end"),
    Feature("group work", "work left in its setup group", "setup"),
    Feature(
        "ATCS, short",
        "log index of apparent tardiness cost with setups, k1=1 k2=0.3",
        "dispatch index",
    ),
    Feature("ATCS, long", "the same with k1=4 k2=1", "dispatch index"),
    Feature("no setup", "1 when a machine that may be chosen needs no setup", "setup"),
    Feature(
        "slack, near",
        "time to its latest start for a due date, in units of its time",
        "due date",
    ),
    Feature(
        "slack, far", "the same, in units of the work left per machine", "due date"
    ),
    Feature("late", "1 when it cannot be on time any more", "due date"),
    Feature(
        "criticality",
        "its chain and own processing, over the longest such now",
        "work behind",
    ),
    Feature(
        "chain pressure",
        "its chain and own processing, over the work left per machine",
        "work behind",
    ),
    Feature("machines now", "share of the machines that may be chosen", "flexibility"),
    Feature("group share", "the same, as a share of all work left", "setup"),
    Feature(
        "contention",
        "expected load of its eligible machines, over the mean",
        "flexibility",
    ),
    Feature(
        "priced effort",
        "priced processing and setup now, over the least anywhere; logarithm",
        "machine fit",
    ),
    Feature(
        "priced effort, after",
        "the same with the setup that follows it, in a good order",
        "machine fit",
    ),
    Feature(
        "mean processing", "mean processing over all eligible machines", "processing"
    ),
    Feature(
        "best processing", "shortest processing on any eligible machine", "processing"
    ),
    Feature("setup of group", "usual setup into its group", "setup"),
    Feature("chain", "least processing in sequence behind it", "work behind"),
    Feature("due", "1 when it, or a job behind it, has a due date", "due date"),
    Feature("weight", "its weight over the mean weight", "importance"),
    Feature(
        "weight behind",
        "weight of the jobs behind it and its own, over the mean",
        "importance",
    ),
    Feature("important", "1 when it is important", "importance"),
    Feature("successors", "1 when other jobs wait for it", "work behind"),
    Feature("machines", "share of the machines that are eligible", "flexibility"),
    Feature("only machine", "1 when one machine alone is eligible", "flexibility"),
    Feature(
        "fit",
        "share that the fractional assignment gives to machines now",
        "machine fit",
    ),
    Feature("preferred", "1 when its preferred machine may be chosen", "machine fit"),
)
MACHINE_FEATURES = (
    Feature("processing", "processing of the job on it", "processing"),
    Feature("setup", "setup it needs for the job", "setup"),
    Feature("setup saved", "usual setup into the group, less this one", "setup"),
    Feature(
        "work and setup regret",
        "processing and setup, less the least of the choices",
        "processing",
    ),
    Feature("end", "exact end of the job on it, from now", "start and end"),
    Feature(
        "end regret", "that end, less the earliest of the choices", "start and end"
    ),
    Feature(
        "end regret, any",
        "that end, less the earliest on any eligible machine",
        "start and end",
    ),
    Feature("wait", "time until the job can start on it, from now", "start and end"),
    Feature("dead time", "machine time lost before the job starts", "start and end"),
    Feature("pause", "closed time between start and end", "start and end"),
    Feature("busy", "time until it is free, from now", "load"),
    Feature("load", "expected work left for it", "load"),
    Feature("own group work", "work left in the group it is set up for", "setup"),
    Feature(
        "setup after", "setup that follows the job there, in a good order", "setup"
    ),
    Feature(
        "processing ratio",
        "the same over the mean of the eligible machines",
        "processing",
    ),
    Feature("no setup", "1 when it needs none", "setup"),
    Feature(
        "load ratio",
        "that and the time it is busy, over the mean of the machines",
        "load",
    ),
    Feature("same group", "1 when it is set up for the job's group", "setup"),
    Feature("price", "scarcity price of its time", "machine fit"),
    Feature(
        "priced effort",
        "priced processing and setup, over the least anywhere; logarithm",
        "machine fit",
    ),
    Feature("fit", "share that the fractional assignment gives it", "machine fit"),
    Feature(
        "fit of others",
        "best share of another machine that may be chosen",
        "machine fit",
    ),
    Feature("preferred", "1 when the planner prefers it for the job", "machine fit"),
)
GLOBAL_FEATURES = (
    Feature("work left", "mean work left per machine", "progress"),
    Feature("clock", "now, over the ideal horizon", "progress"),
    Feature(
        "makespan", "bound on the makespan from now, over the ideal horizon", "progress"
    ),
    Feature(
        "busy spread",
        "standard deviation of the time until machines are free",
        "machines",
    ),
    Feature(
        "longest chain",
        "longest chain among the candidates, over work left per machine",
        "jobs",
    ),
    Feature("setups", "usual setup over the mean processing time", "problem"),
    Feature("done", "share of the jobs that are scheduled", "progress"),
    Feature("idle machines", "share of the machines that are free now", "machines"),
    Feature(
        "load peak",
        "largest load and busy time of a machine, over the mean",
        "machines",
    ),
    Feature("size", "logarithm of the number of jobs left", "problem"),
    Feature("machines", "logarithm of the number of machines", "problem"),
    Feature("may wait", "1 when machines may wait for jobs", "lookahead"),
    Feature("any order", "1 when the lookahead is unlimited", "lookahead"),
    Feature("candidates", "share of the jobs left that may be chosen", "jobs"),
    Feature("late", "share of the candidates that cannot be on time", "jobs"),
    Feature("due", "share of the candidates with due dates", "jobs"),
    Feature("finish early", "objective weight a, share", "objective"),
    Feature("on time", "objective weight b, share", "objective"),
    Feature("few setups", "objective weight c, share", "objective"),
)


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
    may = start <= wait[owner, None]
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
    wait = (sim.lookahead[b] / unit[:, 0]).clamp(max=1e15).float()
    may = start <= wait[:, None]
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
