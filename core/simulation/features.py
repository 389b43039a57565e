"""What a policy sees: named features of the jobs, the machines and the whole."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import torch
from torch import Tensor

from core.simulation.simulator import Simulator


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
    Feature(
        "mean processing", "mean processing over all eligible machines", "processing"
    ),
    Feature(
        "best processing", "shortest processing on any eligible machine", "processing"
    ),
    Feature("setup now", "smallest setup on a machine that may be chosen", "setup"),
    Feature("no setup", "1 when a machine that may be chosen needs no setup", "setup"),
    Feature(
        "setup saved", "usual setup into its group, less the smallest now", "setup"
    ),
    Feature("setup of group", "usual setup into its group", "setup"),
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
    Feature(
        "slack, near",
        "time to its latest start for a due date, in units of its time",
        "due date",
    ),
    Feature(
        "slack, far", "the same, in units of the work left per machine", "due date"
    ),
    Feature("late", "1 when it cannot be on time any more", "due date"),
    Feature("due", "1 when it, or a job behind it, has a due date", "due date"),
    Feature("weight", "its weight over the mean weight", "importance"),
    Feature(
        "weight behind",
        "weight of the jobs behind it and its own, over the mean",
        "importance",
    ),
    Feature("important", "1 when it is important", "importance"),
    Feature("chain", "least processing in sequence behind it", "work behind"),
    Feature(
        "criticality",
        "its chain and own processing, over the longest such now",
        "work behind",
    ),
    Feature("successors", "1 when other jobs wait for it", "work behind"),
    Feature("machines now", "share of the machines that may be chosen", "flexibility"),
    Feature("machines", "share of the machines that are eligible", "flexibility"),
    Feature("only machine", "1 when one machine alone is eligible", "flexibility"),
    Feature("group work", "work left in its setup group", "setup"),
    Feature("group share", "the same, as a share of all work left", "setup"),
    Feature(
        "contention",
        "expected load of its eligible machines, over the mean",
        "flexibility",
    ),
    Feature(
        "price regret",
        "priced processing now, over the cheapest anywhere",
        "machine fit",
    ),
    Feature(
        "fit",
        "share that the fractional assignment gives to machines now",
        "machine fit",
    ),
    Feature("preferred", "1 when its preferred machine may be chosen", "machine fit"),
    Feature(
        "ATCS, short",
        "log index of apparent tardiness cost with setups, k1=1 k2=0.3",
        "dispatch index",
    ),
    Feature("ATCS, long", "the same with k1=4 k2=1", "dispatch index"),
)
MACHINE_FEATURES = (
    Feature("processing", "processing of the job on it", "processing"),
    Feature(
        "processing ratio",
        "the same over the mean of the eligible machines",
        "processing",
    ),
    Feature("setup", "setup it needs for the job", "setup"),
    Feature("no setup", "1 when it needs none", "setup"),
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
    Feature(
        "load ratio",
        "that and the time it is busy, over the mean of the machines",
        "load",
    ),
    Feature("own group work", "work left in the group it is set up for", "setup"),
    Feature("same group", "1 when it is set up for the job's group", "setup"),
    Feature("price", "scarcity price of its time", "machine fit"),
    Feature(
        "price regret", "priced processing, over the cheapest anywhere", "machine fit"
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
    Feature("done", "share of the jobs that are scheduled", "progress"),
    Feature("work left", "mean work left per machine", "progress"),
    Feature("clock", "now, over the ideal horizon", "progress"),
    Feature(
        "makespan", "bound on the makespan from now, over the ideal horizon", "progress"
    ),
    Feature("idle machines", "share of the machines that are free now", "machines"),
    Feature(
        "busy spread",
        "standard deviation of the time until machines are free",
        "machines",
    ),
    Feature(
        "load peak",
        "largest load and busy time of a machine, over the mean",
        "machines",
    ),
    Feature("candidates", "share of the jobs left that may be chosen", "jobs"),
    Feature("late", "share of the candidates that cannot be on time", "jobs"),
    Feature("due", "share of the candidates with due dates", "jobs"),
    Feature(
        "longest chain",
        "longest chain among the candidates, over work left per machine",
        "jobs",
    ),
    Feature("setups", "usual setup over the mean processing time", "problem"),
    Feature("size", "logarithm of the number of jobs left", "problem"),
    Feature("machines", "logarithm of the number of machines", "problem"),
    Feature("finish early", "objective weight a, share", "objective"),
    Feature("on time", "objective weight b, share", "objective"),
    Feature("few setups", "objective weight c, share", "objective"),
    Feature("may wait", "1 when machines may wait for jobs", "lookahead"),
    Feature("any order", "1 when the lookahead is unlimited", "lookahead"),
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
    The first half of A decisions: which job?

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
    """

    rollout: Tensor
    owner: Tensor
    job: Tensor
    job_features: Tensor
    global_features: Tensor


@dataclass(frozen=True, eq=False)
class MachineObservation:
    """
    The second half of A decisions: which machine for the chosen job?

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


def observe(simulator: Simulator, rollouts: Tensor | None = None) -> Observation:
    """
    Look at the candidates of some rollouts.

    Only candidates are looked at: the work follows the jobs that may be chosen.

    Parameters
    ----------
    simulator
        Mid-way, jobs left in every rollout looked at.
    rollouts
        Shape (A,); all that are not done, unless given.
    """
    sim, static = simulator, simulator.static
    b = sim.active if rollouts is None else rollouts
    owner, job = torch.nonzero(sim.job_mask[b], as_tuple=True)
    row = b[owner]
    source = sim.source[row]
    here = sim.source[b]
    unit = static.scale[here]  # (A,)
    scale = unit[owner]
    now = sim.now[b]
    time = now[owner]

    # Pairs: candidate job and machine. Not eligible is +inf throughout.
    start = sim.earliest_start[row, job]  # (R, M)
    processing = static.processing[source, job]
    group = static.group[source, job]
    setup = static.setup[sim._setup_row[row] + group[:, None]]
    open_ready = sim.open_ready[row]
    may = (start <= sim.limit[row][:, None]) & torch.isfinite(start)
    begin = torch.maximum(open_ready + setup, start)
    end = begin + processing
    if static.has_closures:
        closed_from, closed_for = static.next_closure(sim._axis[row], begin)
        pause = torch.where(end > closed_from, closed_for, 0.0)
        end = end + pause
    dead = begin - torch.maximum(open_ready, time[:, None])
    priced = processing * static.price[source]
    fit = static.assignment[source, job]

    def least(pairs: Tensor) -> Tensor:
        return torch.where(may, pairs, torch.inf).amin(1)

    best_end = least(end)
    own = least(processing)
    own_setup = least(setup)
    mean = static.mean_processing[source, job]
    smallest = static.smallest_processing[source, job]
    into = static.setup_into[source, group]
    tail = static.tail[source, job]
    weight = static.weight[source, job]
    due = static.effective_due[source, job]
    dated = torch.isfinite(due)
    slack = torch.where(dated, due, time) - time - smallest
    left = sim.remaining[b].double()
    machines = static.num_machines[here].double()
    mean_weight = (static.weight[here].sum(1) / static.num_jobs[here])[owner]
    per_machine = (sim.work_left[b] / machines).clamp(min=1)  # (A,)
    group_work = sim.group_work[row, group]
    eligible = torch.isfinite(start)
    count = eligible.sum(1)
    may_count = may.sum(1)
    load = sim.load[b] / (sim.load[b].sum(1) / machines).clamp(min=1)[:, None]
    contention = torch.where(eligible, load[owner], 0).sum(1) / count
    critical = tail + smallest
    longest = _segment_max(critical, owner, len(b))
    calm = torch.where(dated, slack.clamp(min=0), 100 * per_machine[owner])
    usual = _usual_setup(sim)[here][owner].clamp(min=1)
    importance = torch.log(weight / mean_weight) - torch.log(own / scale)

    def atcs(k1: float, k2: float) -> Tensor:
        return (
            importance
            - (calm / (k1 * scale)).clamp(max=20)
            - (own_setup / (k2 * usual)).clamp(max=20)
        )

    zero = torch.zeros_like(best_end)
    paused = zero
    if static.has_closures:
        paused = torch.where(may & (end == best_end[:, None]), pause, torch.inf).amin(1)
    late = dated & (slack < 0)
    timed = torch.stack(
        [
            own,
            mean,
            smallest,
            own_setup,
            into - own_setup,
            into,
            best_end - time,
            best_end - end.amin(1),
            least(start) - time,
            least(dead),
            paused,
            tail,
            group_work,
        ],
        1,
    )
    timed = squash(timed / scale[:, None])
    plain = torch.stack(
        [
            own_setup == 0,
            torch.tanh(slack / (4 * scale)) * dated,
            torch.tanh(slack / per_machine[owner]) * dated,
            late,
            dated,
            torch.log1p(weight / mean_weight),
            torch.log1p(static.weight_behind[source, job] / mean_weight),
            static.important[source, job],
            critical / longest[owner],
            tail > 0,
            may_count / machines[owner],
            count / machines[owner],
            count == 1,
            group_work / sim.work_left[row].clamp(min=1),
            contention,
            torch.log(least(priced) / priced.amin(1)),
            torch.where(may, fit, 0).sum(1),
            (may & static.preferred[source, job]).any(1),
            squash(atcs(1.0, 0.3)) / 2,
            squash(atcs(4.0, 1.0)) / 2,
        ],
        1,
    )
    features = torch.cat([timed.float(), plain.float()], 1)[:, _JOB_ORDER]

    busy = (sim.open_ready[b] - now[:, None]).clamp(min=0)  # (A, M)
    real = torch.arange(sim.num_machines, device=b.device) < machines[:, None]
    busy = torch.where(real, busy, 0)
    expected = sim.load[b] + busy
    mean_busy = busy.sum(1) / machines
    spread = torch.where(real, (busy - mean_busy[:, None]) ** 2, 0).sum(1) / machines
    candidates = torch.zeros_like(now).index_add(0, owner, torch.ones_like(time))
    lates = torch.zeros_like(now).index_add(0, owner, late.double())
    dues = torch.zeros_like(now).index_add(0, owner, dated.double())
    horizon = static.horizon[here]
    shares = static.objective[here]
    shares = shares / shares.sum(1, keepdim=True)
    overall = torch.stack(
        [
            1 - left / static.num_jobs[here],
            squash(per_machine / unit),
            squash(now / horizon),
            squash((sim.makespan_bound[b] - now) / horizon),
            ((busy == 0) & real).sum(1) / machines,
            squash(spread.sqrt() / unit),
            torch.log1p(expected.amax(1) / (expected.sum(1) / machines).clamp(min=1)),
            candidates / left,
            lates / candidates,
            dues / candidates,
            squash(longest / per_machine),
            squash(_usual_setup(sim)[here] / unit),
            torch.log1p(left) / 4,
            torch.log1p(machines) / 4,
            shares[:, 0],
            shares[:, 1],
            shares[:, 2],
            sim.lookahead[b] > 0,
            torch.isinf(sim.lookahead[b]),
        ],
        1,
    ).float()
    return Observation(b, owner, job, features, overall)


# Where each row of JOB_FEATURES stands among the timed, then the plain columns.
_JOB_ORDER = [
    0, 1, 2, 3, 13, 4, 5, 6, 7, 8, 9, 10, 14, 15, 16, 17, 18, 19, 20, 11, 21, 22,
    23, 24, 25, 12, 26, 27, 28, 29, 30, 31, 32,
]  # fmt: skip


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
    here = sim.source[b]
    owner, machine = torch.nonzero(sim.machine_mask(b, jobs), as_tuple=True)
    row, source, job = b[owner], here[owner], jobs[owner]
    setup_start, _, begin, end = sim.outcome(b, jobs)
    finish = end[owner, machine]
    unit = static.scale[source]
    now = sim.now[row]
    processing = static.processing[source, job, machine]
    group = static.group[source, job]
    setup = static.setup[sim._setup_row[row, machine] + group]
    into = static.setup_into[source, group]
    effort = processing + setup
    least = torch.full_like(sim.now[b], torch.inf)
    least_effort = least.scatter_reduce(0, owner, effort, "amin")
    least_end = least.scatter_reduce(0, owner, finish, "amin")
    prices = static.processing[here, jobs] * static.price[here]
    price = static.price[source, machine]
    fits = static.assignment[here, jobs]
    fit = fits[owner, machine]
    others = torch.where(sim.machine_mask(b, jobs), fits, 0).clone()
    others = others[owner]
    others[torch.arange(len(owner), device=b.device), machine] = 0
    busy = (sim.open_ready[b] - sim.now[b][:, None]).clamp(min=0)
    load = sim.load[b] + busy
    machines = static.num_machines[here].double()
    real = torch.arange(sim.num_machines, device=b.device) < machines[:, None]
    mean_load = torch.where(real, load, 0).sum(1) / machines
    current = sim.machine_group[row, machine]
    is_set = current < static.num_groups
    own_work = sim.group_work[row, current.clamp(max=max(static.num_groups - 1, 0))]
    timed = torch.stack(
        [
            processing,
            setup,
            into - setup,
            effort - least_effort[owner],
            finish - now,
            finish - least_end[owner],
            finish - end.amin(1)[owner],
            sim.earliest_start[row, job, machine] - now,
            begin[owner, machine] - torch.maximum(setup_start[owner, machine], now),
            finish - begin[owner, machine] - processing,
            busy[owner, machine],
            sim.load[row, machine],
            torch.where(is_set, own_work, 0),
        ],
        1,
    )
    timed = squash(timed / unit[:, None])
    plain = torch.stack(
        [
            processing / static.mean_processing[source, job],
            setup == 0,
            load[owner, machine] / mean_load.clamp(min=1)[owner],
            current == group,
            torch.log(price.clamp(min=1e-3)),
            torch.log(
                (processing * price).clamp(min=1e-6)
                / prices.amin(1)[owner].clamp(min=1e-6)
            ),
            fit,
            others.amax(1),
            static.preferred[source, job, machine],
        ],
        1,
    )
    features = torch.cat([timed.float(), plain.float()], 1)[:, _MACHINE_ORDER]
    return MachineObservation(owner, machine, features, finish)


_MACHINE_ORDER = [
    0, 13, 1, 14, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 15, 12, 16, 17, 18, 19, 20, 21,
]  # fmt: skip


def _usual_setup(simulator: Simulator) -> Tensor:
    """Shape (P,), seconds: mean setup over the jobs."""
    static = simulator.static
    into = static.setup_into.gather(1, static.group)  # (P, N)
    return (into * (static.weight > 0)).sum(1) / static.num_jobs


def _segment_max(values: Tensor, owner: Tensor, count: int) -> Tensor:
    """Largest value of each owner; shape (count,)."""
    empty = torch.zeros(count, dtype=values.dtype, device=values.device)
    return empty.scatter_reduce(0, owner, values, "amax")
