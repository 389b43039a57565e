"""Every event of a day that was ever told, withdrawn or not."""

from __future__ import annotations

from core.replanning.day.event_file import event_from_json
from core.replanning.day.event_log import EVENT_COLUMNS, event_rows
from core.replanning.day.events import Event
from core.store.errors import StoreError
from core.store.shifts.versions import Versions
from core.tables.writing.filled import Table
from pages.parts.day.in_force import DayInHand, day_in_hand
from pages.parts.kept.stored import database, opened, store_fault


def events_table() -> Table | None:
    """Return the log of the day in hand as a sheet; ``None``: nothing happened."""
    day = day_in_hand()
    told = () if day is None else logged_events(day)
    if day is None or not told:
        return None
    return Table("events", EVENT_COLUMNS, tuple(event_rows(told, day.event_ids)))


def logged_events(day: DayInHand) -> tuple[Event, ...]:
    """Return every event of a day that was ever told, in order."""
    known = {x.id: x for x in day.events}
    if day.id is None or store_fault() is not None:
        return day.events
    try:
        kept = Versions(database()).events(day.id)
    except StoreError as error:
        opened().note(error)
        return day.events
    log = [event_from_json(x.content) for x in kept]
    ids = {x.id for x in log}
    return (*log, *(x for x in known.values() if x.id not in ids))
