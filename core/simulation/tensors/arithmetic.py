"""Arithmetic of features: times of any size in a few units."""

from __future__ import annotations

import torch
from torch import Tensor


def squash(x: Tensor) -> Tensor:
    """Compress to a few units, keeping the sign: sign(x) log(1 + |x|)."""
    return torch.sign(x) * torch.log1p(torch.abs(x))


def unsquash(x: Tensor) -> Tensor:
    """Invert :func:`squash`; inputs beyond 15 (3 million units) count as 15."""
    return torch.sign(x) * torch.expm1(torch.abs(x).clamp(max=15))
