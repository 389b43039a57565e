"""Trials on several processor cores; what one worker makes, another would make."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass, replace
from math import inf, isfinite
from multiprocessing import get_context
from typing import Any

from core.comparison.trials import (
    FEWEST,
    MOST,
    Trial,
    TrialSource,
    trial,
    trials,
)
from core.planning.scheduler import PlanningCancelled, Scheduler
from core.planning.settings import PlanSettings
from core.planning.stopping import Stop, never
from core.problem.saving.serialize import problem_from_bytes
from core.schedulers.registry import scheduler

POLL_SECONDS = 0.2  # between two looks at whether to stop
MOST_TRIALS = 1000


@dataclass(frozen=True)
class TrialSpec:
    """
    Everything that defines some trials, in values that any process can be sent.

    Parameters
    ----------
    schedulers
        Registry names, two to four different ones.
    like
        A shift as :func:`core.problem.saving.serialize.problem_to_bytes` writes it, or
        the name of a kind.
    jobs, machines
        See :class:`core.comparison.trials.TrialSource`.
    settings
        How each of them plans; the scheduler in it gives way to each in turn. Its seed
        is that of the shifts drawn: the same seed, the same shifts.
    limit
        Seconds that one plan may take.

    Raises
    ------
    ValueError
        When there are too few or too many schedulers, or the limit is not positive.
    """

    schedulers: tuple[str, ...]
    like: bytes | str
    jobs: int | None = None
    machines: int | None = None
    settings: PlanSettings = PlanSettings()  # noqa: RUF009 - frozen
    limit: float = inf

    def __post_init__(self) -> None:
        different = len(set(self.schedulers))
        if not FEWEST <= different == len(self.schedulers) <= MOST:
            raise ValueError(
                f"Expected {FEWEST} to {MOST} different schedulers, got "
                f"{', '.join(self.schedulers) or 'none'}."
            )
        if not self.limit > 0:
            raise ValueError(f"Expected a limit above 0 seconds, got {self.limit}.")

    def source(self) -> TrialSource:
        """Return where the shifts come from."""
        like = self.like
        shift = like if isinstance(like, str) else problem_from_bytes(like)
        return TrialSource(shift, self.jobs, self.machines)

    def made(self) -> list[Scheduler]:
        """
        Return the schedulers.

        Raises
        ------
        ValueError
            When a name is refused.
        """
        return [
            scheduler(replace(self.settings, scheduler=name))
            for name in self.schedulers
        ]

    def to_json(self) -> dict[str, Any]:
        """Return the values that JSON can hold; a shift is kept apart from them."""
        return {
            "schedulers": list(self.schedulers),
            "like": self.like if isinstance(self.like, str) else None,
            "jobs": self.jobs,
            "machines": self.machines,
            "settings": self.settings.to_json(),
            "limit": self.limit if isfinite(self.limit) else None,
        }

    @classmethod
    def from_json(
        cls, kept: Mapping[str, Any], shift: Callable[[], bytes]
    ) -> TrialSpec:
        """
        Return what :meth:`to_json` wrote, now or in an earlier version.

        Parameters
        ----------
        kept
            The values.
        shift
            Asked for the shift, where trials are like one.

        Raises
        ------
        ValueError
            When the settings are of a later version, or hold nonsense.
        """
        settings = kept.get("settings")
        return cls(
            schedulers=tuple(kept["schedulers"]),
            like=shift() if kept["like"] is None else kept["like"],
            jobs=kept["jobs"],
            machines=kept["machines"],
            settings=PlanSettings.from_json(
                _first_settings(kept) if settings is None else settings
            ),
            limit=inf if kept["limit"] is None else kept["limit"],
        )


def _first_settings(kept: Mapping[str, Any]) -> dict[str, Any]:
    """Settings as the first release kept them: among the other values of the trials."""
    model = kept["model"]
    if model is not None and os.sep in model:
        model = {"folder": model}  # names have no separators
    same = ("samples", "lookahead", "visible", "refine_seconds", "seed")
    return {
        "objective": kept["weights"],
        "model": model,
        **{name: kept[name] for name in same},
    }


def run_trials(
    spec: TrialSpec, indices: Sequence[int], *, workers: int = 1, stop: Stop = never
) -> Iterator[Trial]:
    """
    Do some trials, each as soon as it is done; a stop ends them, quietly.

    Parameters
    ----------
    indices
        Which trials; the same index is the same shift, whoever draws it.
    workers
        Processes; 1: in this one.

    Raises
    ------
    ValueError
        When there is no worker.
    """
    if workers < 1:
        raise ValueError(f"Expected workers >= 1, got {workers}.")
    if workers == 1 or len(indices) < 2:
        yield from trials(
            spec.source(),
            spec.made(),
            spec.settings.objective,
            indices,
            seed=spec.settings.seed,
            limit=spec.limit,
            stop=stop,
        )
        return
    spec.made()  # a wrong name is refused here
    context = get_context("spawn")  # a forked torch may hang
    halt = context.Event()
    pool = ProcessPoolExecutor(
        min(workers, len(indices)),
        mp_context=context,
        initializer=_begin,
        initargs=(spec, halt),
    )
    try:
        pending: set[Future[Trial | None]] = {pool.submit(_one, i) for i in indices}
        while pending and not stop():
            done, pending = wait(pending, POLL_SECONDS, FIRST_COMPLETED)
            for future in done:
                found = future.result()
                if found is not None:
                    yield found
    finally:
        halt.set()
        pool.shutdown(cancel_futures=True)


_WORK: dict[str, Any] = {}  # of a worker process: what it does all its life


def _begin(spec: TrialSpec, halt: Any) -> None:
    """Make a process ready for trials: one thread each, or they fight over cores."""
    import torch

    torch.set_num_threads(1)
    _WORK.update(spec=spec, halt=halt, source=spec.source(), made=spec.made())


def _one(index: int) -> Trial | None:
    """Do one trial in a worker process; ``None`` when stopped."""
    spec: TrialSpec = _WORK["spec"]
    try:
        return trial(
            _WORK["source"],
            _WORK["made"],
            spec.settings.objective,
            index,
            seed=spec.settings.seed,
            limit=spec.limit,
            stop=_WORK["halt"].is_set,
        )
    except PlanningCancelled:
        return None
