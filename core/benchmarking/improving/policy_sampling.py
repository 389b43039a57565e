"""
Destroy the end of a schedule and let the policy sample it anew, the rest fixed.

What starts before a moment stays as it is; from there on the policy draws some ways
to go on, side by side, and the cheapest is taken when it is cheaper than what was
there. (Ruin and recreate, Schrimpf et al. 2000, with the policy to recreate.)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf
from typing import cast

import numpy as np
import torch

from core.planning.scheduler import Progress, silent
from core.planning.stopping import Stop, peek
from core.policy.checkpoint import Model
from core.policy.choosing import sampled
from core.policy.two_step import Policy, act
from core.problem.model import Problem
from core.problem.objective import Objective
from core.problem.schedule import Schedule
from core.schedulers.hierarchical import card_lookahead, check_places
from core.schedulers.tensors.plans import BYTES_PER_PAIR, MOST_BYTES
from core.simulation.problems.problem_tensors import ProblemTensors
from core.simulation.problems.stack import stack
from core.simulation.simulator import Simulator
from core.timing.retime import retime

Sequences = Sequence[Sequence[int]]


@dataclass(frozen=True)
class PolicySampling:
    """
    Improve sequences by sampling the policy from some moment on, until told to stop.

    Off unless it is asked for: that it pays beside the local search is not shown.

    Parameters
    ----------
    model
        The policy.
    copies
        Ways to go on that are drawn side by side; positive.

    Raises
    ------
    ValueError
        When there is nothing to draw.
    """

    model: Model
    copies: int = 16
    name: str = "policy sampling"

    def __post_init__(self) -> None:
        if self.copies < 1:
            raise ValueError(f"Expected copies >= 1, got {self.copies}.")

    def improve(
        self,
        problem: Problem,
        objective: Objective,
        sequences: Sequences,
        *,
        seed: int,
        stop: Stop,
        progress: Progress = silent,
    ) -> Sequences:
        """
        Better sequences, or the same; one sequence per machine, exact costs.

        Raises
        ------
        TooLargeError
            When the model has too few places for the problem.
        """
        check_places(self.model, problem)
        rng = np.random.default_rng(seed)
        generator = torch.Generator().manual_seed(seed)
        static = stack([problem], [objective])
        best, found = retime(problem, sequences), sequences
        cost = objective.cost(problem, best)
        while not stop():
            kept = int(rng.integers(problem.num_jobs))
            drawn = self.drawn(problem, static, best, kept, generator, stop)
            if drawn is None:
                break
            if (drawn_cost := objective.cost(problem, drawn)) < cost * (1 - 1e-12):
                best, cost = drawn, drawn_cost
                jobs = list(drawn.sequences)
                found = [*jobs, *[()] * (problem.num_machines - len(jobs))]
            progress(0.0, self.name)
        return found

    @torch.inference_mode()
    def drawn(
        self,
        problem: Problem,
        static: ProblemTensors,
        schedule: Schedule,
        kept: int,
        generator: torch.Generator,
        stop: Stop,
    ) -> Schedule | None:
        """Cheapest of some ways to go on behind the first jobs; None: stopped."""
        room = MOST_BYTES // (BYTES_PER_PAIR * problem.num_jobs * problem.num_machines)
        copies = max(1, min(self.copies, room))
        wait = card_lookahead(problem, self.model)
        # The schedule may hold waits that the policy would not allow itself.
        simulator = Simulator(static, lookahead=inf, copies=copies)
        rollouts = torch.arange(copies)
        for job in np.argsort(schedule.start, kind="stable")[:kept].tolist():
            machine = int(schedule.machine[job])
            simulator.step(
                rollouts,
                torch.full((copies,), job),
                torch.full((copies,), machine),
            )
        simulator.wait_at_most(wait)
        policy = cast(Policy, self.model.policy)
        while len(simulator.active):
            if peek(stop):
                return None
            choice = act(policy, simulator, sampled(generator))
            simulator.step(choice.rollout, choice.job, choice.machine)
        return simulator.schedules()[int(simulator.cost.argmin())]
