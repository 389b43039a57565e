"""Orders that count more, locks that are lifted, and promises that come later."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from core.decisions.lateness import Lateness
from core.decisions.topic_words import Wording
from core.problem.altered import due_by, weighed
from core.problem.model import Problem
from core.remedies.remedy import Asks, Remedy
from core.remedies.yardstick import WEIGHT, Try, Yardstick
from core.search.refine import padded

TIMES = (5.0, WEIGHT)  # what an important order weighs, and what a rush order needs
QUARTER = 15 * 60  # promises are given in quarters of an hour


def raised_weight(yardstick: Yardstick) -> Iterator[Try]:
    """The orders weigh more, and the plan follows gently."""
    lighter: list[Remedy] = []
    for times in TIMES:
        yield partial(_raised, yardstick, times, lighter)


def _raised(yardstick: Yardstick, times: float, lighter: list[Remedy]) -> Remedy | None:
    if any(way.late == 0 for way in lighter):
        return None  # less was enough
    plan = yardstick.gently(yardstick.problem, times=times)
    made = tuple(map(tuple, padded(plan, yardstick.problem.num_machines)))
    if made in yardstick.seen:
        return None
    yardstick.seen.add(made)
    changed = weighed(yardstick.problem, yardstick.jobs, times)
    names = ", ".join(order.name for order in yardstick.wanted)
    verb = "counts" if len(yardstick.wanted) == 1 else "count"
    words = f"{names} {verb} {times:g} times as much"
    way = yardstick.remedy(words, changed, plan)
    lighter.append(way)
    yardstick.least_late = min(yardstick.least_late, way.late)
    return way


def lifted_locks(yardstick: Yardstick) -> Iterator[Try]:
    """Every start on the chains of the orders that is reserved, set free."""
    problem = yardstick.problem
    lateness = Lateness(problem, yardstick.schedule)
    jobs = {x.job for order in yardstick.wanted for x in lateness.why(order).chain}
    for job in sorted(jobs):
        if problem.reserved_machine[job] >= 0:
            yield partial(_lifted, yardstick, job)


def _lifted(yardstick: Yardstick, job: int) -> Remedy:
    """Set a job free, and whatever is reserved behind it: that was fixed with it."""
    problem = yardstick.problem
    freed, queue = {job}, [job]
    for each in queue:
        for after in problem.successors[each]:
            if problem.reserved_machine[after] >= 0 and after not in freed:
                freed.add(after)
                queue.append(after)
    machine, start = problem.reserved_machine.copy(), problem.reserved_start.copy()
    machine[list(freed)] = start[list(freed)] = -1
    changed: Problem = replace(problem, reserved_machine=machine, reserved_start=start)
    words = f"the lock of {problem.job_ids[job]} is lifted"
    if len(freed) > 1:
        words += f", and of {len(freed) - 1} behind it"
    return yardstick.planned(words, changed)


def later_promise(yardstick: Yardstick, wording: Wording) -> Iterator[Try]:
    """The orders are promised for when the plan has them, in whole quarter hours."""
    yield partial(_promised, yardstick, wording)


def _promised(yardstick: Yardstick, wording: Wording) -> Remedy:
    problem, schedule = yardstick.problem, yardstick.schedule
    words = []
    for order in yardstick.wanted:
        end = int(schedule.end[list(order.jobs)].max())
        if end > order.due:
            moment = -(-end // QUARTER) * QUARTER
            problem = due_by(problem, order.jobs, float(moment))
            more = moment - order.due
            words.append(
                f"{order.name} is promised for {wording.moment(moment)}, "
                f"{wording.duration(more)} later"
            )
    return yardstick.remedy("; ".join(words), problem, schedule, asks=Asks.CUSTOMER)
