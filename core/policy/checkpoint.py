"""Models on disk: weights in safetensors, everything about them in a JSON card."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from safetensors.torch import load as load_tensors
from safetensors.torch import save as save_tensors
from torch import nn

from core.policy.feature_names import READ_BY, FeatureNames, features_of, known_features
from core.policy.fixed_policy import FixedSizePolicy
from core.policy.flat_policy import FlatPolicy
from core.policy.set_policy import SetPolicy, SetPolicySettings

FORMAT = 2
WEIGHTS, CARD = "weights.safetensors", "card.json"


class ModelError(ValueError):
    """A model cannot be used; the message says which, why, and what to do."""


@dataclass(frozen=True)
class Card:
    """
    What a trained policy is, and where it comes from.

    Parameters
    ----------
    name, policy
        Of the model, and its kind of network: ``set``, ``fixed`` or ``flat``.
    created
        ISO 8601 date.
    network
        Settings of the network.
    data, config, seed, command
        What it was trained on, with which settings, and how to do it again.
    wall_seconds, decisions
        What training took.
    lookahead
        Lookahead it plans best with, in mean processing times; ``None``: no limit.
    figures
        Measured quality.
    parent
        Model that training started from.
    features
        Names of the features it reads, by table; see
        :mod:`core.policy.feature_names`.
    weights
        Digest of the weights file.
    format
        Version of the card.
    """

    name: str
    policy: str
    created: str
    network: Mapping[str, Any]
    data: Mapping[str, Any]
    config: Mapping[str, Any]
    seed: int
    command: str
    wall_seconds: float
    decisions: int
    lookahead: float | None
    figures: Mapping[str, Any] = field(default_factory=dict)
    parent: str | None = None
    features: FeatureNames | str = field(default_factory=dict)
    weights: str = ""
    format: int = FORMAT


@dataclass(frozen=True, eq=False)
class Model:
    """
    A trained policy with its card.

    Parameters
    ----------
    policy, card
        The network, in evaluation mode, and what is known of it.
    """

    policy: nn.Module
    card: Card

    @property
    def key(self) -> str:
        """Name and digest: tells models apart, in traces and caches."""
        return f"{self.card.name}@{self.card.weights[:12]}"


def build_policy(
    kind: str, network: Mapping[str, Any], features: FeatureNames | None = None
) -> nn.Module:
    """
    Build an untrained policy.

    Parameters
    ----------
    kind
        ``set``, ``fixed`` or ``flat``.
    network
        Settings of the network.
    features
        Names of the features it reads, by table; all there are unless given.

    Raises
    ------
    ModelError
        When the kind is unknown.
    """
    if kind == "set":
        return SetPolicy(SetPolicySettings(**network), features)
    if kind == "fixed":
        return FixedSizePolicy(**network, features=features)
    if kind == "flat":
        return FlatPolicy(**network, features=features)
    raise ModelError(f"Unknown kind of policy {kind!r}; expected set, fixed or flat.")


def save_model(folder: Path, policy: nn.Module, card: Card) -> Card:
    """
    Write weights and card into a folder; returns the card with its digests.

    Parameters
    ----------
    folder
        Created where missing.
    policy, card
        What to write; ``features`` and ``weights`` of the card are filled in.
    """
    folder.mkdir(parents=True, exist_ok=True)
    tensors = {k: v.detach().cpu().contiguous() for k, v in policy.state_dict().items()}
    weights = save_tensors(tensors)
    complete = asdict(card) | {
        "features": features_of(policy),
        "weights": hashlib.sha256(weights).hexdigest(),
    }
    (folder / WEIGHTS).write_bytes(weights)
    text = json.dumps(complete, indent=2, ensure_ascii=False) + "\n"
    (folder / CARD).write_text(text, encoding="utf-8")
    return Card(**complete)


def load_model(folder: Path) -> Model:
    """
    Read a model, checking everything before it is used.

    Parameters
    ----------
    folder
        With ``weights.safetensors`` and ``card.json``.

    Raises
    ------
    ModelError
        When a file is missing or damaged, the card is of another format or names a
        feature that is not there, or the weights do not fit the network.
    """
    try:
        values = json.loads((folder / CARD).read_text(encoding="utf-8"))
        weights = (folder / WEIGHTS).read_bytes()
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise ModelError(f"Model {folder.name!r} cannot be read: {error}.") from error
    if not isinstance(values, dict) or values.get("format") != FORMAT:
        raise ModelError(
            f"Model {folder.name!r} has a card of another format; this version reads "
            f"format {FORMAT}. Train it again, or update Shiftwright."
        )
    try:
        card = Card(**values)
    except TypeError as error:
        raise ModelError(
            f"The card of model {folder.name!r} is not one: {error}."
        ) from error
    if card.weights != hashlib.sha256(weights).hexdigest():
        raise ModelError(
            f"The weights of model {folder.name!r} are damaged: their digest differs "
            "from the card's. Copy the model again."
        )
    if card.policy not in READ_BY:
        raise ModelError(
            f"Unknown kind of policy {card.policy!r}; expected set, fixed or flat."
        )
    try:
        features = known_features(card.policy, card.features)
    except ValueError as error:
        raise ModelError(
            f"Model {folder.name!r} {error}. Train it again, or update Shiftwright."
        ) from error
    try:
        policy = build_policy(card.policy, card.network, features)
        policy.load_state_dict(load_tensors(weights))
    except (SafetensorError, RuntimeError, TypeError, ValueError) as error:
        raise ModelError(
            f"The weights of model {folder.name!r} do not fit its network: {error}"
        ) from error
    return Model(policy.eval(), card)
