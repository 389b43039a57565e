"""What a scheduler is, what it returns, and how one is found by name."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Protocol

from core.planning.stopping import Stop, never
from core.planning.trace import Trace
from core.problem.floor import Floor
from core.problem.model import Problem
from core.problem.objective import Objective
from core.problem.schedule import Metrics, Schedule, metrics
from core.problem.verifier.verify import violations
from core.problem.verifier.verify_floor import violations_on

Progress = Callable[[float, str], None]
Found = Callable[[Schedule, float], None]


def silent(share: float, what: str) -> None:
    """Report no progress."""


def unheard(schedule: Schedule, cost: float) -> None:
    """Tell nobody of a plan on the way."""


class InvalidScheduleError(RuntimeError):
    """A scheduler made a schedule that the verifier refuses; never shown as a plan."""


@dataclass(frozen=True, eq=False)
class Result:
    """
    A verified schedule and how it was made.

    Parameters
    ----------
    problem, schedule, objective
        What was asked, what came out, and what it was judged by.
    scheduler
        Registry name, e.g. ``rule:atcs``.
    model
        Name of the model that decided; ``None`` where none did.
    seed
        Seed of everything random.
    seconds
        Wall time of making the schedule, verification not counted.
    decisions
        Number of decisions taken (jobs placed by choice).
    reason
        What was chosen and why, in one sentence for the planner.
    trace
        Every decision with its probabilities; ``None`` where there are none. Where
        something was past change, its jobs are those of ``rest``.
    floor
        What had begun and what had to stay when it was planned; ``None``: nothing.
    rest
        The problem of the jobs that were still to be planned; ``None``: of all.

    Raises
    ------
    InvalidScheduleError
        When the independent verifier finds a violation.
    """

    problem: Problem
    schedule: Schedule
    objective: Objective
    scheduler: str
    seconds: float
    decisions: int
    reason: str
    model: str | None = None
    seed: int = 0
    trace: Trace | None = None
    floor: Floor | None = None
    rest: Problem | None = None

    def __post_init__(self) -> None:
        if self.floor is None:
            found = violations(self.problem, self.schedule)
        else:
            found = violations_on(self.problem, self.schedule, self.floor)
        if found:
            raise InvalidScheduleError(
                f"{self.scheduler} broke {len(found)} rules, first: {found[0]}"
            )

    @cached_property
    def cost_terms(self) -> tuple[float, float, float]:
        """Makespan, tardiness and setup part of the cost."""
        if self.rest is None:
            return self.objective.terms(self.problem, self.schedule)
        return self.objective.terms(self.rest, self._planned(self.rest))

    def _planned(self, rest: Problem) -> Schedule:
        """Return the part of the schedule that was planned, not past change."""
        place = {name: j for j, name in enumerate(self.problem.job_ids)}
        jobs = [place[name] for name in rest.job_ids]
        return Schedule(
            **{x.name: getattr(self.schedule, x.name)[jobs] for x in fields(Schedule)}
        )

    @cached_property
    def cost(self) -> float:
        """Cost by the objective; lower is better."""
        return sum(self.cost_terms)

    @cached_property
    def metrics(self) -> Metrics:
        """The figures of the schedule."""
        return metrics(self.problem, self.schedule)


class Scheduler(Protocol):
    """Anything that turns a problem into a result."""

    @property
    def name(self) -> str:
        """Registry name."""
        ...

    def schedule(
        self,
        problem: Problem,
        objective: Objective,
        *,
        seed: int = 0,
        stop: Stop = never,
        progress: Progress = silent,
    ) -> Result:
        """
        Plan every job of the problem.

        Parameters
        ----------
        problem, objective
            What to plan, and what to judge it by.
        seed
            Same seed, same schedule.
        stop
            Asked between steps; a scheduler that can stop early returns the best
            it has, one that cannot raises :class:`PlanningCancelled`.
        progress
            Called with the share done in [0, 1] and a word for the planner.
        """
        ...


class PlanningCancelled(Exception):
    """Planning was stopped before there was a plan."""


class Stopwatch:
    """Seconds since construction."""

    def __init__(self) -> None:
        self.began = time.perf_counter()

    @property
    def seconds(self) -> float:
        """Seconds since construction."""
        return time.perf_counter() - self.began


class Pace:
    """
    Step counter of a long loop: reports progress now and then, asks to go on.

    Parameters
    ----------
    steps
        How many steps there will be.
    what
        A word for the planner.
    stop, progress
        Asked, and told, between steps; told at most a hundred times.
    """

    def __init__(
        self,
        steps: int,
        what: str,
        stop: Stop = never,
        progress: Progress = silent,
    ) -> None:
        self.steps, self.what = steps, what
        self.stop, self.progress = stop, progress
        self.done, self.told = 0, 0

    def step(self, count: int = 1) -> None:
        """
        Count some steps.

        Raises
        ------
        PlanningCancelled
            When ``stop`` says so.
        """
        self.done += count
        percent = min(100, 100 * self.done // max(1, self.steps))
        if percent > self.told:
            self.told = percent
            self.progress(percent / 100, self.what)
        if self.done < self.steps and self.stop():
            raise PlanningCancelled("Planning was stopped before there was a plan.")
