"""Dispatch rules by tensor operations, many side by side, and their decisions."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from core.planning.decision import Scores
from core.planning.dispatch_rules import RULES
from core.planning.scheduler import Pace, Progress, silent
from core.planning.stopping import Stop, never
from core.planning.trace import Trace
from core.planning.trace_recorder import Recorder
from core.policy.segments import segment_argmax
from core.problem.model import Problem
from core.problem.objective import Objective
from core.problem.schedule import Schedule
from core.schedulers.tensors.moment import Moment, jobs_behind
from core.schedulers.variants import Variant
from core.simulation.problems.stack import stack
from core.simulation.simulator import Simulator

MOST_PAIRS = 8_000_000  # pairs of job and machine simulated at once: about 400 MB


def best_by_tensors(
    problem: Problem,
    objective: Objective,
    tried: Sequence[Variant],
    stop: Stop = never,
    progress: Progress = silent,
) -> tuple[Variant, Schedule, float]:
    """
    Plan with each variant; see :func:`core.schedulers.dispatching.rules.best_of`.

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
        play(simulator, part, behind, pace=pace)
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
    *,
    recorder: Recorder | None = None,
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
    recorder
        Notes the priorities of every decision, of one variant on one problem.
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
        owner, job = torch.nonzero(_offered(simulator, b), as_tuple=True)
        rollout = b[owner]
        may = simulator.machine_mask(rollout, job)
        possible = may if recorder is None else may.clone()
        pairs: Tensor | None = None  # priorities, where a rule has them by machine
        score = torch.zeros(len(job), dtype=torch.float64)
        follows = rule_of[copy[rollout]] if len(names) > 1 else None
        for i, name in enumerate(names):
            rows = slice(None) if follows is None else (follows == i).nonzero()[:, 0]
            rule = RULES[name]
            moment = Moment(simulator, rollout[rows], job[rows], may[rows], behind)
            settings = table[copy[moment.rollout], : len(rule.grid[0])].unbind(1)
            priority = rule.priority(moment, *settings)
            if priority.dim() == 2:
                pairs = torch.where(moment.may, priority, -torch.inf)
                priority = pairs.amax(1)
                may[rows] = moment.may & (pairs == priority[:, None])
            score[rows] = priority
        chosen = segment_argmax(score, owner, len(b))
        jobs = job[chosen]
        end = simulator.outcome(b, jobs)[3]
        machine = torch.where(may[chosen], end, torch.inf).argmin(1)
        if recorder is not None:
            machines = torch.nonzero(possible[chosen[0]]).squeeze(1)
            shown = -end[0] if pairs is None else pairs[chosen[0]]
            recorder.add(
                float(simulator.now[0]),
                int(jobs),
                int(machine),
                job.numpy(),
                score.numpy(),
                machines.numpy(),
                shown[machines].numpy(),
            )
        simulator.step(b, jobs, machine)
        if pace is not None:
            pace.step()


def _offered(simulator: Simulator, b: Tensor) -> Tensor:
    """
    Jobs that a rule chooses from, (A, N), bool.

    A reserved job is none before its start: others may fit before it.
    """
    mask = simulator.job_mask[b]
    if not simulator.static.any_reserved:
        return mask
    reserved = simulator.static.reserved_start[simulator.source[b]] >= 0
    return mask & ~(reserved & (simulator.earliest[b] > simulator.now[b, None]))


def trace_of_variant(
    problem: Problem, objective: Objective, variant: Variant, scheduler: str, seed: int
) -> Trace:
    """
    Plan with one variant again, every priority noted.

    Parameters
    ----------
    problem, objective, variant
        What is planned, and how.
    scheduler, seed
        Of the result whose decisions these are.
    """
    wait = RULES[variant.name].lookahead
    recorder = Recorder(
        problem,
        objective,
        scheduler=scheduler,
        seed=seed,
        lookahead=wait,
        scores=Scores.RULE,
    )
    simulator = Simulator([problem], [objective], lookahead=wait)
    play(simulator, [variant], jobs_behind([problem]), recorder=recorder)
    return recorder.finish(simulator.schedules()[0])
