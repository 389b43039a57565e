"""How good a model is on problems it has not seen, against two yardsticks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student

from core.planning.dispatch_rules import RULES
from core.policy.checkpoint import Model
from core.policy.errors import TooLargeError
from core.schedulers.hierarchical import card_lookahead, check_places
from core.schedulers.rules import best_of
from core.schedulers.variants import variants
from core.training.tasks import Task
from core.training.trainer import greedy_costs

Tell = Callable[[float], None]
BATCH_PAIRS = 200_000  # jobs times machines that are played side by side


def silent(share: float) -> None:
    """Tell nobody."""


@dataclass(frozen=True, eq=False)
class Evaluation:
    """
    Costs of the same problems by a model and its yardsticks.

    Parameters
    ----------
    model, rule
        Shape (P,): cost of each problem's greedy plan; by the best dispatch rule.
    default
        Shape (P,): by the model that was the default then; ``None``: there was none,
        or it cannot plan problems of this size.
    default_name
        Its name.
    """

    model: NDArray[np.float64]
    rule: NDArray[np.float64]
    default: NDArray[np.float64] | None = None
    default_name: str | None = None

    @property
    def is_worse(self) -> bool:
        """Whether the model's plans cost more than the default's, all together."""
        return self.default is not None and bool(self.model.sum() > self.default.sum())

    def figures(self) -> dict[str, Any]:
        """Figures for a card or the store: JSON values, percentages against each."""
        found: dict[str, Any] = {
            "problems": len(self.model),
            "cost": float(self.model.mean()),
            "rule_cost": float(self.rule.mean()),
            "against_rule": against(self.model, self.rule),
            "worse": self.is_worse,
        }
        if self.default is not None:
            found |= {
                "default": self.default_name,
                "default_cost": float(self.default.mean()),
                "against_default": against(self.model, self.default),
            }
        return found


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


def model_costs(
    model: Model, tasks: Sequence[Task], tell: Tell = silent
) -> NDArray[np.float64]:
    """
    Cost of a model's greedy plans, with the lookahead of its card; shape (P,).

    Raises
    ------
    TooLargeError
        When the model has too few places for a problem.
    """
    played = []
    for task in tasks:
        check_places(model, task.problem)
        wait = card_lookahead(task.problem, model)
        played.append(Task(task.problem, task.objective, wait, task.kind))
    costs: list[float] = []
    for part in _parts(played):
        costs += greedy_costs(model.policy, part).tolist()
        tell(len(costs) / len(tasks))
    return np.array(costs)


def rule_costs(tasks: Sequence[Task], tell: Tell = silent) -> NDArray[np.float64]:
    """Cost of the best dispatch rule on each problem; shape (P,)."""
    tried = variants(list(RULES))
    costs = []
    for i, task in enumerate(tasks):
        costs.append(best_of(task.problem, task.objective, tried)[2])
        tell((i + 1) / len(tasks))
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
    costs = model_costs(model, tasks, lambda share: tell(0.2 * share))
    rule = rule_costs(tasks, lambda share: tell(0.2 + 0.6 * share))
    if default is None:
        return Evaluation(costs, rule)
    try:
        others = model_costs(default, tasks, lambda share: tell(0.8 + 0.2 * share))
    except TooLargeError:
        return Evaluation(costs, rule)
    return Evaluation(costs, rule, others, default.card.name)


def _parts(tasks: Sequence[Task]) -> list[list[Task]]:
    """Tasks in groups that are played side by side."""
    parts: list[list[Task]] = []
    pairs = BATCH_PAIRS
    for task in tasks:
        size = task.problem.num_jobs * task.problem.num_machines
        if pairs + size > BATCH_PAIRS:
            parts.append([])
            pairs = 0
        parts[-1].append(task)
        pairs += size
    return parts
