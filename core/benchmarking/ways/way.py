"""A way of planning by its name: a scheduler, and how long a search follows."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from math import inf

from core.instances.generator import generate
from core.instances.kinds import KINDS
from core.planning.effort import EFFORTS, Effort
from core.planning.scheduler import InvalidScheduleError, Scheduler
from core.planning.settings import PlanSettings
from core.planning.stopping import MaxSeconds, never
from core.problem.model import Problem
from core.problem.objective import Objective
from core.problem.verifier.verify import violations
from core.schedulers.registry import scheduler
from core.search.refine import refine

_SEARCH = re.compile(r"(?P<amount>.*?)(x(?P<seeds>\d+))?")
_SECONDS = re.compile(r"(\d+(?:\.\d+)?)s")
Plans = Callable[[Problem, Objective, int], float]


@dataclass(frozen=True)
class CostAndTime:
    """
    What a way made of a problem.

    Parameters
    ----------
    cost
        Of the cheapest plan of all its seeds; infinite when none was found.
    seconds
        Processor time of this process, all threads.
    """

    cost: float
    seconds: float


def planner(way: str) -> Callable[[Problem, Objective], CostAndTime]:
    """
    Return what plans in a named way.

    Parameters
    ----------
    way
        A scheduler's name (``rule:best``, ``batch``), with an effort behind a plus
        sign where moves follow: ``auto+normal``, ``batch+normal``; or how many times
        the normal moves follow, for a long search: ``auto+100``; or for how many
        seconds by the clock, which is another plan on another computer: ``auto+10s``,
        ``hierarchical+60s``. ``x3`` at the end: the best with the seeds 0, 1 and 2.

    Raises
    ------
    ValueError
        When there is no such scheduler or effort, or the effort has no end.
    """
    name, _, search = way.partition("+")
    match = _SEARCH.fullmatch(search)
    if match is None:
        raise ValueError(f"Expected an effort, got {search!r}.")
    amount, seeds = match["amount"], int(match["seeds"] or 1)
    if seeds < 1:
        raise ValueError(f"Expected one seed or more, got {way!r}.")
    plans = _plans(name, amount, way)

    def planned(problem: Problem, objective: Objective) -> CostAndTime:
        begun = time.process_time()
        cost = min(plans(problem, objective, seed) for seed in range(seeds))
        return CostAndTime(cost, time.process_time() - begun)

    return planned


@cache
def known_planner(way: str) -> Callable[[Problem, Objective], CostAndTime]:
    """Return :func:`planner`, made once per process."""
    return planner(way)


@cache
def get_ready() -> None:
    """Load the machine code and the policy, once per process: no plan waits for it."""
    for kind in ("shift", "unrelated"):  # a search each
        known_planner("auto+quick")(generate(KINDS[kind].resized(8, 3), 0), Objective())


def _plans(name: str, amount: str, way: str) -> Plans:
    seconds = _SECONDS.fullmatch(amount)
    if seconds and float(seconds[1]) == 0:
        raise ValueError(f"Expected an effort with an end, got {amount!r}.")
    if name == "auto" and seconds:
        limit = float(seconds[1])
        return _whole(PlanSettings(name, effort="open", most_seconds=limit))
    if not amount or (name == "auto" and amount in EFFORTS):
        settings = PlanSettings(name, effort=amount or "normal")
        _effort(settings.effort)  # one without an end is refused
        return _whole(settings)
    first = scheduler(PlanSettings(name, effort="none"))
    if seconds:
        return _searched(way, first, None, float(seconds[1]))
    return _searched(way, first, _effort(amount), inf)


def _whole(settings: PlanSettings) -> Plans:
    """Cost of a plan; :class:`core.planning.scheduler.Result` is verified."""
    plans = scheduler(settings)
    return lambda problem, objective, seed: (
        plans.schedule(problem, objective, seed=seed).cost
    )


def _searched(way: str, first: Scheduler, effort: Effort | None, most: float) -> Plans:
    """Search from the plan of a scheduler, for so many moves or seconds."""

    def cost(problem: Problem, objective: Objective, seed: int) -> float:
        start = first.schedule(problem, objective, seed=seed).schedule
        moves = None if effort is None else effort.moves(problem.num_jobs)
        stop = MaxSeconds(most) if most < inf else never
        better = refine(problem, objective, start, stop=stop, seed=seed, moves=moves)
        if faults := violations(problem, better):
            raise InvalidScheduleError(f"{way}: {faults[0]}")
        return objective.cost(problem, better)

    return cost


def _effort(text: str) -> Effort:
    """Return an effort by its name, or by how many times the normal moves it has."""
    if text in EFFORTS and EFFORTS[text].factor < inf:
        return EFFORTS[text]
    try:
        factor = float(text)
    except ValueError:
        factor = inf
    if not 0 < factor < inf:
        raise ValueError(f"Expected an effort with an end, got {text!r}.")
    return Effort(text, text, factor)
