"""
The front: plans of a shift that no other beats.

In end, lateness and setups and, where there is a previous plan, in what they change.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.alternatives.side_by_side import SearchTask, searched
from core.planning.scheduler import Progress, silent
from core.planning.stopping import Stop, never
from core.problem.floor import Floor
from core.problem.measures.stability import Home
from core.problem.model import Problem
from core.problem.objective import Objective
from core.problem.schedule import Metrics, Schedule, metrics
from core.problem.verifier.verify_floor import violations_on
from core.timing.open_part import open_part

STEPS = 7  # of each weight: 36 objectives
# Of every other weight where one is all that counts: of plans that are as good by it,
# a planner wants the one that is better otherwise.
LEAST = 0.03
# From which of the objectives the others begin: the corners, the edges, the middle.
FIRST = ((7, 0, 0), (0, 7, 0), (0, 0, 7), (4, 3, 0), (4, 0, 3), (0, 4, 3), (3, 2, 2))
# Where there is a previous plan: 15 objectives at each of four prices of a change, from
# none to where hardly a job moves.
STEPS_KEEPING = 4
FIRST_KEEPING = ((4, 0, 0), (0, 4, 0), (0, 0, 4), (2, 1, 1))
PRICES = (0.0, 0.03, 0.3, 1.0)


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
    changed_jobs
        Jobs that it has elsewhere or at another time than the previous plan;
        ``None``: there is no previous plan.
    """

    schedule: Schedule
    metrics: Metrics
    objective: Objective | None
    changed_jobs: int | None = None

    @property
    def figures(self) -> tuple[float, ...]:
        """
        What the front is about.

        Weighted lateness, end and setups in seconds, and the changed jobs where there
        is a previous plan.
        """
        found = self.metrics
        three = found.weighted_tardiness, found.makespan, found.setup
        return three if self.changed_jobs is None else (*three, self.changed_jobs)


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
    floor, rest
        What was past change, and the problem of the jobs that were still to be
        planned; see :class:`core.planning.scheduler.Result`.
    """

    choices: tuple[FrontPlan, ...]
    in_hand: FrontPlan
    made: int
    floor: Floor | None = None
    rest: Problem | None = None

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
    floor: Floor | None = None,
    home: Home | None = None,
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
    floor
        What was past change when it was planned, and stays; ``None``: nothing.
    home
        The previous plan, of all jobs: then it counts, too, how many jobs a plan
        changes; ``None``: there is none.
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

    def seen(plan: Schedule, objective: Objective | None) -> FrontPlan:
        changed = None if home is None else int(home.changed(plan).sum())
        return FrontPlan(plan, metrics(problem, plan), objective, changed)

    in_hand = seen(schedule, None)
    part = open_part(problem, schedule, floor)
    if part is None:
        return Front((in_hand,), in_hand, 0)
    left, kept = part.problem, None if home is None else home.of_jobs(part.jobs)
    every = objectives(keeping=home is not None)
    first, rest = [x for x in every if x.is_first], [x for x in every if not x.is_first]
    share = len(first) / len(every)
    found, parts = [in_hand], [part.schedule]

    def look(
        begin_from: Sequence[Schedule], some: Sequence[FrontAim], since: float
    ) -> None:
        def start(objective: Objective) -> Schedule:
            return min(begin_from, key=lambda x: objective.cost(left, x, kept))

        tasks = [
            SearchTask(left, x.objective, start(x.objective), seed, home=kept)
            for x in some
        ]
        plans = searched(
            left,
            tasks,
            stop=stop,
            progress=lambda done, what: progress(
                since + len(some) / len(every) * done, what
            ),
            what="looking at what can be had",
        )
        for task, plan in zip(tasks, plans, strict=True):
            if plan is not None:
                parts.append(plan)
                found.append(seen(part.joined(plan), task.objective))

    look([part.schedule], first, 0.0)
    look(list(parts), rest, share)
    choices = unbeaten(found)
    for choice in choices:
        broken = violations_on(problem, choice.schedule, floor or Floor())
        if broken:
            raise RuntimeError(f"A plan breaks a rule: {broken[0]}")
    past = None if part.commitments is None else part.problem
    return Front(tuple(choices), in_hand, len(found) - 1, part.floor, past)


@dataclass(frozen=True)
class FrontAim:
    """An objective to search under, and whether others begin from its plan."""

    objective: Objective
    is_first: bool


def objectives(keeping: bool = False) -> list[FrontAim]:
    """
    Every way to split the steps among end, lateness and setups.

    Parameters
    ----------
    keeping
        Whether there is a previous plan, whose changes have a price then.
    """
    steps, firsts = (STEPS_KEEPING, FIRST_KEEPING) if keeping else (STEPS, FIRST)
    found = []
    for price in PRICES if keeping else (0.0,):
        for end in range(steps + 1):
            for lateness in range(steps + 1 - end):
                three = (end, lateness, steps - end - lateness)
                a, b, c = (max(x / steps, LEAST) for x in three)
                objective = Objective(a, b, c, price)
                found.append(FrontAim(objective, three in firsts))
    return found


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
