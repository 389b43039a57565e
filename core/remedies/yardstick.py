"""How a way to have orders on time is measured against the plan in hand."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from core.problem.model import Problem
from core.problem.orders import Order, orders
from core.problem.schedule import Schedule
from core.problem.verify import violations
from core.remedies.passing import Sequences
from core.remedies.remedy import Prices, Remedy
from core.timing.retime import retime

Try = Callable[[], Remedy | None]  # one way; None: it leads to no other plan

CHANGED = 5 * 60  # a start that moved by more than this has changed


class Yardstick:
    """
    The plan in hand, the orders wanted, and how ways are compared with it.

    Parameters
    ----------
    problem, schedule
        A valid schedule of the problem.
    wanted
        The orders to have on time; each has a due date.
    prices
        What the planner would pay.
    """

    def __init__(
        self,
        problem: Problem,
        schedule: Schedule,
        wanted: Sequence[Order],
        prices: Prices,
    ) -> None:
        self.problem, self.schedule, self.prices = problem, schedule, prices
        self.wanted = tuple(wanted)
        unused = problem.num_machines - len(schedule.sequences)
        self.sequences: Sequences = (*schedule.sequences, *((),) * unused)
        firsts = {order.jobs[0] for order in wanted}
        every = [*wanted, *(x for x in orders(problem) if x.jobs[0] not in firsts)]
        self.order_of = np.zeros(problem.num_jobs, dtype=np.int64)
        for i, order in enumerate(every):
            self.order_of[list(order.jobs)] = i
        self.due = np.array([order.due for order in every])
        self.before = self.lateness(schedule.end)

    def lateness(self, end: NDArray[np.int64]) -> tuple[float, float]:
        """Seconds that the wanted orders are late, and all others."""
        last = np.zeros(len(self.due))
        np.maximum.at(last, self.order_of, end)
        late = np.maximum(last - self.due, 0.0)
        count = len(self.wanted)
        return float(late[:count].sum()), float(late[count:].sum())

    def remedy(
        self, change: str, problem: Problem, plan: Schedule, overtime: float = 0.0
    ) -> Remedy:
        """
        Return one way, verified.

        Raises
        ------
        RuntimeError
            When its plan breaks a rule: a fault of the search.
        """
        broken = violations(problem, plan)
        if broken:
            raise RuntimeError(f"A remedy breaks a rule: {broken[0]}")
        late, others = self.lateness(plan.end)
        moved = abs(plan.start - self.schedule.start) > CHANGED
        changed = int((moved | (plan.machine != self.schedule.machine)).sum())
        jobs = [job for order in self.wanted for job in order.jobs]
        price = self.prices.overtime_hour * overtime / 3600
        price += self.prices.moved_job * changed
        end = int(plan.end[jobs].max())
        more = others - self.before[1]
        return Remedy(change, problem, plan, end, late, more, changed, price)

    def fewest(self, change: Callable[[int], Problem], most: int) -> int:
        """
        Fewest steps of a change that help as much as ``most`` do, or enough.

        More steps never make anything later, machine orders kept.

        Parameters
        ----------
        change
            The problem after a number of steps.
        most
            The most steps there are; at least 1.
        """

        def late(steps: int) -> float:
            plan = retime(change(steps), self.sequences)
            return self.lateness(plan.end)[0]

        aim = late(most)
        low, high = 0, most
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if late(middle) <= aim else (middle, high)
        return high
