"""CP-SAT on the whole problem: exact on small ones, honest when it finds nothing."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from ortools.sat.python import cp_model

from core.planning.scheduler import (
    PlanningCancelled,
    Progress,
    Result,
    Stopwatch,
    silent,
)
from core.planning.stopping import Stop, never, peek
from core.problem.model import Problem
from core.problem.objective import Objective
from core.problem.schedule import Schedule
from core.schedulers.exact.cp_model import CpModel
from core.schedulers.exact.model_size import size
from core.schedulers.exact.window import Window
from core.timing.retime import retime

FOUND = (cp_model.OPTIMAL, cp_model.FEASIBLE)
LARGEST = (
    400_000  # parts of a model: built in 8 s, in 0.4 GB, and still stopped at once
)
ASK_SECONDS = 0.02  # between two looks at whether to stop
TELL_SECONDS = 0.5  # between two words on the time left
PROOF = 1e-9  # of the cost: below it two plans cost the same


class NoPlanFound(RuntimeError):
    """CP-SAT found no plan in its time; nothing else is put in its place."""


class TooLargeToSolveError(ValueError):
    """The constraint model of a problem would be too large to build."""


@dataclass(frozen=True)
class CpSat:
    """
    Scheduler ``cpsat``: one constraint model of the whole problem.

    Parameters
    ----------
    seconds
        Limit on the search, not counting the building of the model; positive.
    workers
        Threads of the solver; positive. Only 1 repeats itself for a seed.
    start
        A schedule of the same problem to begin from, as a hint.

    Raises
    ------
    ValueError
        When ``seconds`` or ``workers`` is not positive.

    Notes
    -----
    The model is OR-Tools' own, not PyJobShop's: that lets setups run inside
    closures, and our timing rules do not. The solver's order of jobs on the machines
    is timed by :func:`core.timing.retime.retime`, so the schedule keeps exactly
    the rules of every other scheduler.
    """

    seconds: float = 60.0
    workers: int = 2
    start: Schedule | None = None
    name: str = "cpsat"

    def __post_init__(self) -> None:
        if not (self.seconds > 0 and self.workers > 0):
            raise ValueError(
                "Expected positive seconds and workers, got "
                f"{self.seconds} and {self.workers}."
            )

    def schedule(
        self,
        problem: Problem,
        objective: Objective,
        *,
        seed: int = 0,
        stop: Stop = never,
        progress: Progress = silent,
    ) -> Result:
        """
        Plan every job of the problem.

        Raises
        ------
        TooLargeToSolveError
            When the model would be too large; said before it is built.
        PlanningCancelled
            When ``stop`` says so before there is a plan.
        NoPlanFound
            When the time is over before there is a plan.
        """
        watch = Stopwatch()
        parts = size(problem)
        if parts > LARGEST:
            raise TooLargeToSolveError(
                f"The exact solver is for small shifts: {problem.num_jobs} jobs on "
                f"{problem.num_machines} machines would be a model of about "
                f"{parts:,} parts; it takes {LARGEST:,}."
            )
        progress(0.0, "building the model")
        model = CpModel(problem, objective, Window.whole(problem), self.start, stop)
        solver = cp_model.CpSolver()
        status = solve(solver, model, self.seconds, self.workers, seed, stop, progress)
        stopped = peek(stop)
        if status not in FOUND:
            what = f"{problem.num_jobs} jobs on {problem.num_machines} machines"
            if stopped:
                raise PlanningCancelled(f"Stopped before CP-SAT had a plan of {what}.")
            raise NoPlanFound(
                f"CP-SAT found no plan of {what} in {watch.seconds:.0f} s."
            )
        schedule = retime(problem, model.sequences(solver))
        cost = objective.cost(problem, schedule)
        _, late, setup = problem.fixed_figures  # constants, of which it knows nothing
        best = solver.best_objective_bound * model.unit
        best += model.scales[1] * late + model.scales[2] * setup
        if status == cp_model.OPTIMAL and model.exact and cost <= best * (1 + PROOF):
            reason = "CP-SAT proved that no plan is better."
        elif stopped:
            reason = (
                f"CP-SAT was stopped after {watch.seconds:.0f} s of up to "
                f"{self.seconds:.0f} s; this is its best plan by then."
            )
        else:
            reason = "CP-SAT's best plan in its time; there may be better ones."
        return Result(
            problem=problem,
            schedule=schedule,
            objective=objective,
            scheduler=self.name,
            seconds=watch.seconds,
            decisions=problem.num_jobs,
            seed=seed,
            reason=reason,
        )


def solve(
    solver: cp_model.CpSolver,
    model: CpModel,
    seconds: float,
    workers: int,
    seed: int,
    stop: Stop,
    progress: Progress = silent,
) -> int:
    """
    Search until optimal, out of time or stopped; the solver's status.

    Parameters
    ----------
    solver
        Holds the solution afterwards.
    model
        What to solve.
    seconds, workers, seed
        Limits and seed of the search.
    stop
        Looked at every 20 ms; an iteration of it is not used up.
    progress
        Told the time left, twice a second.
    """
    solver.parameters.max_time_in_seconds = seconds
    solver.parameters.num_workers = workers
    solver.parameters.random_seed = seed % 2**31
    # Optimal is optimal: by itself it would be content with 1e-4 more.
    solver.parameters.absolute_gap_limit = 0.0
    solver.parameters.relative_gap_limit = 0.0
    over = threading.Event()
    clock = Stopwatch()

    def watch() -> None:
        told = -TELL_SECONDS
        while not over.wait(ASK_SECONDS):
            if peek(stop):
                solver.stop_search()
                return
            if clock.seconds - told >= TELL_SECONDS:
                told = clock.seconds
                left = max(0.0, seconds - told)
                progress(min(told / seconds, 1.0), f"searching, {left:.0f} s at most")

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        return int(solver.solve(model.model))
    finally:
        over.set()
        watcher.join()
