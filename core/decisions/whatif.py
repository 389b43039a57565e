"""What if the planner had decided otherwise: the policy goes on from there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import numpy as np
from numpy.typing import NDArray

from core.planning.decision import Override, Scores
from core.planning.scheduler import Result, Stopwatch
from core.planning.trace import StaleTraceError, Trace
from core.planning.trace_recorder import Recorder
from core.policy.checkpoint import Model
from core.policy.compiled.loop import FREE
from core.policy.compiled.plan_loop import PlanLoop
from core.problem.model import Problem
from core.problem.objective import Objective
from core.problem.schedule import Schedule
from core.simulation.problems.side_by_side import side_by_side
from core.timing.machine_code import compiled_elsewhere


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
    recorder = Recorder(
        problem,
        result.objective,
        scheduler=trace.scheduler,
        model=trace.model,
        seed=trace.seed,
        lookahead=trace.lookahead,
    )
    recorder.copy(trace, step)
    forced = (job is not None or bool(trace.forced[step, 0]), machine is not None)
    given = int(trace.job[step]) if job is None else job
    if model.network is None or compiled_elsewhere():
        schedule = _on_by_tensors(
            model, trace, problem, step, (given, machine), forced, recorder
        )
    else:
        if given < 0 or (machine is not None and machine < 0):
            raise ValueError(f"Expected numbers >= 0, got {given} and {machine}.")
        arrays = side_by_side([problem], [Objective(*trace.objective)])
        loop = PlanLoop(arrays, model.network, trace.lookahead)
        before = np.stack([trace.job[:step], trace.machine[:step]], 1).tolist()
        schedule = loop.greedy(
            path=[*before, (given, FREE if machine is None else machine)],
            recorder=recorder,
            recorded_from=step,
            forced=forced,
        ).schedule
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


def _on_by_tensors(
    model: Model,
    trace: Trace,
    problem: Problem,
    step: int,
    choice: tuple[int, int | None],
    forced: tuple[bool, bool],
    recorder: Recorder,
) -> Schedule:
    """Go on from another decision with a network that has no loop of machine code."""
    import torch

    from core.decisions.recording import Playback, note
    from core.policy.choosing import GREEDY, Given
    from core.policy.two_step import Choose, Policy, act

    policy, simulator = cast(Policy, model.policy), Playback(problem, trace).at(step)
    job, machine = choice
    choose: Choose = Given(
        torch.tensor([job]), None if machine is None else torch.tensor([machine])
    )
    with torch.inference_mode():
        while True:
            taken = act(policy, simulator, choose)
            note(recorder, simulator, taken, forced)
            simulator.step(taken.rollout, taken.job, taken.machine)
            if not len(simulator.active):
                return simulator.schedules()[0]
            choose, forced = GREEDY, (False, False)


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
