"""One way to have orders on time, what all of them are, and what may be paid."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from math import isfinite

from core.problem.floor import Floor
from core.problem.model import Problem
from core.problem.schedule import Schedule


@dataclass(frozen=True)
class Prices:
    """
    What the planner would pay.

    Parameters
    ----------
    overtime_hour
        For an hour that a machine is open longer.
    moved_job
        For a job that changes its machine or starts at another time.

    Raises
    ------
    ValueError
        When one is negative or not a number.
    """

    overtime_hour: float = 0.0
    moved_job: float = 0.0

    def __post_init__(self) -> None:
        for name in ("overtime_hour", "moved_job"):
            price = getattr(self, name)
            if not (price >= 0 and isfinite(price)):
                raise ValueError(f"Expected a price from 0 up for {name}, got {price}.")


class Asks(IntEnum):
    """Of whom a way asks something, the nearest first."""

    SHOP = 0  # its plan, its hours, its suppliers
    OWNER = 1  # a machine more
    CUSTOMER = 2  # a later date


@dataclass(frozen=True, eq=False)
class Remedy:
    """
    One way to have orders earlier: a changed problem, and a plan of it.

    Parameters
    ----------
    change
        What to change, in words.
    problem, schedule
        The changed problem, and a valid schedule of it.
    end
        Seconds since plan start at which the last of the orders then ends.
    late
        Seconds that the orders are then late, together.
    others_late
        Seconds that all other orders are late more than before; negative: less.
    changed_jobs
        Jobs on another machine, or that start more than 5 minutes off.
    overtime
        Seconds that machines are open longer.
    asks
        Of whom it asks something.
    price
        By the planner's prices.
    copied
        Index of the machine that there is one more of; ``None``: none.
    floor, rest
        What was past change, and the problem of the jobs that were still to be
        planned; see :class:`core.planning.scheduler.Result`.
    """

    change: str
    problem: Problem
    schedule: Schedule
    end: int
    late: float
    others_late: float
    changed_jobs: int
    overtime: int
    asks: Asks
    price: float
    copied: int | None = None
    floor: Floor | None = None
    rest: Problem | None = None

    @property
    def rank(self) -> tuple[float, ...]:
        """What sorts ways: on time first, and who has to pay for it."""
        return (
            *(self.late > 0, self.late, self.asks),
            *(self.others_late, self.price, self.changed_jobs, self.overtime),
        )


@dataclass(frozen=True, eq=False)
class Remedies:
    """
    What it would take.

    Parameters
    ----------
    remedies
        Those after which the orders are on time first, what costs others least
        before the others, machines more and later promises last; then those that
        help only in part.
    alone
        Seconds since plan start: no plan of the shift as it is ends the orders
        before, even if they had it to themselves.
    """

    remedies: tuple[Remedy, ...]
    alone: int
