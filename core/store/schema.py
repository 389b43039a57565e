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
    update,
)

from core.store.errors import NewerDatabaseError

VERSION = 1

Migration = Callable[[Connection], None]

# MIGRATIONS[v] turns a database of version v - 1 into one of version v. It writes
# its SQL out and never uses the tables below, which show the newest version only.
MIGRATIONS: Mapping[int, Migration] = {}

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
    """
    if not inspect(connection).has_table(schema_version.name):
        tables.create_all(connection)
        connection.execute(insert(schema_version).values(version=version))
        return
    found = connection.execute(select(schema_version.c.version)).scalar_one()
    if found > version:
        raise NewerDatabaseError(
            f"The database is of version {found}, this Shiftwright knows version "
            f"{version}. Install the newer Shiftwright again, or name another data "
            "folder in SHIFTWRIGHT_DATA."
        )
    for step in range(found + 1, version + 1):
        migrations[step](connection)
    if found < version:
        connection.execute(update(schema_version).values(version=version))
