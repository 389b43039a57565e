"""Columns of features put where the table has them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from core.simulation.feature_tables import Feature
from core.simulation.tensors.arithmetic import squash


def by_name(
    table: Sequence[Feature],
    squashed: Mapping[str, Tensor],
    plain: Mapping[str, Tensor],
) -> Tensor:
    """
    Features in the order of their table.

    Parameters
    ----------
    table
        F features.
    squashed, plain
        Columns of any one shape by the name of their feature: those to be squashed,
        and the others. Together every feature of the table once.

    Returns
    -------
    Tensor
        float32, one more dimension, of length F.

    Raises
    ------
    ValueError
        When a feature is missing, or one is not in the table.
    """
    place = {name: i for i, name in enumerate([*squashed, *plain])}
    names = [feature.name for feature in table]
    if sorted(place) != sorted(names):
        wrong = sorted(set(place).symmetric_difference(names))
        raise ValueError(f"Features in the table or the engine alone: {wrong}.")
    columns = torch.cat(
        [
            squash(torch.stack(list(squashed.values()), -1)),
            torch.stack([column.float() for column in plain.values()], -1),
        ],
        -1,
    )
    order = torch.tensor([place[name] for name in names], device=columns.device)
    return columns.index_select(columns.dim() - 1, order)
