"""What if the planner had decided otherwise: the policy goes on from there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import numpy as np
import torch
from numpy.typing import NDArray

from core.decisions.recording import Playback, note
from core.planning.scheduler import Result, Stopwatch
from core.planning.trace import Override, Recorder, Scores, StaleTraceError
from core.policy.checkpoint import Model
from core.policy.choosing import GREEDY, Given
from core.policy.two_step import Choose, Policy, act
from core.problem.model import Problem
from core.problem.schedule import Schedule


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
    choose: Choose = Given(
        torch.tensor([given]), None if machine is None else torch.tensor([machine])
    )
    while True:
        choice = act(policy, simulator, choose)
        note(recorder, simulator, choice, forced)
        simulator.step(choice.rollout, choice.job, choice.machine)
        if not len(simulator.active):
            break
        choose, forced = GREEDY, (False, False)
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
