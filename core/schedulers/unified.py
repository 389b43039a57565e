"""One scheduler that always has a plan: the policy, else batches, else rules."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from core.planning.catalogue import BEST_RULE
from core.planning.scheduler import Progress, Result, silent
from core.planning.settings import PlanSettings
from core.planning.stopping import Stop, never
from core.policy.checkpoint import Model
from core.policy.errors import ModelError, TooLargeError
from core.policy.shipped import folder_model, load_default_model
from core.problem.model import Problem
from core.problem.objective import Objective
from core.schedulers.batch import BatchScheduler
from core.schedulers.dispatching.rules import RuleScheduler
from core.schedulers.hierarchical import HierarchicalScheduler, check_places
from core.store.database import open_database
from core.store.errors import StoreError, StoreUnwritableError
from core.store.models import Models


@dataclass(frozen=True)
class UnifiedScheduler:
    """
    Scheduler ``unified``: everything at once where that can be done.

    Parameters
    ----------
    load
        Loads the policy; called at every plan.
    settings
        Handed on to what plans; of them ``most_jobs`` decides whether that is
        the policy with all jobs in sight, or in batches.
    """

    load: Callable[[], Model]
    settings: PlanSettings = PlanSettings()  # noqa: RUF009 - frozen
    name: str = "unified"

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
        Plan every job; see :class:`core.planning.scheduler.Scheduler`.

        The reason of the result says what planned, and why that.
        """

        def plan(
            chosen: HierarchicalScheduler | BatchScheduler | RuleScheduler, why: str
        ) -> Result:
            result = chosen.schedule(
                problem, objective, seed=seed, stop=stop, progress=progress
            )
            reason = f"{why} {result.reason}"
            return replace(result, scheduler=self.name, reason=reason)

        best_rule = RuleScheduler(BEST_RULE)
        try:
            model = self.load()
        except ModelError as error:
            return plan(best_rule, f"Planned by the best dispatch rule: {error}")
        jobs = problem.num_jobs
        most = self.settings.most_jobs
        why = f"Planned in batches: the limit is {most} jobs, this has {jobs}"
        if most is None or jobs <= most:
            try:
                check_places(model, problem)
                whole = HierarchicalScheduler(model, self.settings)
                return plan(whole, f"Planned with all {jobs} jobs in sight.")
            except TooLargeError as error:
                why = f"Planned in batches: {error}"
        try:
            parts = BatchScheduler(model, self.settings)
            return plan(parts, f"{why.rstrip('.')}.")
        except TooLargeError as error:
            return plan(best_rule, f"Planned by the best dispatch rule: {error}")


def load_chosen_model(folder: Path | None = None) -> Model:
    """
    Load the model that was promoted last; the shipped one where none was.

    Parameters
    ----------
    folder
        Data folder; by default what ``SHIFTWRIGHT_DATA`` says.

    Raises
    ------
    ModelError
        When it is missing or cannot be used, or the store does not say which it is.
    """
    try:
        database = open_database(folder)
    except StoreUnwritableError:
        return load_default_model()  # no store, so nothing was promoted in it
    except StoreError as error:
        raise ModelError(f"{error} So the default model is not known.") from error
    try:
        chosen = Models(database).default_model().folder
    except StoreError as error:
        raise ModelError(str(error)) from error
    finally:
        database.close()
    return folder_model(chosen)
