"""Any scheduler, with preferred machines honoured wherever that costs nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace

from core.planning.scheduler import Progress, Result, silent
from core.planning.stopping import Stop, never
from core.problem import phrases
from core.problem.model import Problem
from core.problem.objective import Objective
from core.schedulers.wrappers.wrapper import Wrapper


@dataclass(frozen=True)
class Preferring(Wrapper):
    """
    Scheduler whose plans keep wishes for machines that cost nothing.

    A preference is no part of the cost, so that of two plans that cost the same a
    scheduler takes either. Without preferences its plans are what they are.

    Parameters
    ----------
    inner
        Makes the plan.
    """

    def schedule(
        self,
        problem: Problem,
        objective: Objective,
        *,
        seed: int = 0,
        stop: Stop = never,
        progress: Progress = silent,
    ) -> Result:
        """Plan every job; see :class:`core.planning.scheduler.Scheduler`."""
        first = self.inner.schedule(
            problem, objective, seed=seed, stop=stop, progress=progress
        )
        if not problem.preferred.any():
            return first
        # Only here: machine code is loaded by planning, not by making a scheduler.
        from core.search.wishes import grant_wishes, open_wishes

        better = grant_wishes(problem, objective, first.schedule)
        if better is first.schedule:
            return first
        trace = None
        if first.trace is not None:
            # Only here, so that rules plan without loading what policies need.
            from core.schedulers.wrappers.refined import traced_anew

            trace = traced_anew(first, better)
        before = len(open_wishes(problem, first.schedule))
        granted = before - len(open_wishes(problem, better))
        jobs = phrases.many(granted, "job")
        return replace(
            first,
            schedule=better,
            trace=trace,
            reason=f"{first.reason} {jobs} went to the preferred machine at no cost.",
        )
