"""Problems as arrays: what does not change while a plan is made."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from core.simulation.problems.static_columns import JOB_SECONDS, JOB_STATIC, PAIR_STATIC
from core.timing.flat import Closures, Ints

Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]
Singles = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class ProblemArrays:
    """
    P problems, padded to N jobs, M machines, G groups and C setup classes.

    What both engines look up: machine code reads these arrays, tensors are made from
    them. Times are float64 seconds, exact below 2^53. Padding is never chosen: a padded
    job is eligible nowhere, a padded machine runs nothing.

    Parameters
    ----------
    num_jobs, num_machines
        Shape (P,): true sizes.
    processing
        Shape (P, N, M), seconds; +inf where not eligible, and for reserved jobs where
        they are not reserved.
    release
        Shape (P, N), seconds; of reserved jobs the reserved start.
    due, weight, tail, mean_processing, smallest_processing
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
    closures
        Closures of all machines; machine k of problem p is row ``p * M + k``.
    has_closures
        Whether any machine of any problem ever closes.
    wait_after, may_pause
        Shape (P, N); see :class:`core.problem.model.Problem`.
    reserved_start
        Shape (P, N), seconds; -1 where a job is not reserved.
    first_reserved, reserved_after
        Shapes (P, M) and (P, N), int64: the first reserved job of each machine, and
        the next one on its machine behind each reserved job; -1: none.
    special
        Shape (P,), bool: whether some job may not pause, or is reserved.
    scale
        Shape (P,), seconds: mean processing time, the unit of time features.
    horizon
        Shape (P,), seconds: H of the cost.
    cost_scales
        Shape (P, 3): cost of a second of makespan, weighted tardiness and setup.
    fixed_figures
        Shape (P, 3), seconds: makespan, weighted tardiness and setup that the plan
        starts with, of the fixed part of the whole that the problem is a part of.
    objective
        Shape (P, 3): the weights (a, b, c).
    price
        Shape (P, M): scarcity price of a machine's time, mean 1 over the machines.
    assignment
        Shape (P, N, M): fractional assignment behind those prices, rows sum to 1.
    """

    num_jobs: Ints
    num_machines: Ints
    processing: Floats
    release: Floats
    due: Floats
    weight: Floats
    important: Flags
    preferred: Flags
    mean_processing: Floats
    smallest_processing: Floats
    tail: Floats
    effective_due: Floats
    weight_behind: Floats
    group: Ints
    setup: Floats
    setup_row: Ints
    setup_into: Floats
    low_setup_in: Floats
    low_setup_out: Floats
    machine_type: Ints
    priority_class: Ints
    initial_group: Ints
    available: Floats
    successors: Ints
    num_predecessors: Ints
    wait_after: Floats
    may_pause: Flags
    reserved_start: Floats
    first_reserved: Ints
    reserved_after: Ints
    special: Flags
    closures: Closures
    has_closures: bool
    scale: Floats
    horizon: Floats
    cost_scales: Floats
    fixed_figures: Floats
    objective: Floats
    price: Singles
    assignment: Singles

    @cached_property
    def setup_of_group(self) -> Floats:
        """Shape (P, N), seconds: mean setup into the group of each job."""
        return np.take_along_axis(self.setup_into, self.group, 1)

    @cached_property
    def usual_setup(self) -> Floats:
        """Shape (P,), seconds: mean setup over the jobs."""
        into: Floats = self.setup_of_group * (self.weight > 0)
        usual: Floats = into.sum(axis=1) / self.num_jobs
        return usual

    @cached_property
    def mean_weight(self) -> Floats:
        """Shape (P,): mean weight of the jobs."""
        mean: Floats = self.weight.sum(axis=1) / self.num_jobs
        return mean

    @cached_property
    def job_static(self) -> Singles:
        """
        Shape (P, N, 12), float32: what the job features need and never changes.

        Columns are those of ``static_columns.JOB_STATIC``.
        """
        unit, mean = self.scale[:, None], self.mean_weight[:, None]
        count = np.isfinite(self.processing).sum(axis=2)
        best = np.where(np.isinf(self.smallest_processing), 0, self.smallest_processing)
        columns = JOB_STATIC._replace(
            mean_processing=np.log1p(self.mean_processing / unit),
            best_processing=np.log1p(best / unit),
            setup_of_group=np.log1p(self.setup_of_group / unit),
            chain=np.log1p(self.tail / unit),
            due=np.isfinite(self.effective_due),
            weight=np.log1p(self.weight / mean),
            weight_behind=np.log1p(self.weight_behind / mean),
            important=self.important,
            successors=self.tail > 0,
            machines=count / self.num_machines[:, None],
            only_machine=count == 1,
            log_weight=np.log(self.weight.clip(min=1e-9) / mean),
        )
        return np.stack([column.astype(np.float32) for column in columns], axis=2)

    @cached_property
    def job_seconds(self) -> Floats:
        """
        Shape (P, N, 4), float64 seconds: what the job features subtract now from.

        Columns are those of ``static_columns.JOB_SECONDS``.
        """
        dated = np.isfinite(self.effective_due)
        latest = np.zeros_like(self.effective_due)
        np.subtract(
            self.effective_due, self.smallest_processing, out=latest, where=dated
        )
        columns = JOB_SECONDS._replace(
            latest_start=latest,
            chain=self.tail + self.smallest_processing,
            setup_of_group=self.setup_of_group,
            mean_processing=self.mean_processing,
        )
        return np.stack(list(columns), axis=2)

    @cached_property
    def pair_static(self) -> Singles:
        """
        Shape (P, N, 6, M), float32: what pairs of job and machine keep for good.

        Planes are those of ``static_columns.PAIR_STATIC``.
        """
        eligible = np.isfinite(self.processing)
        unit = self.scale[:, None, None]
        effort = (self.processing + self.low_setup_in) / unit
        least = (effort * self.price[:, None]).min(axis=2, keepdims=True)
        least = np.where(np.isfinite(least), least, 1).clip(min=1e-6)
        count = eligible.sum(axis=2, keepdims=True).clip(min=1)
        planes = PAIR_STATIC._replace(
            processing=self.processing / unit,
            price=self.price[:, None] / least,
            setup_after=self.low_setup_out / unit,
            fit=self.assignment,
            share=eligible / count,
            preferred=self.preferred,
        )
        return np.stack([plane.astype(np.float32) for plane in planes], axis=2)

    @cached_property
    def expected_work(self) -> Floats:
        """Shape (P, N, M), seconds: work that job j is expected to bring machine k."""
        effort = self.processing + self.low_setup_in
        work = np.zeros_like(effort)
        np.multiply(effort, self.assignment, out=work, where=np.isfinite(effort))
        return work

    @cached_property
    def setup_scaled(self) -> Singles:
        """``setup`` over the scale of its problem, float32."""
        per_problem = self.setup.reshape(len(self.scale), -1)
        return (per_problem / self.scale[:, None]).astype(np.float32).ravel()

    @cached_property
    def total_load(self) -> Floats:
        """Shape (P, M), seconds: expected work of all jobs."""
        load: Floats = self.expected_work.sum(axis=1)
        return load

    @cached_property
    def total_work(self) -> Floats:
        """Shape (P,), seconds: mean processing of all jobs."""
        work: Floats = self.mean_processing.sum(axis=1)
        return work

    @cached_property
    def total_group_work(self) -> Floats:
        """Shape (P, G), seconds: mean processing of the jobs of each group."""
        total = np.zeros_like(self.setup_into)
        np.add.at(
            total, (np.arange(len(total))[:, None], self.group), self.mean_processing
        )
        return total

    @cached_property
    def least_makespan(self) -> Floats:
        """Shape (P,), seconds: no plan ends before that."""
        chain = self.release + self.smallest_processing + self.tail
        least: Floats = np.maximum(chain.max(axis=1), self.fixed_figures[:, 0])
        return least
