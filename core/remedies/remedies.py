"""What it would take to have orders on time, each way verified, and who pays for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import chain
from math import isfinite

from core.bounds.earliest import earliest
from core.decisions.topic_words import Wording
from core.planning.scheduler import Progress, silent
from core.problem.measures.orders import Order
from core.problem.model import Problem
from core.problem.objective import Objective
from core.problem.schedule import Schedule
from core.remedies.hours import longer_hours
from core.remedies.machines import one_more_machine
from core.remedies.material import earlier_material
from core.remedies.passing import changes_in_words, passed
from core.remedies.priority import later_promise, lifted_locks, raised_weight
from core.remedies.remedy import Prices, Remedies, Remedy
from core.remedies.yardstick import Try, Yardstick
from core.timing.retime import retime

# What a second of the orders' lateness counts against one of others': from fair to
# at any price.
EAGER = (1.0, 5.0, 50.0, 1e6)


def remedies(
    problem: Problem,
    schedule: Schedule,
    wanted: Sequence[Order],
    wording: Wording,
    prices: Prices | None = None,
    *,
    objective: Objective | None = None,
    stop: Callable[[], bool] = lambda: False,
    progress: Progress = silent,
) -> Remedies:
    """
    Look for ways to have orders on time, starting from a plan.

    Jobs of the orders pass others or go to other machines, or the orders weigh more;
    where the chain that makes an order late runs into a closure, machines stay open
    longer, open earlier or work through; where it ends at a release, material comes
    earlier, the fewest minutes that do; locks on it are lifted; beside the machines
    that the orders wait for there is one more; the orders are promised later.

    Parameters
    ----------
    problem, schedule
        A valid schedule of the problem.
    wanted
        The orders to have on time; each has a due date.
    wording
        How moments and lengths of time are written.
    prices
        What the planner would pay; ``None``: nothing has a price.
    objective
        What plans are judged by; ``None``: the default.
    stop
        Asked between the ways; what was found until then is returned.
    progress
        Told between the ways: the share tried, and a word for the planner.

    Raises
    ------
    ValueError
        When no order is given, or one has no due date.
    """
    if not wanted:
        raise ValueError("Expected at least one order.")
    for order in wanted:
        if not isfinite(order.due):
            raise ValueError(
                f"Order {order.name!r} has no due date: when should it be?"
            )
    yardstick = Yardstick(
        *(problem, schedule, wanted, prices or Prices(), objective or Objective()), stop
    )
    alone = int(earliest(problem).end[list(yardstick.jobs)].max())
    found: list[Remedy] = []
    if yardstick.before[0] > 0:
        tries = list(_tries(yardstick, wording))
        for tried, attempt in enumerate(tries, start=1):
            way = attempt()
            if way is not None and way.late < yardstick.before[0]:
                found.append(way)
            progress(tried / len(tries), "looking for ways")
            if stop():
                break
    found.sort(key=lambda way: way.rank)
    return Remedies(tuple(found), alone)


def _tries(yardstick: Yardstick, wording: Wording) -> Iterator[Try]:
    """Every way that is tried, those that change the plan alone first."""
    yield partial(_as_early_as_allowed, yardstick)
    for elsewhere in (False, True):
        for eager in EAGER:
            yield partial(_passing, yardstick, eager, elsewhere)
    yield from chain(
        raised_weight(yardstick),
        longer_hours(yardstick, wording),
        earlier_material(yardstick, wording),
        lifted_locks(yardstick),
        one_more_machine(yardstick),
        later_promise(yardstick, wording),
    )


def _as_early_as_allowed(yardstick: Yardstick) -> Remedy | None:
    early = retime(yardstick.problem, yardstick.sequences)
    if not (early.end < yardstick.schedule.end).any():
        return None
    words = "every job as early as its machine allows"
    return yardstick.remedy(words, yardstick.problem, early)


def _passing(yardstick: Yardstick, eager: float, elsewhere: bool) -> Remedy | None:
    """Jobs of the orders pass others; ``None``: as was seen already."""
    problem, before = yardstick.problem, yardstick.sequences
    made = passed(
        problem, before, yardstick.wanted, yardstick.lateness, eager, elsewhere
    )
    if made in yardstick.seen:
        return None
    yardstick.seen.add(made)
    words = changes_in_words(problem, before, made)
    return yardstick.remedy(words, problem, retime(problem, made))
