"""The only place where time passes: schedules built decision by decision."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
import torch
from torch import Tensor

from core.problem.model import Problem
from core.problem.objective import Objective
from core.simulation import tensor_memory
from core.simulation.compiled import step as compiled_step
from core.simulation.compiled.arrays import Fixed, Moving, Scaled
from core.simulation.problems.problem_tensors import ProblemTensors
from core.simulation.problems.stack import stack
from core.simulation.rollouts import Rollouts
from core.simulation.tensors import step as tensor_step
from core.timing.machine_code import compiled_elsewhere


class Simulator(Rollouts):
    """
    B schedules in the making, moved by the engine that suits.

    Parameters
    ----------
    problems
        P problems of any sizes, or their tensors.
    objectives
        One per problem; not needed with tensors.
    lookahead
        Seconds that a machine may wait for a job, one for all or one per problem;
        0: no machine waits while it could start something, inf: any order.
    copies
        Rollouts of each problem: B = P * copies, copies of a problem adjacent.
    device
        Where to simulate.
    compiled
        Move and observe by machine code, which knows processors only; without it, on
        another device, or while it is being compiled elsewhere, by tensor operations.
        Both do the same.

    Raises
    ------
    ValueError
        When a lookahead is negative, or there is not one objective per problem.

    Notes
    -----
    A decision changes the column of its machine and the rows of its job and that
    job's successors in ``earliest_start``, and only these are recomputed.
    """

    def __init__(
        self,
        problems: Sequence[Problem] | ProblemTensors,
        objectives: Sequence[Objective] | None = None,
        *,
        lookahead: float | Sequence[float] = 0.0,
        copies: int = 1,
        device: torch.device | str = "cpu",
        compiled: bool = True,
    ) -> None:
        if isinstance(problems, ProblemTensors):
            static = problems
        else:
            static = stack(
                problems, objectives or [Objective()] * len(problems), device
            )
        usable = static.processing.device.type == "cpu" and not compiled_elsewhere()
        self.compiled = compiled and usable
        super().__init__(static, lookahead, copies)

    def reset(self) -> None:
        """Go back to plan start, nothing scheduled."""
        super().reset()
        self._share()

    def wait_at_most(self, seconds: float) -> None:
        """
        From here on, let machines wait some seconds for a job.

        Raises
        ------
        ValueError
            When ``seconds`` is negative.
        """
        super().wait_at_most(seconds)
        self._share()

    def _share(self) -> None:
        """Let the machine code work on the tensors that are there now."""
        if self.compiled:
            self.moving = tensor_memory.moving(self)

    moving: Moving
    """The tensors, as the machine code changes them; only where ``compiled``."""

    @cached_property
    def fixed(self) -> Fixed:
        """The problems, as the machine code takes them; only where ``compiled``."""
        return Fixed.of(self.static.arrays)

    @cached_property
    def scaled(self) -> Scaled:
        """What the features need of the problems; only where ``compiled``."""
        return Scaled.of(self.static.arrays)

    @property
    def active(self) -> Tensor:
        """Shape (A,): the rollouts that are not done."""
        if self.compiled:
            return torch.from_numpy(np.flatnonzero(self.moving.remaining))
        return super().active

    def step(self, rollouts: Tensor, jobs: Tensor, machines: Tensor) -> None:
        """
        Place one job in each of some rollouts.

        Parameters
        ----------
        rollouts, jobs, machines
            Shape (A,): distinct rollouts, and the job and machine for each.

        Raises
        ------
        ValueError
            When a job or machine is masked.
        """
        if self.compiled:
            chosen = map(tensor_memory.indices, (rollouts, jobs, machines))
            placed = compiled_step.step(self.fixed, self.moving, *chosen)
        else:
            placed = tensor_step.step(self, rollouts, jobs, machines)
        if not placed:
            raise ValueError("A masked job or machine was chosen.")
