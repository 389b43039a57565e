"""Orders: what customers ordered, and where a plan leaves each of them."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from math import inf, isfinite

import numpy as np

from core.problem.model import Problem
from core.problem.schedule import Schedule


class UnknownOrderError(ValueError):
    """No order has this name; the message says which one may be meant."""


@dataclass(frozen=True)
class Order:
    """
    A family with a name: what a customer ordered.

    Parameters
    ----------
    name
        Name of the family; of a job without one, its id.
    jobs
        Its jobs, in the order of the problem.
    due
        Seconds since plan start: the latest due date that its jobs state; +inf
        where none states one.
    important
        Whether one of its jobs is.
    """

    name: str
    jobs: tuple[int, ...]
    due: float
    important: bool

    @property
    def key(self) -> tuple[str, int]:
        """Name and first job; a family may be called like a job without one."""
        return self.name, self.jobs[0]


@dataclass(frozen=True)
class OrderLine:
    """
    Where a plan leaves an order.

    Parameters
    ----------
    order
        Which order.
    last_job
        The job that ends last.
    end
        Seconds since plan start at which that job ends.
    share_done
        Share of its processing time that lies before the moment asked for, 0 to 1;
        time in which the machine is closed does not count.
    next_job
        The first of its jobs that has not ended by then; ``None``: all have.
    next_machine
        Where that job runs.
    """

    order: Order
    last_job: int
    end: int
    share_done: float
    next_job: int | None
    next_machine: int | None

    @property
    def spare(self) -> float:
        """Seconds from its end to its due date; negative: late, +inf: no due date."""
        return self.order.due - self.end

    @property
    def late(self) -> float:
        """Seconds that it ends after its due date; 0 on time or without one."""
        return max(-self.spare, 0.0)


def orders(problem: Problem) -> tuple[Order, ...]:
    """Every order of a problem, in the order of their first jobs."""
    jobs: dict[int, list[int]] = {}
    for job, family in enumerate(problem.family.tolist()):
        jobs.setdefault(family, []).append(job)
    return tuple(
        Order(
            problem.family_names[family],
            tuple(members),
            max(filter(isfinite, problem.due[members].tolist()), default=inf),
            bool(problem.important[members].any()),
        )
        for family, members in jobs.items()
    )


def find_order(problem: Problem, name: str) -> Order:
    """
    Return the order of a name.

    Raises
    ------
    UnknownOrderError
        When there is none, or two (a family that is called like a job without
        one); names a likely one.
    """
    known = orders(problem)
    found = [order for order in known if order.name == name]
    if len(found) == 1:
        return found[0]
    if found:
        raise UnknownOrderError(
            f"{len(found)} orders are called {name!r}: give one of them another name."
        )
    if name in problem.job_ids:
        family = problem.family[problem.job_ids.index(name)]
        raise UnknownOrderError(
            f"{name!r} is a job. Its order is {problem.family_names[family]!r}."
        )
    raise UnknownOrderError(
        f"There is no order {name!r}. "
        + likely(name, [order.name for order in known], "order")
    )


def likely(name: str, known: list[str], what: str) -> str:
    """Return ``Did you mean …?`` for a name that is not known, or the first names."""
    by_plain = {_plain(x): x for x in reversed(known)}
    close = get_close_matches(_plain(name), by_plain, n=1, cutoff=0.6)
    if close:
        return f"Did you mean {by_plain[close[0]]!r}?"
    return f"The first {what}s are {', '.join(map(repr, known[:3]))}."


def _plain(name: str) -> str:
    return name.casefold().replace(" ", "")


def order_lines(
    problem: Problem, schedule: Schedule, moment: int = 0
) -> tuple[OrderLine, ...]:
    """
    Where a plan leaves every order, the latest first.

    Parameters
    ----------
    problem, schedule
        A valid schedule of the problem.
    moment
        Seconds since plan start up to which work counts as done.

    Returns
    -------
    tuple of OrderLine
        By spare time, the least first; orders without due date last, by their end.
    """
    jobs = np.arange(problem.num_jobs)
    work = problem.processing[jobs, schedule.machine]
    done = np.zeros(problem.num_jobs)
    for k, calendar in enumerate(problem.calendars):
        here = np.flatnonzero(schedule.machine == k)
        begin = schedule.start[here]
        until = np.clip(moment, begin, schedule.end[here])
        done[here] = calendar.open_seconds(until) - calendar.open_seconds(begin)
    end = schedule.end.tolist()
    lines = []
    for order in orders(problem):
        members = list(order.jobs)
        last = max(members, key=lambda job: (end[job], job))
        left = [job for job in members if end[job] > moment]
        first = min(left, key=lambda job: (schedule.start[job], job), default=None)
        lines.append(
            OrderLine(
                order,
                last,
                end[last],
                float(done[members].sum() / work[members].sum()),
                first,
                None if first is None else int(schedule.machine[first]),
            )
        )
    return tuple(sorted(lines, key=lambda line: (line.spare, line.end)))
