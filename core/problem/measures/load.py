"""Load over time: what machines do, what they could do, and what due dates want."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from core.problem.calendar import Seconds
from core.problem.model import Problem
from core.problem.schedule import Schedule

HOUR, SHIFT, DAY = 3600, 8 * 3600, 24 * 3600
MOST_PERIODS = 2_000  # more are neither read nor drawn


@dataclass(frozen=True, eq=False)
class Load:
    """
    What rows (machines, or machine types) do in periods of time.

    In every period ``work + setup + closed + free`` is its length, times the number
    of machines of the row.

    Parameters
    ----------
    names
        Of the rows.
    members
        Shape (r, m), bool: which machines make up a row.
    edges
        Shape (p + 1,), seconds since plan start: where the periods begin and end.
    work, setup, closed, free
        Shape (r, p), machine seconds. A machine that is not available yet is closed.
    wanted
        Shape (r, p), machine seconds: work and setups that have to be done in the
        period at the latest, for every job to end by its due date and leave time for
        what follows it, on the machine where it is planned. What would have had to be
        done before plan start is wanted in the first period. Jobs without a due date
        want nothing.
    """

    names: tuple[str, ...]
    members: NDArray[np.bool_]
    edges: Seconds
    work: Seconds
    setup: Seconds
    closed: Seconds
    free: Seconds
    wanted: Seconds

    @property
    def open(self) -> Seconds:
        """Shape (r, p), machine seconds that could be worked."""
        opened: Seconds = self.work + self.setup + self.free
        return opened

    @property
    def excess(self) -> Seconds:
        """Shape (r, p), machine seconds wanted in a period beyond what it holds."""
        above: Seconds = np.maximum(self.wanted - self.open, 0)
        return above

    @property
    def too_much(self) -> Seconds:
        """
        Shape (r, p), machine seconds wanted in a period that no order has room for.

        The part of ``excess`` that cannot be done in periods before either; its sum is
        ``backlog``.
        """
        behind = np.cumsum(self.wanted, axis=1) - np.cumsum(self.open, axis=1)
        most = np.maximum.accumulate(np.maximum(behind, 0), axis=1)
        grows: Seconds = np.diff(most, axis=1, prepend=0)
        return grows

    @cached_property
    def backlog(self) -> Seconds:
        """
        Shape (r,), machine seconds that are wanted and cannot be, whatever the order.

        The most by which what is wanted up to a moment is above all that could be
        worked until then; 0 where there is room.
        """
        behind = np.cumsum(self.wanted, axis=1) - np.cumsum(self.open, axis=1)
        most: Seconds = np.maximum(behind.max(axis=1, initial=0), 0)
        return most

    @cached_property
    def use(self) -> NDArray[np.float64]:
        """Shape (r,): share of the open time that is worked or set up; 0 if closed."""
        done, opened = (self.work + self.setup).sum(axis=1), self.open.sum(axis=1)
        share: NDArray[np.float64] = done / np.maximum(opened, 1)
        return share

    @property
    def bottleneck(self) -> int:
        """The row with the largest backlog; where none has one, the one most used."""
        return max(range(len(self.names)), key=lambda r: (self.backlog[r], self.use[r]))

    def by_type(self, problem: Problem) -> Load:
        """Return the load of machine types, from that of the single machines."""
        types = np.arange(len(problem.machine_type_names))
        members = problem.machine_type == types[:, None]
        used = members.any(axis=1)
        members = members[used]
        sums = {
            name: members.astype(np.int64) @ getattr(self, name)
            for name in ("work", "setup", "closed", "free", "wanted")
        }
        names = tuple(problem.machine_type_names[i] for i in np.flatnonzero(used))
        return Load(names, members, self.edges, **sums)


def load(problem: Problem, schedule: Schedule, period: int = HOUR) -> Load:
    """
    Return the load of every machine over time.

    Parameters
    ----------
    problem, schedule
        A valid schedule of the problem.
    period
        Seconds; the last period ends at or after the end of the plan.

    Raises
    ------
    ValueError
        When the period is not positive, or there would be more than 2,000.
    """
    if period < 1:
        raise ValueError(f"Expected a period of at least 1 s, got {period}.")
    count = max(-(-schedule.makespan // period), 1)
    if count > MOST_PERIODS:
        raise ValueError(
            f"Expected at most {MOST_PERIODS} periods, got {count}: choose longer ones."
        )
    m = problem.num_machines
    edges = np.arange(count + 1, dtype=np.int64) * period
    latest = _latest_ends(problem, schedule)
    work, setup, opened, wanted = (np.zeros((m, count), np.int64) for _ in range(4))
    for k, calendar in enumerate(problem.calendars):
        jobs = np.flatnonzero(schedule.machine == k)
        free_from = int(problem.available[k])
        at = calendar.open_seconds(edges)  # (p + 1,), open seconds before each edge
        opened[k] = np.diff(calendar.open_seconds(np.maximum(edges, free_from)))
        start = calendar.open_seconds(schedule.start[jobs])
        end = calendar.open_seconds(schedule.end[jobs])
        begin = calendar.open_seconds(schedule.setup_start[jobs])
        ready = calendar.open_seconds(schedule.setup_end[jobs])
        work[k] = _within(at, start, end)
        setup[k] = _within(at, begin, ready)
        dated = np.isfinite(latest[jobs])
        due = np.maximum(latest[jobs][dated], 0).astype(np.int64)
        by = calendar.open_seconds(due)
        takes = (end - start + ready - begin)[dated]
        wanted[k] = _within(at, np.maximum(by - takes, 0), by)
        wanted[k, 0] += np.maximum(takes - by, 0).sum()
    return Load(
        names=problem.machine_ids,
        members=np.eye(m, dtype=np.bool_),
        edges=edges,
        work=work,
        setup=setup,
        closed=period - opened,
        free=opened - work - setup,
        wanted=wanted,
    )


def jobs_within(
    schedule: Schedule, machines: NDArray[np.bool_], begin: int, end: int
) -> NDArray[np.int64]:
    """
    Jobs that are set up for, or run, on some machines in a time, by their start.

    Parameters
    ----------
    schedule
        The plan.
    machines
        Shape (m,), which machines.
    begin, end
        Seconds since plan start.
    """
    there = (schedule.setup_start < end) & (schedule.end > begin)
    jobs = np.flatnonzero(there & machines[schedule.machine])
    found: NDArray[np.int64] = jobs[np.argsort(schedule.start[jobs], kind="stable")]
    return found


def _latest_ends(problem: Problem, schedule: Schedule) -> NDArray[np.float64]:
    """Shape (n,), seconds: to keep its due date and those behind it; +inf: none."""
    latest: NDArray[np.float64] = problem.due.copy()
    takes = problem.processing[np.arange(problem.num_jobs), schedule.machine]
    for job in problem.topological_order[::-1].tolist():
        for after in problem.successors[job]:
            latest[job] = min(latest[job], latest[after] - takes[after])
    return latest


def _within(at: Seconds, begin: Seconds, end: Seconds) -> Seconds:
    """
    Shape (p,): how much of some stretches lies in each period.

    ``at`` of shape (p + 1,), ``begin`` and ``end`` all in open seconds of one machine.
    """
    before = np.clip(at[:, None], begin, end) - begin  # (p + 1, jobs)
    lies: Seconds = np.diff(before.sum(axis=1))
    return lies
