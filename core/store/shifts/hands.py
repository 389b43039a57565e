"""Shifts in hand: what a session works on, kept so that it outlasts a refresh."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from core.store.database import Database, to_json
from core.store.errors import HandChangedError, UnknownHandError
from core.store.schema import hand_parts, hands

DAY = 24 * 3600.0
MOST_DAYS = 30  # since the last change or opening; then it is removed
MOST_HANDS = 500  # of all sessions; the oldest make room
LARGEST = 128 << 20  # bytes of one part


@dataclass(frozen=True)
class Hand:
    """
    What is kept of a session.

    Parameters
    ----------
    id
        128 random bits in hexadecimal. Who knows it owns the hand: it is shown in the
        address of this session only, and listed nowhere.
    revision
        Grows by one with each change.
    choices
        JSON values by name.
    parts
        Larger contents by name: files, a plan.
    """

    id: str
    revision: int
    choices: Mapping[str, Any]
    parts: Mapping[str, bytes]


class Hands:
    """
    The shifts in hand of a database.

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

    def begin(self, choices: Mapping[str, Any], parts: Mapping[str, bytes]) -> str:
        """
        Keep a hand under a new id; returns it. Revision 0; old hands are removed.

        Raises
        ------
        ValueError
            When the choices hold what JSON cannot say, or a part is too large.
        """
        _check(choices, parts)
        hand_id, now = secrets.token_hex(16), self.clock()
        row = {"id": hand_id, "revision": 0, "changed": now, "choices": dict(choices)}
        with self.database.writing() as connection:
            connection.execute(insert(hands).values(row))
            for name, content in parts.items():
                _put(connection, hand_id, name, content)
            _remove_old(connection, now)
        return hand_id

    def change(
        self,
        hand_id: str,
        revision: int,
        choices: Mapping[str, Any],
        parts: Mapping[str, bytes | None],
    ) -> int:
        """
        Replace the choices and the named parts; ``None`` removes a part.

        Parameters
        ----------
        hand_id, revision
            The state that the caller knows.
        choices
            All of them.
        parts
            Those that changed; the others stay.

        Returns
        -------
        int
            The new revision.

        Raises
        ------
        HandChangedError
            When another session changed or removed it since; nothing is replaced.
        ValueError
            As :meth:`begin`.
        """
        _check(choices, parts)
        changed = (
            update(hands)
            .where(hands.c.id == hand_id, hands.c.revision == revision)
            .values(revision=revision + 1, changed=self.clock(), choices=dict(choices))
        )
        with self.database.writing() as connection:
            if connection.execute(changed).rowcount != 1:
                raise HandChangedError("Another window works on this shift, too.")
            for name, content in parts.items():
                _put(connection, hand_id, name, content)
        return revision + 1

    def load(self, hand_id: str) -> Hand:
        """
        Return a hand; being opened counts as being used.

        Raises
        ------
        UnknownHandError
            When there is none with this id.
        """
        query = select(hands).where(hands.c.id == hand_id)
        contents = select(hand_parts.c.name, hand_parts.c.content).where(
            hand_parts.c.hand == hand_id
        )
        with self.database.reading() as connection:
            row = connection.execute(query).mappings().one_or_none()
            if row is None:
                raise UnknownHandError(
                    "The shift of this address is not kept any more: after "
                    f"{MOST_DAYS} days, or when it was started over."
                )
            found = connection.execute(contents).all()
        if self.clock() - row["changed"] > DAY:  # seldom, so that opening only reads
            used = update(hands).where(hands.c.id == hand_id)
            with self.database.writing() as connection:
                connection.execute(used.values(changed=self.clock()))
        parts = {name: bytes(content) for name, content in found}
        return Hand(hand_id, row["revision"], row["choices"], parts)

    def forget(self, hand_id: str) -> None:
        """Remove a hand, if it is there."""
        with self.database.writing() as connection:
            connection.execute(delete(hands).where(hands.c.id == hand_id))


def _check(choices: Mapping[str, Any], parts: Mapping[str, bytes | None]) -> None:
    """Refuse what cannot be kept, before anything is written."""
    to_json(dict(choices))
    for name, content in parts.items():
        if content is not None and len(content) > LARGEST:
            raise ValueError(
                f"The {name} take {len(content) >> 20} MB, {LARGEST >> 20} are kept."
            )


def _put(
    connection: Connection, hand_id: str, name: str, content: bytes | None
) -> None:
    """Replace one part."""
    connection.execute(
        delete(hand_parts).where(
            hand_parts.c.hand == hand_id, hand_parts.c.name == name
        )
    )
    if content is not None:
        row = {"hand": hand_id, "name": name, "content": content}
        connection.execute(insert(hand_parts).values(row))


def _remove_old(connection: Connection, now: float) -> None:
    """Remove hands that nobody used for long, and the oldest above the limit."""
    connection.execute(delete(hands).where(hands.c.changed < now - MOST_DAYS * DAY))
    count = connection.execute(select(func.count()).select_from(hands)).scalar_one()
    if count > MOST_HANDS:
        oldest = (
            select(hands.c.id)
            .order_by(hands.c.changed, hands.c.id)
            .limit(count - MOST_HANDS)
        )
        connection.execute(delete(hands).where(hands.c.id.in_(oldest)))
