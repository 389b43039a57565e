"""A model as files: in its folder, and as one archive for down- and upload."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from core.problem.saving.archives import unpack
from core.store.card import (
    CARD,
    LARGEST_CARD,
    LARGEST_WEIGHTS,
    WEIGHTS,
    ZIP_START,
    StoredCard,
    check_weights,
    read_card,
)
from core.store.errors import ModelRefusedError

# A model has two; more are let in to be told from a pickled file, which has many.
MOST_ENTRIES = 2048

Origin = Literal["shipped", "trained", "uploaded"]


@dataclass(frozen=True)
class StoredModel:
    """
    A model that can be loaded.

    Parameters
    ----------
    name
        Unique; for the person.
    origin
        ``shipped``, ``trained`` here, or ``uploaded``.
    folder
        Holds ``weights.safetensors`` and ``card.json``.
    card
        Its card.
    digest
        SHA-256 of the card, which names that of the weights: the key of every cache
        of the loaded model. Whoever loads the weights compares them with the card.
    owner, run, created
        Who made it, the run that did, and when (seconds since 1970 UTC); empty,
        ``None`` and ``None`` for a shipped one.
    """

    name: str
    origin: Origin
    folder: Path
    card: StoredCard
    digest: str
    owner: str = ""
    run: str | None = None
    created: float | None = None

    @property
    def weights(self) -> Path:
        """File of the weights."""
        return self.folder / WEIGHTS


def read_model(folder: Path) -> tuple[StoredCard, str]:
    """Return the card in a folder, and the digest of the model."""
    raw = read_bytes(folder / CARD)
    card = read_card(raw)
    if not (folder / WEIGHTS).is_file():
        raise ModelRefusedError(f"{folder / WEIGHTS} is missing.")
    return card, hashlib.sha256(raw).hexdigest()


def read_bytes(path: Path) -> bytes:
    """Return the content of a model's file."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise ModelRefusedError(f"{path} cannot be read: {error.strerror}.") from error


def open_archive(archive: bytes) -> tuple[bytes, bytes]:
    """
    Return card and weights in an uploaded archive, as bytes.

    Raises
    ------
    ModelRefusedError
        When it is anything but a zip of just these two; says what.
    """
    if archive[:4] != ZIP_START:
        check_weights(archive)  # says what a pickle is, and what is no model at all
        raise ModelRefusedError(
            f"These are weights without a card. Expected a zip of {CARD} and "
            f"{WEIGHTS}, as the download of a model is."
        )
    try:
        files = unpack(archive, LARGEST_CARD + LARGEST_WEIGHTS, MOST_ENTRIES)
    except ValueError as error:
        raise ModelRefusedError(f"The file cannot be opened: {error}.") from error
    if any(file.endswith(".pkl") for file in files):
        check_weights(archive)
    if set(files) != {CARD, WEIGHTS}:
        raise ModelRefusedError(
            f"Expected a zip of {CARD} and {WEIGHTS} and nothing else."
        )
    return files[CARD], files[WEIGHTS]
