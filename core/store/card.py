"""
The two files of a model, and what they must be to be let in.

A model is ``weights.safetensors`` and ``card.json``. The card is a JSON object:

======================  ===========================================================
``format``              2
``name``                text, 1 to 120 characters
``policy``              ``"set"``, ``"fixed"`` or ``"flat"``
``created``             ISO 8601 moment
``parent``              name of the model it was trained from, or null
``data``                object: what it was trained on
``config``              object: every setting of the policy and of the training
``seed``                integer
``command``             text: what made it
``wall_seconds``        number, seconds of training
``decisions``           integer, decisions trained on
``features``            object: the names of the features that it reads, in their order,
                        by table; or the SHA-256 (64 hexadecimal digits) that cards of
                        the first release have in their place
``weights``             SHA-256 of the file ``weights.safetensors``
``lookahead``           how long the masks let a machine wait, in the unit that the
                        policy states; null: without limit
``figures``             object: measured results
======================  ===========================================================

Further keys are kept.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import datetime
from math import prod
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from core.store.errors import ModelRefusedError

CARD = "card.json"
WEIGHTS = "weights.safetensors"
ZIP_START = b"PK\x03\x04"
LARGEST_CARD = 1 << 20  # bytes
LARGEST_WEIGHTS = 64 << 20  # bytes; ours take 0.2 to 10 million
LARGEST_HEADER = 1 << 20  # bytes
MOST_TENSORS = 1000
_ITEM_BYTES = {"F64": 8, "F32": 4, "F16": 2, "I64": 8, "I32": 4, "U8": 1, "BOOL": 1}
_FLOATS = {"F64": "<f8", "F32": "<f4", "F16": "<f2"}

# Kind of policy and features of a card, to why they do not fit; None: they do.
Misfit = Callable[[str, dict[str, list[str]] | str], str | None]
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class StoredCard(BaseModel):
    """A model's card; the keys are explained at the top of this module."""

    model_config = ConfigDict(
        extra="allow", frozen=True, strict=True, allow_inf_nan=False
    )

    format: Literal[2]
    name: Annotated[str, Field(min_length=1, max_length=120)]
    policy: Literal["set", "fixed", "flat"]
    created: datetime
    parent: str | None
    data: dict[str, Any]
    config: dict[str, Any]
    seed: int
    command: str
    wall_seconds: Annotated[float, Field(ge=0)]
    decisions: Annotated[int, Field(ge=0)]
    features: Digest | dict[str, list[str]]
    weights: Digest
    lookahead: Annotated[float, Field(ge=0)] | None
    figures: dict[str, Any]


def read_card(data: bytes) -> StoredCard:
    """
    Return the card in the bytes of a ``card.json``.

    Raises
    ------
    ModelRefusedError
        When it is too large, no JSON, or breaks the schema; names the key at fault.
    """
    if len(data) > LARGEST_CARD:
        raise ModelRefusedError(
            f"The model's card takes {len(data)} bytes; {LARGEST_CARD} are allowed."
        )
    try:
        return StoredCard.model_validate_json(data)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        key = ".".join(map(str, first["loc"])) or "the file"
        raise ModelRefusedError(
            f"The model's card is not valid: {key}: {first['msg']}."
        ) from error


def check_weights(weights: bytes) -> None:
    """
    Refuse what is no sound safetensors file; nothing in it is executed.

    The format: 8 bytes with the length of the header, a JSON header with type,
    shape and place of every tensor, then the numbers without gaps.

    Raises
    ------
    ModelRefusedError
        When it is a pickle, too large or damaged, its header does not fit its
        numbers, or a number is not finite; says which.
    """
    if len(weights) > LARGEST_WEIGHTS:
        raise ModelRefusedError(
            f"The weights take {len(weights)} bytes; {LARGEST_WEIGHTS} are allowed."
        )
    length = int.from_bytes(weights[:8], "little")
    if len(weights) < 8 or not 2 <= length <= min(LARGEST_HEADER, len(weights) - 8):
        # A safetensors file may begin with these bytes too, but then has a length.
        if weights[:1] == b"\x80" or weights[:4] == ZIP_START:
            raise ModelRefusedError(
                "This is a pickled PyTorch file. Such files can run programs and are "
                "never opened; export the model as safetensors."
            )
        raise ModelRefusedError("The weights are no safetensors file, or a cut one.")
    try:
        header = json.loads(weights[8 : 8 + length], object_pairs_hook=_without_doubles)
    except (ValueError, RecursionError) as error:
        raise ModelRefusedError("The header of the weights is damaged.") from error
    if not isinstance(header, dict):
        raise ModelRefusedError("The header of the weights is damaged.")
    header.pop("__metadata__", None)
    if not 1 <= len(header) <= MOST_TENSORS:
        raise ModelRefusedError(f"The weights hold {len(header)} tensors.")
    _check_tensors(header, weights, 8 + length)


def check_model(card: StoredCard, weights: bytes, misfit: Misfit | None = None) -> None:
    """
    Refuse weights that are unsound or not those of the card.

    Parameters
    ----------
    card, weights
        The two files.
    misfit
        Says why the features of a card do not fit; ``None``: not asked.

    Raises
    ------
    ModelRefusedError
        Says what does not fit.
    """
    check_weights(weights)
    if hashlib.sha256(weights).hexdigest() != card.weights:
        raise ModelRefusedError(
            f"The weights are not those of the card of “{card.name}”: one of the two "
            "files was changed or mixed up."
        )
    why = None if misfit is None else misfit(card.policy, card.features)
    if why is not None:
        raise ModelRefusedError(
            f"Model “{card.name}” {why} in this version of Shiftwright. Train it again."
        )


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return the object of a JSON file; refuses a doubled key."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key stands twice")
    return found


def _check_tensors(header: dict[str, Any], weights: bytes, begin: int) -> None:
    """Refuse tensors that overlap, leave gaps, or hold what is not finite."""
    places = []
    for name, entry in header.items():
        try:
            kind, shape = entry["dtype"], entry["shape"]
            start, stop = entry["data_offsets"]
            whole = all(type(x) is int and x >= 0 for x in (*shape, start, stop))
            fits = whole and stop - start == prod(shape) * _ITEM_BYTES[kind]
        except (KeyError, TypeError, ValueError):
            fits = False
        if not fits:
            raise ModelRefusedError(f"Tensor {name[:80]!r} of the weights is damaged.")
        places.append((start, stop, kind, name))
    at = 0
    for start, stop, kind, name in sorted(places):
        if start != at or begin + stop > len(weights):
            raise ModelRefusedError(
                f"Tensor {name[:80]!r} of the weights is misplaced."
            )
        at = stop
        if kind in _FLOATS:
            numbers = np.frombuffer(
                weights[begin + start : begin + stop], _FLOATS[kind]
            )
            if not np.isfinite(numbers).all():
                raise ModelRefusedError(
                    f"Tensor {name[:80]!r} of the weights holds a number that is not "
                    "finite."
                )
    if begin + at != len(weights):
        raise ModelRefusedError("The weights have something behind their last tensor.")
