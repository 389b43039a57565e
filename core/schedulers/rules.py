"""Dispatch rules: jobs placed one by one, by a priority that is a formula."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from math import inf

import numpy as np
import torch
from torch import Tensor

from core.planning.scheduler import Pace, Progress, Result, Stopwatch, silent
from core.planning.stopping import Stop, never
from core.policy.segments import segment_argmax
from core.problem.model import Problem
from core.problem.objective import Objective
from core.problem.schedule import Schedule
from core.simulation.simulator import Simulator
from core.simulation.tensors import stack

MOST_PAIRS = 8_000_000  # pairs of job and machine simulated at once: about 400 MB
NO_DUE = 1e6  # slack of a job without due date, in units of k1 mean processing times


@dataclass(frozen=True, eq=False)
class Moment:
    """
    The jobs that may be placed next, in all rollouts of one rule.

    Parameters
    ----------
    simulator
        Where time stands still.
    rollout, job
        Shape (R,): row r is job ``job[r]``, which may be placed in ``rollout[r]``.
    may
        Shape (R, M), bool: the machines it may be placed on.
    jobs_behind
        Shape (P, N): jobs on the longest chain behind each job.
    """

    simulator: Simulator
    rollout: Tensor
    job: Tensor
    may: Tensor
    jobs_behind: Tensor

    @cached_property
    def source(self) -> Tensor:
        """Shape (R,): the problem of each row."""
        return self.simulator.source[self.rollout]

    def of_job(self, values: Tensor) -> Tensor:
        """Shape (R,): entries of a (P, N) table."""
        return values[self.source, self.job]

    @cached_property
    def processing(self) -> Tensor:
        """Shape (R, M), seconds."""
        return self.simulator.static.processing[self.source, self.job]

    @cached_property
    def setup(self) -> Tensor:
        """Shape (R, M), seconds of setup, were the job next on each machine."""
        return self.simulator.setup_seconds(self.rollout, self.job)

    @cached_property
    def end(self) -> Tensor:
        """Shape (R, M), seconds since plan start: exact end on each machine."""
        return self.simulator.outcome(self.rollout, self.job)[3]


# A rule gives the priority of each row, largest first: shape (R,) when it is the
# job's alone, so that the machine is the one on which the job ends first; shape
# (R, M) when it is the pair's. Further arguments, shape (R,), are its parameters.


def fifo(moment: Moment) -> Tensor:
    """First in, first out: the job that has been ready for longest."""
    return -moment.simulator.job_ready[moment.rollout, moment.job]


def spt(moment: Moment) -> Tensor:
    """Shortest (mean) processing time."""
    return -moment.of_job(moment.simulator.static.mean_processing)


def lpt(moment: Moment) -> Tensor:
    """Longest (mean) processing time."""
    return moment.of_job(moment.simulator.static.mean_processing)


def edd(moment: Moment) -> Tensor:
    """Earliest due date, that of the jobs behind it counted back to it."""
    return -moment.of_job(moment.simulator.static.effective_due)


def mwkr(moment: Moment) -> Tensor:
    """Most work remaining: the longest chain, its own processing counted."""
    static = moment.simulator.static
    return moment.of_job(static.tail + static.smallest_processing)


def mor(moment: Moment) -> Tensor:
    """Most operations remaining: the longest chain, by number of jobs."""
    return moment.of_job(moment.jobs_behind)


def ect(moment: Moment) -> Tensor:
    """Earliest completion time, of all pairs of job and machine."""
    return -moment.end


def sufferage(moment: Moment) -> Tensor:
    """
    Most to lose: second earliest less earliest end over its machines.

    Maheswaran et al. 1999. A job with one machine counts as if the second never ended.
    """
    ends = torch.where(moment.may, moment.end, torch.inf)
    if ends.shape[1] == 1:
        return torch.full_like(ends[:, 0], torch.inf)
    first, second = ends.topk(2, dim=1, largest=False).values.unbind(1)
    return second - first


def atcs(moment: Moment, k1: Tensor, k2: Tensor) -> Tensor:
    """
    Apparent tardiness cost with setups (Lee, Bhaskaran and Pinedo 1997, eq. 2).

    The logarithm of w/p exp(-max(d - p - t, 0) / (k1 p')) exp(-s / (k2 s')), p' and
    s' the mean processing time and setup. Jobs without due dates come last, ordered
    by the other two factors.
    """
    static = moment.simulator.static
    due = moment.of_job(static.effective_due)[:, None]
    now = moment.simulator.now[moment.rollout][:, None]
    slack = (due - moment.processing - now).clamp(min=0)
    mean = static.scale[moment.source]
    usual = static.usual_setup[moment.source].clamp(min=1e-9)
    waits = (slack / (k1 * mean)[:, None]).nan_to_num(nan=NO_DUE).clamp(max=NO_DUE)
    weight = moment.of_job(static.weight)[:, None]
    return (
        torch.log(weight / moment.processing)
        - waits
        - moment.setup / (k2 * usual)[:, None]
    )


@dataclass(frozen=True)
class Rule:
    """
    A rule by name.

    Parameters
    ----------
    title
        As planners read it.
    priority
        The formula.
    lookahead
        Seconds that machines may wait for a job: 0 or infinite.
    grid
        Values of the formula's parameters; the best is kept.
    """

    title: str
    priority: Callable[..., Tensor]
    lookahead: float = 0.0
    grid: tuple[tuple[float, ...], ...] = ((),)


K1, K2 = (0.1, 0.2, 0.5, 1.0, 2.0, 4.0), (0.05, 0.1, 0.3, 1.0, 3.0)

RULES: dict[str, Rule] = {
    "fifo": Rule("first in, first out", fifo),
    "spt": Rule("shortest processing time", spt),
    "lpt": Rule("longest processing time", lpt),
    "edd": Rule("earliest due date", edd),
    "mwkr": Rule("most work remaining", mwkr),
    "mor": Rule("most operations remaining", mor),
    "ect": Rule("earliest completion time", ect, lookahead=inf),
    "lpt-wait": Rule("longest processing time, machines may wait", lpt, lookahead=inf),
    "edd-wait": Rule("earliest due date, machines may wait", edd, lookahead=inf),
    "sufferage": Rule("most to lose", sufferage, lookahead=inf),
    "atcs": Rule("apparent tardiness cost with setups", atcs, grid=(*product(K1, K2),)),
}


@dataclass(frozen=True)
class Variant:
    """One rule with one choice of its parameters."""

    name: str
    parameters: tuple[float, ...] = ()

    @property
    def title(self) -> str:
        """Words for the planner."""
        words = RULES[self.name].title
        if self.name == "atcs":
            words += " (k1 = {:g}, k2 = {:g})".format(*self.parameters)
        return words


def variants(names: Sequence[str]) -> list[Variant]:
    """
    Every grid point of some rules.

    Raises
    ------
    ValueError
        When there is no such rule.
    """
    unknown = [name for name in names if name not in RULES]
    if unknown:
        raise ValueError(f"Expected rules of {', '.join(RULES)}; got {unknown[0]!r}.")
    return [Variant(name, point) for name in names for point in RULES[name].grid]


@dataclass(frozen=True)
class RuleScheduler:
    """
    Plan with each of some rules, and keep the best plan by the objective.

    Parameters
    ----------
    name
        Registry name.
    rules
        Names of the rules.
    """

    name: str
    rules: tuple[str, ...]

    def schedule(
        self,
        problem: Problem,
        objective: Objective,
        *,
        seed: int = 0,
        stop: Stop = never,
        progress: Progress = silent,
    ) -> Result:
        """Plan every job; see :class:`core.planning.scheduler.Scheduler`."""
        watch = Stopwatch()
        tried = variants(self.rules)
        best, schedule, _ = best_of(problem, objective, tried, stop, progress)
        words = f"Rule: {best.title}"
        if len(tried) > 1:
            words += f", the least cost of {len(tried)} rules and settings"
        return Result(
            problem=problem,
            schedule=schedule,
            objective=objective,
            scheduler=self.name,
            seconds=watch.seconds,
            decisions=problem.num_jobs,
            reason=f"{words}.",
            seed=seed,
        )


def best_of(
    problem: Problem,
    objective: Objective,
    tried: Sequence[Variant],
    stop: Stop = never,
    progress: Progress = silent,
) -> tuple[Variant, Schedule, float]:
    """
    Plan with each variant; the cheapest, its schedule and cost, the first on ties.

    Raises
    ------
    PlanningCancelled
        When ``stop`` says so.
    """
    room = max(1, MOST_PAIRS // (problem.num_jobs * problem.num_machines))
    waits = sorted({RULES[variant.name].lookahead for variant in tried})
    parts = [
        same[i : i + room]
        for wait in waits
        for same in [[v for v in tried if RULES[v.name].lookahead == wait]]
        for i in range(0, len(same), room)
    ]
    static = stack([problem], [objective])
    behind = jobs_behind([problem])
    pace = Pace(len(parts) * problem.num_jobs, "trying rules", stop, progress)
    found: tuple[Variant, Schedule, float] | None = None
    for part in parts:
        simulator = Simulator(
            static, lookahead=RULES[part[0].name].lookahead, copies=len(part)
        )
        play(simulator, part, behind, pace)
        row = int(simulator.cost.argmin())
        cost = float(simulator.cost[row])
        if found is None or cost < found[2]:
            found = part[row], simulator.schedules()[row], cost
    if found is None:
        raise ValueError("Expected a rule, got none.")
    return found


@torch.inference_mode()
def play(
    simulator: Simulator,
    tried: Sequence[Variant],
    behind: Tensor,
    pace: Pace | None = None,
) -> None:
    """
    Place all jobs of all rollouts: copy v of every problem follows variant v.

    Parameters
    ----------
    simulator
        At plan start, with as many copies as variants.
    tried
        The variants, of one lookahead.
    behind
        From :func:`jobs_behind`.
    pace
        Told of every step.
    """
    names = list(dict.fromkeys(variant.name for variant in tried))
    rule_of = torch.tensor([names.index(variant.name) for variant in tried])
    widest = max(len(variant.parameters) for variant in tried)
    table = torch.zeros((len(tried), widest), dtype=torch.float64)
    for v, variant in enumerate(tried):
        table[v, : len(variant.parameters)] = torch.tensor(variant.parameters)
    copy = torch.arange(simulator.num_rollouts) % len(tried)
    while len(b := simulator.active):
        owner, job = torch.nonzero(simulator.job_mask[b], as_tuple=True)
        rollout = b[owner]
        may = simulator.machine_mask(rollout, job)
        score = torch.zeros(len(job), dtype=torch.float64)
        follows = rule_of[copy[rollout]] if len(names) > 1 else None
        for i, name in enumerate(names):
            rows = slice(None) if follows is None else (follows == i).nonzero()[:, 0]
            rule = RULES[name]
            moment = Moment(simulator, rollout[rows], job[rows], may[rows], behind)
            settings = table[copy[moment.rollout], : len(rule.grid[0])].unbind(1)
            priority = rule.priority(moment, *settings)
            if priority.dim() == 2:
                priority = torch.where(moment.may, priority, -torch.inf)
                peak = priority.amax(1)
                may[rows] = moment.may & (priority == peak[:, None])
                priority = peak
            score[rows] = priority
        chosen = segment_argmax(score, owner, len(b))
        jobs = job[chosen]
        end = simulator.outcome(b, jobs)[3]
        machine = torch.where(may[chosen], end, torch.inf).argmin(1)
        simulator.step(b, jobs, machine)
        if pace is not None:
            pace.step()


def jobs_behind(problems: Sequence[Problem]) -> Tensor:
    """Shape (P, N): jobs on the longest chain behind each job; padded with 0."""
    widest = max(problem.num_jobs for problem in problems)
    behind = np.zeros((len(problems), widest))
    for p, problem in enumerate(problems):
        for job in problem.topological_order[::-1].tolist():
            for successor in problem.successors[job]:
                behind[p, job] = max(behind[p, job], behind[p, successor] + 1)
    return torch.from_numpy(behind)
