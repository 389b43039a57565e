"""Schedules in the making, as tensors: where they stand, and what may come next."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from core.problem.schedule import Schedule
from core.simulation.problems.problem_tensors import ProblemTensors
from core.timing.flat import SPAN


class Rollouts:
    """
    B schedules in the making, many of each problem.

    Parameters
    ----------
    static
        P problems.
    lookahead
        Seconds that a machine may wait for a job, one for all or one per problem.
    copies
        Rollouts of each problem: B = P * copies, copies of a problem adjacent.

    Raises
    ------
    ValueError
        When a lookahead is negative.

    Notes
    -----
    ``earliest_start[b, j, k]`` is e of the clock: the first instant at which job j
    could begin on machine k (or its setup, whichever is first needed); +inf while
    it cannot be chosen at all. The engines move what stands here:
    :mod:`core.simulation.compiled` and :mod:`core.simulation.tensors`.
    """

    def __init__(
        self, static: ProblemTensors, lookahead: float | Sequence[float], copies: int
    ) -> None:
        self.static = static
        self.device = static.processing.device
        p, self.num_jobs, self.num_machines = static.processing.shape
        waits = torch.as_tensor(lookahead, dtype=torch.float64, device=self.device)
        if not (waits >= 0).all():
            raise ValueError(f"Expected lookahead >= 0, got {lookahead}.")
        source = torch.arange(p, device=self.device).repeat_interleave(copies)
        self.source = source  # (B,) problem behind each rollout
        self.lookahead = waits.expand(p)[source]  # (B,)
        self.num_rollouts = len(source)
        machines = torch.arange(self.num_machines, device=self.device)
        row = source[:, None] * self.num_machines + machines
        self.offset = row * SPAN  # (B, M) where each machine's closures begin
        self.any_precedence = bool((static.num_predecessors > 0).any())
        self.reset()

    def reset(self) -> None:
        """Go back to plan start, nothing scheduled."""
        static, source = self.static, self.source
        b, n = self.num_rollouts, self.num_jobs
        self.remaining = static.num_jobs[source].clone()  # (B,) jobs to place
        self.scheduled = torch.zeros((b, n), dtype=torch.bool, device=self.device)
        self.ready = static.available[source].clone()  # (B, M) machine free from
        axis = static.closure_axis
        self.open_ready = axis.next_open(self.offset, self.ready)  # (B, M)
        # (B, M): the reserved job that each machine must keep clear of; -1: none
        self.next_reserved = static.first_reserved[source].clone()
        self.machine_group = static.initial_group[source].clone()  # (B, M)
        self.setup_offset = (
            static.setup_row[source]
            .gather(2, self.machine_group[:, :, None])
            .squeeze(2)
        )  # (B, M)
        # (B, N): release, and end of predecessors with the wait after them
        self.job_ready = static.release[source].clone()
        self.waiting_for = static.num_predecessors[source].clone()  # (B, N)
        times = torch.maximum(self.job_ready[:, :, None], self.ready[:, None])
        times = axis.next_open(self.offset[:, None].expand_as(times), times)
        choosable = torch.isfinite(static.processing[source])
        choosable &= (self.waiting_for == 0)[:, :, None]
        if static.any_special:
            indices = torch.meshgrid(
                *(torch.arange(x, device=self.device) for x in times.shape),
                indexing="ij",
            )
            times = self.first_starts(*indices)
        self.earliest_start = torch.where(choosable, times, torch.inf)  # (B, N, M)
        self.earliest = self.earliest_start.amin(2)  # (B, N)

        # What has been decided, and its figures.
        self.machine = torch.zeros((b, n), dtype=torch.int64, device=self.device)
        self.times = torch.zeros((4, b, n), dtype=torch.float64, device=self.device)
        fixed = [figure.clone() for figure in static.fixed_figures[source].unbind(1)]
        self.makespan, self.weighted_tardiness, self.setup_total = fixed  # (B,) each
        self.makespan_bound = static.least_makespan[source]  # (B,)

        # Running sums over the unscheduled jobs, for the features.
        self.load = static.total_load[source]  # (B, M)
        self.work_left = static.total_work[source]  # (B,)
        self.group_work = static.total_group_work[source]  # (B, G)
        # Start and length of the next closure of each machine, (B, M).
        closed = axis.next_closure(self.offset, self.open_ready)
        self.closed_from, self.closed_for = closed
        self.move_clock()

    def wait_at_most(self, seconds: float) -> None:
        """
        From here on, let machines wait some seconds for a job.

        Raises
        ------
        ValueError
            When ``seconds`` is negative.
        """
        if not seconds >= 0:
            raise ValueError(f"Expected lookahead >= 0, got {seconds}.")
        self.lookahead = torch.full_like(self.lookahead, seconds)
        self.move_clock()

    def move_clock(self) -> None:
        """Move the clock to the next possible start, and the masks with it."""
        self.now = self.earliest.amin(1)  # (B,)
        self.limit = self.now + self.lookahead
        self.job_mask = (self.earliest <= self.limit[:, None]) & torch.isfinite(
            self.earliest
        )

    @property
    def active(self) -> Tensor:
        """Shape (A,): the rollouts that are not done."""
        return torch.nonzero(self.remaining).squeeze(1)

    @property
    def cost(self) -> Tensor:
        """Shape (B,): cost of what is scheduled; of the plan, once done."""
        return self._cost(self.makespan)

    @property
    def bound(self) -> Tensor:
        """Shape (B,): lower bound on the cost of any way to go on; ends at the cost."""
        return self._cost(self.makespan_bound)

    def _cost(self, makespan: Tensor) -> Tensor:
        terms = torch.stack([makespan, self.weighted_tardiness, self.setup_total], 1)
        return (self.static.cost_scales[self.source] * terms).sum(1)

    def machine_mask(self, rollouts: Tensor, jobs: Tensor) -> Tensor:
        """
        Machines that may be chosen for a job.

        Parameters
        ----------
        rollouts, jobs
            Shape (A,): job ``jobs[i]`` of rollout ``rollouts[i]``.

        Returns
        -------
        Tensor
            Shape (A, M), bool.
        """
        start = self.earliest_start[rollouts, jobs]
        return (start <= self.limit[rollouts, None]) & torch.isfinite(start)

    def setup_seconds(self, rollouts: Tensor, jobs: Tensor) -> Tensor:
        """Shape (A, M), seconds: setup of each machine, as it stands, for a job."""
        group = self.static.group[self.source[rollouts], jobs]
        return self.static.setup[self.setup_offset[rollouts] + group[:, None]]

    def first_starts(self, rollouts: Tensor, jobs: Tensor, machines: Tensor) -> Tensor:
        """
        First moment at which jobs could start on machines that are set up for them.

        Parameters
        ----------
        rollouts, jobs, machines
            Of one shape; jobs that wait for no other.

        Returns
        -------
        Tensor
            Same shape, seconds: work that may not pause fits then; +inf where a job
            is not eligible, or would be in the way of the next reserved one.
        """
        static, axis = self.static, self.static.closure_axis
        b, j, k = rollouts, jobs, machines
        p, offset = self.source[b], self.offset[b, k]
        work, may_pause = static.processing[p, j, k], static.may_pause[p, j]
        eligible = torch.isfinite(work)
        work = torch.where(eligible, work, 1.0)
        free, ready = self.ready[b, k], self.job_ready[b, j]
        start = axis.next_start(offset, torch.maximum(free, ready), work, may_pause)
        if static.any_reserved:
            reserved, group = self.next_reserved[b, k], static.group[p, j]
            other = (reserved >= 0) & (reserved != j)
            reserved = reserved.clamp(min=0)
            setup = static.setup[self.setup_offset[b, k] + group]
            end = axis.place(offset, free, ready, setup, work, may_pause)[3]
            into = static.group[p, reserved] + static.setup_row[p, k, group]
            end = axis.finish(offset, axis.next_open(offset, end), static.setup[into])
            eligible &= ~(other & (end > static.reserved_start[p, reserved]))
        return torch.where(eligible, start, torch.inf)

    def outcome(self, rollouts: Tensor, jobs: Tensor) -> Tensor:
        """
        Exact times of a job, were it placed on each machine next.

        Returns
        -------
        Tensor
            Shape (4, A, M), seconds: setup start, setup end, start, end; +inf where
            the job is not eligible.
        """
        processing = self.static.processing[self.source[rollouts], jobs]
        finite = torch.isfinite(processing)
        times = self.static.closure_axis.place(
            self.offset[rollouts],
            self.ready[rollouts],
            self.job_ready[rollouts, jobs][:, None],
            self.setup_seconds(rollouts, jobs),
            torch.where(finite, processing, 1.0),
            self.static.may_pause[self.source[rollouts], jobs][:, None],
        )
        times[3] = torch.where(finite, times[3], torch.inf)
        return times

    def schedules(self) -> list[Schedule]:
        """
        Finish with one schedule per rollout.

        Raises
        ------
        ValueError
            When a rollout has jobs left.
        """
        if bool(self.remaining.any()):
            raise ValueError("Some jobs are not scheduled yet.")
        machine = self.machine.cpu().numpy()
        times = self.times.cpu().numpy().astype("int64")
        sizes = self.static.num_jobs[self.source].tolist()
        return [
            Schedule(machine[b, :n], *(times[i, b, :n] for i in range(4)))
            for b, n in enumerate(sizes)
        ]
