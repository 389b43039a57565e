"""Where the model that decides comes from."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

from core.policy.checkpoint import CARD, Model, load_model
from core.policy.errors import ModelError

SHIPPED = Path(__file__).parents[2] / "assets" / "models"
DEFAULT = "default"


class NotShippedError(ValueError):
    """A planner named a model that does not exist."""


def model_folder(name: str, shipped: Path = SHIPPED) -> Path:
    """
    Folder of a model that came with the program.

    Raises
    ------
    NotShippedError
        When there is none of that name; says which there are.
    """
    known = sorted(path.parent.name for path in shipped.glob(f"*/{CARD}"))
    if name not in known:
        listed = ", ".join(known) or "none"
        raise NotShippedError(f"There is no model {name!r}; there are: {listed}.")
    return shipped / name


def folder_model(folder: Path) -> Model:
    """
    Load a model from its folder, once until its card changes.

    Raises
    ------
    ModelError
        When it cannot be used.
    """
    try:
        card = (folder / CARD).read_bytes()
    except OSError as error:
        why = error.strerror or "its card cannot be read"
        raise ModelError(f"Model {folder.name!r} cannot be read: {why}.") from error
    return _loaded(folder.resolve(), hashlib.sha256(card).hexdigest())


def load_default_model() -> Model:
    """
    Load the model that plans unless another is named.

    Raises
    ------
    ModelError
        When it is missing or cannot be used.
    """
    return folder_model(SHIPPED / DEFAULT)


@lru_cache(maxsize=4)
def _loaded(folder: Path, digest: str) -> Model:
    """Keep loaded models; the card holds the digest of its weights."""
    return load_model(folder)
