"""What is kept of a day: its plans, and every event that was told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.store.shifts.scenario import Scenario

Json = Mapping[str, Any]


@dataclass(frozen=True)
class Day:
    """
    A day in a shop.

    Parameters
    ----------
    id
        Made by the store.
    name, owner
        What the shift is called, and who began.
    created, changed
        Seconds since 1970 UTC.
    revision
        Grows by one whenever the version in force becomes another one.
    head
        Number of the version in force; ``None``: there is none yet.
    """

    id: str
    name: str
    owner: str
    created: float
    changed: float
    revision: int
    head: int | None


@dataclass(frozen=True)
class VersionEntry:
    """
    One line of the list of versions.

    Parameters
    ----------
    number
        Counts from 1.
    parent
        The version that was in force when it was accepted; ``None``: none was.
    owner, created
        Who accepted it, and when, in seconds since 1970 UTC.
    cause
        Why, in words.
    figures
        Of its plan, by name.
    """

    number: int
    parent: int | None
    owner: str
    created: float
    cause: str
    figures: Json


@dataclass(frozen=True, eq=False)
class Version:
    """
    A plan to accept, or one that was accepted.

    Parameters
    ----------
    cause
        Why, in words.
    plan
        The plan with its shift and settings.
    base_digest, base
        The shift as the files say it, and its hash: with the events it is the plan's.
    events
        Those in force, in order, as JSON values; each has an ``id``.
    """

    cause: str
    plan: Scenario
    base_digest: str
    base: Scenario
    events: Sequence[Json] = ()


@dataclass(frozen=True)
class KeptEvent:
    """
    An event that was ever told.

    Parameters
    ----------
    version
        The version that it was accepted with.
    owner, created
        Who accepted it, and when.
    content
        As its own module writes it.
    """

    version: int
    owner: str
    created: float
    content: Json
