"""The log of a day as rows, and without one of its events."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from core.replanning.day.events import Event

EVENT_COLUMNS = ("time", "kind", "what", "who", "note", "state", "event")


def event_rows(events: Iterable[Event], in_force: Iterable[str]) -> list[list[Any]]:
    """
    Return a row per event of a log, in the order of :data:`EVENT_COLUMNS`.

    Parameters
    ----------
    events
        All that were told.
    in_force
        Ids of those that count; the others were withdrawn.
    """
    known = set(in_force)
    return [
        [
            event.time,
            event.kind,
            event.what,
            event.who or None,
            event.note or None,
            "in force" if event.id in known else "withdrawn",
            event.id,
        ]
        for event in events
    ]


def withdrawn(events: Iterable[Event], event_id: str) -> tuple[Event, ...]:
    """
    Return a log without one of its events.

    Raises
    ------
    ValueError
        When it is not in the log.
    """
    every = tuple(events)
    rest = tuple(x for x in every if x.id != event_id)
    if len(rest) == len(every):
        raise ValueError(f"There is no event {event_id!r} in this log.")
    return rest
