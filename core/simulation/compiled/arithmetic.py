"""Arithmetic that rounds as tensors of float32 do."""

from __future__ import annotations

from math import copysign, inf, log1p
from typing import Any

import numpy as np

from core.timing.machine_code import machine_code

single = np.float32
NOTHING, LEAST, NEVER = np.float32(0), np.float32(1e-3), np.float32(inf)


@machine_code
def squash(x: Any) -> Any:
    """Compress to a few units, keeping the sign."""
    return copysign(log1p(abs(x)), x)
