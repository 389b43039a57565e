"""The memory of tensors as the arrays of the machine code; nothing is copied."""

from __future__ import annotations

from typing import Any

import numpy as np
from torch import Tensor

from core.simulation.compiled.arrays import Fixed, Moving, Scaled
from core.simulation.problem_tensors import ProblemTensors
from core.simulation.rollouts import Rollouts
from core.timing.flat import Ints


def fixed(static: ProblemTensors) -> Fixed:
    """View of problems."""
    return Fixed(*(_view(getattr(static, name)) for name in Fixed._fields))


def moving(rollouts: Rollouts) -> Moving:
    """View of rollouts; writing to it moves them."""
    return Moving(*(_view(getattr(rollouts, name)) for name in Moving._fields))


def scaled(static: ProblemTensors) -> Scaled:
    """View of what the features of problems need."""
    return Scaled(*(_view(getattr(static, name)) for name in Scaled._fields))


def _view(part: Any) -> Any:
    """
    The memory of a tensor as an array, in the one form that kernels are compiled for.

    Raises
    ------
    ValueError
        When the tensor would have to be copied.
    """
    if not isinstance(part, Tensor):
        return part
    array = part.numpy()
    if not array.flags.c_contiguous:
        raise ValueError(f"Expected a contiguous tensor, got strides {part.stride()}.")
    return array


def indices(part: Tensor) -> Ints:
    """Whole numbers of a tensor, as the machine code takes them."""
    return np.ascontiguousarray(part.numpy(), dtype=np.int64)
