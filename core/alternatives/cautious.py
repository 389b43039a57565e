"""The plan that costs least when times turn out otherwise than planned."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from core.alternatives.side_by_side import SearchTask, searched
from core.futures.futures import Futures, futures
from core.futures.spread import Breakdowns, Spread
from core.planning.scheduler import Progress, silent
from core.planning.stopping import Stop, never
from core.problem.model import Problem
from core.problem.objective import Objective
from core.problem.schedule import Schedule, setup_seconds

# Searches that look for a cheaper plan as it is: seeds, and shares of the usual moves,
# so that they are cooled at different points.
PLAIN = ((1, 0.2), (1, 1.0), (2, 1.0), (3, 3.0))
# Searches with every time longer than planned, by these shares of the way to the time
# that one job in ten exceeds. The plan keeps room for what is only likely.
HEDGED = (0.25, 0.5, 1.0, 1.5)
HEDGED_SEEDS = (1, 2)


@dataclass(frozen=True)
class Standing:
    """
    How a plan does, as planned and in futures that it was not chosen on.

    Parameters
    ----------
    schedule
        The plan.
    cost, late_jobs
        As planned.
    expected_cost, expected_late
        In the mean of the futures.
    """

    schedule: Schedule
    cost: float
    late_jobs: int
    expected_cost: float
    expected_late: float


@dataclass(frozen=True)
class Caution:
    """
    A plan that is cheapest as planned, and one that is cheapest when things vary.

    Parameters
    ----------
    planned
        The candidate with the least cost as planned.
    cautious
        The one with the least expected cost in the futures that it was chosen on;
        the same where caution changes nothing.
    candidates
        How many there were.
    """

    planned: Standing
    cautious: Standing
    candidates: int

    @property
    def given_away(self) -> float:
        """By what share the cautious plan costs more as planned."""
        if self.cautious.cost == self.planned.cost:
            return 0.0
        return self.cautious.cost / self.planned.cost - 1

    @property
    def gained(self) -> float:
        """By what share it is expected to cost less; negative: more."""
        if self.cautious.expected_cost == self.planned.expected_cost:
            return 0.0
        return 1 - self.cautious.expected_cost / self.planned.expected_cost


def caution(
    problem: Problem,
    objective: Objective,
    schedule: Schedule,
    spread: Spread | None = None,
    breakdowns: Breakdowns | None = None,
    *,
    seed: int = 0,
    stop: Stop = never,
    progress: Progress = silent,
) -> Caution:
    """
    Choose among many plans the one that costs least over possible futures.

    Parameters
    ----------
    problem, objective, schedule
        What is planned, what it is judged by, and a valid plan to begin from; it is
        a candidate, too.
    spread, breakdowns
        What may turn out otherwise; see :func:`core.futures.futures.futures`.
    seed
        Same seed, same choice.
    stop
        It is chosen among what was found by then.
    progress
        See :data:`core.planning.scheduler.Progress`.

    Notes
    -----
    Chosen on one set of futures, judged on another: the best of many looks better
    where it was chosen than it is.
    """
    spread = Spread.of(problem) if spread is None else spread
    plain = [
        SearchTask(problem, objective, schedule, seed + s, share) for s, share in PLAIN
    ]
    part = len(plain) / (len(plain) + len(HEDGED) * len(HEDGED_SEEDS))

    def told(begin: float, size: float) -> Progress:
        return lambda done, what: progress(begin + size * done, what)

    what = "looking for cautious plans"
    found = searched(problem, plain, stop=stop, progress=told(0.0, part), what=what)
    candidates = [schedule, *(x for x in found if x is not None)]
    best = min(candidates, key=lambda x: objective.cost(problem, x))
    hedged = [
        SearchTask(_longer(problem, spread, way), objective, best, seed + s)
        for way in HEDGED
        for s in HEDGED_SEEDS
    ]
    found = searched(
        problem, hedged, stop=stop, progress=told(part, 1 - part), what=what
    )
    candidates += [x for x in found if x is not None]

    def drawn(plan: Schedule, draw: int) -> Futures:
        return futures(problem, plan, spread, breakdowns, seed=2 * seed + draw)

    def standing(plan: Schedule) -> Standing:
        seen = drawn(plan, 1)
        return Standing(
            plan,
            objective.cost(problem, plan),
            seen.late_as_planned,
            expected_cost(objective, seen),
            seen.late_expected,
        )

    chosen = min(candidates, key=lambda x: expected_cost(objective, drawn(x, 0)))
    cheapest = min(candidates, key=lambda x: objective.cost(problem, x))
    return Caution(standing(cheapest), standing(chosen), len(candidates))


def expected_cost(objective: Objective, found: Futures) -> float:
    """Cost of a plan by an objective in the mean of its futures, setups as planned."""
    problem = found.problem
    end, lateness, setup = objective.scales(problem)
    late = np.maximum(found.end - problem.due, 0.0) @ problem.weight  # (f,)
    mean = float((end * found.end.max(axis=1) + lateness * late).mean())
    return mean + setup * float(setup_seconds(problem, found.schedule).sum())


def _longer(problem: Problem, spread: Spread, share: float) -> Problem:
    """Return the problem with every time a share of the way to its high one."""
    _, high = spread.bounds(problem)
    times = problem.processing * (1 + share * (high - 1))[:, None]
    setup = np.rint(problem.setup * (1 + share * spread.share)).astype(np.int64)
    return replace(problem, processing=np.rint(times), setup=setup)
