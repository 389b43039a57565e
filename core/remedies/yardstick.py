"""How a way to have orders on time is measured against the plan in hand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from core.planning.effort import Effort
from core.planning.stopping import Stop, never
from core.problem.altered import weighed
from core.problem.measures.orders import Order, orders
from core.problem.measures.stability import SAME_START, Home
from core.problem.model import Problem
from core.problem.objective import Objective
from core.problem.schedule import Schedule
from core.problem.verifier.verify import violations
from core.remedies.passing import Sequences
from core.remedies.remedy import Asks, Prices, Remedy
from core.search.refine import refine
from core.timing.retime import retime

Try = Callable[[], Remedy | None]  # one way; None: it leads to no other plan

KEEP = 0.3  # the stability weight at which the curve of changes over cost bends
# Three tenths of the usual search: more moves no longer find a better gentle plan.
GENTLE = Effort("gentle", "Gentle", 0.3)
WEIGHT = 50.0  # of the orders that are wanted: five leave rush orders hours late


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
    objective
        What plans are judged by.
    stop
        Ends a search with what it has.
    """

    def __init__(
        self,
        problem: Problem,
        schedule: Schedule,
        wanted: Sequence[Order],
        prices: Prices,
        objective: Objective,
        stop: Stop = never,
    ) -> None:
        self.problem, self.schedule, self.prices = problem, schedule, prices
        self.wanted, self.objective, self.stop = tuple(wanted), objective, stop
        self.jobs = tuple(job for order in wanted for job in order.jobs)
        unused = problem.num_machines - len(schedule.sequences)
        self.sequences: Sequences = (*schedule.sequences, *((),) * unused)
        firsts = {order.jobs[0] for order in wanted}
        every = [*wanted, *(x for x in orders(problem) if x.jobs[0] not in firsts)]
        self.order_of = np.zeros(problem.num_jobs, dtype=np.int64)
        for i, order in enumerate(every):
            self.order_of[list(order.jobs)] = i
        self.due = np.array([order.due for order in every])
        self.before = self.lateness(schedule.end)
        self.least_late = self.before[0]  # by changing the plan alone, so far
        self.seen = {self.sequences}  # orders of plans that change the plan alone

    def lateness(self, end: NDArray[np.int64]) -> tuple[float, float]:
        """Seconds that the wanted orders are late, and all others."""
        last = np.zeros(len(self.due))
        np.maximum.at(last, self.order_of, end)
        late = np.maximum(last - self.due, 0.0)
        count = len(self.wanted)
        return float(late[:count].sum()), float(late[count:].sum())

    def remedy(
        self,
        change: str,
        problem: Problem,
        plan: Schedule,
        overtime: int = 0,
        asks: Asks = Asks.SHOP,
    ) -> Remedy:
        """
        Return one way, verified.

        Parameters
        ----------
        change
            What to change, in words.
        problem, plan
            The changed problem, and its plan.
        overtime
            Seconds that machines are open longer.
        asks
            Of whom it asks something; with a later date the orders are on time.

        Raises
        ------
        RuntimeError
            When its plan breaks a rule: a fault of the search.
        """
        broken = violations(problem, plan)
        if broken:
            raise RuntimeError(f"A remedy breaks a rule: {broken[0]}")
        late, others = self.lateness(plan.end)
        if problem is self.problem:
            self.least_late = min(self.least_late, late)
        if asks is Asks.CUSTOMER:
            late = 0.0
        moved = abs(plan.start - self.schedule.start) > SAME_START
        changed = int((moved | (plan.machine != self.schedule.machine)).sum())
        price = self.prices.overtime_hour * overtime / 3600
        price += self.prices.moved_job * changed
        return Remedy(
            change=change,
            problem=problem,
            schedule=plan,
            end=int(plan.end[list(self.jobs)].max()),
            late=late,
            others_late=others - self.before[1],
            changed_jobs=changed,
            overtime=overtime,
            asks=asks,
            price=price,
        )

    def gently(
        self, problem: Problem, sequences: Sequences | None = None, times: float = 1.0
    ) -> Schedule:
        """
        Plan a changed problem so that little moves against the plan in hand.

        Parameters
        ----------
        problem
            With the jobs of the plan in hand, and its machines as the first ones.
        sequences
            Where to begin; ``None``: at the orders of the plan in hand.
        times
            How much more the orders that are wanted weigh while it is planned.
        """
        start = retime(problem, self.sequences if sequences is None else sequences)
        home = Home(
            self.schedule.machine,
            self.schedule.start,
            np.ones(problem.num_jobs),
            problem.num_jobs,
        )
        return refine(
            weighed(problem, self.jobs, times),
            replace(self.objective, stability=KEEP),
            start,
            stop=self.stop,
            moves=GENTLE.moves(problem.num_jobs),
            home=home,
        )

    def planned(self, change: str, problem: Problem, overtime: int = 0) -> Remedy:
        """
        Return a way that changes the shift: with the orders kept where that is enough.

        Else it is planned gently, and that counts where it brings more than the plan
        can without the change.
        """
        kept = self.remedy(change, problem, retime(problem, self.sequences), overtime)
        if kept.late == 0:
            return kept
        gentle = self.remedy(
            change, problem, self.gently(problem, times=WEIGHT), overtime
        )
        return gentle if gentle.late < min(kept.late, self.least_late) else kept

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
