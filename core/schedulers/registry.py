"""Schedulers by name; nothing heavy is imported before one is asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from core.planning.visibility import FEWEST_VISIBLE, MOST_VISIBLE, VISIBLE

if TYPE_CHECKING:
    from core.planning.scheduler import Scheduler
    from core.policy.checkpoint import Model


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
        See :class:`core.schedulers.hierarchical.HierarchicalScheduler`.
    visible, most_jobs
        See :class:`core.schedulers.unified.UnifiedScheduler`.
    """

    name: str
    model: Model | Path | str | None = None
    samples: int = 1
    lookahead: float | None = None
    visible: int = VISIBLE
    most_jobs: int | None = None


def _rule(options: Options) -> Scheduler:
    from core.schedulers.rules import RULES, RuleScheduler

    rule = options.name.removeprefix("rule:")
    return RuleScheduler(options.name, tuple(RULES) if rule == "best" else (rule,))


def _loader(options: Options, default: Callable[[], Model]) -> Callable[[], Model]:
    """What loads the model that was asked for, each time anew."""
    from core.policy.shipped import folder_model, model_folder

    model = options.model
    if isinstance(model, str):
        model = model_folder(model)  # a wrong name is refused here, not planned around

    def load() -> Model:
        if model is None:
            return default()
        return folder_model(model) if isinstance(model, Path) else model

    return load


def _hierarchical(options: Options) -> Scheduler:
    from core.policy.shipped import load_default_model
    from core.schedulers.fallback import WithFallback
    from core.schedulers.hierarchical import HierarchicalScheduler

    load = _loader(options, load_default_model)
    return WithFallback(
        options.name,
        lambda: HierarchicalScheduler(load(), options.samples, options.lookahead),
    )


def _batch(options: Options) -> Scheduler:
    from core.policy.shipped import load_default_model
    from core.schedulers.batch import BatchScheduler
    from core.schedulers.fallback import WithFallback

    load = _loader(options, load_default_model)
    return WithFallback(
        options.name,
        lambda: BatchScheduler(
            load(), options.visible, options.lookahead, options.samples
        ),
    )


def _unified(options: Options) -> Scheduler:
    from core.schedulers.unified import UnifiedScheduler, load_chosen_model

    return UnifiedScheduler(
        _loader(options, load_chosen_model),
        options.samples,
        options.lookahead,
        options.visible,
        options.most_jobs,
    )


def _cpsat(options: Options) -> Scheduler:
    from core.schedulers.cpsat import CpSat

    return CpSat()


RULE_NAMES = (
    *("fifo", "spt", "lpt", "edd", "mwkr", "mor", "ect", "atcs"),
    *("lpt-wait", "edd-wait", "sufferage", "best"),
)
MAKERS: dict[str, Callable[[Options], Scheduler]] = {
    "hierarchical": _hierarchical,
    "batch": _batch,
    "unified": _unified,
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
    visible: int = VISIBLE,
    most_jobs: int | None = None,
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
    visible
        Most jobs that planning in batches has in sight, 50 to 888.
    most_jobs
        Larger problems are planned in batches by ``unified``; ``None``: no limit.

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
    if samples < 1:
        raise ValueError(f"Expected samples >= 1, got {samples}.")
    if not FEWEST_VISIBLE <= visible <= MOST_VISIBLE:
        raise ValueError(
            f"Expected {FEWEST_VISIBLE} <= visible <= {MOST_VISIBLE}, got {visible}."
        )
    made = MAKERS[name](Options(name, model, samples, lookahead, visible, most_jobs))
    if refine_seconds > 0:
        from core.schedulers.refined import Refined

        return Refined(made, refine_seconds)
    return made
