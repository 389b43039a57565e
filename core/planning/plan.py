"""A planned shift: what was planned, how, and what came out."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from core.planning.catalogue import title
from core.planning.scheduler import Result
from core.planning.settings import PlanSettings
from core.problem.measures.figures import Values, figures_of
from core.problem.measures.waiting import Wait, waits
from core.problem.shift import Shift

# Reason of a plan that saved decisions make; whether it was refined they do not say.
OPENED = "Opened from saved decisions."


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
    proved
        Cost that no plan can beat, as far as that was looked into beyond the bound
        that every plan has; see :func:`core.bounds.joint.joint_bound`.

    Raises
    ------
    ValueError
        When the result is of another problem than the shift's.
    """

    shift: Shift
    settings: PlanSettings
    result: Result
    proved: float = 0.0

    def __post_init__(self) -> None:
        asked, planned = self.shift.problem, self.result.problem
        if asked is not planned and asked.content_hash != planned.content_hash:
            raise ValueError("Expected a result of the shift's problem, got another's.")

    @cached_property
    def content_hash(self) -> str:
        """Hexadecimal digest of the shift and where its jobs run; for caches."""
        digest = hashlib.sha256(self.shift.content_hash.encode())
        schedule = self.result.schedule
        for name in ("machine", "setup_start", "start", "end"):
            digest.update(getattr(schedule, name).tobytes())
        return digest.hexdigest()

    @cached_property
    def waits(self) -> tuple[Wait, ...]:
        """What each job waited for."""
        return waits(self.shift.problem, self.result.schedule)

    @cached_property
    def lower_bound(self) -> float:
        """Cost that no plan of the shift can beat, by the objective of this one."""
        from core.bounds.cost_bound import cost_bound  # its solver takes time to load

        result = self.result
        if result.floor is not None and result.rest is None:
            return result.cost  # all is past change: there is no better plan
        asked = result.problem if result.rest is None else result.rest
        return max(cost_bound(asked, result.objective), self.proved)

    @cached_property
    def figures(self) -> Values:
        """Every figure by name, see :mod:`core.problem.measures.figures`."""
        return figures_of(self.result, self.lower_bound)

    @property
    def maker(self) -> str:
        """
        Whose plan it is, in words: scheduler, model, and whether it was left as it was.

        What a refinement that was asked for came to is said by ``result.reason``.
        """
        words = [title(self.result.scheduler)]
        if self.result.model:
            words.append(f"model {self.result.model.partition('@')[0]}")
        settings = self.settings
        searched = self.result.scheduler == "auto" or settings.refine_seconds > 0
        told = self.result.reason != OPENED
        if told and not (searched or settings.cautious):
            words.append("not refined")
        return ", ".join(words)

    @property
    def planners(self) -> Mapping[int, str]:
        """Jobs that the planner decided on, and what of them."""
        trace = self.result.trace
        return {} if trace is None else trace.planners

    @property
    def choices(self) -> int:
        """How many of its decisions the planner took."""
        trace = self.result.trace
        return 0 if trace is None else len(trace.overrides)
