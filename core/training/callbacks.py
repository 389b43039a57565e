"""How a trainer talks to the world; every body is empty."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class TrainingCallbacks:
    """Override what is of interest; called in the training process."""

    def on_start(self, iterations: int, iteration: int) -> None:
        """Training begins, at some iteration of so many."""

    def on_iteration(self, iteration: int, figures: Mapping[str, float]) -> None:
        """One iteration is over; figures by name."""

    def on_validation(
        self,
        iteration: int,
        costs: Mapping[str, float],
        refined: Mapping[str, float],
    ) -> None:
        """Held-out problems were planned: mean cost by kind, greedy and refined."""

    def on_checkpoint(self, iteration: int, state: Mapping[str, Any]) -> None:
        """State to resume from; tensors and plain values only."""
