"""Any scheduler, with its plan improved in the seconds that follow."""

from __future__ import annotations

from dataclasses import dataclass, replace

from core.decisions.trace_model import find_model
from core.planning.scheduler import (
    Found,
    Progress,
    Result,
    Stopwatch,
    silent,
    unheard,
)
from core.planning.stopping import AnyOf, MaxSeconds, Stop, never
from core.planning.trace import StaleTraceError, Trace
from core.policy.errors import ModelError
from core.problem.model import Problem
from core.problem.objective import Objective
from core.problem.schedule import Schedule
from core.schedulers.growing import Growing
from core.schedulers.replay import replayed
from core.schedulers.wrappers.wrapper import Wrapper
from core.search.compiling import get_ready
from core.search.local_search import LocalSearch
from core.search.refine import refine


@dataclass(frozen=True)
class Refined(Wrapper):
    """
    Scheduler whose plans are refined.

    Parameters
    ----------
    inner
        Makes the first plan.
    seconds
        For the refinement; positive. The time of the first plan comes on top.
    found
        Told of every plan on the way that is cheaper than those before, with its cost.

    Raises
    ------
    ValueError
        When the seconds are not positive.
    """

    seconds: float
    found: Found = unheard

    def __post_init__(self) -> None:
        if not self.seconds > 0:
            raise ValueError(f"Expected seconds > 0, got {self.seconds}.")

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
        Plan every job, then improve the plan; never worse than the first.

        The trace of a policy's plan that was changed is what the policy makes of the
        decisions that the better plan is made of.
        """
        first = self.inner.schedule(
            problem, objective, seed=seed, stop=stop, progress=progress
        )
        if first.cost == 0:
            words = "Its cost is 0: nothing to improve."
            return replace(first, reason=f"{first.reason} {words}")
        growing = Growing(problem, self.found)
        growing.take(first.schedule, first.cost)
        # Compiling, once per computer, is not taken from the seconds asked for.
        get_ready(problem, objective, stop)
        watch = Stopwatch()
        better = refine(
            problem,
            objective,
            first.schedule,
            stop=AnyOf(stop, MaxSeconds(self.seconds)),
            seed=seed,
            progress=progress,
            improvers=(LocalSearch(look=growing.look),),
        )
        seconds = first.seconds + watch.seconds
        if better is first.schedule:
            words = f"Refinement found nothing better in {watch.seconds:.0f} s."
            return replace(first, seconds=seconds, reason=f"{first.reason} {words}")
        cost = objective.cost(problem, better)
        return replace(
            first,
            schedule=better,
            seconds=seconds,
            trace=traced_anew(first, better),
            reason=f"{first.reason} Refined for {watch.seconds:.0f} s: cost "
            f"{first.cost:.4f} before, {cost:.4f} after.",
        )


def traced_anew(first: Result, better: Schedule) -> Trace | None:
    """Walk the policy behind the first plan through the better one."""
    if first.trace is None or first.model is None:
        return None
    try:
        model = find_model(first.model)
    except (StaleTraceError, ModelError):
        return None
    return replayed(
        first.problem,
        first.objective,
        better,
        model,
        scheduler=first.scheduler,
        seed=first.seed,
    )
