"""CP-SAT on the whole problem: exact on small ones, honest when it finds nothing."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from ortools.sat.python import cp_model

from core.planning.scheduler import Progress, Result, Stopwatch, silent
from core.planning.stopping import Stop, never, peek
from core.problem.model import Problem
from core.problem.objective import Objective
from core.problem.schedule import Schedule
from core.schedulers.cp_model import CpModel, Window
from core.timing.retime import retime

FOUND = (cp_model.OPTIMAL, cp_model.FEASIBLE)


class NoPlanFound(RuntimeError):
    """CP-SAT found no plan in its time; nothing else is put in its place."""


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
        NoPlanFound
            When the time is over, or ``stop`` says so, before there is a plan.
        """
        watch = Stopwatch()
        progress(0.0, "building the model")
        model = CpModel(problem, objective, Window.whole(problem), self.start)
        progress(0.1, "searching")
        solver = cp_model.CpSolver()
        status = solve(solver, model, self.seconds, self.workers, seed, stop)
        if status not in FOUND:
            raise NoPlanFound(
                f"CP-SAT found no plan of {problem.num_jobs} jobs on "
                f"{problem.num_machines} machines in {watch.seconds:.0f} s."
            )
        schedule = retime(problem, model.sequences(solver))
        proved = status == cp_model.OPTIMAL
        return Result(
            problem=problem,
            schedule=schedule,
            objective=objective,
            scheduler=self.name,
            seconds=watch.seconds,
            decisions=problem.num_jobs,
            seed=seed,
            reason="CP-SAT proved that no plan is better."
            if proved
            else "CP-SAT's best plan in its time; there may be better ones.",
        )


def solve(
    solver: cp_model.CpSolver,
    model: CpModel,
    seconds: float,
    workers: int,
    seed: int,
    stop: Stop,
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
    """
    solver.parameters.max_time_in_seconds = seconds
    solver.parameters.num_workers = workers
    solver.parameters.random_seed = seed % 2**31
    over = threading.Event()

    def watch() -> None:
        while not over.wait(0.02):
            if peek(stop):
                solver.stop_search()
                return

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        return int(solver.solve(model.model))
    finally:
        over.set()
        watcher.join()
