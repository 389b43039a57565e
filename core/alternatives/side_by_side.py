"""Several searches of one shift at a time, on two cores."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from core.planning.scheduler import Progress
from core.planning.stopping import Stop, peek
from core.problem.measures.stability import Home
from core.problem.model import Problem
from core.problem.objective import Objective
from core.problem.schedule import Schedule
from core.search.compiling import get_ready
from core.search.local_search import LocalSearch
from core.search.refine import padded
from core.timing.retime import retime

THREADS = 2
# Moves of one search: enough per job to see what an objective leads to, 0.2 s at 411
# jobs, where a move takes about 1 µs; a move takes longer the more jobs there are.
MOVES_PER_JOB, LEAST_MOVES, MOST_MOVES_TIMES_JOBS = 500, 20_000, 100_000_000


@dataclass(frozen=True, eq=False)
class SearchTask:
    """
    One search.

    Parameters
    ----------
    problem
        What is searched: the shift, or the shift with other times or due dates.
    objective, start, seed
        What it is judged by, the plan of the shift to begin from, and the seed.
    share
        Of the usual moves.
    home
        The previous plan, of which the objective's stability weight keeps as much as
        it is worth; ``None``: there is none.
    """

    problem: Problem
    objective: Objective
    start: Schedule
    seed: int = 0
    share: float = 1.0
    home: Home | None = None


def usual_moves(num_jobs: int) -> int:
    """Moves of a search of so many jobs."""
    wanted = max(MOVES_PER_JOB * num_jobs, LEAST_MOVES)
    return max(1, min(wanted, MOST_MOVES_TIMES_JOBS // num_jobs))


def searched(
    problem: Problem,
    tasks: Sequence[SearchTask],
    *,
    stop: Stop,
    progress: Progress,
    what: str,
) -> list[Schedule | None]:
    """
    Search, and time what was found in the shift as it is.

    Parameters
    ----------
    problem
        The shift.
    tasks
        The searches; the same ones give the same plans.
    stop
        Ends the searches under way with what they have; no other one begins.
    progress, what
        Told after each search: the share done, and this word for the planner.

    Returns
    -------
    list of Schedule
        One per task. ``None``: it was not begun, or its orders cannot be kept in the
        shift as it is.
    """
    for task in tasks[:1]:
        get_ready(task.problem, task.objective, stop, task.home)
    moves = usual_moves(problem.num_jobs)

    def search(task: SearchTask) -> Schedule | None:
        if peek(stop):
            return None
        of_task = max(1, int(task.share * moves))
        found = LocalSearch(chains=1, moves=of_task, home=task.home).improve(
            task.problem,
            task.objective,
            padded(task.start, problem.num_machines),
            seed=task.seed,
            stop=_asked(stop),
        )
        try:
            return retime(problem, found)
        except ValueError:  # fits only with the other times that were searched with
            return None

    plans = []
    with ThreadPoolExecutor(THREADS) as threads:
        for done, plan in enumerate(threads.map(search, tasks), start=1):
            plans.append(plan)
            progress(done / len(tasks), what)
    return plans


def _asked(stop: Stop) -> Callable[[], bool]:
    """Return a stop that may be asked by several searches and uses nothing up."""
    return lambda: peek(stop)
