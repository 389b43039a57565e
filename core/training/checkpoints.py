"""Checkpoints of a run, and the model that comes out of it."""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from core.policy.checkpoint import Card, Model, load_model
from core.policy.columns import features_of
from core.policy.networks import build_policy
from core.training.settings import TrainingSettings
from core.training.source import likeliest_lookahead
from core.training.trainer import Trainer

MEANS = {"0": 0.0, "mean": 1.0, "inf": None}  # lookahead in mean processing times


class DamagedCheckpointError(RuntimeError):
    """A checkpoint cannot be read back, or is of another kind of run."""


def to_bytes(state: Mapping[str, Any]) -> bytes:
    """State of a run as bytes; tensors and plain values only."""
    buffer = io.BytesIO()
    torch.save(dict(state), buffer)
    return buffer.getvalue()


def from_bytes(content: bytes) -> dict[str, Any]:
    """
    Read a state back; nothing in it is executed.

    Raises
    ------
    DamagedCheckpointError
        When it is no such state.
    """
    try:
        state = torch.load(io.BytesIO(content), weights_only=True)
    except Exception as error:  # torch raises what its parsers raise
        raise DamagedCheckpointError(
            f"The checkpoint cannot be read: {error}. Delete it to begin again."
        ) from error
    if not isinstance(state, dict):
        raise DamagedCheckpointError("Expected a checkpoint, got something else.")
    return state


def resume(trainer: Trainer, state: Mapping[str, Any]) -> None:
    """
    Let a trainer go on from a state.

    Raises
    ------
    DamagedCheckpointError
        When the state is not of a run like this.
    """
    try:
        trainer.load_state(state)
    except (KeyError, RuntimeError, TypeError, ValueError) as error:
        raise DamagedCheckpointError(
            f"The checkpoint does not fit these settings: {error}."
        ) from error


def first_policy(settings: TrainingSettings, parent: Model | None) -> nn.Module:
    """
    Policy that a run begins with: its parent's, or one with fresh weights.

    Raises
    ------
    ValueError
        When the parent is of another kind than the settings ask for.
    """
    if parent is not None:
        if parent.card.policy != settings.policy:
            raise ValueError(
                f"The settings ask for a {settings.policy} policy, but model "
                f"{parent.card.name!r} to start from is a {parent.card.policy} policy."
            )
        return parent.policy.train()
    torch.manual_seed(settings.seed)
    return build_policy(settings.policy, network_of(settings))


def network_of(settings: TrainingSettings) -> dict[str, Any]:
    """Settings of the network, as a card holds them."""
    if settings.policy == "set":
        return {"hidden": settings.hidden}
    jobs, machines = settings.places
    return {"jobs": jobs, "machines": machines}


def load_parent(folder: Path) -> Model:
    """
    Load a model to start from: an own copy, as training changes it.

    Raises
    ------
    ModelError
        When it cannot be used.
    """
    return load_model(folder)


def card_of(
    trainer: Trainer,
    *,
    name: str,
    command: str,
    data: Mapping[str, Any],
    figures: Mapping[str, Any],
    parent: Model | None,
    created: datetime | None = None,
) -> Card:
    """
    Card of the model of a run.

    Parameters
    ----------
    trainer
        Where it stands.
    name, command, data, figures
        As in :class:`core.policy.checkpoint.Card`.
    parent
        What it started from.
    created
        When; now unless given.
    """
    settings = trainer.settings
    (kind, *_) = settings.data.kinds or {"shift": 1.0}
    return Card(
        name=name,
        policy=settings.policy,
        created=(created or datetime.now(UTC)).isoformat(timespec="seconds"),
        network=network_of(settings) if parent is None else dict(parent.card.network),
        data=dict(data),
        config=json_safe(settings.to_mapping())
        | {"iterations_done": trainer.iteration},
        seed=settings.seed,
        command=command,
        wall_seconds=round(trainer.seconds, 1),
        decisions=trainer.decisions,
        lookahead=MEANS[likeliest_lookahead(settings, kind)],
        figures=dict(figures),
        parent=None if parent is None else parent.card.name,
        features=features_of(trainer.policy),
    )


def json_safe(values: Any) -> Any:
    """Values without infinities, which JSON cannot say: they become text."""
    if isinstance(values, Mapping):
        return {str(key): json_safe(value) for key, value in values.items()}
    if isinstance(values, list | tuple):
        return [json_safe(value) for value in values]
    if isinstance(values, float) and values in (float("inf"), float("-inf")):
        return str(values)
    return values


def is_finite(weights: Mapping[str, Tensor]) -> bool:
    """Whether every weight is a number."""
    return all(bool(torch.isfinite(value).all()) for value in weights.values())


def copied(policy: nn.Module) -> dict[str, Tensor]:
    """Weights as they are now; training does not change the copy."""
    return {
        key: value.detach().cpu().clone() for key, value in policy.state_dict().items()
    }
