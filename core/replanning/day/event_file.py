"""Events as values that JSON can hold, and back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any, Literal, get_args, get_origin, get_type_hints

from core.replanning.day.events import FORMAT, KINDS, Event, RushJob


def event_from_json(kept: Mapping[str, Any]) -> Event:
    """
    Return the event that :meth:`Event.to_json` wrote.

    Raises
    ------
    ValueError
        When it is of a later version or an unknown kind, or holds what no event
        holds; says what.
    """
    if kept.get("format") != FORMAT:
        raise ValueError(
            f"Expected an event of format {FORMAT}, got {kept.get('format')!r}."
        )
    kind = KINDS.get(str(kept.get("kind") or "?"))
    if kind is None:
        raise ValueError(f"There is no event {kept.get('kind')!r}.")
    event: Event = _from_json(kind, {k: v for k, v in kept.items() if k not in _HEAD})
    return event


def events_to_json(events: Iterable[Event]) -> list[dict[str, Any]]:
    """Return events as values that JSON can hold, in order."""
    return [event.to_json() for event in events]


def events_from_json(kept: Iterable[Mapping[str, Any]]) -> tuple[Event, ...]:
    """
    Return the events that :func:`events_to_json` wrote.

    Raises
    ------
    ValueError
        As :func:`event_from_json`.
    """
    return tuple(event_from_json(x) for x in kept)


_HEAD = ("format", "kind")


def _from_json(kind: type[Any], kept: Mapping[str, Any]) -> Any:
    """Build an event, or a job of one, from JSON."""
    names = {x.name for x in fields(kind)}
    unknown = sorted(kept.keys() - names)
    if unknown:
        raise ValueError(f"An event has no {unknown[0]!r}.")
    hints = get_type_hints(kind)
    try:
        return kind(**{name: _read(hints[name], x) for name, x in kept.items()})
    except (TypeError, AttributeError) as error:
        raise ValueError(f"No event: {error}.") from error


def _read(hint: Any, value: Any) -> Any:
    """Read one value of a field with this type."""
    if hint in (datetime, datetime | None):
        return None if value is None else datetime.fromisoformat(value)
    if hint == tuple[RushJob, ...]:
        return tuple(_from_json(RushJob, x) for x in value)
    if hint == tuple[str, ...]:
        return tuple(map(str, value))
    choices = get_args(hint)
    if isinstance(hint, type) and not isinstance(value, hint) and hint is not float:
        raise TypeError(f"expected {hint.__name__}, got {value!r}")
    if get_origin(hint) is Literal and value not in choices:
        raise TypeError(f"expected {' or '.join(choices)}, got {value!r}")
    return value
