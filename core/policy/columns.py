"""The features that a network reads, out of all that are observed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from core.policy.feature_names import TABLES


def features_of(policy: nn.Module) -> dict[str, list[str]]:
    """Features that a policy reads, as its card names them."""
    features: Any = policy.features
    return {table: list(names) for table, names in features.items()}


class Columns(nn.Module):
    """
    Takes the columns of some features out of all that are observed.

    Parameters
    ----------
    table
        ``jobs``, ``machines``, ``overall`` or ``state``.
    names
        Features, in the order in which they are read.

    Raises
    ------
    ValueError
        When one is not in the table.
    """

    index: Tensor | None

    def __init__(self, table: str, names: Sequence[str]) -> None:
        super().__init__()
        there = [feature.name for feature in TABLES[table]]
        missing = [name for name in names if name not in there]
        if missing:
            raise ValueError(f"There is no feature {missing[0]!r} of {table}.")
        index = None
        if list(names) != there:
            index = torch.tensor([there.index(name) for name in names])
        self.register_buffer("index", index, persistent=False)

    def forward(self, features: Tensor) -> Tensor:
        """Shape (R, F) of all features to (R, F') of those that are read."""
        return features if self.index is None else features.index_select(1, self.index)
