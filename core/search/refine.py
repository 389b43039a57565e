"""Improve any schedule in the time there is: the parts of refinement, joined."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from core.planning.scheduler import Progress, silent
from core.planning.stopping import Stop
from core.problem.measures.stability import Home
from core.problem.model import Problem
from core.problem.objective import Objective
from core.problem.schedule import Schedule
from core.search.holding import timed
from core.search.local_search import LocalSearch
from core.timing.retime import retime

Sequences = Sequence[Sequence[int]]


class Improver(Protocol):
    """A part of refinement: better sequences from sequences."""

    @property
    def name(self) -> str:
        """What it is called in progress and tables."""
        ...

    def improve(
        self,
        problem: Problem,
        objective: Objective,
        sequences: Sequences,
        *,
        seed: int,
        stop: Stop,
        progress: Progress,
    ) -> Sequences:
        """
        Return better sequences, or the same.

        Parameters
        ----------
        problem, objective
            What is planned, and what it is judged by.
        sequences
            One sequence of job indices per machine, of a valid schedule.
        seed
            Seed of everything random.
        stop
            To be asked at least every 0.1 s; return soon after it says so.
        progress
            Called with the share done in [0, 1] and a word for the planner.
        """
        ...


def refine(
    problem: Problem,
    objective: Objective,
    schedule: Schedule,
    *,
    stop: Stop,
    seed: int = 0,
    progress: Progress = silent,
    moves: int | None = None,
    home: Home | None = None,
    improvers: Sequence[Improver] | None = None,
) -> Schedule:
    """
    Best schedule that the improvers make of a valid one; never a worse one.

    Parameters
    ----------
    problem, objective
        What is planned, and what it is judged by.
    schedule
        Where to begin; valid.
    stop
        When to end; the first improver that asks it to the end has all of it.
    seed
        Same seed and same number of looks at ``stop``
        (:class:`~core.planning.stopping.MaxIterations`), same schedule.
    progress
        Called with the share done in [0, 1] and a word for the planner.
    moves
        Moves of the local search, the same on every computer; ``None``: as many as
        ``stop`` allows.
    home
        The previous plan, of which the objective's stability weight keeps as much as
        it is worth.
    improvers
        In turn; ``None``: the local search alone, which is what paid on every kind
        of problem that was measured. Only that one knows ``moves`` and ``home``; with
        a home it is the only one.

    Returns
    -------
    Schedule
        The given one itself when nothing better was found, as at a cost of 0.
    """
    best, cost = schedule, objective.cost(problem, schedule, home)
    if home is not None and objective.stability > 0 and cost > 0:
        search = LocalSearch(moves=moves, home=home)
        sequences, held = search.improve_held(
            problem,
            objective,
            padded(best, problem.num_machines),
            seed=seed,
            stop=stop,
            progress=progress,
        )
        kept = timed(problem, sequences, home, held)
        return min(best, kept, key=lambda x: objective.cost(problem, x, home))
    if improvers is None:
        improvers = (LocalSearch(moves=moves),)
    for improver in improvers:
        if cost == 0:
            break  # nothing to improve
        found = improver.improve(
            problem,
            objective,
            padded(best, problem.num_machines),
            seed=seed,
            stop=stop,
            progress=progress,
        )
        better = retime(problem, found)
        if (found_cost := objective.cost(problem, better)) < cost:
            best, cost = better, found_cost
    return best


def padded(schedule: Schedule, num_machines: int) -> list[list[int]]:
    """Sequences of a schedule with an empty one for every unused machine."""
    sequences = [list(jobs) for jobs in schedule.sequences]
    return sequences + [[] for _ in range(num_machines - len(sequences))]
