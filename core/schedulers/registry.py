"""From settings to a scheduler, and to a plan; nothing heavy is imported before."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from core.planning.catalogue import rule_names
from core.planning.plan import Plan
from core.planning.scheduler import Found, Progress, silent, unheard
from core.planning.settings import PlanSettings
from core.planning.stopping import Stop, never
from core.schedulers.wrappers.preferred import Preferring

if TYPE_CHECKING:
    from core.planning.scheduler import Scheduler
    from core.policy.checkpoint import Model
    from core.problem.shift import Shift

    Loader = Callable[[], Model]


def _loader(settings: PlanSettings, default: Loader) -> Loader:
    """What loads the model that was asked for, each time anew."""
    from core.policy.shipped import folder_model, model_folder

    model = settings.model
    if model is None:
        return default
    # A wrong name is refused here, not planned around.
    folder = model if isinstance(model, Path) else model_folder(model)
    return lambda: folder_model(folder)


def _auto(settings: PlanSettings, found: Found) -> Scheduler:
    from core.policy.shipped import load_default_model
    from core.schedulers.portfolio import PortfolioScheduler

    return PortfolioScheduler(_loader(settings, load_default_model), settings, found)


def _hierarchical(settings: PlanSettings, found: Found) -> Scheduler:
    from core.policy.shipped import load_default_model
    from core.schedulers.fallback import WithFallback
    from core.schedulers.hierarchical import HierarchicalScheduler

    load = _loader(settings, load_default_model)
    return WithFallback(
        settings.scheduler, lambda: HierarchicalScheduler(load(), settings)
    )


def _batch(settings: PlanSettings, found: Found) -> Scheduler:
    from core.policy.shipped import load_default_model
    from core.schedulers.batch import BatchScheduler
    from core.schedulers.fallback import WithFallback

    load = _loader(settings, load_default_model)
    return WithFallback(settings.scheduler, lambda: BatchScheduler(load(), settings))


def _unified(settings: PlanSettings, found: Found) -> Scheduler:
    from core.schedulers.unified import UnifiedScheduler, load_chosen_model

    return UnifiedScheduler(_loader(settings, load_chosen_model), settings)


def _cpsat(settings: PlanSettings, found: Found) -> Scheduler:
    from core.schedulers.exact.cpsat import CpSat

    return CpSat()


def _rule(settings: PlanSettings, found: Found) -> Scheduler:
    from core.schedulers.dispatching.rules import RuleScheduler

    return RuleScheduler(settings.scheduler)


# What makes each scheduler of the catalogue that is no dispatch rule; those that plan
# in one go have nothing to tell on the way.
MAKERS: dict[str, Callable[[PlanSettings, Found], Scheduler]] = {
    "auto": _auto,
    "hierarchical": _hierarchical,
    "batch": _batch,
    "unified": _unified,
    "cpsat": _cpsat,
}


def scheduler(settings: PlanSettings, found: Found = unheard) -> Scheduler:
    """
    Make the scheduler that some settings ask for.

    Parameters
    ----------
    settings
        How to plan; objective and seed are given to each plan by itself.
    found
        Told of better plans on the way, with their costs, by what searches for them.

    Raises
    ------
    NotShippedError
        When no shipped model has the name.
    """
    name = settings.scheduler
    made = (_rule if rule_names(name) else MAKERS[name])(settings, found)
    if settings.refine_seconds > 0:
        from core.schedulers.wrappers.refined import Refined

        made = Refined(made, settings.refine_seconds, found)
    made = Preferring(made)
    if settings.cautious:
        from core.schedulers.wrappers.cautious import Cautious

        return Cautious(made)
    return made


def plan(
    shift: Shift,
    settings: PlanSettings | None = None,
    *,
    stop: Stop = never,
    progress: Progress = silent,
    found: Found = unheard,
) -> Plan:
    """
    Plan a shift.

    Parameters
    ----------
    shift
        What to plan.
    settings
        How; ``None``: as :class:`core.planning.settings.PlanSettings` has it.
    stop, progress
        See :class:`core.planning.scheduler.Scheduler`.
    found
        See :func:`scheduler`.

    Returns
    -------
    Plan
        Verified: a plan that breaks a rule cannot be made.

    Raises
    ------
    NotShippedError
        When no shipped model has the name in the settings.
    ImpossibleLockError
        When a lock of the shift cannot be kept.
    PlanningCancelled
        When stopped before there was a plan.
    """
    settings = settings or PlanSettings()
    if shift.floor is not None and shift.floor.binds:
        from core.schedulers.from_now import planned_from_now

        # On the way there are only plans of what is left, which are told to nobody.
        result = planned_from_now(
            shift.problem,
            shift.floor,
            scheduler(settings),
            settings,
            stop=stop,
            progress=progress,
        )
        return Plan(shift, settings, result)
    result = scheduler(settings, found).schedule(
        shift.problem,
        settings.objective,
        seed=settings.seed,
        stop=stop,
        progress=progress,
    )
    return Plan(shift, settings, result)
