"""The memory of rollouts as the arrays of the machine code; nothing is copied."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from core.simulation.compiled.arrays import Moving
from core.simulation.rollouts import Rollouts
from core.timing.flat import Ints


def moving(rollouts: Rollouts) -> Moving:
    """View of rollouts; writing to it moves them."""
    return Moving(*(_view(getattr(rollouts, name)) for name in Moving._fields))


def _view(part: Tensor) -> NDArray[Any]:
    """
    The memory of a tensor as an array, in the one form that kernels are compiled for.

    Raises
    ------
    ValueError
        When the tensor would have to be copied.
    """
    array: NDArray[Any] = part.numpy()
    if not array.flags.c_contiguous:
        raise ValueError(f"Expected a contiguous tensor, got strides {part.stride()}.")
    return array


def indices(part: Tensor) -> Ints:
    """Whole numbers of a tensor, as the machine code takes them."""
    return np.ascontiguousarray(part.numpy(), dtype=np.int64)
