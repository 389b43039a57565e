"""The formulas of the dispatch rules: what each job, or pair, is worth at a moment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from torch import Tensor

from core.problem.model import Problem
from core.simulation.simulator import Simulator

NO_DUE = 1e6  # slack of a job without due date, in units of k1 mean processing times


@dataclass(frozen=True, eq=False)
class Moment:
    """
    The jobs that may be placed next, in all rollouts of one rule.

    Parameters
    ----------
    simulator
        Where time stands still.
    rollout, job
        Shape (R,): row r is job ``job[r]``, which may be placed in ``rollout[r]``.
    may
        Shape (R, M), bool: the machines it may be placed on.
    jobs_behind
        Shape (P, N): jobs on the longest chain behind each job.
    """

    simulator: Simulator
    rollout: Tensor
    job: Tensor
    may: Tensor
    jobs_behind: Tensor

    @cached_property
    def source(self) -> Tensor:
        """Shape (R,): the problem of each row."""
        return self.simulator.source[self.rollout]

    def of_job(self, values: Tensor) -> Tensor:
        """Shape (R,): entries of a (P, N) table."""
        return values[self.source, self.job]

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


# A rule gives the priority of each row, largest first: shape (R,) when it is the
# job's alone, so that the machine is the one on which the job ends first; shape
# (R, M) when it is the pair's. Further arguments, shape (R,), are its parameters.


def fifo(moment: Moment) -> Tensor:
    """First in, first out: the job that has been ready for longest."""
    return -moment.simulator.job_ready[moment.rollout, moment.job]


def spt(moment: Moment) -> Tensor:
    """Shortest (mean) processing time."""
    return -moment.of_job(moment.simulator.static.mean_processing)


def lpt(moment: Moment) -> Tensor:
    """Longest (mean) processing time."""
    return moment.of_job(moment.simulator.static.mean_processing)


def edd(moment: Moment) -> Tensor:
    """Earliest due date, that of the jobs behind it counted back to it."""
    return -moment.of_job(moment.simulator.static.effective_due)


def mwkr(moment: Moment) -> Tensor:
    """Most work remaining: the longest chain, its own processing counted."""
    static = moment.simulator.static
    return moment.of_job(static.tail + static.smallest_processing)


def mor(moment: Moment) -> Tensor:
    """Most operations remaining: the longest chain, by number of jobs."""
    return moment.of_job(moment.jobs_behind)


def ect(moment: Moment) -> Tensor:
    """Earliest completion time, of all pairs of job and machine."""
    return -moment.end


def sufferage(moment: Moment) -> Tensor:
    """
    Most to lose: second earliest less earliest end over its machines.

    Maheswaran et al. 1999. A job with one machine counts as if the second never ended.
    """
    ends = torch.where(moment.may, moment.end, torch.inf)
    if ends.shape[1] == 1:
        return torch.full_like(ends[:, 0], torch.inf)
    first, second = ends.topk(2, dim=1, largest=False).values.unbind(1)
    return second - first


def atcs(moment: Moment, k1: Tensor, k2: Tensor) -> Tensor:
    """
    Apparent tardiness cost with setups (Lee, Bhaskaran and Pinedo 1997, eq. 2).

    The logarithm of w/p exp(-max(d - p - t, 0) / (k1 p')) exp(-s / (k2 s')), p' and
    s' the mean processing time and setup. Jobs without due dates come last, ordered
    by the other two factors.
    """
    static = moment.simulator.static
    due = moment.of_job(static.effective_due)[:, None]
    now = moment.simulator.now[moment.rollout][:, None]
    slack = (due - moment.processing - now).clamp(min=0)
    mean = static.scale[moment.source]
    usual = static.usual_setup[moment.source].clamp(min=1e-9)
    waits = (slack / (k1 * mean)[:, None]).nan_to_num(nan=NO_DUE).clamp(max=NO_DUE)
    weight = moment.of_job(static.weight)[:, None]
    return (
        torch.log(weight / moment.processing)
        - waits
        - moment.setup / (k2 * usual)[:, None]
    )


def jobs_behind(problems: Sequence[Problem]) -> Tensor:
    """Shape (P, N): jobs on the longest chain behind each job; padded with 0."""
    widest = max(problem.num_jobs for problem in problems)
    behind = np.zeros((len(problems), widest))
    for p, problem in enumerate(problems):
        for job in problem.topological_order[::-1].tolist():
            for successor in problem.successors[job]:
                behind[p, job] = max(behind[p, job], behind[p, successor] + 1)
    return torch.from_numpy(behind)
