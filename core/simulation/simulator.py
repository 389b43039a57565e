"""The only place where time passes: schedules built decision by decision."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
import torch
from torch import Tensor

from core.problem.model import Problem
from core.problem.objective import Objective
from core.problem.schedule import Schedule
from core.simulation import views
from core.simulation.clockwork import place
from core.simulation.tensors import ProblemTensors, stack
from core.timing.machine_code import compiled_elsewhere


class Simulator:
    """
    B schedules in the making.

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

    Notes
    -----
    ``earliest_start[b, j, k]`` is e of the clock: the first instant at which job j
    could begin on machine k (or its setup, whichever is first needed); +inf while
    it cannot be chosen at all. A decision changes the column of its machine and the
    rows of its job and that job's successors, and only these are recomputed.
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
            self.static = problems
        else:
            self.static = stack(
                problems, objectives or [Objective()] * len(problems), device
            )
        static = self.static
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
        self._axis = (
            source[:, None] * self.num_machines + machines
        ) * views.SPAN  # (B, M)
        self._any_precedence = bool((static.num_predecessors > 0).any())
        usable = self.device.type == "cpu" and not compiled_elsewhere()
        self.compiled = compiled and usable
        self.reset()

    def reset(self) -> None:
        """Go back to plan start, nothing scheduled."""
        static, source = self.static, self.source
        b, n = self.num_rollouts, self.num_jobs
        self.remaining = static.num_jobs[source].clone()  # (B,) jobs to place
        self.scheduled = torch.zeros((b, n), dtype=torch.bool, device=self.device)
        self.ready = static.available[source].clone()  # (B, M) machine free from
        self.open_ready = static.next_open(self._axis, self.ready)  # (B, M)
        self.machine_group = static.initial_group[source].clone()  # (B, M)
        self.setup_offset = (
            static.setup_row[source]
            .gather(2, self.machine_group[:, :, None])
            .squeeze(2)
        )  # (B, M)
        self.job_ready = static.release[
            source
        ].clone()  # (B, N) release and predecessors
        self.waiting_for = static.num_predecessors[source].clone()  # (B, N)
        times = torch.maximum(self.job_ready[:, :, None], self.ready[:, None])
        times = static.next_open(self._axis[:, None].expand_as(times), times)
        choosable = torch.isfinite(static.processing[source])
        choosable &= (self.waiting_for == 0)[:, :, None]
        self.earliest_start = torch.where(choosable, times, torch.inf)  # (B, N, M)
        self.earliest = self.earliest_start.amin(2)  # (B, N)

        # What has been decided, and its figures.
        self.machine = torch.zeros((b, n), dtype=torch.int64, device=self.device)
        self.times = torch.zeros((4, b, n), dtype=torch.float64, device=self.device)
        self.makespan = torch.zeros(b, dtype=torch.float64, device=self.device)
        self.weighted_tardiness = torch.zeros_like(self.makespan)
        self.setup_total = torch.zeros_like(self.makespan)
        first = static.release + static.smallest_processing + static.tail
        self.makespan_bound = first.amax(1)[source]  # (B,)

        # Running sums over the unscheduled jobs, for the features.
        self.load = static.expected_work.sum(1)[source]  # (B, M)
        self.work_left = static.mean_processing.sum(1)[source].clone()  # (B,)
        self.group_work = torch.zeros(
            (static.num_problems, static.num_groups),
            dtype=torch.float64,
            device=self.device,
        ).scatter_add(1, static.group, static.mean_processing)[source]  # (B, G)
        if static.has_closures:
            self.next_closure = static.next_closure(self._axis, self.open_ready)
        self._clock()
        self._view()

    def _view(self) -> None:
        """Let the machine code work on the tensors that are there now."""
        if self.compiled:
            self.moving = views.moving(self)

    moving: views.Moving
    """The tensors, as the machine code changes them; only where ``compiled``."""

    @cached_property
    def fixed(self) -> views.Fixed:
        """The problems, as the machine code takes them; only where ``compiled``."""
        return views.fixed(self.static)

    @cached_property
    def scaled(self) -> views.Scaled:
        """What the features need of the problems; only where ``compiled``."""
        return views.scaled(self.static)

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
        self._clock()
        self._view()

    def _clock(self) -> None:
        self.now = self.earliest.amin(1)  # (B,)
        self.limit = self.now + self.lookahead
        self.job_mask = (self.earliest <= self.limit[:, None]) & torch.isfinite(
            self.earliest
        )

    @property
    def active(self) -> Tensor:
        """Shape (A,): the rollouts that are not done."""
        if self.compiled:
            return torch.from_numpy(np.flatnonzero(self.moving.remaining))
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

    def outcome(self, rollouts: Tensor, jobs: Tensor) -> Tensor:
        """
        Exact times of a job, were it placed on each machine next.

        Returns
        -------
        Tensor
            Shape (4, A, M), seconds: setup start, setup end, start, end; +inf where
            the job is not eligible.
        """
        static = self.static
        axis = self._axis[rollouts]
        setup_start = self.open_ready[rollouts]
        setup = self.setup_seconds(rollouts, jobs)
        setup_end = static.finish(axis, setup_start, setup)
        after = torch.maximum(setup_end, self.job_ready[rollouts, jobs][:, None])
        start = static.next_open(axis, after)
        processing = static.processing[self.source[rollouts], jobs]
        finite = torch.isfinite(processing)
        end = static.finish(axis, start, torch.where(finite, processing, 1.0))
        end = torch.where(finite, end, torch.inf)
        return torch.stack([setup_start, setup_end, start, end])

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
            chosen = map(views.indices, (rollouts, jobs, machines))
            if not place(self.fixed, self.moving, *chosen):
                raise ValueError("A masked job or machine was chosen.")
            return
        static, b, j, k = self.static, rollouts, jobs, machines
        p = self.source[b]
        earliest = self.earliest_start[b, j, k]
        if not ((earliest <= self.limit[b]) & torch.isfinite(earliest)).all():
            raise ValueError("A masked job or machine was chosen.")

        axis = self._axis[b, k]
        group = static.group[p, j]
        setup = static.setup[self.setup_offset[b, k] + group]
        setup_start = self.open_ready[b, k]
        setup_end = static.finish(axis, setup_start, setup)
        start = static.next_open(axis, torch.maximum(setup_end, self.job_ready[b, j]))
        end = static.finish(axis, start, static.processing[p, j, k])

        self.machine[b, j] = k
        self.times[:, b, j] = torch.stack([setup_start, setup_end, start, end])
        self.scheduled[b, j] = True
        self.remaining[b] -= 1
        late = (end - static.due[p, j]).clamp(min=0)
        self.makespan[b] = torch.maximum(self.makespan[b], end)
        self.weighted_tardiness[b] += static.weight[p, j] * late
        self.setup_total[b] += setup
        self.makespan_bound[b] = torch.maximum(
            self.makespan_bound[b], end + static.tail[p, j]
        )
        self.load[b] -= static.expected_work[p, j]
        work = static.mean_processing[p, j]
        self.work_left[b] -= work
        self.group_work[b, group] -= work

        self.ready[b, k] = end
        self.open_ready[b, k] = static.next_open(axis, end)
        if static.has_closures:
            start, length = static.next_closure(axis, self.open_ready[b, k])
            self.next_closure[0][b, k] = start
            self.next_closure[1][b, k] = length
        self.machine_group[b, k] = group
        self.setup_offset[b, k] = static.setup_row[p, k, group]
        self.earliest_start[b, j] = torch.inf
        self.earliest[b, j] = torch.inf
        self._move_column(b, k, axis, end)
        if self._any_precedence:
            self._release_successors(b, j, p, end)
        self._clock()

    def _move_column(self, b: Tensor, k: Tensor, axis: Tensor, end: Tensor) -> None:
        """Recompute when each job could start on the machines just used."""
        column = self.earliest_start[b, :, k]  # (A, N)
        later = torch.maximum(self.job_ready[b], end[:, None])
        later = self.static.next_open(axis[:, None].expand_as(later), later)
        later = torch.where(torch.isfinite(column), later, torch.inf)
        self.earliest_start[b, :, k] = later
        changed = (later > column) & (column <= self.earliest[b])
        row, job = torch.nonzero(changed, as_tuple=True)
        self.earliest[b[row], job] = self.earliest_start[b[row], job].amin(1)

    def _release_successors(self, b: Tensor, j: Tensor, p: Tensor, end: Tensor) -> None:
        """Let the successors of the jobs just placed wait for them no longer."""
        successors = self.static.successors[p, j]  # (A, D)
        row, column = torch.nonzero(successors < self.num_jobs, as_tuple=True)
        if not len(row):
            return
        job, owner = successors[row, column], b[row]
        self.job_ready[owner, job] = torch.maximum(self.job_ready[owner, job], end[row])
        self.waiting_for[owner, job] -= 1
        free = self.waiting_for[owner, job] == 0
        job, owner = job[free], owner[free]
        if not len(job):
            return
        times = torch.maximum(self.job_ready[owner, job][:, None], self.ready[owner])
        times = self.static.next_open(self._axis[owner], times)
        eligible = torch.isfinite(self.static.processing[self.source[owner], job])
        times = torch.where(eligible, times, torch.inf)
        self.earliest_start[owner, job] = times
        self.earliest[owner, job] = times.amin(1)

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
