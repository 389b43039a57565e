"""What a dispatch rule sees: the jobs that may be placed next, in every rollout."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from torch import Tensor

from core.problem.model import Problem
from core.schedulers.variants import chain_lengths
from core.simulation.simulator import Simulator


@dataclass(frozen=True, eq=False)
class Moment:
    """
    The jobs that may be placed next, in all rollouts of one rule.

    What a rule may ask of them is :class:`core.planning.dispatch_rules.Candidates`.

    Parameters
    ----------
    simulator
        Where time stands still.
    rollout, job
        Shape (R,): row r is job ``job[r]``, which may be placed in ``rollout[r]``.
    may
        Shape (R, M), bool: the machines it may be placed on.
    behind
        Shape (P, N): jobs on the longest chain behind each job.
    """

    simulator: Simulator
    rollout: Tensor
    job: Tensor
    may: Tensor
    behind: Tensor

    @cached_property
    def source(self) -> Tensor:
        """Shape (R,): the problem of each row."""
        return self.simulator.source[self.rollout]

    def of_job(self, values: Tensor) -> Tensor:
        """Shape (R,): entries of a (P, N) table."""
        return values[self.source, self.job]

    @property
    def now(self) -> Tensor:
        """Shape (R,), seconds since plan start."""
        return self.simulator.now[self.rollout]

    @property
    def ready(self) -> Tensor:
        """Shape (R,), seconds since plan start."""
        return self.simulator.job_ready[self.rollout, self.job]

    @property
    def due(self) -> Tensor:
        """Shape (R,), seconds since plan start; infinite without a due date."""
        return self.of_job(self.simulator.static.effective_due)

    @property
    def weight(self) -> Tensor:
        """Shape (R,)."""
        return self.of_job(self.simulator.static.weight)

    @property
    def mean_processing(self) -> Tensor:
        """Shape (R,), seconds."""
        return self.of_job(self.simulator.static.mean_processing)

    @property
    def work_remaining(self) -> Tensor:
        """Shape (R,), seconds."""
        static = self.simulator.static
        return self.of_job(static.tail + static.smallest_processing)

    @property
    def jobs_behind(self) -> Tensor:
        """Shape (R,), jobs."""
        return self.of_job(self.behind)

    @property
    def usual_processing(self) -> Tensor:
        """Shape (R,), seconds."""
        return self.simulator.static.scale[self.source]

    @property
    def usual_setup(self) -> Tensor:
        """Shape (R,), seconds."""
        return self.simulator.static.usual_setup[self.source]

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


def jobs_behind(problems: Sequence[Problem]) -> Tensor:
    """Shape (P, N): jobs on the longest chain behind each job; padded with 0."""
    widest = max(problem.num_jobs for problem in problems)
    behind = np.zeros((len(problems), widest))
    for p, problem in enumerate(problems):
        behind[p, : problem.num_jobs] = chain_lengths(problem)
    return torch.from_numpy(behind)
