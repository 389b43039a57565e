"""Shifts to measure by, which neither taught nor chose a model."""

from __future__ import annotations

from core.instances.generator import generate
from core.instances.held_out import HELD_OUT
from core.instances.kinds import KINDS
from core.problem.model import Problem

Size = tuple[int, int]

# Training draws seeds below HELD_OUT and validation the first few from there on.
FIRST_SEED = HELD_OUT + 10_000


def held_out_shift(kind: str, size: Size, index: int) -> Problem:
    """
    Shift number ``index`` of a kind, the same on every machine.

    Raises
    ------
    ValueError
        When there is no such kind.
    """
    if kind not in KINDS:
        raise ValueError(f"Expected a kind of {', '.join(KINDS)}; got {kind!r}.")
    return generate(KINDS[kind].resized(*size), FIRST_SEED + index)
