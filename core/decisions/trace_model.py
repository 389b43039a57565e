"""The policy that took recorded decisions, found again by its key."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from core.planning.trace import StaleTraceError
from core.policy.checkpoint import CARD, Model
from core.policy.shipped import SHIPPED, folder_model


def find_model(key: str, folders: Iterable[Path] = ()) -> Model:
    """
    Find the very model that a trace names.

    Parameters
    ----------
    key
        Name and digest, see :attr:`core.policy.checkpoint.Model.key`.
    folders
        Folders of models to look at besides the shipped ones.

    Raises
    ------
    StaleTraceError
        When there is none, or one of that name has other weights by now; says so.
    ModelError
        When it is there and cannot be used.
    """
    name, _, digest = key.rpartition("@")
    replaced = None
    for folder in (*sorted(SHIPPED.glob("*/")), *folders):
        card = _card(folder)
        if card.get("name") != name:
            continue
        if str(card.get("weights", ""))[: len(digest)] == digest:
            return folder_model(folder)
        replaced = str(card.get("weights", ""))[: len(digest)]
    if replaced is not None:
        raise StaleTraceError(
            f"These decisions were taken by model {name} ({digest}); it has been "
            f"replaced since by other weights ({replaced})."
        )
    raise StaleTraceError(
        f"These decisions were taken by model {name} ({digest}), which is not here "
        "any more."
    )


def _card(folder: Path) -> dict[str, object]:
    """Card of a model; empty where there is none to read."""
    try:
        card = json.loads((folder / CARD).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return card if isinstance(card, dict) else {}
