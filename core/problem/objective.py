"""The cost of a schedule: the only place that knows its terms."""

from __future__ import annotations

from dataclasses import astuple, dataclass
from math import inf, isfinite

from core.problem.measures.stability import Home
from core.problem.model import Problem
from core.problem.schedule import Schedule, setup_seconds, weighted_tardiness

TARDINESS_SCALE = 10.0  # brings weighted tardiness to the size of the makespan term


@dataclass(frozen=True)
class Objective:
    """
    What makes one schedule better than another.

    Parameters
    ----------
    makespan, tardiness, setup
        Weights (a, b, c) of the three terms; not negative, not all zero.
    stability
        Weight (d) of what changes against a previous plan, where there is one.

    Raises
    ------
    ValueError
        When a weight is negative or not a number, or the first three are zero.
    """

    makespan: float = 1.0
    tardiness: float = 1.0
    setup: float = 0.2
    stability: float = 0.0

    def __post_init__(self) -> None:
        weights = astuple(self)
        if not all(isfinite(x) and x >= 0 for x in weights) or max(self.weights) == 0:
            raise ValueError(
                f"Objective weights must be 0 or more, and not all 0; got {weights}."
            )

    @property
    def weights(self) -> tuple[float, float, float]:
        """Weights (a, b, c) of what a plan costs by itself, without a previous one."""
        return self.makespan, self.tardiness, self.setup

    def scales(self, problem: Problem) -> tuple[float, float, float]:
        """
        Cost of one second of makespan, of weighted tardiness, and of setup.

        These turn seconds into cost: ``a / H``, ``10 b / (W H)``, ``c / (m H)``.
        """
        horizon = problem.ideal_horizon
        return (
            self.makespan / horizon,
            self.tardiness * TARDINESS_SCALE / (problem.total_weight * horizon),
            self.setup / (problem.num_machines * horizon),
        )

    def terms(self, problem: Problem, schedule: Schedule) -> tuple[float, float, float]:
        """
        Makespan, tardiness and setup part of the cost.

        Of the whole that the problem is a part of, what is fixed of it included.
        """
        x, y, z = self.scales(problem)
        makespan, tardiness, setup = problem.fixed_figures
        return (
            x * max(schedule.makespan, makespan),
            y * (weighted_tardiness(problem, schedule) + tardiness),
            z * (int(setup_seconds(problem, schedule).sum()) + setup),
        )

    def cost(
        self, problem: Problem, schedule: Schedule, home: Home | None = None
    ) -> float:
        """
        Cost of a schedule, dimensionless; lower is better.

        ``home``: the previous plan, whose change the stability weight prices.
        """
        cost = sum(self.terms(problem, schedule))
        return cost if home is None else cost + self.stability * home.change(schedule)


def times_the_cost(cost: float, other: float) -> float:
    """Cost as a multiple of another one: of 0, infinite; 1 where both are 0."""
    if cost == other:
        return 1.0
    return inf if other == 0 else cost / other


def gap(cost: float, bound: float) -> float:
    """
    Share by which a cost may lie above the best possible one, at most.

    0.25: at most 25 % above the best. Infinite when the bound proves nothing.

    Raises
    ------
    ValueError
        When the cost lies below its bound: one of them is of another problem.
    """
    if not 0 <= bound <= cost:
        raise ValueError(f"Expected a cost of at least its bound {bound}, got {cost}.")
    if cost == bound:
        return 0.0
    return (cost - bound) / bound if bound > 0 else inf
