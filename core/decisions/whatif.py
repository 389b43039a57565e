"""What if the planner had decided otherwise: the policy goes on from there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.decisions.recording import Playback, note, row_of
from core.planning.scheduler import Result, Stopwatch
from core.planning.trace import Override, Recorder, Scores, StaleTraceError
from core.policy.checkpoint import Model
from core.policy.two_step import Choice, Policy, segment_log_softmax
from core.problem.model import Problem
from core.problem.schedule import Schedule
from core.simulation.features import observe, observe_machines
from core.simulation.simulator import Simulator


@torch.inference_mode()
def what_if(
    result: Result,
    model: Model,
    step: int,
    *,
    job: int | None = None,
    machine: int | None = None,
) -> Result:
    """
    Plan again with another decision at one step.

    Decisions before the step stay as they are, the planner's among them; at the step
    the given job and machine are taken; from there on, the policy takes its most
    probable choices. Decisions that the planner took behind the step are gone: what
    they chose from is not there any more.

    Parameters
    ----------
    result
        A plan with the decisions of a policy; may itself be a what-if.
    model
        The policy that made it.
    step
        Which decision to take otherwise.
    job, machine
        The choice. Without a job, it is the one of the plan; without a machine, the
        policy's for that job.

    Raises
    ------
    StaleTraceError
        When the plan has no decisions of a policy, or those of another model.
    IndexError
        When there is no such step.
    ValueError
        When the job or machine may not be chosen at this step.
    """
    trace, problem = result.trace, result.problem
    if trace is None or trace.scores is not Scores.POLICY:
        raise StaleTraceError(
            f"The plan of {result.scheduler} has no decisions of a policy to "
            "go on from."
        )
    trace.check(problem, model.key)
    trace[step]  # refuses a step that is not there
    watch = Stopwatch()
    policy = cast(Policy, model.policy)
    recorder = Recorder(
        problem,
        result.objective,
        scheduler=trace.scheduler,
        model=trace.model,
        seed=trace.seed,
        lookahead=trace.lookahead,
    )
    recorder.copy(trace, step)
    simulator = Playback(problem, trace).at(step)
    forced = (job is not None or bool(trace.forced[step, 0]), machine is not None)
    given = int(trace.job[step]) if job is None else job
    choice = decide(policy, simulator, given, machine)
    while True:
        note(recorder, simulator, choice, forced)
        simulator.step(choice.rollout, choice.job, choice.machine)
        if not len(simulator.active):
            break
        choice, forced = decide(policy, simulator), (False, False)
    schedule = simulator.schedules()[0]
    made = recorder.finish(schedule)
    return Result(
        problem=problem,
        schedule=schedule,
        objective=result.objective,
        scheduler=result.scheduler,
        seconds=watch.seconds,
        decisions=problem.num_jobs,
        reason=_reason(problem, model, made.overrides),
        model=model.key,
        seed=result.seed,
        trace=made,
    )


def decide(
    policy: Policy,
    simulator: Simulator,
    job: int | None = None,
    machine: int | None = None,
) -> Choice:
    """
    Take one decision of one rollout, job or machine given; the simulator stays put.

    Raises
    ------
    ValueError
        When the given job or machine may not be chosen.
    """
    seen = observe(simulator, with_state=policy.needs_state)
    scores = policy.score_jobs(seen)
    job_row = _best(scores.logits) if job is None else row_of(seen.job, job)
    machines = observe_machines(simulator, seen.rollout, seen.job[job_row])
    logits = policy.score_machines(seen, scores, job_row, machines)
    row = _best(logits) if machine is None else row_of(machines.machine, machine)
    log_jobs = segment_log_softmax(scores.logits, seen.owner, 1)
    log_machines = segment_log_softmax(logits, machines.owner, 1)
    return Choice(
        seen,
        machines,
        job_row,
        row,
        scores,
        logits,
        log_jobs[job_row],
        log_machines[row],
    )


def _best(logits: Tensor) -> Tensor:
    """Row of the largest logit, shape (1,)."""
    return logits.argmax(0, keepdim=True)


def override_words(problem: Problem, override: Override) -> str:
    """One override in words: ``step 37: J12 on M3 (machine chosen)``."""
    what = {
        (True, True): "job and machine",
        (True, False): "job",
        (False, True): "machine",
    }[override.job_forced, override.machine_forced]
    return (
        f"step {override.step + 1}: {problem.job_ids[override.job]} on "
        f"{problem.machine_ids[override.machine]} ({what} chosen by the planner)"
    )


def _reason(problem: Problem, model: Model, overrides: tuple[Override, ...]) -> str:
    """Say which decisions are the planner's."""
    words = "; ".join(override_words(problem, x) for x in overrides)
    return (
        f"The policy {model.card.name!r} took its most probable decisions around the "
        f"planner's own: {words}."
    )


@dataclass(frozen=True, eq=False)
class Moves:
    """
    What differs between two plans of one problem.

    Parameters
    ----------
    jobs
        Shape (c,): jobs on another machine or at another time, those first whose end
        moved most.
    other_machine
        Shape (c,), bool.
    later
        Shape (c,), seconds by which each ends later; negative: sooner.
    """

    jobs: NDArray[np.int64]
    other_machine: NDArray[np.bool_]
    later: NDArray[np.int64]


def moves(before: Schedule, after: Schedule) -> Moves:
    """Return the jobs that moved from one plan to another of the same problem."""
    elsewhere = before.machine != after.machine
    later = after.end - before.end
    moved = np.flatnonzero(elsewhere | (before.start != after.start) | (later != 0))
    jobs = moved[np.argsort(-np.abs(later[moved]), kind="stable")]
    return Moves(jobs, elsewhere[jobs], later[jobs])
