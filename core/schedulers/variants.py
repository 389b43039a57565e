"""Dispatch rules with their parameters: what is tried when a plan is made by rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.planning.dispatch_rules import RULES
from core.problem.model import Problem

MOST_PAIRS = 200_000  # jobs times machines of a shift on which every point is tried


@dataclass(frozen=True)
class Variant:
    """One rule with one choice of its parameters."""

    name: str
    parameters: tuple[float, ...] = ()

    @property
    def title(self) -> str:
        """Words for the planner."""
        rule = RULES[self.name]
        values = zip(rule.parameters, self.parameters, strict=True)
        named = ", ".join(f"{name} = {value:g}" for name, value in values)
        return f"{rule.title} ({named})" if named else rule.title


def variants(names: Sequence[str]) -> list[Variant]:
    """
    Every grid point of some rules.

    Raises
    ------
    ValueError
        When there is no such rule.
    """
    unknown = [name for name in names if name not in RULES]
    if unknown:
        raise ValueError(f"Expected rules of {', '.join(RULES)}; got {unknown[0]!r}.")
    return [Variant(name, point) for name in names for point in RULES[name].grid]


def variants_for(problem: Problem, names: Sequence[str]) -> list[Variant]:
    """
    Return the points of some rules that are tried on a problem.

    A plan by rules takes 0.4 s at 5,000 jobs on 100 machines: there a fifth of the
    points of a grid are tried.
    """
    if problem.processing.size <= MOST_PAIRS:
        return variants(names)
    return [Variant(name, point) for name in names for point in RULES[name].few]


def chain_lengths(problem: Problem) -> NDArray[np.float64]:
    """Shape (n,): jobs on the longest chain behind each job."""
    behind = np.zeros(problem.num_jobs)
    for job in problem.topological_order[::-1].tolist():
        for successor in problem.successors[job]:
            behind[job] = max(behind[job], behind[successor] + 1)
    return behind
