"""The same plan in many possible futures: how likely, how late, what to promise."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from math import ceil, isfinite, nan

import numpy as np
from numpy.typing import NDArray

from core.futures.push import kept_orders, push_right
from core.futures.spread import Breakdowns, Floats, Spread
from core.problem.floor import Floor
from core.problem.measures.orders import Order, orders
from core.problem.model import Problem
from core.problem.schedule import Schedule, tardiness
from core.timing.open_part import open_part

Ints = NDArray[np.int64]

COUNT = 200
MOST = 10_000
BAND = (0.1, 0.5, 0.9)
NINTH_TENTH = 1.2815515655446004  # the standard normal is below it 9 times in 10


@dataclass(frozen=True)
class Outlook:
    """
    How sure the end of a job or an order is.

    Parameters
    ----------
    chance
        Share of the futures in which it is on time; NaN without a due date.
    low, median, high
        Seconds since plan start by which it has ended in 10, 50 and 90 % of them.
    """

    chance: float
    low: int
    median: int
    high: int


@dataclass(frozen=True, eq=False)
class Futures:
    """
    The ends of a plan's jobs in many possible futures.

    Parameters
    ----------
    problem, schedule
        The plan.
    end
        Shape (f, n), seconds since plan start of each job in each future.
    """

    problem: Problem
    schedule: Schedule
    end: Ints

    @cached_property
    def jobs(self) -> tuple[Outlook, ...]:
        """How sure the end of each job is."""
        low, median, high = _band(self.end)
        on_time = (self.end <= self.problem.due).mean(axis=0)
        chance = np.where(np.isfinite(self.problem.due), on_time, nan)
        rows = zip(*(x.tolist() for x in (chance, low, median, high)), strict=True)
        return tuple(Outlook(*row) for row in rows)

    @cached_property
    def orders(self) -> tuple[tuple[Order, Outlook], ...]:
        """How sure the end of each order is, in the order of their first jobs."""
        found = []
        for order in orders(self.problem):
            end = self.order_end(order)
            low, median, high = _band(end[:, None])[:, 0].tolist()
            chance = float((end <= order.due).mean()) if isfinite(order.due) else nan
            found.append((order, Outlook(chance, low, median, high)))
        return tuple(found)

    @property
    def late_as_planned(self) -> int:
        """Jobs that are late in the plan itself."""
        return int((tardiness(self.schedule, self.problem.due) > 0).sum())

    @property
    def late_expected(self) -> float:
        """Late jobs in the mean of the futures."""
        return float((self.end > self.problem.due).sum(axis=1).mean())

    def order_end(self, order: Order) -> Ints:
        """Shape (f,), seconds since plan start of an order in each future."""
        end: Ints = self.end[:, list(order.jobs)].max(axis=1)
        return end

    def promise(self, order: Order, certainty: float) -> int:
        """
        Moment by which an order has ended with a given certainty.

        Parameters
        ----------
        order
            Which order.
        certainty
            Share of the futures in which the promise is kept.

        Returns
        -------
        int
            Seconds since plan start, the earliest such moment.

        Raises
        ------
        ValueError
            When the certainty is not above 0, or above what the number of futures
            can tell.
        """
        count = len(self.end)
        most = 1 - 1 / count
        if not 0 < certainty <= most:
            raise ValueError(
                f"Expected a certainty above 0 and up to {most:.4g}, more than which "
                f"{count} futures cannot tell; got {certainty}."
            )
        return int(np.sort(self.order_end(order))[_rank(certainty, count)])


def futures(
    problem: Problem,
    schedule: Schedule,
    spread: Spread | None = None,
    breakdowns: Breakdowns | None = None,
    *,
    floor: Floor | None = None,
    count: int = COUNT,
    seed: int = 0,
) -> Futures:
    """
    Draw futures of a plan: other times, machine orders kept, pushed right.

    Parameters
    ----------
    problem, schedule
        A valid schedule of the problem.
    spread
        How far times may turn out otherwise; ``None``: as the problem says of its
        jobs, 20 % on every other time.
    breakdowns
        How machines break down; ``None``: as the problem says of them.
    floor
        What was past change when it was planned: it ends as planned in every future;
        ``None``: nothing.
    count
        Number of futures.
    seed
        Which futures. The luck of a job depends on the seed and its id, that of a
        machine on the seed and its id, whatever the plan: two plans, or two variants
        of a shift, are compared in the same futures.

    Returns
    -------
    Futures
        Without spread and breakdowns, the plan itself.

    Raises
    ------
    ValueError
        When the count is out of range, or spread or breakdowns do not fit the problem.
    """
    if not 1 <= count <= MOST:
        raise ValueError(f"Expected 1 to {MOST} futures, got {count}.")
    part = open_part(problem, schedule, floor)
    if part is None or part.commitments is not None:
        end = np.repeat(schedule.end[None, :], count, axis=0)
        if part is not None:
            spread = None if spread is None else spread.only(part.jobs)
            left = futures(
                *(part.problem, part.schedule, spread, breakdowns),
                count=count,
                seed=seed,
            )
            end[:, part.jobs] = left.end
        end.setflags(write=False)
        return Futures(problem, schedule, end)
    n, m = problem.num_jobs, problem.num_machines
    assumed = Spread.of(problem) if spread is None else spread
    broken = Breakdowns.of(problem) if breakdowns is None else breakdowns
    low, high = assumed.bounds(problem)
    share, (between, repair) = assumed.share, broken.seconds
    if len(between) != m:
        raise ValueError(f"Expected breakdowns of {m} machines, got {len(between)}.")
    kept, setup = kept_orders(problem, schedule)
    luck = np.empty((count, n, 2))
    for job, name in enumerate(problem.job_ids):
        luck[:, job] = _random(seed, "job", name).standard_normal((count, 2))
    words = np.empty((count, m), dtype=np.uint64)
    for machine, name in enumerate(problem.machine_ids):
        words[:, machine] = _random(seed, "machine", name).integers(
            0, 2**64, count, dtype=np.uint64
        )
    planned = problem.processing[np.arange(n), schedule.machine]
    work = np.rint(planned * _ratio(luck[:, :, 0], low, high)).astype(np.int64)
    setups = np.rint(setup * _ratio(luck[:, :, 1], 1 - share, 1 + share))
    end = np.empty((count, n), dtype=np.int64)
    push_right(
        *(kept, setups.astype(np.int64), np.maximum(work, 1), between, repair, words),
        *(np.empty(m, dtype=np.int64), np.empty(m, dtype=np.uint64), end),
    )
    end.setflags(write=False)
    return Futures(problem, schedule, end)


def _ratio(luck: Floats, low: Floats | float, high: Floats | float) -> Floats:
    """Times over planned ones, from standard normals: below planned where negative."""
    ratio: Floats = np.exp(
        luck / NINTH_TENTH * np.where(luck < 0, -np.log(low), np.log(high))
    )
    return ratio


def _random(seed: int, what: str, name: str) -> np.random.Generator:
    """Return the random numbers of one job or machine."""
    digest = blake2b(f"{what} {name}".encode(), digest_size=8).digest()
    return np.random.default_rng([seed, int.from_bytes(digest)])


def _rank(share: float, count: int) -> int:
    """Which of ``count`` sorted moments a share of them does not exceed, from 0."""
    return ceil(share * count - 1e-9) - 1  # a hair less: 0.9 * 10 may be above 9


def _band(end: Ints) -> Ints:
    """
    Shape (3, …), seconds: 10, 50 and 90 % over the first axis.

    Each is the end in one of the futures: between two of them the machine is closed.
    """
    found: Ints = np.sort(end, axis=0)[[_rank(share, len(end)) for share in BAND]]
    return found
