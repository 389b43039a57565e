"""Runs of the dashboard, started as a planner starts them, and what goes on beside."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from core.runs.launch import kill, launch
from core.runs.run_plan import RunPlan, recommended
from core.runs.training_queue import queue_training
from core.store.database import URL_VARIABLE, open_database
from core.store.errors import StoreError
from core.store.files import FOLDER_VARIABLE
from core.store.models import Models
from core.store.runs import Runs

ROOT = Path(__file__).parents[2]
LOOK_SECONDS = 1.0
LONG_MINUTES = 120.0  # of the run beside pages: it is ended when they are measured
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
        See :class:`core.benchmarking.training.Asked`.
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


def page_times(
    jobs: int,
    machines: int,
    repeats: int,
    kind: str,
    *,
    tell: Tell = lambda text: None,
) -> tuple[dict[str, float], dict[str, float]]:
    """
    Median seconds of drawing each page: while no run is going, and while one is.

    Parameters
    ----------
    jobs, machines, repeats
        Of the shift in hand, and how often each page is drawn.
    kind
        What the run learns from.
    tell
        Told what is measured.

    Raises
    ------
    RuntimeError
        When the pages cannot be drawn or the run does not start; says why.
    """
    with empty_store() as (runs, models):
        plan = fine_tuning(kind, LONG_MINUTES, models.default_model().name, 2)
        run = queue_training(runs, models, plan)
        launched = launch(runs, run.id)
        try:
            # The first iterations are there: it computes, it does not load any more.
            while launched.watcher.is_alive() and not runs.metrics(run.id):
                launched.watcher.join(LOOK_SECONDS)
            tell("pages: a run is going")
            busy = _drawn(runs, jobs, machines, repeats)
            if not launched.watcher.is_alive():
                run = runs.get(run.id)
                raise RuntimeError(f"The run beside the pages {run.state}: {run.error}")
        finally:
            with suppress(StoreError):  # ended by itself
                kill(runs, run.id)
        # Afterwards: the pages show the same, the curves of the run among it.
        tell("pages: no run is going")
        idle = _drawn(runs, jobs, machines, repeats)
    return idle, busy


def _drawn(runs: Runs, jobs: int, machines: int, repeats: int) -> dict[str, float]:
    """Draw pages in a process of their own: this one knows no screen."""
    database = runs.database
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pages.parts.page_times"),
            *(str(jobs), str(machines), str(repeats)),
        ],
        cwd=ROOT,
        env=os.environ
        | {FOLDER_VARIABLE: str(database.folder), URL_VARIABLE: database.url},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        why = (done.stderr.strip().splitlines() or ["no word"])[-1]
        raise RuntimeError(f"The pages could not be drawn: {why}")
    found = json.loads(done.stdout)
    return {str(page): float(seconds) for page, seconds in found.items()}
