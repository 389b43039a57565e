"""Schedulers by name; nothing heavy is imported before one is asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.policy.checkpoint import Model
    from core.scheduling.scheduler import Scheduler


@dataclass(frozen=True)
class Options:
    """
    What a scheduler may be told; each takes what concerns it.

    Parameters
    ----------
    name
        Registry name.
    model
        A loaded model, its folder, or the name of a shipped one; ``None``: the default.
    samples, lookahead
        See :class:`core.scheduling.hierarchical.HierarchicalScheduler`.
    """

    name: str
    model: Model | Path | str | None = None
    samples: int = 1
    lookahead: float | None = None


def _rule(options: Options) -> Scheduler:
    from core.scheduling.rules import RULES, RuleScheduler

    rule = options.name.removeprefix("rule:")
    return RuleScheduler(options.name, tuple(RULES) if rule == "best" else (rule,))


def _hierarchical(options: Options) -> Scheduler:
    from core.scheduling.fallback import WithFallback
    from core.scheduling.hierarchical import HierarchicalScheduler
    from core.scheduling.models import folder_model, load_default_model, model_folder

    model = options.model
    if isinstance(model, str):
        model = model_folder(model)  # a wrong name is refused here, not planned around

    def make() -> Scheduler:
        if model is None:
            loaded = load_default_model()
        else:
            loaded = folder_model(model) if isinstance(model, Path) else model
        return HierarchicalScheduler(loaded, options.samples, options.lookahead)

    if options.samples < 1:
        raise ValueError(f"Expected samples >= 1, got {options.samples}.")
    return WithFallback(options.name, make)


def _cpsat(options: Options) -> Scheduler:
    from core.scheduling.cpsat import CpSat

    return CpSat()


RULE_NAMES = (
    *("fifo", "spt", "lpt", "edd", "mwkr", "mor", "ect", "atcs"),
    *("lpt-wait", "edd-wait", "sufferage", "best"),
)
MAKERS: dict[str, Callable[[Options], Scheduler]] = {
    "hierarchical": _hierarchical,
    **{f"rule:{rule}": _rule for rule in RULE_NAMES},
    "cpsat": _cpsat,
}


def names() -> tuple[str, ...]:
    """Names of all schedulers."""
    return tuple(MAKERS)


def scheduler(
    name: str,
    *,
    model: Model | Path | str | None = None,
    samples: int = 1,
    lookahead: float | None = None,
    refine_seconds: float = 0.0,
) -> Scheduler:
    """
    Make a scheduler.

    Parameters
    ----------
    name
        One of :func:`names`.
    model
        A loaded model, its folder, or the name of a shipped one; ``None``: the default.
    samples
        Plans that a policy makes; the best is kept.
    lookahead
        Seconds that a machine may wait for a job; ``None``: the model's own.
    refine_seconds
        Seconds for which the plan is improved afterwards.

    Raises
    ------
    ValueError
        When there is no such scheduler or model, or an option is out of range.
    """
    if name not in MAKERS:
        raise ValueError(f"Unknown scheduler {name!r}; known: {', '.join(MAKERS)}.")
    if not refine_seconds >= 0:
        raise ValueError(f"Expected refine_seconds >= 0, got {refine_seconds}.")
    if lookahead is not None and not lookahead >= 0:
        raise ValueError(f"Expected lookahead >= 0, got {lookahead}.")
    made = MAKERS[name](Options(name, model, samples, lookahead))
    if refine_seconds > 0:
        from core.scheduling.refined import Refined

        return Refined(made, refine_seconds)
    return made
