"""The worker of a run: the one place where the trainer meets the store."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from math import isfinite
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save as save_tensors

from core.policy.checkpoint import Card, Model, ModelError
from core.policy.shipped import folder_model
from core.policy.trunk import TooLargeError
from core.problem.model import Problem
from core.problem.serialize import problem_from_bytes, problem_to_bytes
from core.simulation.features import feature_digest
from core.store.card import CARD, WEIGHTS
from core.store.errors import (
    ModelRefusedError,
    NameTakenError,
    NoModelError,
    RunLostError,
    StoreError,
    StoreUnwritableError,
    UnknownRunError,
)
from core.store.model_files import Model as Stored
from core.store.models import Models
from core.store.run import Run
from core.store.run_reader import RunReader
from core.store.run_writer import RunWriter
from core.store.runs import Runs
from core.training.budget import settings_for_minutes
from core.training.checkpoints import (
    DamagedCheckpointError,
    card_of,
    copied,
    first_policy,
    from_bytes,
    load_parent,
    resume,
    to_bytes,
)
from core.training.evaluation import evaluate, model_costs, rule_costs
from core.training.plan import RunPlan, check_sizes, recommended, with_budget
from core.training.ppo import NotFiniteError
from core.training.progress import Events
from core.training.recorder import Recorder
from core.training.settings import TrainingSettings
from core.training.source import JUDGED, Source, source_of
from core.training.tasks import Task
from core.training.trainer import Trainer

PULSE_SECONDS = 2.0  # between two signs of life, and looks at whether to stop
OVERTIME = 1.25  # a run with a budget in minutes ends at so many times its budget
EVENTS = "events"
MOST_NAMES = 1000


def queue_training(
    runs: Runs,
    models: Models,
    plan: RunPlan,
    shifts: Sequence[Problem] = (),
    *,
    owner: str = "",
    about: Mapping[str, Any] | None = None,
) -> Run:
    """
    Queue a run; started by :func:`core.runs.launch.launch_next`.

    Everything it needs is copied into the run: shifts and parent may be deleted.

    Parameters
    ----------
    runs, models
        The store.
    plan
        What to do.
    shifts
        Where a plan with source ``shifts`` takes its problems from.
    owner
        Who asks.
    about
        Words about the data, shown with the run, as JSON values.

    Raises
    ------
    ValueError
        When there is no shift although the plan needs one, or one is too large for
        the policy; or the name is refused.
    StoreError
        When the parent does not exist, or the disk refuses.
    """
    if plan.source == "shifts" and not shifts:
        raise ValueError(
            "There is no shift to learn from. Upload one, or learn from generated "
            "shifts."
        )
    check_sizes(plan.settings, shifts)
    inputs = {
        f"shift{i:03d}.zip": problem_to_bytes(shift) for i, shift in enumerate(shifts)
    }
    if plan.parent is not None:
        folder = models.get(plan.parent).folder
        inputs |= {name: (folder / name).read_bytes() for name in (CARD, WEIGHTS)}
    data = {
        "source": plan.source,
        "jobs": [shift.num_jobs for shift in shifts],
        "machines": [shift.num_machines for shift in shifts],
        **(about or {}),
    }
    return runs.create(
        "training",
        plan.settings.name,
        owner=owner,
        config=plan.to_mapping(),
        data=data,
        seed=plan.settings.seed,
        inputs=inputs,
    )


def plan_of(run: Run) -> RunPlan:
    """Return what a run is to do."""
    return RunPlan.from_mapping(run.config)


def shifts_of(runs: RunReader, run_id: str) -> list[Problem]:
    """Return the shifts that a run learns from; none: it learns from kinds."""
    folder = runs.inputs(run_id)
    files = sorted(folder.glob("shift*.zip")) if folder.is_dir() else []
    return [problem_from_bytes(file.read_bytes()) for file in files]


def judged_tasks(runs: RunReader, run: Run) -> list[Task]:
    """Return the held-out problems that the models of a run are judged on."""
    plan = plan_of(run)
    source = source_of(plan.settings, shifts_of(runs, run.id))
    return source.held_out(JUDGED, plan.held_out)


def held_out_of(runs: RunReader, model: Stored) -> list[Task]:
    """
    Return the held-out problems that a model is judged on.

    Those of its run; for a model without one (it was shipped, or uploaded, or its run
    was deleted) shifts of the usual kinds.
    """
    if model.run is not None:
        try:
            return judged_tasks(runs, runs.get(model.run))
        except UnknownRunError:
            pass
    plan = recommended(name="usual")
    return source_of(plan.settings, ()).held_out(JUDGED, plan.held_out)


def default_of(models: Models) -> Model | None:
    """Return the current default model, loaded; ``None`` where there is none."""
    try:
        return folder_model(models.default_model().folder)
    except (NoModelError, ModelRefusedError, ModelError):
        return None


def newest_policy(runs: RunReader, run: Run) -> tuple[Model, int] | None:
    """Model as of the newest intact checkpoint, and its iteration; ``None``: none."""
    checkpoint = runs.intact_checkpoint(run.id)
    if checkpoint is None:
        return None
    state = from_bytes((runs.folder(run.id) / checkpoint.path).read_bytes())
    settings = plan_of(run).settings
    parent = _parent(runs, run.id)
    trainer = Trainer(settings, first_policy(settings, parent), validation=[])
    trainer.policy.load_state_dict(state["policy"])
    trainer.iteration = checkpoint.iteration
    card = card_of(trainer, name=run.name, command=_command(run), data=run.data,
                   figures={}, parent=parent)  # fmt: skip
    return Model(trainer.policy.eval(), card), checkpoint.iteration


def work_on(runs: Runs, models: Models, run_id: str) -> None:
    """
    Do a run, or what is left of it; its state says how it ended.

    Parameters
    ----------
    runs, models
        The store.
    run_id
        A queued run, or one that was claimed for this process.

    Raises
    ------
    RunLostError
        When the run was deleted, or given to another process.
    StoreError
        When not even the failure could be written down.
    """
    torch.set_num_threads(max(1, (os.cpu_count() or 1) - 1))  # one is the app's
    writer = RunWriter.attach(runs, run_id)
    with Pulse(writer) as pulse:
        session = Session(runs, models, writer, pulse)
        try:
            session.prepare()
            session.train()
        except NotFiniteError as error:
            writer.end("failed", session.not_finite(error))
            return
        except StoreUnwritableError as error:
            writer.end("failed", f"{error} {session.kept()}")
            return
        except (DamagedCheckpointError, ModelError, TooLargeError, ValueError,
                OSError, MemoryError) as error:  # fmt: skip
            writer.end("failed", f"{error or type(error).__name__} {session.kept()}")
            return
        session.finish()


class Pulse:
    """
    Signs of life of a worker, from a thread of its own: iterations may take long.

    Parameters
    ----------
    writer
        The worker's hold on its run.
    """

    def __init__(self, writer: RunWriter) -> None:
        self.writer = writer
        self.progress: float | None = None
        self.seconds_left: float | None = None
        self.asked_to_stop = False
        self.lost: RunLostError | None = None
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._beat, daemon=True)

    def __enter__(self) -> Pulse:
        """Begin."""
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        """End; nothing is written afterwards."""
        self._over.set()
        self._thread.join()

    def report(self, progress: float, seconds_left: float | None) -> None:
        """Say how far the run is, at once."""
        self.progress, self.seconds_left = progress, seconds_left
        self.look()

    def look(self) -> bool:
        """Give a sign of life; whether to stop."""
        asked = self.writer.heartbeat(self.progress, self.seconds_left)
        self.asked_to_stop = self.asked_to_stop or asked
        return self.asked_to_stop

    def stop(self) -> bool:
        """
        Whether the run shall stop after this iteration.

        Raises
        ------
        RunLostError
            When the run is no longer this worker's.
        """
        if self.lost is not None:
            raise self.lost
        return self.asked_to_stop

    def _beat(self) -> None:
        while not self._over.wait(PULSE_SECONDS):
            try:
                self.look()
            except RunLostError as error:
                self.lost = error
                return
            except StoreError as error:
                # Busy, or full: whoever writes next says so, or it was for a moment.
                print(f"No sign of life could be given: {error}", flush=True)


class Session:
    """
    One attempt at a run, from its inputs to its model.

    Parameters
    ----------
    runs, models
        The store.
    writer, pulse
        The worker's hold on the run, and its signs of life.
    """

    def __init__(
        self, runs: Runs, models: Models, writer: RunWriter, pulse: Pulse
    ) -> None:
        self.runs = runs
        self.models = models
        self.writer = writer
        self.pulse = pulse
        self.run = runs.get(writer.run_id)

    def prepare(self) -> None:
        """
        Read the inputs, the newest checkpoint, and what held-out costs compare with.

        Raises
        ------
        ValueError
            When the config or an input is not as it must be; says what.
        """
        run = self.run
        self.plan = plan_of(run)
        shifts = shifts_of(self.runs, run.id)
        if self.plan.source == "shifts" and not shifts:
            raise ValueError(
                "The shifts of this run are gone. Start a new run from the shift."
            )
        settings = with_budget(self.plan)
        check_sizes(settings, shifts)
        self.parent = _parent(self.runs, run.id)
        if self.plan.parent is not None and self.parent is None:
            raise ValueError(
                f"The model {self.plan.parent!r} that this run starts from is gone "
                "from its folder. Start a new run."
            )
        policy = first_policy(settings, self.parent)
        state = self._newest_state()
        source = source_of(settings, shifts)
        kinds = 1 if shifts else len(settings.data.kinds)
        validation = source.held_out(0, kinds * settings.validation_problems)
        if state is not None:
            settings = replace(
                settings,
                iterations=int(state["iterations"]),
                validate_every=int(state["validate_every"]),
                checkpoint_every=int(state["checkpoint_every"]),
            )
        elif self.plan.minutes is not None:
            print("Measuring how long an iteration takes.", flush=True)
            settings = settings_for_minutes(
                self.plan.minutes, settings, policy, source, validation
            )
        yardsticks = self._yardsticks(validation) if state is None else (
            state["yardsticks"])  # fmt: skip
        self._build(settings, source, validation, yardsticks, policy)
        if state is None:
            # The number of iterations and the yardsticks are fixed from here on.
            self.recorder.on_checkpoint(0, self.trainer.state())
        else:
            resume(self.trainer, state)
            self.recorder.best.load_state(state["best"])
            print(f"Goes on after iteration {self.trainer.iteration}.", flush=True)

    def _build(
        self,
        settings: TrainingSettings,
        source: Source,
        validation: list[Task],
        yardsticks: Mapping[str, Mapping[str, float]],
        policy: torch.nn.Module,
    ) -> None:
        self.source = source
        self.trainer = Trainer(
            settings,
            policy,
            draw_tasks=source.draw,
            validation=validation,
            stop=self._stop,
        )
        newest = self.runs.intact_checkpoint(self.run.id)
        self.events = Events(
            self.writer.folder / EVENTS, 0 if newest is None else newest.iteration
        )
        self.recorder = Recorder(
            self.trainer,
            yardsticks,
            self.events,
            self.writer.add_metrics,
            self._save,
            self.pulse.report,
            lambda words: print(words, flush=True),
        )

    def train(self) -> None:
        """Train until it is over, asked to stop, or out of time."""
        try:
            self.trainer.run()
        finally:
            self.events.close()
            if self.events.fault is not None:
                print(self.events.fault, flush=True)

    def finish(self) -> None:
        """Judge the model, publish it, and say how the run ended."""
        stopped = self.pulse.asked_to_stop
        if stopped and self.trainer.iteration == 0:
            self.writer.end("stopped")
            return
        try:
            name = self._publish(judge=not stopped)
        except (StoreError, ModelError) as error:
            if isinstance(error, RunLostError):
                raise
            self.writer.end("failed", f"No model was published: {error} {self.kept()}")
            return
        print(f"Published the model “{name}”.", flush=True)
        done = self.trainer.iteration >= self.trainer.settings.iterations
        self.writer.end("stopped" if stopped and not done else "finished")

    def not_finite(self, error: NotFiniteError) -> str:
        """Words about a run whose numbers went astray, and what is left of it."""
        iteration = self.trainer.iteration + 1
        words = (
            f"Training stopped in iteration {iteration}: a number was not finite. "
            f"{error} {self.kept()} It would come to the same point again: start a "
            "new run with a lower learning rate or smaller gradients."
        )
        if self.recorder.best.weights is not None:
            try:
                name = self._publish(judge=False)
                words += f" The best model before is published as “{name}”."
            except (StoreError, ModelError) as fault:
                words += f" The best model before could not be published: {fault}"
        return words

    def kept(self) -> str:
        """Where the last good checkpoint is."""
        newest = self.runs.intact_checkpoint(self.run.id)
        if newest is None:
            return "There is no checkpoint yet."
        return (
            f"The checkpoint of iteration {newest.iteration} is intact: "
            f"{self.writer.folder / newest.path}."
        )

    def _stop(self) -> bool:
        if self.plan.minutes is not None:
            limit = OVERTIME * 60 * self.plan.minutes
            if self.trainer.seconds > limit:
                print(f"Out of time: {self.trainer.seconds:.0f} s of training.")
                return True
        return self.pulse.stop()

    def _save(self, iteration: int, state: Mapping[str, Any]) -> None:
        self.writer.save_checkpoint(iteration, to_bytes(state))

    def _newest_state(self) -> dict[str, Any] | None:
        newest = self.runs.intact_checkpoint(self.run.id)
        if newest is None:
            return None
        return from_bytes((self.writer.folder / newest.path).read_bytes())

    def _yardsticks(self, validation: list[Task]) -> dict[str, dict[str, float]]:
        """Held-out cost by kind, of the best rule and of the default model."""
        print("Planning held-out problems with the best rule.", flush=True)
        found = {"rule": _by_kind(validation, rule_costs(validation).tolist())}
        default = default_of(self.models)
        if default is not None:
            try:
                costs = model_costs(default, validation).tolist()
                found["default"] = _by_kind(validation, costs)
            except TooLargeError as error:
                print(f"No curve of the default model: {error}", flush=True)
        return found

    def _publish(self, judge: bool) -> str:
        """Publish the best weights as a model; returns its name."""
        best, trainer = self.recorder.best, self.trainer
        weights = best.weights or copied(trainer.policy)
        iteration = best.iteration if best.weights is not None else trainer.iteration
        trainer.policy.load_state_dict(weights)
        content = save_tensors({k: v.contiguous() for k, v in weights.items()})
        figures: dict[str, Any] = {"iteration": iteration}
        if isfinite(best.score):
            figures["validation_against_rule"] = best.score - 1
        card = card_of(
            trainer,
            name=self.run.name,
            command=_command(self.run),
            data={**self.run.data, "kinds": dict(trainer.settings.data.kinds)},
            figures=figures,
            parent=self.parent,
        )
        judged: dict[str, Any] | None = None
        if judge:
            print("Planning held-out problems with the model.", flush=True)
            self.pulse.seconds_left = None
            model = Model(trainer.policy.eval(), card)
            tasks = self.source.held_out(JUDGED, self.plan.held_out)
            judged = evaluate(model, tasks, default_of(self.models)).figures()
            card = replace(card, figures=figures | {"held_out": judged})
        name = publish(self.models, self.run, card, content)
        if judged is not None:
            self.models.record_evaluation(name, "held-out", judged)
        return name


def publish(models: Models, run: Run, card: Card, weights: bytes) -> str:
    """
    Publish a run's model, once; under the run's name, numbered where it is taken.

    Returns
    -------
    str
        Name of the model.

    Raises
    ------
    StoreError
        When the disk refuses; nothing is left behind.
    """
    digest = hashlib.sha256(weights).hexdigest()
    for model in models.all():
        # A worker that was killed after it published does so again when resumed.
        if model.run == run.id and model.card.weights == digest:
            return model.name
    values = asdict(card) | {"features": feature_digest(), "weights": digest}
    for number in range(1, MOST_NAMES):
        name = card.name if number == 1 else f"{card.name[:110]} {number}"
        try:
            made = models.publish(
                name, {**values, "name": name}, weights, owner=run.owner, run=run.id
            )
        except NameTakenError:
            continue
        return made.name
    raise NameTakenError(f"There are too many models called “{card.name}”.")


def _by_kind(tasks: Sequence[Task], costs: Sequence[float]) -> dict[str, float]:
    """Mean cost of each kind."""
    found: dict[str, list[float]] = {}
    for task, cost in zip(tasks, costs, strict=True):
        found.setdefault(task.kind, []).append(cost)
    return {kind: sum(values) / len(values) for kind, values in found.items()}


def _parent(runs: RunReader, run_id: str) -> Model | None:
    """Model that a run starts from, from the copy in its folder."""
    folder: Path = runs.inputs(run_id)
    return load_parent(folder) if (folder / CARD).is_file() else None


def _command(run: Run) -> str:
    return f"python -m core train --run {run.id}"
