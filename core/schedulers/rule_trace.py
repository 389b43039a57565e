"""The decisions behind any result; those of a dispatch rule are made again."""

from __future__ import annotations

import torch

from core.decisions.recording import trace_plan
from core.planning.scheduler import Result
from core.planning.trace import Recorder, Scores, Trace
from core.problem.model import Problem
from core.problem.objective import Objective
from core.schedulers.rules import RULES, Moment, Variant, best_of, jobs_behind, variants
from core.simulation.simulator import Simulator
from core.simulation.tensors import stack


@torch.inference_mode()
def trace_of(result: Result) -> Trace:
    """
    Return the decisions behind any result, as far as there are any.

    A policy's trace is part of its result. The plan of a dispatch rule is made again,
    its priorities noted. Any other plan is walked through in the order of its starts,
    without scores.
    """
    if result.trace is not None and result.trace.is_of(result.schedule):
        return result.trace
    problem, objective = result.problem, result.objective
    rule = result.scheduler.removeprefix("rule:")
    if result.scheduler.startswith("rule:") and (rule == "best" or rule in RULES):
        tried = variants(tuple(RULES) if rule == "best" else (rule,))
        best = tried[0]
        if len(tried) > 1:
            best, _, _ = best_of(problem, objective, tried)
        made = trace_rule(problem, objective, best, result.scheduler, result.seed)
        if made.is_of(result.schedule):  # not where the plan was refined afterwards
            return made
    return trace_plan(result)


def trace_rule(
    problem: Problem, objective: Objective, variant: Variant, scheduler: str, seed: int
) -> Trace:
    """Plan with one dispatch rule, every priority noted."""
    rule = RULES[variant.name]
    recorder = Recorder(
        problem,
        objective,
        scheduler=scheduler,
        seed=seed,
        lookahead=rule.lookahead,
        scores=Scores.RULE,
    )
    simulator = Simulator(
        stack([problem], [objective]), lookahead=rule.lookahead, copies=1
    )
    behind = jobs_behind([problem])
    while len(simulator.active):
        job = torch.nonzero(simulator.job_mask[0]).squeeze(1)
        rollout = torch.zeros_like(job)
        may = simulator.machine_mask(rollout, job)
        moment = Moment(simulator, rollout, job, may, behind)
        settings = [torch.full((len(job),), x).double() for x in variant.parameters]
        pairs = rule.priority(moment, *settings).double()
        priority = pairs
        if pairs.dim() == 2:
            pairs = torch.where(may, pairs, -torch.inf)
            priority = pairs.amax(1)
        row = int(priority.argmax())
        ends = simulator.outcome(rollout[:1], job[row : row + 1])[3][0]
        # As the rules do: among the machines of highest priority, the earliest end.
        best = may[row]
        if pairs.dim() == 2:
            best = best & (pairs[row] == priority[row])
        machine = int(torch.where(best, ends, torch.inf).argmin())
        machines = torch.nonzero(may[row]).squeeze(1)
        shown = pairs[row] if pairs.dim() == 2 else -ends
        recorder.add(
            float(simulator.now[0]),
            int(job[row]),
            machine,
            job.numpy(),
            priority.numpy(),
            machines.numpy(),
            shown[machines].numpy(),
        )
        simulator.step(rollout[:1], job[row : row + 1], torch.tensor([machine]))
    return recorder.finish(simulator.schedules()[0])
