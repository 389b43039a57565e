"""Problems as tensors: what does not change while a plan is made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.problem.model import Problem
from core.problem.objective import Objective
from core.simulation.views import SPAN as SPAN

PRICE_ITERATIONS = 150


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
    closure_end, closure_start, closed_before, open_at_closure
        Flat closures of all machines, ascending; see :meth:`next_open`. Machine k
        of problem p owns the stretch of the axis from ``(p * M + k) * SPAN`` on.
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
    closure_end: Tensor
    closure_start: Tensor
    closed_before: Tensor
    open_at_closure: Tensor
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

        Squashed times over the scale (mean, best processing, setup into the group,
        chain), due, weights (own, behind), important, successors, share of the
        machines, only machine, log weight over the mean.
        """
        unit, mean = self.scale[:, None], self.mean_weight[:, None]
        count = torch.isfinite(self.processing).sum(2)
        into = self.setup_into.gather(1, self.group)
        columns = [
            torch.log1p(self.mean_processing / unit),
            torch.log1p(self.smallest_processing.nan_to_num(posinf=0) / unit),
            torch.log1p(into / unit),
            torch.log1p(self.tail / unit),
            torch.isfinite(self.effective_due),
            torch.log1p(self.weight / mean),
            torch.log1p(self.weight_behind / mean),
            self.important,
            self.tail > 0,
            count / self.num_machines[:, None],
            count == 1,
            torch.log(self.weight.clamp(min=1e-9) / mean),
        ]
        return torch.stack([column.float() for column in columns], 2)

    @cached_property
    def job_seconds(self) -> Tensor:
        """
        Shape (P, N, 4), float64 seconds: what the job features subtract now from.

        Latest start for its due date (0 without), chain and own processing, setup
        into its group, mean processing.
        """
        latest = self.effective_due - self.smallest_processing
        columns = [
            torch.where(torch.isfinite(latest), latest, 0),
            self.tail + self.smallest_processing,
            self.setup_into.gather(1, self.group),
            self.mean_processing,
        ]
        return torch.stack(columns, 2)

    @cached_property
    def pair_static(self) -> Tensor:
        """
        Shape (P, N, 6, M), float32: what pairs of job and machine keep for good.

        Processing over the scale (+inf where not eligible), price of the machine over
        the least priced effort of the job, low setup after the job over the scale,
        share of the fractional assignment, 1 / number of eligible machines, preferred.
        """
        eligible = torch.isfinite(self.processing)
        unit = self.scale[:, None, None]
        effort = (self.processing + self.low_setup_in) / unit
        least = (effort * self.price[:, None]).amin(2, keepdim=True)
        least = torch.where(torch.isfinite(least), least, 1).clamp(min=1e-6)
        count = eligible.sum(2, keepdim=True).clamp(min=1)
        planes = [
            self.processing / unit,
            self.price[:, None] / least,
            self.low_setup_out / unit,
            self.assignment,
            eligible / count,
            self.preferred,
        ]
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

    def next_open(self, axis: Tensor, time: Tensor) -> Tensor:
        """
        First open instant at or after a time.

        Parameters
        ----------
        axis
            ``(p * M + k) * SPAN`` of the machine, any shape.
        time
            Seconds, finite, same shape.
        """
        if not self.has_closures:
            return time
        i = torch.searchsorted(self.closure_end, axis + time, right=True)
        start, end = self.closure_start[i] - axis, self.closure_end[i] - axis
        return torch.where(start <= time, end, time)

    def next_closure(self, axis: Tensor, time: Tensor) -> tuple[Tensor, Tensor]:
        """
        Start and length, in seconds, of the first closure that ends after a time.

        An infinite time gets the closure that never begins.
        """
        time = time.clamp(max=SPAN - 2)
        i = torch.searchsorted(self.closure_end, axis + time, right=True)
        start = self.closure_start[i]
        return start - axis, self.closure_end[i] - start

    def finish(self, axis: Tensor, start: Tensor, duration: Tensor) -> Tensor:
        """First instant with ``duration`` open seconds behind an open ``start``."""
        if not self.has_closures:
            return start + duration
        i = torch.searchsorted(self.closure_end, axis + start, right=True)
        target = start - self.closed_before[i] + duration
        i = torch.searchsorted(self.open_at_closure, axis + target)
        return torch.where(duration > 0, target + self.closed_before[i], start)


def stack(
    problems: Sequence[Problem],
    objectives: Sequence[Objective],
    device: torch.device | str = "cpu",
) -> ProblemTensors:
    """
    Put problems of any sizes side by side.

    Parameters
    ----------
    problems, objectives
        P of each.
    device
        Where the tensors live.

    Raises
    ------
    ValueError
        When there is no problem, or not one objective per problem.
    """
    if not problems or len(problems) != len(objectives):
        raise ValueError(
            f"Expected as many objectives as problems, at least one; got "
            f"{len(problems)} problems and {len(objectives)} objectives."
        )
    n = max(problem.num_jobs for problem in problems)
    m = max(problem.num_machines for problem in problems)
    g = max(problem.num_groups for problem in problems)
    c = max(len(problem.setup) for problem in problems)
    d = max(max(map(len, problem.successors), default=0) for problem in problems)

    def padded(
        rows: list[NDArray[np.generic]], shape: tuple[int, ...], fill: object
    ) -> Tensor:
        array = np.full((len(rows), *shape), fill, dtype=rows[0].dtype)
        for i, row in enumerate(rows):
            corner: tuple[int | slice, ...] = (i, *map(slice, row.shape))
            array[corner] = row
        return torch.from_numpy(array).to(device)

    def per_job(name: str, fill: object) -> Tensor:
        return padded([_floats(getattr(p, name)) for p in problems], (n,), fill)

    setup = np.zeros((len(problems), c, g + 1, g))
    rows = np.zeros((len(problems), m, g + 1), dtype=np.int64)
    initial = np.full((len(problems), m), g, dtype=np.int64)
    for i, problem in enumerate(problems):
        own, classes = problem.num_groups, len(problem.setup)
        setup[i, :classes, :own, :own] = problem.setup[:, :own]
        setup[i, :classes, g, :own] = problem.setup[:, own]
        k = problem.num_machines
        first = (i * c + problem.setup_class) * (g + 1) * g
        rows[i, :k] = first[:, None] + np.arange(g + 1) * g
        initial[i, :k] = np.where(
            problem.initial_group == own, g, problem.initial_group
        )
    processing = padded([p.processing for p in problems], (n, m), np.inf)
    low = [_low_setups(problem) for problem in problems]
    low_in = padded([x[0] for x in low], (n, m), 0.0)
    low_out = padded([x[1] for x in low], (n, m), 0.0)
    price, assignment = machine_prices(
        processing + low_in,
        padded([_floats(p.available) for p in problems], (m,), 0.0),
        torch.tensor([p.num_machines for p in problems], device=device),
    )
    behind = [_behind(problem) for problem in problems]
    return ProblemTensors(
        num_jobs=torch.tensor([p.num_jobs for p in problems], device=device),
        num_machines=torch.tensor([p.num_machines for p in problems], device=device),
        processing=processing,
        release=per_job("release", 0.0),
        due=per_job("due", np.inf),
        weight=per_job("weight", 0.0),
        important=padded([p.important for p in problems], (n,), False),
        preferred=padded([p.preferred for p in problems], (n, m), False),
        mean_processing=per_job("mean_processing", 0.0),
        smallest_processing=per_job("smallest_processing", 0.0),
        tail=per_job("tail", 0.0),
        effective_due=padded([x[0] for x in behind], (n,), np.inf),
        weight_behind=padded([x[1] for x in behind], (n,), 0.0),
        group=padded([p.group for p in problems], (n,), 0),
        setup=torch.from_numpy(setup.ravel()).to(device),
        setup_row=torch.from_numpy(rows).to(device),
        setup_into=padded([_setup_into(p) for p in problems], (g,), 0.0),
        low_setup_in=low_in,
        low_setup_out=low_out,
        machine_type=padded([p.machine_type for p in problems], (m,), 0),
        priority_class=padded([_priority_class(p) for p in problems], (n,), 0),
        initial_group=torch.from_numpy(initial).to(device),
        available=padded([_floats(p.available) for p in problems], (m,), 0.0),
        successors=padded([_successors(p, n, d) for p in problems], (n, d), n),
        num_predecessors=padded(
            [np.array([len(x) for x in p.predecessors]) for p in problems], (n,), 0
        ),
        has_closures=any(len(x.closures) for p in problems for x in p.calendars),
        scale=torch.tensor(
            [float(p.mean_processing.mean()) for p in problems],
            dtype=torch.float64,
            device=device,
        ),
        horizon=torch.tensor(
            [p.ideal_horizon for p in problems], dtype=torch.float64, device=device
        ),
        cost_scales=torch.tensor(
            [o.scales(p) for o, p in zip(objectives, problems, strict=True)],
            dtype=torch.float64,
            device=device,
        ),
        objective=torch.tensor(
            [(o.makespan, o.tardiness, o.setup) for o in objectives],
            dtype=torch.float64,
            device=device,
        ),
        price=price,
        assignment=assignment,
        **_closures(problems, m, device),
    )


def machine_prices(
    processing: Tensor, available: Tensor, num_machines: Tensor
) -> tuple[Tensor, Tensor]:
    """
    Scarcity of each machine, and the fractional assignment that reveals it.

    The makespan of the fractional assignment problem, min_x max_k sum_j p[j,k]
    x[j,k], has the dual max_y sum_j min_k y[k] p[j,k] over y in the simplex. Both
    are approached by multiplicative weights (Plotkin, Shmoys and Tardos 1995):
    every job goes to the machine that is cheapest for it, machines with more load
    than others become dearer, the average of the assignments is the answer.

    Parameters
    ----------
    processing
        Shape (P, N, M), seconds; +inf where not eligible.
    available
        Shape (P, M), seconds of load that each machine starts with.
    num_machines
        Shape (P,).

    Returns
    -------
    price, assignment
        Shape (P, M), mean 1 over the true machines, and (P, N, M), rows sum to 1.
    """
    m = processing.shape[2]
    real = torch.arange(m, device=processing.device) < num_machines[:, None]
    work = processing.float()  # (P, N, M)
    finite = torch.isfinite(work)
    eligible_job = finite.any(2)
    ideal = torch.where(finite, work, torch.inf).amin(2)
    ideal = torch.where(eligible_job, ideal, 0).sum(1) / num_machines
    work = work / ideal.clamp(min=1e-6)[:, None, None]
    start = (available / ideal.clamp(min=1e-6)[:, None]).float()
    start = start - start.where(real, start.amax(1, keepdim=True)).amin(1, keepdim=True)
    log_work = torch.log(work)  # +inf where not eligible
    free = torch.where(finite, work, 0)
    log_price = torch.zeros_like(available, dtype=torch.float32)
    total = torch.zeros_like(log_price)
    count = torch.zeros_like(work)
    for t in range(PRICE_ITERATIONS):
        best = (log_price[:, None] + log_work).argmin(2, keepdim=True)  # (P, N, 1)
        chosen = free.gather(2, best).squeeze(2)
        load = start.scatter_add(1, best.squeeze(2), chosen)
        spread = (
            load
            - load.where(real, load.new_zeros(())).sum(1, keepdim=True)
            / num_machines[:, None]
        )
        step = 0.6 / (1 + t) ** 0.6
        log_price = log_price + step * spread.clamp(-2, 2)
        log_price = log_price - log_price.where(real, -torch.inf).amax(1, keepdim=True)
        if t >= PRICE_ITERATIONS // 3:
            count.scatter_add_(2, best, torch.ones_like(best, dtype=torch.float32))
            total += log_price
    price = torch.exp(total / (PRICE_ITERATIONS - PRICE_ITERATIONS // 3))
    mean = torch.where(real, price, 0).sum(1, keepdim=True) / num_machines[:, None]
    price = torch.where(real, price / mean, 1)
    assignment = count / count.sum(2, keepdim=True)
    return price, torch.where(eligible_job[:, :, None] & finite, assignment, 0)


def _floats(array: NDArray[np.generic]) -> NDArray[np.float64]:
    return array.astype(np.float64)


def _successors(problem: Problem, n: int, d: int) -> NDArray[np.int64]:
    array = np.full((problem.num_jobs, d), n, dtype=np.int64)
    for job, successors in enumerate(problem.successors):
        array[job, : len(successors)] = successors
    return array


def _setup_into(problem: Problem) -> NDArray[np.float64]:
    """Mean setup into each group over the classes and the other jobs' groups."""
    own = problem.num_groups
    jobs = np.bincount(problem.group, minlength=own).astype(np.float64)
    mean = problem.setup[:, :own].mean(axis=0)  # (from, to)
    return jobs @ mean / jobs.sum() if own else np.zeros(0)


def _priority_class(problem: Problem) -> NDArray[np.int64]:
    """Fifth of the jobs that each belongs to, by weight, then by due date."""
    order = np.lexsort((problem.due, -problem.weight))
    rank = np.empty(problem.num_jobs, dtype=np.int64)
    rank[order] = np.arange(problem.num_jobs) * 5 // problem.num_jobs
    return rank


def _low_setups(problem: Problem) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Lowest tenth of the setups before and after each job, on each machine."""
    groups = problem.group
    tenth = len(groups) // 10
    rows = problem.setup[:, groups]  # (C, N, G) from each job into each group
    into = np.partition(rows, tenth, axis=1)[:, tenth]  # (C, G)
    columns = problem.setup[:, :-1][:, :, groups]  # (C, G, N) from each group
    out = np.partition(columns, tenth, axis=2)[:, :, tenth]  # (C, G)
    kinds = problem.setup_class
    return _floats(into[kinds][:, groups].T), _floats(out[kinds][:, groups].T)


def _behind(problem: Problem) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Effective due date of each job, and the weight that waits for it."""
    due = problem.due.copy()
    weight = np.where(np.isfinite(problem.due), problem.weight, 0.0)
    for job in problem.topological_order[::-1].tolist():
        for successor in problem.successors[job]:
            latest = due[successor] - problem.smallest_processing[successor]
            due[job] = min(due[job], latest)
            weight[job] += weight[successor]
    return due, weight


def _closures(
    problems: Sequence[Problem], m: int, device: torch.device | str
) -> dict[str, Tensor]:
    """All closures on one axis; each machine's last never begins."""
    starts: list[NDArray[np.floating]] = []
    ends: list[NDArray[np.floating]] = []
    before: list[NDArray[np.floating]] = []
    for i, problem in enumerate(problems):
        for k in range(m):
            axis = (i * m + k) * SPAN
            if k < problem.num_machines:
                calendar = problem.calendars[k]
                starts.append(axis + calendar.closures[:, 0])
                ends.append(axis + calendar.closures[:, 1])
                before.append(calendar.closed_before.astype(np.float64))
            else:
                before.append(np.zeros(1))
            starts.append(np.array([axis + SPAN - 2]))
            ends.append(np.array([axis + SPAN - 1]))
    start, end = np.concatenate(starts), np.concatenate(ends)
    closed = np.concatenate(before)
    return {
        "closure_start": torch.from_numpy(start).to(device),
        "closure_end": torch.from_numpy(end).to(device),
        "closed_before": torch.from_numpy(closed).to(device),
        "open_at_closure": torch.from_numpy(start - closed).to(device),
    }
