"""The worker of a run: the one place where the trainer meets the store."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import torch
from safetensors.torch import save as save_tensors

from core.policy.checkpoint import Model
from core.policy.errors import ModelError, TooLargeError
from core.runs.budget import settings_for_minutes
from core.runs.heartbeat import Heartbeat
from core.runs.judging import default_of
from core.runs.publishing import publish
from core.runs.run_plan import check_sizes, with_budget
from core.runs.training_queue import command_of, parent_of, plan_of, shifts_of
from core.store.background.run_writer import RunWriter
from core.store.background.runs import Runs
from core.store.errors import (
    RunLostError,
    StoreError,
    StoreUnwritableError,
)
from core.store.models import Models
from core.training.checkpoints import (
    DamagedCheckpointError,
    card_of,
    copied,
    first_policy,
    from_bytes,
    resume,
    to_bytes,
)
from core.training.evaluation import evaluate, model_costs, rule_costs
from core.training.ppo import NotFiniteError
from core.training.progress import Events
from core.training.recorder import RunRecorder
from core.training.settings import TrainingSettings
from core.training.source import JUDGED, Source, source_of
from core.training.tasks import Task, mean_by_kind
from core.training.trainer import Trainer

OVERTIME = 1.25  # a run with a budget in minutes ends at so many times its budget
EVENTS = "events"


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
    with Heartbeat(writer) as heartbeat:
        session = TrainingSession(runs, models, writer, heartbeat)
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


class TrainingSession:
    """
    One attempt at a run, from its inputs to its model.

    Parameters
    ----------
    runs, models
        The store.
    writer, heartbeat
        The worker's hold on the run, and its signs of life.
    """

    def __init__(
        self, runs: Runs, models: Models, writer: RunWriter, heartbeat: Heartbeat
    ) -> None:
        self.runs = runs
        self.models = models
        self.writer = writer
        self.heartbeat = heartbeat
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
        self.parent = parent_of(self.runs, run.id)
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
        self.recorder = RunRecorder(
            self.trainer,
            yardsticks,
            self.events,
            self.writer.add_metrics,
            self._save,
            self.heartbeat.report,
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
        stopped = self.heartbeat.asked_to_stop
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
        return self.heartbeat.stop()

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
        found = {"rule": mean_by_kind(validation, rule_costs(validation).tolist())}
        default = default_of(self.models)
        if default is not None:
            try:
                costs = model_costs(default, validation).tolist()
                found["default"] = mean_by_kind(validation, costs)
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
        card = card_of(
            trainer,
            name=self.run.name,
            command=command_of(self.run),
            data={**self.run.data, "kinds": dict(trainer.settings.data.kinds)},
            figures=figures,
            parent=self.parent,
        )
        judged: dict[str, Any] | None = None
        if judge:
            print("Planning held-out problems with the model.", flush=True)
            self.heartbeat.seconds_left = None
            model = Model.of(trainer.policy.eval(), card)
            tasks = self.source.held_out(JUDGED, self.plan.held_out)
            judged = evaluate(model, tasks, default_of(self.models)).figures()
            card = replace(card, figures=figures | {"held_out": judged})
        name = publish(self.models, self.run, card, content)
        if judged is not None:
            self.models.record_evaluation(name, "held-out", judged)
        return name
