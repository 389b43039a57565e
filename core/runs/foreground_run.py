"""A run in the foreground, by one process or several: a recipe in, a model out."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.planning.stopping import Stop
from core.policy.checkpoint import Card, Model, save_model
from core.problem.model import Problem
from core.training.checkpoints import (
    card_of,
    copied,
    first_policy,
    from_bytes,
    load_parent,
    resume,
    to_bytes,
)
from core.training.distributed import ProcessPlace, agreed, shared
from core.training.evaluation import evaluate, rule_costs
from core.training.progress import Events
from core.training.recorder import RunRecorder
from core.training.settings import TrainingSettings
from core.training.source import JUDGED, OneProblem, Source, source_of
from core.training.tasks import mean_by_kind
from core.training.trainer import Trainer

CHECKPOINT, METRICS, EVENTS = "checkpoint.pt", "metrics.csv", "events"
Write = Callable[[Path, bytes], None]


@dataclass(frozen=True, eq=False)
class ForegroundRun:
    """
    A run without a store.

    Parameters
    ----------
    settings, output
        The recipe, and the folder of checkpoint, figures and model.
    command
        How it was started, for the card.
    parent
        Folder of the model it starts from; ``None``: from scratch.
    keep
        Which weights become the model: the ``last``, or the ``best`` on held-out
        problems.
    stop_after
        Iterations to end after, before those of the settings; ``None``: none.
    held_out
        Problems to judge the model on; 0: it is not judged.
    problem
        The one problem to learn, with its name; ``None``: the kinds of the recipe.
    """

    settings: TrainingSettings
    output: Path
    command: str
    parent: Path | None = None
    keep: str = "last"
    stop_after: int | None = None
    held_out: int = 0
    problem: tuple[str, Problem] | None = None

    @property
    def source(self) -> Source:
        """Where the problems come from."""
        if self.problem is None:
            return source_of(self.settings, ())
        return OneProblem(self.settings, self.problem[1])

    @property
    def data(self) -> dict[str, Any]:
        """What it learns from, for the card."""
        if self.problem is None:
            return {"kinds": dict(self.settings.data.kinds)}
        return {"sample": self.problem[0]}


def train(
    run: ForegroundRun,
    place: ProcessPlace,
    *,
    write: Write,
    say: Callable[[str], None],
    stop: Stop,
) -> Card | None:
    """
    Train, going on from the checkpoint in the output folder where there is one.

    Parameters
    ----------
    run, place
        What to do, and which process this is.
    write
        Writes a file whole or not at all.
    say
        Takes progress.
    stop
        Asked after every iteration whether to end.

    Returns
    -------
    Card or None
        Of the model that was written; ``None`` in the processes that write nothing.

    Raises
    ------
    DamagedCheckpointError, ModelError, NotFiniteError, ValueError
        When the checkpoint, the parent, the numbers or the settings are at fault.
    """
    settings = run.settings
    parent = None if run.parent is None else load_parent(run.parent)
    source = run.source
    count = len(settings.data.kinds) * settings.validation_problems
    validation = source.held_out(0, count) if place.is_writer else []
    trainer = Trainer(
        settings,
        first_policy(settings, parent),
        draw_tasks=source.draw,
        validation=validation,
        device=place.device,
        rank=place.rank,
        world=place.world,
    )

    def all_stop() -> bool:
        over = run.stop_after is not None and trainer.iteration >= run.stop_after
        return agreed(over or stop(), place)

    trainer.stop = all_stop
    file = run.output / CHECKPOINT
    state: Mapping[str, Any] | None = None
    if place.is_writer and file.is_file():
        state = from_bytes(file.read_bytes())
    state = shared(state, place)
    if state is not None:
        resume(trainer, state)
        if place.is_writer:
            say(f"Going on after iteration {trainer.iteration} of {file}.")
    if not place.is_writer:
        trainer.run()
        return None

    if state is None:
        say("Planning held-out problems with the best rule.")
        yardsticks = {"rule": mean_by_kind(validation, rule_costs(validation).tolist())}
    else:
        yardsticks = state["yardsticks"]
    figures = _Figures(run.output / METRICS, write, trainer.iteration)
    events = Events(run.output / EVENTS, trainer.iteration)

    def save(iteration: int, state: Mapping[str, Any]) -> None:
        write(file, to_bytes(state))
        figures.save()

    recorder = RunRecorder(
        trainer, yardsticks, events, figures.keep, save, lambda *_: None, say
    )
    if state is not None:
        recorder.best.load_state(state["best"])
    try:
        trainer.run()
    finally:
        events.close()
        if events.fault is not None:
            say(events.fault)
    return _model(run, trainer, recorder, parent, say)


def _model(
    run: ForegroundRun,
    trainer: Trainer,
    recorder: RunRecorder,
    parent: Model | None,
    say: Callable[[str], None],
) -> Card:
    """Write the model, judged where that is asked for."""
    best, figures = recorder.best, dict[str, Any]()
    weights, iteration = copied(trainer.policy), trainer.iteration
    if run.keep == "best" and best.weights is not None:
        weights, iteration = best.weights, best.iteration
    trainer.policy.load_state_dict(weights)
    figures["iteration"] = iteration
    settings = trainer.settings
    card = card_of(trainer, name=settings.name, command=run.command, data=run.data,
                   figures=figures, parent=parent)  # fmt: skip
    policy = trainer.policy.cpu().eval()
    if run.held_out > 0:
        say("Planning held-out problems with the model.")
        tasks = run.source.held_out(JUDGED, run.held_out)
        figures["held_out"] = evaluate(Model.of(policy, card), tasks).figures()
        card = card_of(trainer, name=settings.name, command=run.command, data=run.data,
                       figures=figures, parent=parent)  # fmt: skip
    return save_model(run.output, policy, card)


class _Figures:
    """The figures of all iterations, as a table beside the checkpoint."""

    def __init__(self, path: Path, write: Write, iteration: int) -> None:
        self.path = path
        self.write = write
        self.rows: dict[int, dict[str, str]] = {}
        if path.is_file():
            with path.open(encoding="utf-8", newline="") as file:
                for row in csv.DictReader(file):
                    if int(row["iteration"]) <= iteration:
                        self.rows[int(row["iteration"])] = row

    def keep(self, iteration: int, figures: Mapping[str, float]) -> None:
        """Take the figures of an iteration; a repeated one replaces the first."""
        texts = {name: repr(value) for name, value in figures.items()}
        self.rows[iteration] = {"iteration": str(iteration), **texts}

    def save(self) -> None:
        """Write the table."""
        columns = list(
            dict.fromkeys(name for row in self.rows.values() for name in row)
        )
        text = io.StringIO()
        table = csv.DictWriter(text, columns, lineterminator="\n")
        table.writeheader()
        table.writerows(self.rows[i] for i in sorted(self.rows))
        self.write(self.path, text.getvalue().encode())
