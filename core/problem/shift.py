"""A shift: a problem with its plan start, its name and where it came from."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Literal

from core.problem.floor import Floor
from core.problem.model import Problem

Origin = Literal["sample", "upload", "generated"]
Extra = str | float | None  # a cell of a planner's own column
# Up to 11 digits and signs: a spreadsheet shows more of them with an exponent.
_TYPED_NUMBER = re.compile(r"(?=.{1,11}$)-?(0|[1-9][0-9]*)(\.[0-9]*[1-9])?", re.ASCII)

# The Monday that the command line and the samples start from unless told otherwise:
# a fixed moment, so that planning and checking a file agree.
DEFAULT_START = datetime(2026, 1, 5, 6, 0)


# What the header of a planner's own column says beside one of ours that reads alike.
OF_JOBS = " (jobs file)"


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
    materials
        Name of the material whose arrival is the release of each job, the latest of
        those it waits for; empty where it waits for none. No names at all: no job
        waits for a material.
    floor
        What has begun, and what must stay; ``None``: nothing.

    Raises
    ------
    ValueError
        When the start has a time zone, fractions of a second or an unlikely year,
        or an extra column, or the materials, do not have one text per job.
    """

    problem: Problem
    start: datetime
    name: str
    origin: Origin = "upload"
    extras: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    materials: tuple[str, ...] = ()
    floor: Floor | None = None

    def __post_init__(self) -> None:
        check_start(self.start)
        n = self.problem.num_jobs
        if len(self.materials) not in (0, n):
            raise ValueError(f"Got {len(self.materials)} materials for {n} jobs.")
        for column, texts in self.extras.items():
            if len(texts) != self.problem.num_jobs:
                raise ValueError(
                    f"Extra column {column!r} has {len(texts)} texts, expected "
                    f"{self.problem.num_jobs}."
                )

    def extra_columns(self, taken: Iterable[str] = ()) -> dict[str, list[Extra]]:
        """
        Return the planner's own columns by header, a cell per job, to be shown.

        Numbers only where every text of a column is one, and is shown as it was
        typed: 007 and 16 digits of a code stay text.

        Parameters
        ----------
        taken
            Columns of ours beside them; a header that reads like one of these says
            that it is of the jobs file.
        """
        heads = {name.casefold() for name in taken}
        columns = {}
        for header, texts in self.extras.items():
            name = header
            while name.casefold() in heads:
                name += OF_JOBS
            heads.add(name.casefold())
            columns[name] = _numbers_or_texts(texts)
        return columns

    def material(self, job: int) -> str:
        """Name of the material that releases a job when it arrives; empty: none."""
        return self.materials[job] if self.materials else ""

    @cached_property
    def content_hash(self) -> str:
        """Hexadecimal digest of all but the name and origin; for caches."""
        digest = hashlib.sha256(self.problem.content_hash.encode())
        digest.update(self.start.isoformat().encode())
        digest.update(repr(sorted(self.extras.items())).encode())
        if self.materials:
            digest.update(repr(self.materials).encode())
        if self.floor is not None:
            digest.update(self.floor.content_hash.encode())
        return digest.hexdigest()


def _numbers_or_texts(texts: tuple[str, ...]) -> list[Extra]:
    """Cells of one column; ``None`` where there is no text."""
    if all(_TYPED_NUMBER.fullmatch(text) for text in texts if text):
        return [float(text) if text else None for text in texts]
    return [text or None for text in texts]


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
