"""How far times may turn out otherwise than planned, and how machines break down."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

import numpy as np
from numpy.typing import NDArray

from core.problem.checks import MOST_TIMES, SHORTEST_BETWEEN
from core.problem.model import Problem

Floats = NDArray[np.float64]

HOUR, MINUTE = 3600.0, 60.0
LARGEST_SHARE = 0.9  # of the planned time
SHORTEST_HOURS = SHORTEST_BETWEEN / HOUR


@dataclass(frozen=True, eq=False)
class Spread:
    """
    How far times may turn out otherwise than planned.

    Parameters
    ----------
    share
        Of every time without a pair of its own, setups too: one time in ten is
        shorter than planned by more than this share, one in ten longer.
    low, high
        Shape (n,), or ``None``: the same of the processing of single jobs, as
        multiples of the planned time: 0.8 and 1.5 say that one time in ten it takes
        less than 80 %, one in ten more than 150 %. NaN in both where not given.

    Raises
    ------
    ValueError
        When the share is not within 0 to 0.9, or one of ``low`` and ``high`` is given
        without the other.

    Notes
    -----
    The planned time is the one that is as often exceeded as not, so that the mean
    stays about where it was planned. On each side the logarithm of time is normal.
    """

    share: float = 0.2
    low: Floats | None = None
    high: Floats | None = None

    def __post_init__(self) -> None:
        if not (isfinite(self.share) and 0 <= self.share <= LARGEST_SHARE):
            raise ValueError(
                f"Expected a spread from 0 to {LARGEST_SHARE} of the planned time, "
                f"got {self.share}."
            )
        if (self.low is None) != (self.high is None):
            raise ValueError("Give both the low and the high times, or neither.")
        for name in ("low", "high"):
            given = getattr(self, name)
            if given is not None:
                array = np.array(given, dtype=np.float64)
                array.setflags(write=False)
                object.__setattr__(self, name, array)

    @classmethod
    def of(cls, problem: Problem, share: float = 0.2) -> Spread:
        """
        Return what a problem knows of its jobs, and a share for all others.

        Raises
        ------
        ValueError
            When the share is not within 0 to 0.9.
        """
        given = problem.time_low > 0
        if not given.any():
            return cls(share)
        low, high = (
            np.where(given, x, np.nan) for x in (problem.time_low, problem.time_high)
        )
        return cls(share, low, high)

    def only(self, jobs: NDArray[np.int64]) -> Spread:
        """Return the spread of some of the jobs, by index."""
        if self.low is None or self.high is None:
            return self
        return Spread(self.share, self.low[jobs], self.high[jobs])

    def bounds(self, problem: Problem) -> tuple[Floats, Floats]:
        """
        Shape (n,) each: low and high of every job, as multiples of the planned time.

        Raises
        ------
        ValueError
            When the times are not those of this problem, only one of a pair is
            given, or a pair does not lie around the planned time; names the job.
        """
        n = problem.num_jobs
        low, high = np.full(n, 1 - self.share), np.full(n, 1 + self.share)
        if self.low is None or self.high is None:
            return low, high
        if self.low.shape != (n,) or self.high.shape != (n,):
            raise ValueError(
                f"Expected low and high times of {n} jobs, got {self.low.shape} and "
                f"{self.high.shape}."
            )
        given = ~(np.isnan(self.low) & np.isnan(self.high))
        faults = {
            "has only one of the low and high times": (
                np.isnan(self.low) != np.isnan(self.high)
            ),
            "has a low time above its high time": self.low > self.high,
            "has a low time that is not above zero": given & (self.low <= 0),
            "has a low time above the planned one": given & (self.low > 1),
            "has a high time below the planned one": given & (self.high < 1),
            f"has a high time above {MOST_TIMES:.0f} times the planned one": (
                given & (self.high > MOST_TIMES)
            ),
        }
        for fault, jobs in faults.items():
            if jobs.any():
                raise ValueError(
                    f"Job {problem.job_ids[int(jobs.argmax())]!r} {fault}."
                )
        return np.where(given, self.low, low), np.where(given, self.high, high)


@dataclass(frozen=True, eq=False)
class Breakdowns:
    """
    How often machines break down while they work, and how long a repair takes.

    Parameters
    ----------
    mtbf_hours
        Shape (m,), mean hours of work and setup between two breakdowns; +inf: never.
    mttr_minutes
        Shape (m,), mean minutes of a repair; 0 where a machine never breaks down.

    Raises
    ------
    ValueError
        When the lengths differ, a time is negative, not a number or absurd, or only
        one of a pair is given; says which machine, counted from 0.

    Notes
    -----
    Both times are exponential, as is usual where no more is known than the mean. A
    repair goes on while the machine is closed.
    """

    mtbf_hours: Floats
    mttr_minutes: Floats

    def __post_init__(self) -> None:
        for name in ("mtbf_hours", "mttr_minutes"):
            array = np.array(getattr(self, name), dtype=np.float64)
            array.setflags(write=False)
            object.__setattr__(self, name, array)
        between, repair = self.mtbf_hours, self.mttr_minutes
        if between.ndim != 1 or between.shape != repair.shape:
            raise ValueError(
                f"Expected two times per machine, got {between.shape} hours between "
                f"breakdowns and {repair.shape} minutes of repair."
            )
        faults = {
            f"breaks down more often than every {SHORTEST_HOURS} h": ~(
                between >= SHORTEST_HOURS
            ),
            "has a repair time that is negative or endless": ~(
                (repair >= 0) & np.isfinite(repair)
            ),
            "has only one of mtbf_hours and mttr_minutes": (
                np.isfinite(between) != (repair > 0)
            ),
        }
        for fault, machines in faults.items():
            if machines.any():
                raise ValueError(f"Machine {int(machines.argmax())} {fault}.")

    @classmethod
    def of(cls, problem: Problem) -> Breakdowns:
        """Return what a problem knows of its machines."""
        between = problem.between_breakdowns
        hours = np.where(between > 0, between / HOUR, np.inf)
        return cls(hours, problem.repair / MINUTE)

    @classmethod
    def never(cls, num_machines: int) -> Breakdowns:
        """Return what holds where machines do not break down."""
        return cls(np.full(num_machines, np.inf), np.zeros(num_machines))

    @property
    def seconds(self) -> tuple[Floats, Floats]:
        """Shape (m,) each: mean seconds between breakdowns, 0: never; of a repair."""
        between = np.where(np.isfinite(self.mtbf_hours), self.mtbf_hours, 0.0)
        return between * HOUR, self.mttr_minutes * MINUTE
