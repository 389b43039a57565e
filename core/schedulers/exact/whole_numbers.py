"""Weights as whole numbers, which CP-SAT counts with."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import lcm

import numpy as np

LARGEST = 2.0**53  # of the objective: whole numbers up to it are exact as floats, too


def whole_weights(
    weights: Sequence[float], most: Sequence[int]
) -> tuple[list[int], float, bool]:
    """
    Weights as whole numbers, which CP-SAT counts with; floats it would round itself.

    Parameters
    ----------
    weights
        Not negative.
    most
        Largest value of the term of each weight.

    Returns
    -------
    list of int
        The whole numbers; a weight of 0 stays 0.
    float
        What one of them is: ``weight = number * unit``, but for rounding.
    bool
        Whether nothing was rounded, to the precision of the weights themselves.
    """
    positive = [weight for weight in weights if weight > 0]
    if not positive:
        return [0] * len(weights), 1.0, True
    least = min(positive)
    parts = [Fraction(weight / least).limit_denominator(10**4) for weight in weights]
    common = lcm(*{part.denominator for part in parts})
    counts = [int(part * common) for part in parts]
    unit = least / common
    if not (_sum(counts, most) <= LARGEST and _same(counts, unit, weights)):
        unit = _sum(weights, most) / LARGEST
        counts = [round(weight / unit) for weight in weights]
    return counts, unit, _same(counts, unit, weights)


def _sum(weights: Sequence[float], most: Sequence[int]) -> float:
    return float(sum(x * y for x, y in zip(weights, most, strict=True)))


def _same(counts: Sequence[int], unit: float, weights: Sequence[float]) -> bool:
    return bool(np.allclose(np.array(counts) * unit, weights, rtol=1e-12, atol=0))
