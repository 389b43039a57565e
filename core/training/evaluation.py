"""
How good a model is on problems it has not seen, against two yardsticks.

Plans are refined before they are used, and how good a greedy plan is tells little of
how good it becomes. So every plan is judged twice: as it was made, and after a short
refinement of as many moves for each; the second decides.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student

from core.planning.dispatch_rules import RULES
from core.planning.effort import EFFORTS
from core.planning.stopping import never
from core.policy.checkpoint import Model
from core.policy.errors import TooLargeError
from core.problem.schedule import Schedule
from core.schedulers.dispatching.rules import best_of
from core.schedulers.hierarchical import card_lookahead, check_places
from core.schedulers.plans import plans_of
from core.schedulers.variants import variants
from core.search.refine import refine
from core.training.tasks import Task

Tell = Callable[[float], None]
REFINEMENT = EFFORTS["quick"]


def silent(share: float) -> None:
    """Tell nobody."""


@dataclass(frozen=True, eq=False)
class Costs:
    """
    Costs of the same problems by a model and its yardsticks.

    Parameters
    ----------
    model, rule
        Shape (P,): cost of each problem's plan by the model, and by the best rule.
    default
        Shape (P,): by the model that was the default then; ``None``: there was none,
        or it cannot plan problems of this size.
    """

    model: NDArray[np.float64]
    rule: NDArray[np.float64]
    default: NDArray[np.float64] | None = None

    def figures(self) -> dict[str, Any]:
        """Means, and the shares by which they differ."""
        shown: dict[str, Any] = {
            "cost": float(self.model.mean()),
            "rule_cost": float(self.rule.mean()),
            "against_rule": against(self.model, self.rule),
        }
        if self.default is not None:
            shown["default_cost"] = float(self.default.mean())
            shown["against_default"] = against(self.model, self.default)
        return shown


@dataclass(frozen=True, eq=False)
class Evaluation:
    """
    What a model is worth on some problems.

    Parameters
    ----------
    greedy, refined
        Costs of the plans as they were made, and after a short refinement.
    default_name
        Name of the default model then.
    """

    greedy: Costs
    refined: Costs
    default_name: str | None = None

    @property
    def is_worse(self) -> bool:
        """Whether the refined plans cost more than the default's, all together."""
        costs = self.refined
        return costs.default is not None and bool(
            costs.model.sum() > costs.default.sum()
        )

    def figures(self) -> dict[str, Any]:
        """Figures for a card or the store: JSON values, percentages against each."""
        shown: dict[str, Any] = {
            "problems": len(self.greedy.model),
            **self.greedy.figures(),
            "refined": self.refined.figures(),
            "worse": self.is_worse,
        }
        if self.greedy.default is not None:
            shown["default"] = self.default_name
        return shown


def against(
    costs: NDArray[np.float64], yardstick: NDArray[np.float64]
) -> dict[str, float | None]:
    """
    Return by how much paired costs differ, as a share; negative is cheaper.

    ``mean`` is the difference of the means over the yardstick's mean; ``low`` and
    ``high`` bound it with 95 % confidence (Student's t of the paired differences),
    ``None`` for a single pair. Nothing is a share of a mean of 0: all are ``None``
    then, but for costs of 0 as well, which differ by 0.
    """
    difference, mean = costs - yardstick, float(yardstick.mean())
    if mean == 0:
        return {"mean": None if difference.any() else 0.0, "low": None, "high": None}
    share = float(difference.mean()) / mean
    count = len(difference)
    if count < 2:
        return {"mean": share, "low": None, "high": None}
    spread = float(difference.std(ddof=1)) / sqrt(count)
    half = float(student.ppf(0.975, count - 1)) * spread / mean
    return {"mean": share, "low": share - half, "high": share + half}


def model_plans(
    model: Model, tasks: Sequence[Task], tell: Tell = silent
) -> list[Schedule]:
    """
    A model's greedy plans, with the lookahead of its card.

    Raises
    ------
    TooLargeError
        When the model has too few places for a problem.
    """
    for task in tasks:
        check_places(model, task.problem)
    plans = []
    for i, task in enumerate(tasks):
        wait = card_lookahead(task.problem, model)
        made = plans_of(model, task.problem, task.objective, wait).greedy()
        plans.append(made.schedule)
        tell((i + 1) / len(tasks))
    return plans


def rule_plans(tasks: Sequence[Task], tell: Tell = silent) -> list[Schedule]:
    """Plan each problem with every dispatch rule; the cheapest plans."""
    tried = variants(list(RULES))
    plans = []
    for i, task in enumerate(tasks):
        plans.append(best_of(task.problem, task.objective, tried)[1])
        tell((i + 1) / len(tasks))
    return plans


def costs_of(tasks: Sequence[Task], plans: Sequence[Schedule]) -> NDArray[np.float64]:
    """Cost of each problem's plan; shape (P,)."""
    return np.array(
        [
            task.objective.cost(task.problem, plan)
            for task, plan in zip(tasks, plans, strict=True)
        ]
    )


def model_costs(model: Model, tasks: Sequence[Task]) -> NDArray[np.float64]:
    """Cost of a model's greedy plans; shape (P,). Raises as :func:`model_plans`."""
    return costs_of(tasks, model_plans(model, tasks))


def rule_costs(tasks: Sequence[Task]) -> NDArray[np.float64]:
    """Cost of the best dispatch rule on each problem; shape (P,)."""
    return costs_of(tasks, rule_plans(tasks))


def refined_costs(
    tasks: Sequence[Task], plans: Sequence[Schedule], per_job: int | None = None
) -> NDArray[np.float64]:
    """
    Cost of each plan after a short refinement, by moves; shape (P,).

    ``per_job``: how many moves a job; ``None``: as at ``REFINEMENT``.
    """
    costs = []
    for task, plan in zip(tasks, plans, strict=True):
        problem, objective = task.problem, task.objective
        moves = REFINEMENT.moves(problem.num_jobs)
        if per_job is not None:
            moves = per_job * problem.num_jobs
        better = refine(problem, objective, plan, stop=never, moves=moves)
        costs.append(objective.cost(problem, better))
    return np.array(costs)


def evaluate(
    model: Model,
    tasks: Sequence[Task],
    default: Model | None = None,
    tell: Tell = silent,
) -> Evaluation:
    """
    Plan each problem with the model, the best rule and the default model.

    Parameters
    ----------
    model
        Who is judged.
    tasks
        On what; objectives are the tasks' own.
    default
        The other model; ``None``: only rules are compared with.
    tell
        Told the share that is done.

    Raises
    ------
    TooLargeError
        When the model has too few places for a problem.
    """
    planned = [
        model_plans(model, tasks, lambda share: tell(0.1 * share)),
        rule_plans(tasks, lambda share: tell(0.1 + 0.2 * share)),
    ]
    name = None
    if default is not None:
        try:
            planned.append(
                model_plans(default, tasks, lambda share: tell(0.3 + 0.1 * share))
            )
            name = default.card.name
        except TooLargeError:
            pass  # it cannot plan such problems: no yardstick
    refined = []
    for i, plans in enumerate(planned):
        tell(0.4 + 0.6 * i / len(planned))
        refined.append(refined_costs(tasks, plans))
    greedy = [costs_of(tasks, plans) for plans in planned]
    return Evaluation(Costs(*greedy), Costs(*refined), name)
