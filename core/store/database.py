"""One database for everything that lasts: SQLite in the data folder, or PostgreSQL."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from math import ceil
from pathlib import Path
from typing import Any

from sqlalchemy import (
    URL,
    Connection,
    Engine,
    create_engine,
    event,
    make_url,
    select,
    text,
)
from sqlalchemy.exc import ArgumentError

from core.store.driver_words import in_words
from core.store.errors import (
    StoreUnavailableError,
)
from core.store.files import (
    data_folder,
    make_folder,
    sync_folder,
    writable,
)
from core.store.schema import bring_up_to_date, is_up_to_date, schema_version

URL_VARIABLE = "SHIFTWRIGHT_DATABASE_URL"
FILE_NAME = "shiftwright.db"
BUSY_SECONDS = 30  # how long a writer waits for another one
CONNECT_SECONDS = 10
LOCK_KEY = 0x5348_4946  # "SHIF": the one advisory lock, for exclusive transactions


@dataclass(frozen=True)
class Database:
    """
    The open database and the folder of the files that belong to it.

    Parameters
    ----------
    folder
        Data folder: run folders and trained models.
    engine
        Safe to share between threads; a child process opens its own.
    url
        Address as it was given, to hand to a child process; empty for the file in
        the data folder. May hold a password: never shown.

    Notes
    -----
    The tables are at the newest version once :func:`open_database` has returned.
    """

    folder: Path
    engine: Engine
    url: str

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """
        Open a transaction that only reads: it sees one state of everything.

        Raises
        ------
        StoreUnavailableError
            When the database cannot be reached.
        """
        with in_words(self.engine), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self, exclusive: bool = False) -> Iterator[Connection]:
        """
        Open a transaction that writes; all of it happens, or nothing.

        Parameters
        ----------
        exclusive
            No two exclusive transactions overlap, in any process: for decisions
            that rest on more than one row. In SQLite no two writers ever do.

        Raises
        ------
        StoreUnavailableError
            When the database cannot be reached or was busy for too long.
        StoreUnwritableError
            When the disk is full or read-only.
        """
        with in_words(self.engine), self.engine.connect() as connection:
            connection = connection.execution_options(shiftwright_writes=True)
            with connection.begin():
                if exclusive and connection.dialect.name == "postgresql":
                    connection.execute(
                        text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK_KEY}
                    )
                yield connection

    def close(self) -> None:
        """Close all connections; the next use opens new ones."""
        self.engine.dispose()


def open_database(
    folder: Path | None = None,
    url: str | None = None,
    patience: float | None = None,
) -> Database:
    """
    Open the database, made or brought up to date where that is needed.

    Parameters
    ----------
    folder
        Data folder; by default what ``SHIFTWRIGHT_DATA`` says.
    url
        ``postgresql://…`` or ``sqlite:///…``; empty: a file in the data folder. By
        default what ``SHIFTWRIGHT_DATABASE_URL`` says.
    patience
        Seconds to wait for a server that is silent or for another writer, now and
        later; by default so long that only what is broken is given up.

    Raises
    ------
    DamagedDatabaseError
        When it cannot be read, or is another program's.
    NewerDatabaseError
        When it was made by a later version.
    StoreUnavailableError
        When it cannot be reached, or the address is of no known kind.
    StoreUnwritableError
        When the data folder cannot be made or written.
    """
    folder = make_folder(data_folder() if folder is None else folder)
    if url is None:
        url = os.environ.get(URL_VARIABLE, "")
    database = Database(folder, _engine(_address(folder, url), patience), url)
    try:
        # Only to read needs no lock: who opens waits for no writer.
        with database.reading() as connection:
            ready = is_up_to_date(connection)
        if not ready:
            with database.writing(exclusive=True) as connection:
                bring_up_to_date(connection)
    except BaseException:
        database.close()
        raise
    return database


def database_file(folder: Path | None = None, url: str | None = None) -> Path | None:
    """
    Return the file that the database is; ``None``: it is a server, or no address.

    Parameters
    ----------
    folder, url
        As :func:`open_database`.
    """
    folder = data_folder() if folder is None else folder
    url = os.environ.get(URL_VARIABLE, "") if url is None else url
    try:
        address = _address(folder, url)
    except StoreUnavailableError:
        return None
    is_file = address.get_backend_name() == "sqlite" and address.database
    return Path(str(address.database)) if is_file else None


def set_aside(file: Path) -> Path:
    """
    Rename a database file, so that the next one to open it begins an empty one.

    What SQLite keeps beside it goes with it: it can be renamed back, or mended.

    Parameters
    ----------
    file
        See :func:`database_file`.

    Returns
    -------
    Path
        The new name, in the same folder.

    Raises
    ------
    StoreUnwritableError
        When the system refuses, or there is no such file.
    """
    moment = datetime.now().strftime("%Y%m%d-%H%M%S")
    aside = file.with_name(f"{file.name}.set-aside-{moment}")
    with writable(file):
        for ending in ("-wal", "-shm", "-journal"):
            beside = file.with_name(file.name + ending)
            if beside.exists():
                beside.rename(aside.with_name(aside.name + ending))
        file.rename(aside)
        sync_folder(file.parent)
    return aside


def stored_version(database: Database) -> int:
    """Version of the tables."""
    with database.reading() as connection:
        return int(connection.execute(select(schema_version.c.version)).scalar_one())


def to_json(value: object) -> str:
    """
    JSON as all databases accept it: NaN and infinity are no JSON.

    Raises
    ------
    ValueError
        When the value holds something that JSON cannot say.
    """
    try:
        return json.dumps(value, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise ValueError(f"Expected a value that JSON can hold: {error}.") from error


def _address(folder: Path, url: str) -> URL:
    """Where the database is, with its driver."""
    if url:
        return _checked(url)
    return URL.create("sqlite+pysqlite", database=str(folder / FILE_NAME))


def _checked(url: str) -> URL:
    """Return the address with its driver; refuses other databases."""
    try:
        address = make_url(url)
    except ArgumentError:
        # The text is not repeated: it may hold a password.
        raise StoreUnavailableError(
            f"{URL_VARIABLE} is no database address. Expected one like "
            "postgresql://user:password@host:5432/shiftwright."
        ) from None
    if address.drivername in ("postgres", "postgresql", "postgresql+psycopg"):
        return address.set(drivername="postgresql+psycopg")
    if address.drivername in ("sqlite", "sqlite+pysqlite"):
        return address.set(drivername="sqlite+pysqlite")
    raise StoreUnavailableError(
        f"{URL_VARIABLE} names a {address.drivername} database; expected postgresql "
        "or sqlite."
    )


def _engine(url: URL, patience: float | None) -> Engine:
    """Return an engine with our settings."""
    busy = BUSY_SECONDS if patience is None else patience
    if url.get_backend_name() == "postgresql":
        engine = create_engine(
            url,
            json_serializer=to_json,
            pool_pre_ping=True,  # the server may have been restarted
            # Whole seconds, and the driver takes 1 for 2.
            connect_args={"connect_timeout": max(2, ceil(min(busy, CONNECT_SECONDS)))},
        )
        event.listen(engine, "connect", partial(_prepare_postgresql, busy))
        return engine
    engine = create_engine(url, json_serializer=to_json, connect_args={"timeout": busy})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_postgresql(busy: float, connection: Any, record: object) -> None:
    """Give a lock that does not come an end."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET lock_timeout = {ceil(busy * 1000)}")
    connection.commit()


def _prepare_sqlite(connection: sqlite3.Connection, record: object) -> None:
    """
    Set what SQLite needs for several processes, and for a loss of power.

    WAL lets readers go on while one writes; FULL forces each commit to disk, which
    WAL alone does not. Python's own transactions are turned off: they begin too
    late to be safe (see :func:`_begin_sqlite`).
    """
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    """
    Take the write lock when a writing transaction begins, not at its first write.

    A transaction that reads first and writes later fails at once, without waiting,
    when another process wrote in between; ``IMMEDIATE`` makes it wait instead.
    """
    writes = connection.get_execution_options().get("shiftwright_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
