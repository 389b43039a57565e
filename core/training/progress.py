"""What is kept of a run while it trains: the best weights so far, curves, the pace."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Mapping, Sequence
from pathlib import Path
from time import monotonic
from typing import Any

from torch import Tensor
from torch.utils.tensorboard import SummaryWriter

from core.training.checkpoints import copied
from core.training.trainer import Trainer

RECENT = 20  # iterations that the pace is the mean of
CURVES = {
    # name in the store: group and name in TensorBoard
    "cost": "train/cost",
    "reward": "train/reward",
    "job_entropy": "policy/job_entropy",
    "machine_entropy": "policy/machine_entropy",
    "approx_kl": "policy/approx_kl",
    "clipfrac": "policy/clipfrac",
    "policy": "losses/policy",
    "value": "losses/value",
    "explained_variance": "losses/explained_variance",
    "learning_rate": "charts/learning_rate",
    "job_epsilon": "charts/job_epsilon",
    "stage": "charts/stage",
    "jobs": "charts/jobs",
    "decisions": "charts/decisions",
    "held_out": "held_out/cost",
    "held_out_refined": "held_out/refined_cost",
    "held_out_rule": "held_out/rule_cost",
    "held_out_default": "held_out/default_cost",
}


class Best:
    """
    The weights with the least held-out cost, after a short refinement, so far.

    Parameters
    ----------
    trainer
        Whose weights.
    yardstick
        Cost of the best rule by kind; costs of kinds are compared in its units.
    """

    def __init__(self, trainer: Trainer, yardstick: Mapping[str, float]) -> None:
        self.trainer = trainer
        self.yardstick = yardstick
        self.score = math.inf
        self.iteration = 0
        self.weights: dict[str, Tensor] | None = None

    def look(self, costs: Mapping[str, float]) -> None:
        """Keep the trainer's weights if none were better; those it began with not."""
        iteration = self.trainer.iteration
        score = relative(costs, self.yardstick)
        if iteration > 0 and score < self.score:
            self.score, self.iteration = score, iteration
            self.weights = copied(self.trainer.policy)

    def state(self) -> dict[str, Any]:
        """State to resume from; see :meth:`load_state`."""
        return {
            "score": self.score,
            "iteration": self.iteration,
            "weights": self.weights,
        }

    def load_state(self, state: Mapping[str, Any]) -> None:
        """Go on where another one stopped."""
        self.score = float(state["score"])
        self.iteration = int(state["iteration"])
        self.weights = state["weights"]


def relative(costs: Mapping[str, float], yardstick: Mapping[str, float]) -> float:
    """Mean over kinds of the cost in units of the yardstick's; 1 is as good."""
    shares = [
        cost / yardstick[kind] if yardstick.get(kind, 0) > 0 else cost
        for kind, cost in costs.items()
    ]
    return sum(shares) / len(shares)


def mean_cost(costs: Mapping[str, float]) -> float:
    """Mean over kinds."""
    return sum(costs.values()) / len(costs)


class IterationPace:
    """How long is left, from the newest iterations."""

    def __init__(self) -> None:
        self._ends: deque[float] = deque(maxlen=RECENT + 1)
        self._ends.append(monotonic())

    def seconds_left(self, iterations: int) -> float:
        """Note the end of an iteration; estimate the time for those to come."""
        self._ends.append(monotonic())
        span = self._ends[-1] - self._ends[0]
        return span / (len(self._ends) - 1) * iterations


class Events:
    """
    TensorBoard's event files of a run.

    Parameters
    ----------
    folder
        Where; TensorBoard opens it.
    iteration
        Iterations that are done: later events of an earlier attempt are dropped.

    Notes
    -----
    A disk that refuses them is said once and does not end the run: they are for
    looking at, the run's own figures are in the store.
    """

    def __init__(self, folder: Path, iteration: int) -> None:
        self.fault: str | None = None
        self._writer: SummaryWriter | None = None
        try:
            self._writer = SummaryWriter(str(folder), purge_step=iteration + 1)
        except OSError as error:
            self.fault = f"No TensorBoard events: {error.strerror}."

    def add(self, iteration: int, figures: Mapping[str, float]) -> None:
        """Write the figures of an iteration."""
        if self._writer is None:
            return
        try:
            for name, value in figures.items():
                self._writer.add_scalar(CURVES.get(name, name), value, iteration)
        except OSError as error:
            self.fault = f"No further TensorBoard events: {error.strerror}."
            self._writer = None

    def close(self) -> None:
        """Finish the files."""
        if self._writer is None:
            return
        try:
            self._writer.close()
        except OSError as error:
            self.fault = f"The last TensorBoard events are lost: {error.strerror}."
        self._writer = None


def line(
    iteration: int, iterations: int, figures: Mapping[str, float], parts: Sequence[str]
) -> str:
    """One line about an iteration, for a log or a terminal."""
    words = [f"{name} {figures[name]:.4g}" for name in parts if name in figures]
    return f"iteration {iteration} of {iterations}: " + ", ".join(words)


SHOWN = ("stage", "cost", "held_out", "approx_kl", "explained_variance")
