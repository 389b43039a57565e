"""The front: plans of a shift that no other beats in end, lateness and setups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.alternatives.side_by_side import SearchTask, searched
from core.planning.scheduler import Progress, silent
from core.planning.stopping import Stop, never
from core.problem.model import Problem
from core.problem.objective import Objective
from core.problem.schedule import Metrics, Schedule, metrics
from core.problem.verifier.verify import violations

STEPS = 7  # of each weight: 36 objectives
# Of every other weight where one is all that counts: of plans that are as good by it,
# a planner wants the one that is better otherwise.
LEAST = 0.03
# From which of the objectives the others begin: the corners, the edges, the middle.
FIRST = ((7, 0, 0), (0, 7, 0), (0, 0, 7), (4, 3, 0), (4, 0, 3), (0, 4, 3), (3, 2, 2))


@dataclass(frozen=True, eq=False)
class FrontPlan:
    """
    One plan to choose.

    Parameters
    ----------
    schedule, metrics
        The plan, verified, and its figures.
    objective
        The weights that led to it; ``None``: it is the plan in hand.
    """

    schedule: Schedule
    metrics: Metrics
    objective: Objective | None

    @property
    def figures(self) -> tuple[float, float, float]:
        """Weighted lateness, end and setups in seconds: what the front is about."""
        found = self.metrics
        return found.weighted_tardiness, found.makespan, found.setup


@dataclass(frozen=True, eq=False)
class Front:
    """
    What can be had in all.

    Parameters
    ----------
    choices
        Plans none of which is beaten by another, the least late first.
    in_hand
        The plan that was started from.
    made
        How many plans were made to find them.
    """

    choices: tuple[FrontPlan, ...]
    in_hand: FrontPlan
    made: int

    @property
    def position(self) -> int | None:
        """Where the plan in hand is among the choices; ``None``: it is beaten."""
        for i, choice in enumerate(self.choices):
            if choice.figures == self.in_hand.figures:
                return i
        return None


def front(
    problem: Problem,
    schedule: Schedule,
    *,
    seed: int = 0,
    stop: Stop = never,
    progress: Progress = silent,
) -> Front:
    """
    Search from a plan under many objectives, and keep what no other plan beats.

    Parameters
    ----------
    problem, schedule
        A valid schedule of the problem.
    seed
        Same seed, same front.
    stop
        What was found by then is returned.
    progress
        See :data:`core.planning.scheduler.Progress`.

    Raises
    ------
    RuntimeError
        When a plan breaks a rule: a fault of the search.
    """
    every = objectives()
    first = [weights(*steps) for steps in FIRST]
    rest = [objective for objective in every if objective not in first]
    share = len(first) / len(every)
    in_hand = FrontPlan(schedule, metrics(problem, schedule), None)
    found = [in_hand]

    def look(tasks: Sequence[SearchTask], begin: float, part: float) -> None:
        plans = searched(
            problem,
            tasks,
            stop=stop,
            progress=lambda done, what: progress(begin + part * done, what),
            what="looking at what can be had",
        )
        for task, plan in zip(tasks, plans, strict=True):
            if plan is not None:
                figures = metrics(problem, plan)
                found.append(FrontPlan(plan, figures, task.objective))

    look([SearchTask(problem, x, schedule, seed) for x in first], 0.0, share)
    starts = list(found)
    look(
        [
            SearchTask(
                problem,
                objective,
                min(starts, key=lambda x: objective.cost(problem, x.schedule)).schedule,
                seed,
            )
            for objective in rest
        ],
        share,
        1 - share,
    )
    choices = unbeaten(found)
    for choice in choices:
        broken = violations(problem, choice.schedule)
        if broken:
            raise RuntimeError(f"A plan breaks a rule: {broken[0]}")
    return Front(tuple(choices), in_hand, len(found) - 1)


def weights(end: int, lateness: int, setups: int) -> Objective:
    """Return the objective of three numbers of steps."""
    return Objective(*(max(x / STEPS, LEAST) for x in (end, lateness, setups)))


def objectives() -> list[Objective]:
    """Every way to split the steps among end, lateness and setups."""
    return [
        weights(end, lateness, STEPS - end - lateness)
        for end in range(STEPS + 1)
        for lateness in range(STEPS + 1 - end)
    ]


def unbeaten(choices: Sequence[FrontPlan]) -> list[FrontPlan]:
    """
    Return the choices that no other one beats, the least late first.

    One plan beats another when it is better in one figure and in none worse; of
    several with the same figures the first is kept.
    """
    kept: list[FrontPlan] = []
    for choice in sorted(choices, key=lambda x: x.figures):
        beaten = any(
            all(a <= b for a, b in zip(x.figures, choice.figures, strict=True))
            for x in kept
        )
        if not beaten:
            kept.append(choice)
    return kept
