"""Rules instead of a model that cannot plan: the one place that decides so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from core.planning.catalogue import BEST_RULE
from core.planning.scheduler import Progress, Result, Scheduler, silent
from core.planning.stopping import Stop, never
from core.policy.errors import ModelError, TooLargeError
from core.problem.model import Problem
from core.problem.objective import Objective
from core.schedulers.dispatching.rules import RuleScheduler


@dataclass(frozen=True)
class WithFallback:
    """
    Plan with a model; with the best rule, saying why, when the model cannot.

    Parameters
    ----------
    name
        Registry name.
    make
        Loads the model; called at every plan, so that a mended or promoted model is
        used at once.
    """

    name: str
    make: Callable[[], Scheduler]

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
        try:
            return self.make().schedule(
                problem, objective, seed=seed, stop=stop, progress=progress
            )
        except (ModelError, TooLargeError) as error:
            rules = RuleScheduler(BEST_RULE)
            result = rules.schedule(
                problem, objective, seed=seed, stop=stop, progress=progress
            )
            why = f"{error} The best dispatch rule planned instead. "
            return replace(result, reason=why + result.reason)
