"""Callbacks that keep what a run gives, wherever it is kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from core.training.callbacks import TrainingCallbacks
from core.training.checkpoints import is_finite
from core.training.ppo import NotFiniteError
from core.training.progress import SHOWN, Best, Events, IterationPace, line, mean_cost
from core.training.trainer import Trainer

Keep = Callable[[int, Mapping[str, float]], None]
Save = Callable[[int, Mapping[str, Any]], None]
Report = Callable[[float, float | None], None]


class RunRecorder(TrainingCallbacks):
    """
    Keeps figures, checkpoints, events and the best weights of a run.

    Parameters
    ----------
    trainer
        The run; its callbacks are set to this.
    yardsticks
        Held-out cost by kind: of ``rule``, and of ``default`` where there is one.
    events
        TensorBoard's files.
    keep
        Keeps the figures of an iteration; called again when held-out costs join them.
    save
        Keeps the state after an iteration.
    report
        Told the share done, and the seconds left.
    say
        Takes a line for the log.
    """

    def __init__(
        self,
        trainer: Trainer,
        yardsticks: Mapping[str, Mapping[str, float]],
        events: Events,
        keep: Keep,
        save: Save,
        report: Report,
        say: Callable[[str], None],
    ) -> None:
        self.trainer = trainer
        self.yardsticks = yardsticks
        self.events = events
        self.keep = keep
        self.save = save
        self.report = report
        self.say = say
        self.best = Best(trainer, yardsticks["rule"])
        self.pace = IterationPace()
        self._figures: dict[str, float] = {}
        self._saved = -1
        trainer.callbacks = self

    def on_iteration(self, iteration: int, figures: Mapping[str, float]) -> None:
        """Keep the figures, say how far it is."""
        self._figures = dict(figures)
        self.keep(iteration, figures)
        self.events.add(iteration, figures)
        total = self.trainer.settings.iterations
        self.report(iteration / total, self.pace.seconds_left(total - iteration))
        self.say(line(iteration, total, figures, SHOWN))

    def on_validation(
        self,
        iteration: int,
        costs: Mapping[str, float],
        refined: Mapping[str, float],
    ) -> None:
        """
        Add held-out costs to the figures; keep the weights if they are the best.

        The best are those whose plans cost least after a short refinement, as plans are
        refined before they are used.
        """
        self.best.look(refined)
        held_out = {
            "held_out": mean_cost(costs),
            "held_out_refined": mean_cost(refined),
        }
        held_out |= {f"held_out_{name}": mean_cost(costs_of) for name, costs_of in
                     self.yardsticks.items() if costs_of}  # fmt: skip
        held_out |= {f"held_out/{kind}": cost for kind, cost in costs.items()}
        self.keep(iteration, self._figures | held_out)
        self.events.add(iteration, held_out)
        words = ", ".join(
            f"{name.removeprefix('held_out_') if '_' in name else name} {value:.4f}"
            for name, value in held_out.items()
        )
        self.say(f"held-out cost after iteration {iteration}: {words}")

    def on_checkpoint(self, iteration: int, state: Mapping[str, Any]) -> None:
        """
        Keep a state to resume from, once.

        Raises
        ------
        NotFiniteError
            When a weight is not a number: nothing is kept then.
        """
        if iteration == self._saved:
            return
        if not is_finite(state["policy"]):
            raise NotFiniteError(f"A weight is not finite after iteration {iteration}.")
        settings = self.trainer.settings
        own = {
            "best": self.best.state(),
            "yardsticks": {k: dict(v) for k, v in self.yardsticks.items()},
            "iterations": settings.iterations,
            "validate_every": settings.validate_every,
            "checkpoint_every": settings.checkpoint_every,
        }
        self.save(iteration, {**state, **own})
        self._saved = iteration
