"""Models on disk: weights in safetensors, everything about them in a JSON card."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from annotated_types import Ge
from numpy.typing import NDArray
from pydantic import ConfigDict, TypeAdapter, ValidationError
from safetensors import SafetensorError
from safetensors.numpy import load as load_tensors

from core.policy.compiled.plan_loop import Network
from core.policy.compiled.weights import misshapen
from core.policy.errors import ModelError
from core.policy.feature_names import READ_BY, FeatureNames, known_features

if TYPE_CHECKING:
    from torch import Tensor, nn

FORMAT = 2
WEIGHTS, CARD = "weights.safetensors", "card.json"


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

    # A file is a border: "5" is no number there, and an unknown key no option.
    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(
        strict=True, extra="forbid", allow_inf_nan=False
    )

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
    lookahead: Annotated[float, Ge(0)] | None
    figures: Mapping[str, Any] = field(default_factory=dict)
    parent: str | None = None
    features: FeatureNames | str = field(default_factory=dict)
    weights: str = ""
    format: int = FORMAT


_CARD = TypeAdapter(Card)


@dataclass(frozen=True, eq=False)
class Model:
    """
    A trained policy with its card.

    Parameters
    ----------
    card
        What is known of it.
    tensors
        The weights, by name.
    build
        Makes the network, in evaluation mode; asked once, and only where the weights
        alone do not do.
    """

    card: Card
    tensors: Mapping[str, NDArray[Any]]
    build: Callable[[], nn.Module]

    @classmethod
    def of(cls, policy: nn.Module, card: Card) -> Model:
        """Model of a network that is there, with its weights as they are now."""
        from core.policy.columns import features_of

        tensors = {k: v.numpy().copy() for k, v in _saved(policy).items()}
        return cls(replace(card, features=features_of(policy)), tensors, policy.eval)

    @property
    def key(self) -> str:
        """Name and digest: tells models apart, in traces and caches."""
        return f"{self.card.name}@{self.card.weights[:12]}"

    @property
    def places(self) -> tuple[int, int] | None:
        """Most jobs and machines that it takes; ``None``: any number."""
        if self.card.policy == "set":
            return None
        return self.card.network["jobs"], self.card.network["machines"]

    @cached_property
    def policy(self) -> nn.Module:
        """The network, in evaluation mode; loads torch."""
        import torch

        # Whoever asks first may be within inference mode; weights that are made there
        # could never be trained on.
        with torch.inference_mode(False):
            return self.build()

    @cached_property
    def network(self) -> Network | None:
        """What plans without torch; ``None``: only the policy can."""
        if self.card.policy != "set":
            return None
        features = known_features(self.card.policy, self.card.features)
        return Network(self.tensors, features)


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
    from safetensors.torch import save

    from core.policy.columns import features_of

    weights = save(_saved(policy))
    folder.mkdir(parents=True, exist_ok=True)
    complete = asdict(card) | {
        "features": features_of(policy),
        "weights": hashlib.sha256(weights).hexdigest(),
    }
    (folder / WEIGHTS).write_bytes(weights)
    text = json.dumps(complete, indent=2, ensure_ascii=False) + "\n"
    (folder / CARD).write_text(text, encoding="utf-8")
    return Card(**complete)


def _saved(policy: nn.Module) -> dict[str, Tensor]:
    """Weights of a network, where they can be read."""
    return {k: v.detach().cpu().contiguous() for k, v in policy.state_dict().items()}


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
        text = (folder / CARD).read_text(encoding="utf-8")
        values = json.loads(text)
        weights = (folder / WEIGHTS).read_bytes()
    except (OSError, ValueError, RecursionError) as error:
        raise ModelError(f"Model {folder.name!r} cannot be read: {error}.") from error
    if not isinstance(values, dict) or values.get("format") != FORMAT:
        raise ModelError(
            f"Model {folder.name!r} has a card of another format; this version reads "
            f"format {FORMAT}. Train it again, or update Shiftwright."
        )
    try:
        card = _CARD.validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        key = ".".join(map(str, first["loc"][-1:])) or "the file"
        raise ModelError(
            f"The card of model {folder.name!r} is not one: {key}: {first['msg']}."
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
        tensors = load_tensors(weights)
        model = Model(card, tensors, partial(_network, card, features, tensors))
        if model.network is None:
            model.policy  # noqa: B018 - built, and so checked
        elif wrong := misshapen(tensors, card.network, features):
            raise ValueError(wrong)
    except (
        SafetensorError,
        RuntimeError,
        TypeError,
        ValueError,
        LookupError,
        ArithmeticError,
    ) as error:
        raise ModelError(
            f"The weights of model {folder.name!r} do not fit its network: {error}"
        ) from error
    return model


def _network(
    card: Card, features: FeatureNames, tensors: Mapping[str, NDArray[Any]]
) -> nn.Module:
    """Build the network of a card, with its weights, in evaluation mode."""
    import torch

    from core.policy.networks import build_policy

    policy = build_policy(card.policy, card.network, features)
    policy.load_state_dict({k: torch.tensor(v) for k, v in tensors.items()})
    return policy.eval()
