"""A fine-tune as the dashboard runs it: queued, worked on, judged."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from core.runs.launch import kill, launch
from core.runs.run_plan import RunPlan, recommended
from core.runs.training_queue import queue_training
from core.store.background.runs import Runs
from core.store.database import open_database
from core.store.models import Models

LOOK_SECONDS = 1.0
Tell = Callable[[str], None]
Work = Callable[[Runs, Models, str, Tell], None]


@contextmanager
def empty_store() -> Iterator[tuple[Runs, Models]]:
    """Open a store of its own, gone afterwards; the shipped models are in it."""
    with tempfile.TemporaryDirectory() as folder:
        database = open_database(Path(folder), "")
        try:
            yield Runs(database), Models(database)
        finally:
            database.close()


def fine_tuning(kind: str, minutes: float, parent: str, held_out: int) -> RunPlan:
    """Return the plan that the page makes of random shifts of one kind."""
    plan = recommended(name=f"Fine-tune {kind}", parent=parent, minutes=minutes)
    data = replace(plan.settings.data, kinds={kind: 1.0})
    return replace(plan, settings=replace(plan.settings, data=data), held_out=held_out)


def work_beside(runs: Runs, models: Models, run_id: str, tell: Tell) -> None:
    """
    Let a worker do a run, and wait for it.

    Raises
    ------
    StoreError
        When it cannot be started.
    """
    launched = launch(runs, run_id)
    said = -1
    try:
        while launched.watcher.is_alive():
            launched.watcher.join(LOOK_SECONDS)
            tenth = int(10 * (runs.get(run_id).progress or 0))
            if tenth != said:
                said = tenth
                tell(f"fine-tune: {10 * tenth} %")
    finally:
        if launched.watcher.is_alive():  # Ctrl+C: nobody would want the run any more
            kill(runs, run_id)


def fine_tuned(
    kind: str,
    minutes: float,
    model: str,
    held_out: int,
    *,
    plan: RunPlan | None = None,
    work: Work = work_beside,
    tell: Tell = lambda text: None,
) -> dict[str, Any]:
    """
    Fine-tune a model on a kind of shift; its held-out figures against itself before.

    Parameters
    ----------
    kind, minutes, model, held_out
        See :class:`core.benchmarking.policies.training.TrainingBenchmark`.
    plan
        Another plan than that of :func:`fine_tuning`.
    work
        Does the run.
    tell
        Told how far it is.

    Raises
    ------
    RuntimeError
        When the run does not finish; says why.
    StoreError
        When there is no such model.
    """
    with empty_store() as (runs, models):
        if models.default_model().name != model:
            models.promote(model, "to be fine-tuned")
        plan = plan or fine_tuning(kind, minutes, model, held_out)
        run = queue_training(runs, models, plan)
        work(runs, models, run.id, tell)
        run = runs.get(run.id)
        made = next((x.name for x in models.all() if x.run == run.id), None)
        if made is None or run.state != "finished":
            raise RuntimeError(f"The fine-tune {run.state}: {run.error or 'no word'}")
        (_, figures, _), *_ = models.evaluations(made)
        tell(
            f"{kind}: cost {figures['default_cost']:.4f} → {figures['cost']:.4f} on "
            f"{figures['problems']} held-out problems"
        )
        return figures
