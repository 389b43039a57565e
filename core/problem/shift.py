"""A shift: a problem with its plan start, its name and where it came from."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Literal

from core.problem.model import Problem

Origin = Literal["sample", "upload", "generated"]

# The Monday that the command line and the samples start from unless told otherwise:
# a fixed moment, so that planning and checking a file agree.
DEFAULT_START = datetime(2026, 1, 5, 6, 0)


@dataclass(frozen=True, eq=False)
class Shift:
    """
    What a planner has in hand.

    Parameters
    ----------
    problem
        Jobs and machines.
    start
        Plan start, the moment that is time 0; local time, whole seconds.
    name
        What the planner calls it.
    origin
        Where it came from.
    extras
        Columns of the jobs file that are not known, by header: text per job.

    Raises
    ------
    ValueError
        When the start has a time zone, fractions of a second or an unlikely year,
        or an extra column does not have one text per job.
    """

    problem: Problem
    start: datetime
    name: str
    origin: Origin = "upload"
    extras: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        check_start(self.start)
        for column, texts in self.extras.items():
            if len(texts) != self.problem.num_jobs:
                raise ValueError(
                    f"Extra column {column!r} has {len(texts)} texts, expected "
                    f"{self.problem.num_jobs}."
                )

    @cached_property
    def content_hash(self) -> str:
        """Hexadecimal digest of all but the name and origin; for caches."""
        digest = hashlib.sha256(self.problem.content_hash.encode())
        digest.update(self.start.isoformat().encode())
        digest.update(repr(sorted(self.extras.items())).encode())
        return digest.hexdigest()


def check_start(start: datetime) -> None:
    """
    Refuse a plan start that is not a local time in whole seconds.

    Raises
    ------
    ValueError
        See :class:`Shift`.
    """
    if start.tzinfo is not None or start.microsecond:
        raise ValueError(
            f"Expected a local plan start in whole seconds, got {start.isoformat()}."
        )
    if not 1970 <= start.year < 2200:
        raise ValueError(f"Expected a plan start in 1970 … 2199, got {start.year}.")
