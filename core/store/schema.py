"""The tables as they are now, their version, and the way here from older ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Connection,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    insert,
    inspect,
    select,
    text,
    update,
)

from core.store.errors import DamagedDatabaseError, NewerDatabaseError

VERSION = 3

Migration = Callable[[Connection], None]


def _add_hands(connection: Connection) -> None:
    """Add the shifts in hand, which version 1 did not keep."""
    blob = "BYTEA" if connection.dialect.name == "postgresql" else "BLOB"
    for statement in (
        "CREATE TABLE hands (id VARCHAR(32) PRIMARY KEY, revision INTEGER NOT NULL, "
        "changed DOUBLE PRECISION NOT NULL, choices JSON NOT NULL)",
        "CREATE INDEX hands_by_age ON hands (changed)",
        "CREATE TABLE hand_parts (hand VARCHAR(32) NOT NULL REFERENCES hands (id) "
        f"ON DELETE CASCADE, name VARCHAR(32) NOT NULL, content {blob} NOT NULL, "
        "PRIMARY KEY (hand, name))",
    ):
        connection.execute(text(statement))


def _add_versions(connection: Connection) -> None:
    """Add the days in a shop, which version 2 did not keep."""
    blob = "BYTEA" if connection.dialect.name == "postgresql" else "BLOB"
    of_day = "day VARCHAR(32) NOT NULL REFERENCES days (id) ON DELETE CASCADE"
    for statement in (
        "CREATE TABLE days (id VARCHAR(32) PRIMARY KEY, name TEXT NOT NULL, "
        "owner TEXT NOT NULL, created DOUBLE PRECISION NOT NULL, "
        "changed DOUBLE PRECISION NOT NULL, revision INTEGER NOT NULL, head INTEGER)",
        f"CREATE TABLE day_bases ({of_day}, digest VARCHAR(64) NOT NULL, "
        f"content {blob} NOT NULL, PRIMARY KEY (day, digest))",
        f"CREATE TABLE day_events ({of_day}, id VARCHAR(32) NOT NULL, "
        "number INTEGER NOT NULL, version INTEGER NOT NULL, owner TEXT NOT NULL, "
        "created DOUBLE PRECISION NOT NULL, content JSON NOT NULL, "
        "PRIMARY KEY (day, id))",
        f"CREATE TABLE versions ({of_day}, number INTEGER NOT NULL, parent INTEGER, "
        "owner TEXT NOT NULL, created DOUBLE PRECISION NOT NULL, cause TEXT NOT NULL, "
        "figures JSON NOT NULL, events JSON NOT NULL, base VARCHAR(64) NOT NULL, "
        f"content {blob} NOT NULL, PRIMARY KEY (day, number))",
    ):
        connection.execute(text(statement))


# MIGRATIONS[v] turns a database of version v - 1 into one of version v. It writes
# its SQL out and never uses the tables below, which show the newest version only.
MIGRATIONS: Mapping[int, Migration] = {2: _add_hands, 3: _add_versions}

metadata = MetaData()

schema_version = Table("schema_version", metadata, Column("version", Integer))

# Moments are seconds since 1970-01-01 UTC. Absent values are NULL.
runs = Table(
    "runs",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("name", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("config", JSON, nullable=False),
    Column("data", JSON, nullable=False),
    Column("seed", BigInteger, nullable=False),
    Column("versions", JSON, nullable=False),
    Column("created", Double, nullable=False),
    Column("queued", Double, nullable=False),
    Column("started", Double),
    Column("ended", Double),
    Column("attempt", Integer, nullable=False),
    Column("host", Text),
    Column("pid", Integer),
    Column("process_start", Double),
    Column("heartbeat", Double),
    Column("stop_requested", Double),
    Column("error", Text),
    Column("progress", Double),
    Column("seconds_left", Double),
    Column("retry_of", String(32)),
    Index("runs_by_state", "state", "queued"),
)

run_metrics = Table(
    "run_metrics",
    metadata,
    Column("run", ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    Column("iteration", Integer, primary_key=True, autoincrement=False),
    Column("values", JSON, nullable=False),
)

checkpoints = Table(
    "checkpoints",
    metadata,
    Column("run", ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    Column("path", Text, primary_key=True),
    Column("iteration", Integer, nullable=False),
    Column("created", Double, nullable=False),
    Column("digest", String(64), nullable=False),
)

scenarios = Table(
    "scenarios",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("name", Text, nullable=False),
    Column("name_key", Text, nullable=False, unique=True),
    Column("owner", Text, nullable=False),
    Column("created", Double, nullable=False),
    Column("changed", Double, nullable=False),
    Column("figures", JSON, nullable=False),
    Column("content", LargeBinary, nullable=False),
)

# What a session works on, so that it outlasts a refresh; see shifts/hands.py.
hands = Table(
    "hands",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("revision", Integer, nullable=False),
    Column("changed", Double, nullable=False),
    Column("choices", JSON, nullable=False),
    Index("hands_by_age", "changed"),
)

hand_parts = Table(
    "hand_parts",
    metadata,
    Column("hand", ForeignKey("hands.id", ondelete="CASCADE"), primary_key=True),
    Column("name", String(32), primary_key=True),
    Column("content", LargeBinary, nullable=False),
)

# A day in a shop: the plans that were accepted for it; see shifts/versions.py.
days = Table(
    "days",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("name", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("created", Double, nullable=False),
    Column("changed", Double, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("head", Integer),
)


def _day() -> Column[str]:
    """Return the column of a table that belongs to a day."""
    return Column("day", ForeignKey("days.id", ondelete="CASCADE"), primary_key=True)


# What versions of a day were planned from: files as they were read, told apart by hash.
day_bases = Table(
    "day_bases",
    metadata,
    _day(),
    Column("digest", String(64), primary_key=True),
    Column("content", LargeBinary, nullable=False),
)

# Appended to, never changed: an event that was withdrawn is in no later version.
day_events = Table(
    "day_events",
    metadata,
    _day(),
    Column("id", String(32), primary_key=True),
    Column("number", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("owner", Text, nullable=False),
    Column("created", Double, nullable=False),
    Column("content", JSON, nullable=False),
)

versions = Table(
    "versions",
    metadata,
    _day(),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("parent", Integer),
    Column("owner", Text, nullable=False),
    Column("created", Double, nullable=False),
    Column("cause", Text, nullable=False),
    Column("figures", JSON, nullable=False),
    Column("events", JSON, nullable=False),
    Column("base", String(64), nullable=False),
    Column("content", LargeBinary, nullable=False),
)

models = Table(
    "models",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("name", Text, nullable=False),
    Column("name_key", Text, nullable=False, unique=True),
    Column("owner", Text, nullable=False),
    Column("origin", String(16), nullable=False),
    Column("run", String(32)),
    Column("created", Double, nullable=False),
)

# The default model is that of the newest row that was not undone.
promotions = Table(
    "promotions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("model_key", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("created", Double, nullable=False),
    Column("undone", Double),
)

evaluations = Table(
    "evaluations",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("model_key", Text, nullable=False, index=True),
    Column("what", Text, nullable=False),
    Column("figures", JSON, nullable=False),
    Column("created", Double, nullable=False),
)


def is_up_to_date(connection: Connection) -> bool:
    """
    Whether the tables are those of this version; only reads.

    Raises
    ------
    NewerDatabaseError, DamagedDatabaseError
        As :func:`bring_up_to_date`.
    """
    found = _version(connection)
    _refuse_newer(found, VERSION)
    return found == VERSION


def bring_up_to_date(
    connection: Connection,
    tables: MetaData = metadata,
    version: int = VERSION,
    migrations: Mapping[int, Migration] = MIGRATIONS,
) -> None:
    """
    Make the tables of a new database, or bring those of an older one up to date.

    Parameters
    ----------
    connection
        Inside a transaction that nobody else is in: all of it happens, or nothing.
    tables, version, migrations
        What the newest version looks like, and the steps to it.

    Raises
    ------
    NewerDatabaseError
        When the database is of a later version than this program knows.
    DamagedDatabaseError
        When it says no version that could be one of ours.
    """
    found = _version(connection)
    if found is None:
        tables.create_all(connection)
        connection.execute(insert(schema_version).values(version=version))
        return
    _refuse_newer(found, version)
    for step in range(found + 1, version + 1):
        migrations[step](connection)
    if found < version:
        connection.execute(update(schema_version).values(version=version))


def _version(connection: Connection) -> int | None:
    """Version of the tables; ``None``: there are none of ours yet."""
    if not inspect(connection).has_table(schema_version.name):
        return None
    found = connection.execute(select(schema_version.c.version)).scalars().all()
    if len(found) != 1 or not isinstance(found[0], int) or found[0] < 1:
        raise DamagedDatabaseError(
            "The database does not say which version it is of. It is damaged, or "
            "another program made it."
        )
    return found[0]


def _refuse_newer(found: int | None, version: int) -> None:
    if found is not None and found > version:
        raise NewerDatabaseError(
            f"The database is of version {found}, this Shiftwright knows version "
            f"{version}. Install the newer Shiftwright again, or name another data "
            "folder in SHIFTWRIGHT_DATA."
        )
