"""Dispatch rules: jobs placed one by one, by a priority that is a formula."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.planning.catalogue import BEST_RULE, rule_names
from core.planning.scheduler import Progress, Result, Stopwatch, silent
from core.planning.stopping import Stop, never
from core.problem.model import Problem
from core.problem.objective import Objective
from core.problem.schedule import Schedule
from core.schedulers.compiled.rules import COMPILED, best_by_machine_code
from core.schedulers.variants import Variant, variants_for
from core.timing.machine_code import compiled_elsewhere


@dataclass(frozen=True)
class RuleScheduler:
    """
    Plan with one rule, or with all, and keep the best plan by the objective.

    Parameters
    ----------
    name
        Of the catalogue: ``rule:edd``, or ``rule:best`` for all of them.

    Raises
    ------
    ValueError
        When there is no such rule.
    """

    name: str = BEST_RULE

    def __post_init__(self) -> None:
        if not rule_names(self.name):
            raise ValueError(f"Expected rule:… or {BEST_RULE}, got {self.name!r}.")

    def schedule(
        self,
        problem: Problem,
        objective: Objective,
        *,
        seed: int = 0,
        stop: Stop = never,
        progress: Progress = silent,
    ) -> Result:
        """Plan every job; see :class:`core.planning.scheduler.Scheduler`."""
        watch = Stopwatch()
        tried = variants_for(problem, rule_names(self.name))
        best, schedule, _ = best_of(problem, objective, tried, stop, progress)
        words = f"Rule: {best.title}"
        if len(tried) > 1:
            words += f", the least cost of {len(tried)} rules and settings"
        return Result(
            problem=problem,
            schedule=schedule,
            objective=objective,
            scheduler=self.name,
            seconds=watch.seconds,
            decisions=problem.num_jobs,
            reason=f"{words}.",
            seed=seed,
        )


def best_of(
    problem: Problem,
    objective: Objective,
    tried: Sequence[Variant],
    stop: Stop = never,
    progress: Progress = silent,
) -> tuple[Variant, Schedule, float]:
    """
    Plan with each variant; the cheapest, its schedule and cost, the first on ties.

    Raises
    ------
    PlanningCancelled
        When ``stop`` says so.
    """
    compiled = all(variant.name in COMPILED for variant in tried)
    if compiled and not compiled_elsewhere():
        return best_by_machine_code(problem, objective, tried, stop, progress)

    from core.schedulers.tensors.rules import best_by_tensors

    return best_by_tensors(problem, objective, tried, stop, progress)
