"""The hierarchical policy as a scheduler: first the job, then its machine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf
from typing import cast

import torch
from torch import Tensor

from core.decisions.recording import note
from core.planning.scheduler import (
    Pace,
    PlanningCancelled,
    Progress,
    Result,
    Stopwatch,
    silent,
)
from core.planning.settings import PlanSettings
from core.planning.stopping import Stop, never
from core.planning.trace import Recorder
from core.policy.checkpoint import Model
from core.policy.choosing import GREEDY, Given, sampled
from core.policy.errors import TooLargeError
from core.policy.two_step import Choose, Policy, act
from core.problem.model import Problem
from core.problem.objective import Objective
from core.problem.schedule import Schedule
from core.simulation.problem_tensors import ProblemTensors
from core.simulation.simulator import Simulator
from core.simulation.stack import stack

BYTES_PER_PAIR = 250  # of job and machine in one rollout, observation included
MOST_BYTES = 400_000_000
MOST_TRACED = 3_000  # jobs: above, a trace would outweigh all else

Steps = Sequence[tuple[int, int]]  # the job and machine of every decision, in order


@dataclass(frozen=True)
class HierarchicalScheduler:
    """
    Scheduler ``hierarchical``: a trained policy takes every decision.

    Parameters
    ----------
    model
        The policy.
    settings
        Of them ``samples``: plans to make, of which the best by the objective is kept,
        the first with the most probable choices, the others drawn; and ``lookahead``:
        ``None`` is what the model's card says.
    """

    model: Model
    settings: PlanSettings = PlanSettings()  # noqa: RUF009 - frozen
    name: str = "hierarchical"

    def schedule(
        self,
        problem: Problem,
        objective: Objective,
        *,
        seed: int = 0,
        stop: Stop = never,
        progress: Progress = silent,
    ) -> Result:
        """
        Plan every job; see :class:`core.planning.scheduler.Scheduler`.

        Once the first plan is there, a stop ends the sampling and keeps the best.

        Raises
        ------
        TooLargeError
            When the model has too few places for the problem.
        PlanningCancelled
            When stopped before the first plan.
        """
        watch = Stopwatch()
        check_places(self.model, problem)
        samples, wait = self.settings.samples, self.settings.lookahead
        if wait is None:
            wait = card_lookahead(problem, self.model)
        policy = cast(Policy, self.model.policy)
        static = stack([problem], [objective])
        pace = Pace(samples * problem.num_jobs, "planning", stop, progress)

        def recorder() -> Recorder | None:
            if problem.num_jobs > MOST_TRACED:
                return None
            return Recorder(
                problem,
                objective,
                scheduler=self.name,
                model=self.model.key,
                seed=seed,
                lookahead=wait,
            )

        noted = recorder()
        best = greedy = play(policy, static, wait, recorder=noted, pace=pace)
        drawn, reason = 1, "took the most probable job and machine every time"
        if samples > 1 and not stop():
            found, drawn = draw(policy, static, wait, samples - 1, seed, pace)
            if found is not None and found.cost < best.cost:
                noted = recorder()
                best = play(policy, static, wait, recorder=noted, path=found.path)
            drawn += 1
        if drawn > 1:
            reason = (
                f"made {drawn} plans; the best costs {best.cost:.4f}, the one with the "
                f"most probable decisions {greedy.cost:.4f}"
            )
        return Result(
            problem=problem,
            schedule=best.schedule,
            objective=objective,
            scheduler=self.name,
            seconds=watch.seconds,
            decisions=problem.num_jobs,
            reason=f"The policy {self.model.card.name!r} {reason}.",
            model=self.model.key,
            seed=seed,
            trace=None if noted is None else noted.finish(best.schedule),
        )


def card_lookahead(problem: Problem, model: Model) -> float:
    """Seconds of the lookahead that a model plans best with; its card has it."""
    means = model.card.lookahead
    return inf if means is None else means * float(problem.mean_processing.mean())


def check_places(model: Model, problem: Problem) -> None:
    """
    Refuse a problem that is too large for a model of fixed size.

    Raises
    ------
    TooLargeError
        When it is; names both sizes.
    """
    places = cast(Policy, model.policy).places
    size = (problem.num_jobs, problem.num_machines)
    if places is not None and (size[0] > places[0] or size[1] > places[1]):
        raise TooLargeError(
            f"Model {model.card.name!r} takes at most {places[0]} jobs and {places[1]} "
            f"machines; the problem has {size[0]} and {size[1]}."
        )


@dataclass(frozen=True, eq=False)
class Played:
    """
    One plan of a policy.

    Parameters
    ----------
    schedule, cost
        The plan, and its cost by the objective.
    path
        What was chosen, in order.
    """

    schedule: Schedule
    cost: float
    path: Steps


@torch.inference_mode()
def play(
    policy: Policy,
    static: ProblemTensors,
    lookahead: float,
    *,
    recorder: Recorder | None = None,
    path: Steps | None = None,
    pace: Pace | None = None,
) -> Played:
    """
    Plan one problem, with the most probable decisions or along a given path.

    Parameters
    ----------
    policy, static, lookahead
        Who decides, the problem, and the seconds that machines may wait.
    recorder
        Notes the probabilities of every decision.
    path
        Job and machine of the first decisions, however improbable; the policy goes on
        from there.
    pace
        Told of every step.

    Raises
    ------
    ValueError
        When the path holds a job or machine that may not be chosen.
    """
    simulator = Simulator(static, lookahead=lookahead)
    done: list[tuple[int, int]] = []
    while len(simulator.active):
        choose: Choose = GREEDY
        if path is not None and len(done) < len(path):
            job, machine = path[len(done)]
            choose = Given(torch.tensor([job]), torch.tensor([machine]))
        choice = act(policy, simulator, choose)
        if recorder is not None:
            note(recorder, simulator, choice)
        done.append((int(choice.job), int(choice.machine)))
        simulator.step(choice.rollout, choice.job, choice.machine)
        if pace is not None:
            pace.step()
    (schedule,) = simulator.schedules()
    return Played(schedule, float(simulator.cost[0]), done)


@torch.inference_mode()
def draw(
    policy: Policy,
    static: ProblemTensors,
    lookahead: float,
    samples: int,
    seed: int,
    pace: Pace,
) -> tuple[Played | None, int]:
    """
    Best of some plans with decisions drawn from the policy, and how many were made.

    Copies of the problem are played side by side, as many at a time as fit in
    memory; a stop drops those in hand.
    """
    choose = sampled(torch.Generator().manual_seed(seed))
    pairs = static.processing[0].numel()
    room = max(1, MOST_BYTES // (BYTES_PER_PAIR * pairs))
    best, made = None, 0
    while made < samples:
        copies = min(room, samples - made)
        simulator = Simulator(static, lookahead=lookahead, copies=copies)
        steps: list[tuple[Tensor, Tensor]] = []
        try:
            while len(simulator.active):
                choice = act(policy, simulator, choose)
                simulator.step(choice.rollout, choice.job, choice.machine)
                steps.append((choice.job, choice.machine))
                pace.step(copies)
        except PlanningCancelled:
            break
        made += copies
        row = int(simulator.cost.argmin())
        cost = float(simulator.cost[row])
        if best is None or cost < best.cost:
            path = [(int(job[row]), int(machine[row])) for job, machine in steps]
            best = Played(simulator.schedules()[row], cost, path)
    return best, made
