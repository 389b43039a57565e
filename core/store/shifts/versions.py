"""
Versions: every plan that was accepted for a day in the shop, and the way back to it.

A day has a pointer to the version in force. Undo and redo move the pointer; what was
accepted is never changed or removed. Who moves it says which state they know: the
second of two who look at the same state is told, and nothing is overwritten.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, delete, func, insert, select, update

from core.store.database import Database, to_json
from core.store.errors import DayChangedError, NoVersionError, UnknownDayError
from core.store.schema import day_bases, day_events, days, versions
from core.store.shifts.scenario import scenario_from_bytes, scenario_to_bytes
from core.store.shifts.version import Day, Json, KeptEvent, Version, VersionEntry

DAY = 24 * 3600.0
MOST_DAYS = 400  # since the last change: a year and a bit; then a day is removed


class Versions:
    """
    The days of a database.

    Parameters
    ----------
    database
        Where they are kept.
    clock
        Seconds since 1970 UTC.
    """

    def __init__(
        self, database: Database, clock: Callable[[], float] = time.time
    ) -> None:
        self.database = database
        self.clock = clock

    def begin(self, name: str, owner: str = "") -> Day:
        """Begin a day without versions; days that nobody used for long are removed."""
        now = self.clock()
        day = Day(uuid4().hex, name, owner, now, now, 0, None)
        with self.database.writing() as connection:
            old = days.c.changed < now - MOST_DAYS * DAY
            connection.execute(delete(days).where(old))
            connection.execute(insert(days).values(vars(day)))
        return day

    def day(self, day_id: str) -> Day:
        """
        Return a day as it is now.

        Raises
        ------
        UnknownDayError
            When there is none with this id.
        """
        with self.database.reading() as connection:
            return _day(connection, day_id)

    def accept(
        self, day_id: str, revision: int, version: Version, owner: str = ""
    ) -> Day:
        """
        Accept a plan: it becomes the version in force.

        Parameters
        ----------
        day_id, revision
            The state that the caller knows.
        version
            What to accept.
        owner
            Who does.

        Raises
        ------
        DayChangedError
            When the version in force became another one since; nothing is written.
        UnknownDayError
            When there is no such day.
        ValueError
            When it holds what JSON cannot say, or is too large.
        """
        content, base = scenario_to_bytes(version.plan), scenario_to_bytes(version.base)
        events = [dict(x) for x in version.events]
        to_json(events)
        now = self.clock()
        with self.database.writing(exclusive=True) as connection:
            day = _day(connection, day_id)
            newest = select(func.max(versions.c.number)).where(versions.c.day == day_id)
            number = (connection.execute(newest).scalar() or 0) + 1
            moved = _move(connection, day, revision, number, now)
            if not _has_base(connection, day_id, version.base_digest):
                row: dict[str, Any] = {"day": day_id, "digest": version.base_digest}
                connection.execute(insert(day_bases).values(row | {"content": base}))
            _append(connection, day_id, number, owner, now, events)
            connection.execute(
                insert(versions).values(
                    day=day_id,
                    number=number,
                    parent=day.head,
                    owner=owner,
                    created=now,
                    cause=version.cause,
                    figures=dict(version.plan.figures),
                    events=[str(x["id"]) for x in events],
                    base=version.base_digest,
                    content=content,
                )
            )
        return moved

    def undo(self, day_id: str, revision: int) -> Day:
        """
        Go back to the version before the one in force.

        Raises
        ------
        NoVersionError
            When there is none before it.
        DayChangedError, UnknownDayError
            As :meth:`accept`.
        """
        return self._go(day_id, revision, _parent, "There is nothing to undo.")

    def redo(self, day_id: str, revision: int) -> Day:
        """
        Go on to the version that was accepted last after the one in force.

        Raises
        ------
        NoVersionError
            When there is none after it.
        DayChangedError, UnknownDayError
            As :meth:`accept`.
        """
        return self._go(day_id, revision, _newest_child, "There is nothing to redo.")

    def go_to(self, day_id: str, revision: int, number: int) -> Day:
        """
        Put any version in force again.

        Raises
        ------
        DayChangedError, UnknownDayError
            As :meth:`accept`; also when there is no such version.
        """
        with self.database.writing(exclusive=True) as connection:
            day = _day(connection, day_id)
            _entry(connection, day_id, number)
            return _move(connection, day, revision, number, self.clock())

    def all(self, day_id: str) -> list[VersionEntry]:
        """Return every version of a day, the first one first; opens none of them."""
        query = select(*_ENTRY).where(versions.c.day == day_id)
        with self.database.reading() as connection:
            rows = connection.execute(query.order_by(versions.c.number)).mappings()
            return [VersionEntry(**row) for row in rows]

    def events(self, day_id: str) -> list[KeptEvent]:
        """Return every event that was ever accepted, in order, withdrawn or not."""
        query = select(day_events).where(day_events.c.day == day_id)
        with self.database.reading() as connection:
            rows = connection.execute(query.order_by(day_events.c.number)).mappings()
            return [
                KeptEvent(x["version"], x["owner"], x["created"], x["content"])
                for x in rows
            ]

    def load(self, day_id: str, number: int) -> Version:
        """
        Open a version.

        Raises
        ------
        UnknownDayError
            When there is no such day or version.
        ScenarioFormatError
            When it is damaged, or of a format that this version cannot open.
        """
        told = select(day_events.c.id, day_events.c.content).where(
            day_events.c.day == day_id
        )
        with self.database.reading() as connection:
            row = _row(connection, day_id, number)
            known = {x.id: x.content for x in connection.execute(told)}
            base = connection.execute(
                select(day_bases.c.content).where(
                    day_bases.c.day == day_id, day_bases.c.digest == row["base"]
                )
            ).scalar_one()
        return Version(
            row["cause"],
            scenario_from_bytes(bytes(row["content"])),
            row["base"],
            scenario_from_bytes(bytes(base)),
            tuple(known[x] for x in row["events"]),
        )

    def _go(
        self,
        day_id: str,
        revision: int,
        find: Callable[[Connection, Day], int | None],
        fault: str,
    ) -> Day:
        """Move the pointer by one step."""
        with self.database.writing(exclusive=True) as connection:
            day = _day(connection, day_id)
            number = find(connection, day)
            if number is None and day.revision == revision:
                raise NoVersionError(fault)
            return _move(connection, day, revision, number, self.clock())


_ENTRY = [versions.c[name] for name in VersionEntry.__dataclass_fields__]


def _day(connection: Connection, day_id: str) -> Day:
    """Return a day, inside a transaction."""
    query = select(days).where(days.c.id == day_id)
    row = connection.execute(query).mappings().one_or_none()
    if row is None:
        raise UnknownDayError("The versions of this shift are not kept any more.")
    return Day(**row)


def _row(connection: Connection, day_id: str, number: int) -> Mapping[str, Any]:
    """Return a version as it is stored, inside a transaction."""
    query = select(versions).where(
        versions.c.day == day_id, versions.c.number == number
    )
    row = connection.execute(query).mappings().one_or_none()
    if row is None:
        raise UnknownDayError(f"There is no version {number} of this shift's plan.")
    return dict(row)


def _entry(connection: Connection, day_id: str, number: int) -> VersionEntry:
    """Return a version's line of the list, inside a transaction."""
    row = _row(connection, day_id, number)
    return VersionEntry(**{x.name: row[x.name] for x in _ENTRY})


def _parent(connection: Connection, day: Day) -> int | None:
    """Version before the one in force."""
    return None if day.head is None else _entry(connection, day.id, day.head).parent


def _newest_child(connection: Connection, day: Day) -> int | None:
    """Version that was accepted last after the one in force."""
    query = select(func.max(versions.c.number)).where(
        versions.c.day == day.id, versions.c.parent == day.head
    )
    found: int | None = connection.execute(query).scalar()
    return found


def _move(
    connection: Connection, day: Day, revision: int, number: int | None, now: float
) -> Day:
    """Put another version in force, for one who knows the state as it is."""
    changed = (
        update(days)
        .where(days.c.id == day.id, days.c.revision == revision)
        .values(revision=revision + 1, head=number, changed=now)
    )
    if connection.execute(changed).rowcount != 1:
        raise DayChangedError(_who_changed(connection, day))
    return _day(connection, day.id)


def _who_changed(connection: Connection, day: Day) -> str:
    """Say what happened in between."""
    if day.head is None:
        return "Somebody else changed this shift. Nothing was overwritten."
    entry = _entry(connection, day.id, day.head)
    who = entry.owner or "Somebody else"
    return (
        f"{who} changed this shift in the meantime: version {entry.number} is in "
        f"force ({entry.cause.rstrip('.')}). Nothing was overwritten."
    )


def _has_base(connection: Connection, day_id: str, digest: str) -> bool:
    """Whether a base is kept already."""
    query = select(func.count()).where(
        day_bases.c.day == day_id, day_bases.c.digest == digest
    )
    return bool(connection.execute(query).scalar())


def _append(
    connection: Connection,
    day_id: str,
    version: int,
    owner: str,
    now: float,
    events: Sequence[Json],
) -> None:
    """Append events that the log does not have yet; those it has never change."""
    query = select(day_events.c.id).where(day_events.c.day == day_id)
    known = set(connection.execute(query).scalars())
    new = [x for x in events if x["id"] not in known]
    for number, event in enumerate(new, start=len(known) + 1):
        row = {"day": day_id, "id": event["id"], "number": number, "version": version}
        more = {"owner": owner, "created": now, "content": dict(event)}
        connection.execute(insert(day_events).values(row | more))
