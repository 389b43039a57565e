"""What it would take to have orders on time, each way verified, and who pays for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from math import isfinite

import numpy as np
from numpy.typing import NDArray

from core.bounds.earliest import earliest
from core.decisions.lateness import Blame, Lateness
from core.decisions.topic_words import Wording
from core.planning.scheduler import Progress, silent
from core.problem.calendar import Calendar
from core.problem.model import Problem
from core.problem.orders import Order, orders
from core.problem.schedule import Schedule
from core.problem.verify import violations
from core.replanning.passing import Sequences, moves_said, passed
from core.timing.retime import retime

MINUTE = 60
CHANGED = 5 * MINUTE  # a start that moved by more than this has changed
# What a second of the orders' lateness counts against one of others': from fair to
# at any price.
EAGER = (1.0, 5.0, 50.0, 1e6)


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
    price
        By the planner's prices.
    """

    change: str
    problem: Problem
    schedule: Schedule
    end: int
    late: float
    others_late: float
    changed_jobs: int
    price: float


@dataclass(frozen=True, eq=False)
class Remedies:
    """
    What it would take.

    Parameters
    ----------
    remedies
        Those after which the orders are on time first, what costs others least
        before the others; then those that help only in part.
    alone
        Seconds since plan start: no plan of the shift as it is ends the orders
        before, even if they had it to themselves.
    """

    remedies: tuple[Remedy, ...]
    alone: int


class _Search:
    """The plan in hand, the orders wanted, and how ways are compared with it."""

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
        names = {order.name for order in wanted}
        every = [*wanted, *(x for x in orders(problem) if x.name not in names)]
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


def remedies(
    problem: Problem,
    schedule: Schedule,
    wanted: Sequence[Order],
    wording: Wording,
    prices: Prices | None = None,
    *,
    stop: Callable[[], bool] = lambda: False,
    progress: Progress = silent,
) -> Remedies:
    """
    Look for ways to have orders on time, starting from a plan.

    Jobs of the orders pass others or go to other machines, machines stay open longer
    or open earlier where the chain that makes an order late runs into a closure, and
    material comes earlier where it ends at a release; the fewest minutes that do.

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
    search = _Search(problem, schedule, wanted, prices or Prices())
    jobs = [job for order in wanted for job in order.jobs]
    alone = int(earliest(problem).end[jobs].max())
    found: list[Remedy] = []
    if search.before[0] > 0:
        closures, late_releases = _closures(search), _late_releases(search)
        most = 1 + 2 * len(EAGER) + 2 * len(closures) + len(late_releases)
        ways = _ways(search, wording, closures, late_releases)
        for tried, way in enumerate(ways, start=1):
            if way is not None and way.late < search.before[0]:
                found.append(way)
            progress(tried / most, "looking for ways")
            if stop():
                break
    found.sort(
        key=lambda x: (x.late > 0, x.late, x.others_late, x.price, x.changed_jobs)
    )
    return Remedies(tuple(found), alone)


def _ways(
    search: _Search,
    wording: Wording,
    closures: Sequence[tuple[int, tuple[int, int]]],
    late_releases: Sequence[int],
) -> Iterator[Remedy | None]:
    """Every way that is tried; ``None``: it leads to no other plan."""
    problem = search.problem
    seen = {search.sequences}
    early = retime(problem, search.sequences)
    if (early.end < search.schedule.end).any():
        yield search.remedy("every job as early as its machine allows", problem, early)
    else:
        yield None
    for elsewhere in (False, True):
        for eager in EAGER:
            made = passed(
                *(problem, search.sequences, search.wanted),
                *(search.lateness, eager, elsewhere),
            )
            if made in seen:
                yield None
                continue
            seen.add(made)
            said = moves_said(problem, search.sequences, made)
            yield search.remedy(said, problem, retime(problem, made))
    yield from _openings(search, wording, closures)
    yield from _releases(search, wording, late_releases)


def _closures(search: _Search) -> list[tuple[int, tuple[int, int]]]:
    """Machine and time of the closures on the chains."""
    lateness = Lateness(search.problem, search.schedule)
    return sorted(
        {
            (link.machine, x)
            for order in search.wanted
            for link in lateness.why(order).chain
            if link.cause is Blame.CLOSURE
            for x in _closure_at(search.problem.calendars[link.machine], link.begin)
        }
    )


def _late_releases(search: _Search) -> list[int]:
    """Jobs at whose releases the chains end."""
    lateness = Lateness(search.problem, search.schedule)
    roots = [lateness.why(order).root for order in search.wanted]
    found = {x.job for x in roots if x is not None and x.cause is Blame.RELEASE}
    return sorted(found)


def _openings(
    search: _Search,
    wording: Wording,
    closures: Sequence[tuple[int, tuple[int, int]]],
) -> Iterator[Remedy | None]:
    """Closures begun later, or ended earlier."""
    problem = search.problem
    for k, (begin, end) in closures:
        name = problem.machine_ids[k]
        minutes = -(-(end - begin) // MINUTE)

        def later(x: int, k: int = k, begin: int = begin, end: int = end) -> Problem:
            return _opened(problem, k, begin, min(begin + x * MINUTE, end))

        def sooner(x: int, k: int = k, begin: int = begin, end: int = end) -> Problem:
            return _opened(problem, k, max(end - x * MINUTE, begin), end)

        for change, said, edge, way in (
            (later, "stays open until", begin, 1),
            (sooner, "opens again at", end, -1),
        ):
            x = _fewest(search, change, minutes)
            if change is sooner and x == minutes:
                yield None  # the whole closure: said once
                continue
            changed = change(x)
            at = wording.moment(edge + way * min(x * MINUTE, end - begin))
            yield search.remedy(
                f"{name} {said} {at} ({x} min more)",
                changed,
                retime(changed, search.sequences),
                min(x * MINUTE, end - begin),
            )


def _releases(
    search: _Search, wording: Wording, late_releases: Sequence[int]
) -> Iterator[Remedy]:
    """Material that comes earlier."""
    problem = search.problem
    for job in late_releases:
        release = int(problem.release[job])

        def earlier(x: int, job: int = job, release: int = release) -> Problem:
            changed = problem.release.copy()
            changed[job] = max(release - x * MINUTE, 0)
            return replace(problem, release=changed)

        x = _fewest(search, earlier, -(-release // MINUTE))
        changed = earlier(x)
        at = wording.moment(int(changed.release[job]))
        yield search.remedy(
            f"{problem.job_ids[job]} is released at {at}, {x} min earlier",
            changed,
            retime(changed, search.sequences),
        )


def _fewest(search: _Search, change: Callable[[int], Problem], most: int) -> int:
    """
    Fewest minutes of a change that help as much as ``most`` do, or enough.

    More minutes never make anything later, machine orders kept.
    """

    def late(minutes: int) -> float:
        plan = retime(change(minutes), search.sequences)
        return search.lateness(plan.end)[0]

    aim = late(most)
    low, high = 0, most
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if late(middle) <= aim else (middle, high)
    return high


def _closure_at(calendar: Calendar, moment: int) -> list[tuple[int, int]]:
    """Return the closure that a moment lies in."""
    return [(a, b) for a, b in calendar.closures.tolist() if a <= moment < b]


def _opened(problem: Problem, machine: int, begin: int, end: int) -> Problem:
    """Return the problem with a machine open in a time."""
    calendars = list(problem.calendars)
    calendars[machine] = calendars[machine].opened(begin, end)
    return replace(problem, calendars=tuple(calendars))
