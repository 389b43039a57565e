"""Problems as tensors: what does not change while a plan is made."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from core.simulation.static_columns import JOB_SECONDS, JOB_STATIC, PAIR_STATIC
from core.simulation.tensors.timing import ClosureAxis
from core.timing.flat import Closures


@dataclass(frozen=True, eq=False)
class ProblemTensors:
    """
    P problems, padded to N jobs, M machines, G groups and C setup classes.

    Times are float64 seconds, exact below 2^53. Padding is never chosen: a padded
    job is eligible nowhere, a padded machine runs nothing.

    Parameters
    ----------
    num_jobs, num_machines
        Shape (P,): true sizes.
    processing
        Shape (P, N, M), seconds; +inf where not eligible.
    release, due, weight, tail, mean_processing, smallest_processing
        Shape (P, N); see :class:`core.problem.model.Problem`.
    important
        Shape (P, N), bool.
    preferred
        Shape (P, N, M), bool.
    effective_due
        Shape (P, N), seconds: latest end of job j with which every job behind it
        can still be on time, each on its fastest machine; +inf without due dates.
    weight_behind
        Shape (P, N): weight of job j and of all jobs behind it that have due dates.
    group
        Shape (P, N), int64.
    setup
        Shape (P * C * (G + 1) * G,), seconds, flat; see ``setup_row``.
    setup_row
        Shape (P, M, G + 1), int64: where in ``setup`` the row of a machine starts
        that is set up for a group (last: for none).
    setup_into
        Shape (P, G), seconds: mean setup into a group from the other jobs' groups.
    low_setup_in, low_setup_out
        Shape (P, N, M), seconds: setup that a good order needs before and after job
        j on machine k: the lowest tenth, over the other jobs.
    machine_type
        Shape (P, M), int64.
    priority_class
        Shape (P, N), int64: fifth of the jobs, by weight, then due date; 0 first.
    initial_group
        Shape (P, M), int64; G where a machine is not set up.
    available
        Shape (P, M), seconds.
    successors
        Shape (P, N, D), int64; N where a job has fewer than D successors.
    num_predecessors
        Shape (P, N), int64.
    closures, closure_axis
        Closures of all machines, in the form of each engine; machine k of problem p
        is row ``p * M + k``.
    has_closures
        Whether any machine of any problem ever closes.
    scale
        Shape (P,), seconds: mean processing time, the unit of time features.
    horizon
        Shape (P,), seconds: H of the cost.
    cost_scales
        Shape (P, 3): cost of a second of makespan, weighted tardiness and setup.
    objective
        Shape (P, 3): the weights (a, b, c).
    price
        Shape (P, M): scarcity price of a machine's time, mean 1 over the machines.
    assignment
        Shape (P, N, M): fractional assignment behind those prices, rows sum to 1.
    """

    num_jobs: Tensor
    num_machines: Tensor
    processing: Tensor
    release: Tensor
    due: Tensor
    weight: Tensor
    important: Tensor
    preferred: Tensor
    mean_processing: Tensor
    smallest_processing: Tensor
    tail: Tensor
    effective_due: Tensor
    weight_behind: Tensor
    group: Tensor
    setup: Tensor
    setup_row: Tensor
    setup_into: Tensor
    low_setup_in: Tensor
    low_setup_out: Tensor
    machine_type: Tensor
    priority_class: Tensor
    initial_group: Tensor
    available: Tensor
    successors: Tensor
    num_predecessors: Tensor
    closures: Closures
    closure_axis: ClosureAxis
    has_closures: bool
    scale: Tensor
    horizon: Tensor
    cost_scales: Tensor
    objective: Tensor
    price: Tensor
    assignment: Tensor

    @cached_property
    def usual_setup(self) -> Tensor:
        """Shape (P,), seconds: mean setup over the jobs."""
        into = self.setup_into.gather(1, self.group)  # (P, N)
        return (into * (self.weight > 0)).sum(1) / self.num_jobs

    @cached_property
    def mean_weight(self) -> Tensor:
        """Shape (P,): mean weight of the jobs."""
        return self.weight.sum(1) / self.num_jobs

    @cached_property
    def job_static(self) -> Tensor:
        """
        Shape (P, N, 12), float32: what the job features need and never changes.

        Columns are those of :data:`~core.simulation.static_columns.JOB_STATIC`.
        """
        unit, mean = self.scale[:, None], self.mean_weight[:, None]
        count = torch.isfinite(self.processing).sum(2)
        into = self.setup_into.gather(1, self.group)
        best = self.smallest_processing.nan_to_num(posinf=0)
        columns = JOB_STATIC._replace(
            mean_processing=torch.log1p(self.mean_processing / unit),
            best_processing=torch.log1p(best / unit),
            setup_of_group=torch.log1p(into / unit),
            chain=torch.log1p(self.tail / unit),
            due=torch.isfinite(self.effective_due),
            weight=torch.log1p(self.weight / mean),
            weight_behind=torch.log1p(self.weight_behind / mean),
            important=self.important,
            successors=self.tail > 0,
            machines=count / self.num_machines[:, None],
            only_machine=count == 1,
            log_weight=torch.log(self.weight.clamp(min=1e-9) / mean),
        )
        return torch.stack([column.float() for column in columns], 2)

    @cached_property
    def job_seconds(self) -> Tensor:
        """
        Shape (P, N, 4), float64 seconds: what the job features subtract now from.

        Columns are those of :data:`~core.simulation.static_columns.JOB_SECONDS`.
        """
        latest = self.effective_due - self.smallest_processing
        columns = JOB_SECONDS._replace(
            latest_start=torch.where(torch.isfinite(latest), latest, 0),
            chain=self.tail + self.smallest_processing,
            setup_of_group=self.setup_into.gather(1, self.group),
            mean_processing=self.mean_processing,
        )
        return torch.stack(list(columns), 2)

    @cached_property
    def pair_static(self) -> Tensor:
        """
        Shape (P, N, 6, M), float32: what pairs of job and machine keep for good.

        Planes are those of :data:`~core.simulation.static_columns.PAIR_STATIC`.
        """
        eligible = torch.isfinite(self.processing)
        unit = self.scale[:, None, None]
        effort = (self.processing + self.low_setup_in) / unit
        least = (effort * self.price[:, None]).amin(2, keepdim=True)
        least = torch.where(torch.isfinite(least), least, 1).clamp(min=1e-6)
        count = eligible.sum(2, keepdim=True).clamp(min=1)
        planes = PAIR_STATIC._replace(
            processing=self.processing / unit,
            price=self.price[:, None] / least,
            setup_after=self.low_setup_out / unit,
            fit=self.assignment,
            share=eligible / count,
            preferred=self.preferred,
        )
        return torch.stack([plane.float() for plane in planes], 2)

    @cached_property
    def expected_work(self) -> Tensor:
        """Shape (P, N, M), seconds: work that job j is expected to bring machine k."""
        effort = self.processing + self.low_setup_in
        return torch.where(torch.isfinite(effort), effort * self.assignment, 0)

    @cached_property
    def setup_scaled(self) -> Tensor:
        """``setup`` over the scale of its problem, float32."""
        per_problem = self.setup.view(self.num_problems, -1)
        return (per_problem / self.scale[:, None]).float().view(-1)

    @property
    def num_problems(self) -> int:
        """Number of problems, P."""
        return int(self.processing.shape[0])

    @property
    def num_groups(self) -> int:
        """Padded number of setup groups, G."""
        return int(self.setup_into.shape[1])
