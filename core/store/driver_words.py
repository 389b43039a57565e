"""What database drivers say, in words for the planner."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from core.store.errors import (
    DamagedDatabaseError,
    StoreUnavailableError,
    StoreUnwritableError,
)
from core.store.files import FOLDER_VARIABLE

WORDS = {"database is locked": "it is locked, another program is writing to it"}


@contextmanager
def in_words(engine: Engine) -> Iterator[None]:
    """Turn what the database driver says into words for the planner."""
    try:
        yield
    except DBAPIError as error:
        where = _place(engine)
        said = str(error.orig).strip().splitlines()
        reason = said[0] if said else type(error.orig).__name__
        reason = WORDS.get(reason, reason)
        if _is_unwritable(reason):
            raise StoreUnwritableError(
                f"Cannot write the database {where}: {reason}. Free some space or "
                f"mend the rights, or name another folder in {FOLDER_VARIABLE}."
            ) from error
        if _is_damaged(error, reason, engine):
            raise DamagedDatabaseError(
                f"The database {where} is damaged, or another program made it: "
                f"{reason}."
            ) from error
        if error.connection_invalidated or _is_operational(error):
            raise StoreUnavailableError(
                f"The database {where} does not answer: {reason}."
            ) from error
        raise


def _place(engine: Engine) -> str:
    """Where a database is: a file by its path, a server by its address."""
    if engine.dialect.name == "sqlite" and engine.url.database:
        return engine.url.database
    return engine.url.render_as_string(hide_password=True)


def _is_damaged(error: DBAPIError, reason: str, engine: Engine) -> bool:
    """Whether the file is no database, or lacks what one of ours has."""
    if engine.dialect.name != "sqlite":
        return False
    words = ("no such table", "no such column", "has no column named")
    return type(error).__name__ == "DatabaseError" or any(x in reason for x in words)


def _is_operational(error: DBAPIError) -> bool:
    """Whether the database is at fault, and not what it was asked."""
    return type(error).__name__ in ("OperationalError", "InterfaceError")


def _is_unwritable(reason: str) -> bool:
    """Whether these are the words of SQLite or PostgreSQL for a disk that refuses."""
    words = (
        "disk is full",
        "disk I/O",
        "readonly",
        "read-only",
        "No space left",
        "unable to open database file",
    )
    return any(word in reason for word in words)
