"""Columns of features put where the table has them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Protocol

import torch
from torch import Tensor

from core.simulation.tensors.arithmetic import squash


class Named(Protocol):
    """A row of a table of features."""

    @property
    def name(self) -> str:
        """Unique in its table."""
        ...


def by_name(
    table: Sequence[Named],
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
    columns = torch.cat(
        [
            squash(torch.stack(list(squashed.values()), -1)),
            torch.stack([column.float() for column in plain.values()], -1),
        ],
        -1,
    )
    return ordered(table, (*squashed, *plain), columns)


def ordered(table: Sequence[Named], names: tuple[str, ...], columns: Tensor) -> Tensor:
    """
    Columns in the order of their table.

    Parameters
    ----------
    table
        F features.
    names
        Of the columns, as they stand.
    columns
        Shape (…, F).

    Raises
    ------
    ValueError
        When a feature is missing, or one is not in the table.
    """
    order = _order(tuple([feature.name for feature in table]), names)
    index = torch.tensor(order, device=columns.device)
    return columns.index_select(columns.dim() - 1, index)


@lru_cache(maxsize=16)
def _order(wanted: tuple[str, ...], names: tuple[str, ...]) -> list[int]:
    """Place of each wanted name among the names; refuses any that one has alone."""
    if sorted(wanted) != sorted(names):
        wrong = sorted(set(wanted).symmetric_difference(names))
        raise ValueError(f"Features in the table or the engine alone: {wrong}.")
    return [names.index(name) for name in wanted]
