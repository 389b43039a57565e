"""
What of a plan is past change: from the states in files, or from the plan in hand.

The way of every replan: a :class:`~core.problem.floor.Floor` says what has begun and
what has to stay; :func:`committed` works out what is fixed; :func:`remaining` is the
problem that is left for any scheduler; :func:`joined` puts the plan of it behind what
is fixed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from core.problem.floor import Floor, JobState, PreviousPlan
from core.problem.model import Problem
from core.timing.as_planned import as_planned
from core.timing.commitments import (
    Commitment,
    Commitments,
    ImpossibleLockError,
    joined,
    remaining,
)
from core.timing.committing import committed

__all__ = [
    "Commitment",
    "Commitments",
    "ImpossibleLockError",
    "committed",
    "floor_as_planned",
    "joined",
    "remaining",
    "with_freeze",
]


def floor_as_planned(
    problem: Problem,
    previous: PreviousPlan,
    now: int,
    exceptions: Mapping[int, JobState] | None = None,
    freeze_until: Mapping[int, int] | None = None,
) -> Floor:
    """
    Return what the floor says if the previous plan has run so until now.

    Parameters
    ----------
    problem, previous, now, exceptions
        See :func:`core.timing.as_planned.as_planned`.
    freeze_until
        See :class:`core.problem.floor.Floor`.
    """
    states = as_planned(problem, previous, now, exceptions)
    return Floor(now, states, previous, freeze_until or {})


def with_freeze(floor: Floor, num_machines: int, until: int) -> Floor:
    """Return a floor on which nothing changes before a second, on any machine."""
    longer = {k: max(until, floor.freeze_until.get(k, 0)) for k in range(num_machines)}
    return replace(floor, freeze_until=longer)
