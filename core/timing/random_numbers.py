"""Random numbers in machine code: the same on every computer, from a seed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.timing.machine_code import machine_code


def random_state(seed: int) -> NDArray[np.uint64]:
    """State, shape (1,), from which :func:`next_random` goes on; never zero."""
    return np.array([(seed + 1) * 0x9E3779B97F4A7C15 % 2**64 | 1], dtype=np.uint64)


@machine_code
def next_random(state: NDArray[np.uint64]) -> float:
    """Draw from [0, 1) by xorshift64* (Vigna 2016); ``state`` (1,) is not zero."""
    x = state[0]
    x ^= x >> np.uint64(12)
    x ^= x << np.uint64(25)
    x ^= x >> np.uint64(27)
    state[0] = x
    mixed = x * np.uint64(2685821657736338717)
    return np.float64(mixed >> np.uint64(11)) * (1.0 / 9007199254740992.0)
