"""Where a plan leaves the policy's first choice, and what that choice would cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.planning.decision import Decision, Floats, Indices
from core.problem import phrases
from core.problem.model import Problem
from core.problem.objective import Objective
from core.problem.schedule import Schedule
from core.timing.retime import retime


@dataclass(frozen=True)
class Departure:
    """
    A choice of the shown plan that was not the policy's first one.

    Parameters
    ----------
    chosen, first
        What the plan has, and what the policy would have chosen.
    chance, first_chance
        What the policy gave each, 0 to 1.
    cost_more
        Share by which the plan would cost more with the policy's choice in place of
        this one and all else kept in order; ``None`` where that cannot be.
    """

    chosen: int
    first: int
    chance: float
    first_chance: float
    cost_more: float | None


def job_departure(
    problem: Problem, objective: Objective, schedule: Schedule, decision: Decision
) -> Departure | None:
    """
    Return how the job of a decision departs from the policy's first choice.

    The cost is that of the plan with the two jobs exchanged. ``None``: it is the
    first choice, the planner took it, or no policy decided.
    """
    if decision.job_forced:
        return None
    found = _departure(decision.job, decision.jobs, decision.job_probabilities)
    if found is None:
        return None
    chosen, first, chance, first_chance = found
    exchanged = [
        [{chosen: first, first: chosen}.get(job, job) for job in jobs]
        for jobs in _sequences(problem, schedule)
    ]
    more = _cost_more(problem, objective, schedule, exchanged)
    return Departure(chosen, first, chance, first_chance, more)


def machine_departure(
    problem: Problem, objective: Objective, schedule: Schedule, decision: Decision
) -> Departure | None:
    """
    Return how the machine of a decision departs from the policy's first choice.

    The cost is that of the plan with the job moved there, behind what starts before
    it. ``None``: as of :func:`job_departure`.
    """
    if decision.machine_forced:
        return None
    found = _departure(
        decision.machine, decision.machines, decision.machine_probabilities
    )
    if found is None:
        return None
    chosen, first, chance, first_chance = found
    sequences = _sequences(problem, schedule)
    sequences[chosen].remove(decision.job)
    start = schedule.start[decision.job]
    place = sum(int(schedule.start[job]) < start for job in sequences[first])
    sequences[first].insert(place, decision.job)
    more = _cost_more(problem, objective, schedule, sequences)
    return Departure(chosen, first, chance, first_chance, more)


def departure_words(departure: Departure, names: Sequence[str], placed: str) -> str:
    """
    Say a departure for planners.

    Parameters
    ----------
    departure, names
        The departure, and what the jobs or machines are called.
    placed
        Who decided otherwise, with a verb: ``refinement placed``.
    """
    words = (
        f"The policy gave {names[departure.chosen]} "
        f"{_percent(departure.chance)}; its first choice was "
        f"{names[departure.first]} ({_percent(departure.first_chance)}). "
        f"{placed[:1].upper()}{placed[1:]} {names[departure.chosen]} here"
    )
    more = departure.cost_more
    if more is None:
        return f"{words}; the two cannot change places in this plan."
    if abs(more) < 0.00005:
        return f"{words}; with the policy's choice it would cost the same."
    word = "more" if more > 0 else "less"
    return (
        f"{words}; with the policy's choice the plan would cost "
        f"{phrases.percent(abs(more))} {word}."
    )


def _percent(share: float) -> str:
    return "< 1 %" if share < 0.005 else f"{100 * share:.0f} %"


def _departure(
    chosen: int, candidates: Indices, chances: Floats | None
) -> tuple[int, int, float, float] | None:
    """Chosen and first candidate with their chances; ``None``: they are the same."""
    if chances is None:
        return None
    best = int(np.argmax(chances))
    mine = int(np.flatnonzero(candidates == chosen)[0])
    if chances[mine] == chances[best]:
        return None
    return chosen, int(candidates[best]), float(chances[mine]), float(chances[best])


def _sequences(problem: Problem, schedule: Schedule) -> list[list[int]]:
    unused = problem.num_machines - len(schedule.sequences)
    return [*map(list, schedule.sequences), *([] for _ in range(unused))]


def _cost_more(
    problem: Problem,
    objective: Objective,
    schedule: Schedule,
    sequences: Sequence[Sequence[int]],
) -> float | None:
    """Share by which other orders cost more; ``None``: they cannot be."""
    try:
        other = objective.cost(problem, retime(problem, sequences))
    except ValueError:  # not eligible there, or a job would wait for itself
        return None
    cost = objective.cost(problem, schedule)
    return None if cost == 0 else other / cost - 1
