"""A planned shift: what was planned, how, and what came out."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from core.planning.scheduler import Result
from core.planning.settings import PlanSettings
from core.problem.shift import Shift
from core.problem.waiting import Wait, waits


@dataclass(frozen=True, eq=False)
class Plan:
    """
    A planned shift: what is shown, stepped through, compared, written and kept.

    Parameters
    ----------
    shift, settings
        What was planned, and how.
    result
        What came out, verified.

    Raises
    ------
    ValueError
        When the result is of another problem than the shift's.
    """

    shift: Shift
    settings: PlanSettings
    result: Result

    def __post_init__(self) -> None:
        asked, planned = self.shift.problem, self.result.problem
        if asked is not planned and asked.content_hash != planned.content_hash:
            raise ValueError("Expected a result of the shift's problem, got another's.")

    @cached_property
    def waits(self) -> tuple[Wait, ...]:
        """What each job waited for."""
        return waits(self.shift.problem, self.result.schedule)

    @property
    def choices(self) -> int:
        """How many of its decisions the planner took."""
        trace = self.result.trace
        return 0 if trace is None else len(trace.overrides)
