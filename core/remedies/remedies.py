"""What it would take to have orders on time, each way verified, and who pays for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import chain
from math import isfinite

from core.bounds.earliest import earliest
from core.decisions.topic_words import Wording
from core.planning.scheduler import Progress, silent
from core.problem.floor import Floor
from core.problem.measures.orders import Order
from core.problem.model import Problem
from core.problem.objective import Objective
from core.problem.schedule import Schedule
from core.problem.verifier.verify_floor import violations_on
from core.remedies.hours import longer_hours
from core.remedies.machines import one_more_machine
from core.remedies.material import Deliveries, earlier_material
from core.remedies.passing import changes_in_words, passed
from core.remedies.priority import later_promise, lifted_locks, raised_weight
from core.remedies.remedy import Prices, Remedies, Remedy
from core.remedies.yardstick import Try, Yardstick
from core.timing.open_part import OpenPart, open_part
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
    floor: Floor | None = None,
    materials: Sequence[str] = (),
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
    floor
        What was past change when it was planned, and stays; ``None``: nothing.
    materials
        Material whose arrival releases each job, see
        :class:`core.problem.shift.Shift`; none: releases are just that.
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
    part = open_part(problem, schedule, floor)
    if part is None:
        return Remedies((), _last_end(schedule, wanted))
    left = [x for x in map(part.order, wanted) if x is not None]
    if not left:
        return Remedies((), _last_end(schedule, wanted))
    yardstick = Yardstick(
        *(part.problem, part.schedule, left, prices or Prices()),
        *(objective or Objective(), stop),
    )
    known = tuple(materials[job] for job in part.jobs) if materials else ()
    deliveries = Deliveries(known, part.soonest)
    alone = int(earliest(part.problem).end[list(yardstick.jobs)].max())
    found: list[Remedy] = []
    if yardstick.before[0] > 0:
        tries = list(_tries(yardstick, deliveries, wording))
        for tried, attempt in enumerate(tries, start=1):
            way = attempt()
            if way is not None and way.late < yardstick.before[0]:
                whole = _of_all(part, way, wanted)
                if whole is not None:
                    found.append(whole)
            progress(tried / len(tries), "looking for ways")
            if stop():
                break
    found.sort(key=lambda way: way.rank)
    return Remedies(tuple(found), alone)


def _last_end(schedule: Schedule, wanted: Sequence[Order]) -> int:
    """Seconds since plan start at which the last of some orders ends."""
    return max(int(schedule.end[list(order.jobs)].max()) for order in wanted)


def _of_all(part: OpenPart, way: Remedy, wanted: Sequence[Order]) -> Remedy | None:
    """Return a way for the jobs that are left as one for all; ``None``: it is none."""
    if part.commitments is None:
        return way
    problem, floor = part.changed(way.problem, way.copied)
    again = open_part(problem, part.joined(way.schedule), floor)
    whole = part.joined(way.schedule) if again is None else again.joined(way.schedule)
    broken = violations_on(problem, whole, floor or Floor())
    if broken and way.copied is not None:
        return None  # a job that is locked to its machine cannot run on another
    if broken:
        raise RuntimeError(f"A remedy breaks a rule: {broken[0]}")
    return replace(
        way,
        problem=problem,
        schedule=whole,
        end=_last_end(whole, wanted),
        floor=floor,
        rest=way.problem if again is None else again.problem,
    )


def _tries(
    yardstick: Yardstick, deliveries: Deliveries, wording: Wording
) -> Iterator[Try]:
    """Every way that is tried, those that change the plan alone first."""
    yield partial(_as_early_as_allowed, yardstick)
    for elsewhere in (False, True):
        for eager in EAGER:
            yield partial(_passing, yardstick, eager, elsewhere)
    yield from chain(
        raised_weight(yardstick),
        longer_hours(yardstick, wording),
        earlier_material(yardstick, deliveries, wording),
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
