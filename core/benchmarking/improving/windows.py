"""
Re-plan windows of a schedule by CP-SAT, the rest fixed in machine and order.

Large neighbourhood search (Shaw 1998). The windows lie where it hurts: around late
jobs, at the end of the machine that ends last, at costly setups, and anywhere. The
solver's order is timed by the exact rules and taken only when the cost falls.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass

import numpy as np
from ortools.sat.python import cp_model

from core.planning.scheduler import Progress, silent
from core.planning.stopping import Stop, peek
from core.problem.model import Problem
from core.problem.objective import Objective
from core.problem.schedule import Schedule, setup_seconds, tardiness
from core.schedulers.exact.cp_model import CpModel
from core.schedulers.exact.cpsat import FOUND, solve
from core.schedulers.exact.window import Window
from core.timing.retime import retime

Sequences = Sequence[Sequence[int]]


@dataclass(frozen=True)
class Windows:
    """
    Improve sequences window by window until told to stop.

    Parameters
    ----------
    jobs
        Free jobs in a window; at least 2.
    seconds
        Limit on each search; positive.
    workers
        Threads of the solver; positive. Only 1 repeats itself for a seed, and only
        where ``seconds`` does not cut a search short.

    Raises
    ------
    ValueError
        When a setting is out of range.
    """

    jobs: int = 20
    seconds: float = 1.0
    workers: int = 1
    name: str = "windows"

    def __post_init__(self) -> None:
        if not (self.jobs >= 2 and self.seconds > 0 and self.workers > 0):
            raise ValueError(
                "Expected 2 jobs or more, positive seconds and workers, got "
                f"{self.jobs}, {self.seconds} and {self.workers}."
            )

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
        """Better sequences, or the same; one sequence per machine, exact costs."""
        rng = np.random.default_rng(seed)
        best = retime(problem, sequences)
        cost, found = objective.cost(problem, best), sequences
        threads = ThreadPoolExecutor(1)
        while cost > 0 and not stop():
            job = troubled_job(problem, objective, best, rng)
            window = window_around(problem, best, job, self.jobs, rng)
            search = threads.submit(
                self._search,
                problem,
                objective,
                best,
                window,
                int(rng.integers(2**31)),
                stop,
            )
            while not search.done() and not peek(stop):
                wait([search], timeout=0.02)
            if not search.done():
                break  # building and presolve do not stop at once; nobody waits
            order = search.result()
            if order is not None:
                schedule = retime(problem, order)
                if objective.cost(problem, schedule) < cost * (1 - 1e-12):
                    best, found = schedule, order
                    cost = objective.cost(problem, best)
            progress(0.0, self.name)
        threads.shutdown(wait=False, cancel_futures=True)
        return found

    def _search(
        self,
        problem: Problem,
        objective: Objective,
        schedule: Schedule,
        window: Window,
        seed: int,
        stop: Stop,
    ) -> Sequences | None:
        """Sequences with the window re-planned; ``None``: the solver found none."""
        solver, model = (
            cp_model.CpSolver(),
            CpModel(problem, objective, window, schedule),
        )
        # Presolve of windows took longer than their search.
        solver.parameters.cp_model_probing_level = 0
        solver.parameters.symmetry_level = 0
        status = solve(solver, model, self.seconds, self.workers, seed, stop)
        return model.sequences(solver) if status in FOUND else None


def troubled_job(
    problem: Problem,
    objective: Objective,
    schedule: Schedule,
    rng: np.random.Generator,
) -> int:
    """
    Draw a job to re-plan around: late, last, after a costly setup, or any.

    Each term of the cost is chosen by its share in it, one time in four none; then
    a job by its share in that term. The cost is above 0.
    """
    makespan, late, setup = objective.terms(problem, schedule)
    terms = np.array([makespan, late, setup])
    which = rng.choice(4, p=[*(0.75 * terms / terms.sum()), 0.25])
    if which == 1:
        blame = problem.weight * tardiness(schedule, problem.due)
    elif which == 2:
        blame = setup_seconds(problem, schedule).astype(np.float64)
    elif which == 0:
        last = schedule.machine == schedule.machine[int(schedule.end.argmax())]
        blame = last.astype(np.float64)
    else:
        blame = np.ones(problem.num_jobs)
    return int(rng.choice(problem.num_jobs, p=blame / blame.sum()))


def window_around(
    problem: Problem,
    schedule: Schedule,
    job: int,
    size: int,
    rng: np.random.Generator,
) -> Window:
    """
    Window of the jobs nearest in time to one job, on machines that it may share.

    Parameters
    ----------
    problem, schedule
        What is planned, and the valid schedule to change.
    job
        Middle of the window.
    size
        Number of free jobs, as far as there are so many.
    rng
        Draws the machines: first those the job may run on, about one per five jobs.
    """
    m = problem.num_machines
    wish = rng.random(m) + problem.eligible[job]
    wish[schedule.machine[job]] = 3.0
    machines = np.argsort(-wish)[: max(2, size // 5)]
    near = np.abs(
        schedule.start + schedule.end - schedule.start[job] - schedule.end[job]
    )
    inside = np.flatnonzero(np.isin(schedule.machine, machines))
    free = inside[np.argsort(near[inside], kind="stable")[:size]]
    begins = int(schedule.start[free].min())
    chosen = np.zeros(problem.num_jobs, dtype=np.bool_)
    chosen[free] = True
    settled = np.flatnonzero(~chosen & (schedule.start < begins))
    rest = np.flatnonzero(~chosen & (schedule.start >= begins))
    rest = rest[np.argsort(schedule.start[rest], kind="stable")]
    order = [rest[schedule.machine[rest] == k].tolist() for k in range(m)]
    return Window(free.tolist(), order, settled.tolist(), machines.tolist())
