"""One problem planned by one model: in machine code where it can be, else by torch."""

from __future__ import annotations

from typing import Protocol, cast

from core.planning.scheduler import Pace
from core.planning.trace_recorder import Recorder
from core.policy.checkpoint import Model
from core.policy.compiled.plan_loop import PlanLoop, Played, Steps
from core.problem.model import Problem
from core.problem.objective import Objective
from core.simulation.problems.side_by_side import side_by_side
from core.timing.machine_code import compiled_elsewhere


class Plans(Protocol):
    """Plans of one problem by one policy, as many as are asked for."""

    def greedy(
        self,
        *,
        path: Steps = (),
        recorder: Recorder | None = None,
        pace: Pace | None = None,
    ) -> Played:
        """
        Plan with the most probable decisions, the first of them as they are given.

        Parameters
        ----------
        path
            Job and machine of the first decisions, however improbable; the policy goes
            on from there.
        recorder
            Notes the probabilities of every decision.
        pace
            Told of every step.

        Raises
        ------
        ValueError
            When the path holds a job or machine that may not be chosen.
        PlanningCancelled
            When the pace says so.
        """
        ...

    def best_sampled(
        self, samples: int, seed: int, pace: Pace
    ) -> tuple[Played | None, int]:
        """
        Best of some plans with decisions drawn from the policy, and how many were made.

        A stop drops those in hand and ends the drawing.
        """
        ...


def plans_of(
    model: Model, problem: Problem, objective: Objective, lookahead: float
) -> Plans:
    """
    Plans of a problem by a model.

    The loop of machine code decides as the torch network does, and loads no torch. The
    networks of fixed size have no such loop, and nobody waits for one that another
    thread is compiling.

    Parameters
    ----------
    model, problem, objective
        Who decides, on what, and what it is judged by.
    lookahead
        Seconds that machines may wait for a job.
    """
    if model.network is not None and not compiled_elsewhere():
        arrays = side_by_side([problem], [objective])
        return PlanLoop(arrays, model.network, lookahead)

    from core.policy.two_step import Policy
    from core.schedulers.tensors.plans import TensorPlans
    from core.simulation.problems.stack import stack

    policy = cast(Policy, model.policy)
    return TensorPlans(policy, stack([problem], [objective]), lookahead)
