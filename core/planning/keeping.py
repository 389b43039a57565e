"""How much of a plan in hand to keep when something has happened."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Keep:
    """
    A level of keeping the plan.

    Parameters
    ----------
    name, title
        As settings write it, and as planners read it.
    price
        Weight of the stability term in the objective.
    """

    name: str
    title: str
    price: float


# The curve of changed jobs over cost bends between 0.1 and 1.
KEEPS: dict[str, Keep] = {
    keep.name: keep
    for keep in (
        Keep("off", "Not at all", 0.0),
        Keep("low", "A little", 0.03),
        Keep("normal", "Normally", 0.3),
        Keep("high", "Much", 1.0),
        Keep("most", "As much as can be", 10.0),
    )
}
