"""Plans on the way to the last one, told while they are searched for."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from math import inf

from core.planning.scheduler import Found
from core.problem.model import Problem
from core.problem.schedule import Schedule
from core.search.refine import Sequences
from core.timing.retime import retime

PAUSE_SECONDS = 0.4  # between two plans of the search: making them costs it time


@dataclass
class Growing:
    """
    Tells of every plan that is cheaper than those before.

    Parameters
    ----------
    problem
        What is planned.
    found
        Is told of the plans.
    """

    problem: Problem
    found: Found
    _cost: float = field(default=inf, init=False)
    _told: float = field(default=-inf, init=False)

    def take(self, schedule: Schedule, cost: float) -> None:
        """Tell of a plan at once, where it is cheaper."""
        if cost < self._cost:
            self._cost, self._told = cost, time.monotonic()
            self.found(schedule, cost)

    def look(self, cost: float, sequences: Callable[[], Sequences]) -> None:
        """
        Tell of the best of a search, where it is cheaper, but not too often.

        Parameters
        ----------
        cost, sequences
            What it costs, and what makes it; called only when it is told of.
        """
        if cost < self._cost and time.monotonic() - self._told >= PAUSE_SECONDS:
            self.take(retime(self.problem, sequences()), cost)
