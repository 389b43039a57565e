"""The database: versions, several processes, and faults in words."""

import subprocess
import sys
import threading
from pathlib import Path

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, func, insert, select, text

from core.store.database import open_database, stored_version, to_json
from core.store.errors import (
    NewerDatabaseError,
    StoreUnavailableError,
    StoreUnwritableError,
)
from core.store.schema import VERSION, bring_up_to_date, promotions, schema_version

ROOT = Path(__file__).parents[2]

WRITER = """
import sys
from pathlib import Path
from sqlalchemy import insert, select, func
from core.store.database import open_database
from core.store.schema import promotions

database = open_database(Path(sys.argv[1]), sys.argv[2])
print("ready", flush=True)
sys.stdin.readline()
for i in range(40):
    with database.writing(exclusive=True) as connection:
        query = select(func.count()).select_from(promotions)
        row = {"why": "", "owner": "", "created": 0}
        row["model_key"] = str(connection.execute(query).scalar())
        connection.execute(insert(promotions).values(row))
"""


def test_torch_is_never_loaded():
    """The store is imported by what must start fast."""
    modules = [
        ".".join(file.relative_to(ROOT).with_suffix("").parts)
        for file in sorted((ROOT / "core" / "store").rglob("*.py"))
        if file.stem != "__init__"
    ]
    code = f"import sys, {', '.join(modules)}; sys.exit('torch' in sys.modules)"
    assert len(modules) > 10
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT).returncode == 0


def test_a_new_database_is_of_the_newest_version(database):
    """Opening makes the tables; opening again changes nothing."""
    assert stored_version(database) == VERSION
    again = open_database(database.folder, database.url)
    assert stored_version(again) == VERSION
    again.close()


def test_the_default_is_a_file_in_the_data_folder(monkeypatch, tmp_path):
    """With no word about a database it is SQLite, in WAL mode, and made for it."""
    monkeypatch.setenv("SHIFTWRIGHT_DATA", str(tmp_path / "data"))
    monkeypatch.delenv("SHIFTWRIGHT_DATABASE_URL", raising=False)
    database = open_database()
    with database.reading() as connection:
        assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"
        assert connection.execute(text("PRAGMA foreign_keys")).scalar() == 1
    assert (tmp_path / "data" / "shiftwright.db").is_file()
    database.close()


def test_an_older_database_is_migrated_step_by_step(database):
    """Two steps are done in order, with what was in the tables kept."""
    steps = []

    def to_version_2(connection):
        steps.append(2)
        connection.execute(text("ALTER TABLE promotions ADD COLUMN note TEXT"))

    def to_version_3(connection):
        steps.append(3)
        connection.execute(text("UPDATE promotions SET note = why"))

    row = {"model_key": "a", "why": "better", "owner": "", "created": 1.0}
    with database.writing() as connection:
        connection.execute(insert(promotions).values(row))
    migrations = {VERSION + 1: to_version_2, VERSION + 2: to_version_3}
    for _ in range(2):  # the second time there is nothing to do
        with database.writing(exclusive=True) as connection:
            bring_up_to_date(connection, MetaData(), VERSION + 2, migrations)
    assert steps == [2, 3]
    assert stored_version(database) == VERSION + 2
    with database.reading() as connection:
        assert (
            connection.execute(text("SELECT note FROM promotions")).scalar() == "better"
        )


def test_a_migration_that_fails_changes_nothing(database):
    """The step before it is taken back with it: the old program still works."""

    def adds(connection):
        connection.execute(text("ALTER TABLE promotions ADD COLUMN note TEXT"))

    def fails(connection):
        raise RuntimeError("no")

    with pytest.raises(RuntimeError), database.writing(exclusive=True) as connection:
        bring_up_to_date(
            connection, MetaData(), VERSION + 2, {VERSION + 1: adds, VERSION + 2: fails}
        )
    assert stored_version(database) == VERSION
    with database.reading() as connection:
        columns = connection.execute(text("SELECT * FROM promotions")).keys()
    assert "note" not in columns


def test_a_newer_database_is_refused_and_left_alone(database):
    """The error names both versions."""
    with database.writing() as connection:
        connection.execute(schema_version.update().values(version=VERSION + 1))
    with pytest.raises(NewerDatabaseError, match=f"{VERSION + 1}.*version {VERSION}"):
        open_database(database.folder, database.url)
    assert stored_version(database) == VERSION + 1


def test_two_who_open_a_new_database_at_once_make_it_once(address, tmp_path):
    """The tables are made by one of them; neither fails."""
    faults = []

    def opens():
        try:
            open_database(tmp_path, address).close()
        except Exception as error:
            faults.append(error)

    threads = [threading.Thread(target=opens) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    database = open_database(tmp_path, address)
    with database.reading() as connection:
        rows = connection.execute(select(func.count()).select_from(schema_version))
        assert rows.scalar() == 1
    database.close()


def test_two_processes_that_read_and_then_write_lose_nothing(database):
    """Each of 80 rows was counted right: no transaction saw an old state."""
    command = [sys.executable, "-c", WRITER, str(database.folder), database.url]
    writers = [
        subprocess.Popen(
            command,
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    for writer in writers:
        assert writer.stdout.readline() == "ready\n", writer.stderr.read()
    for writer in writers:
        writer.stdin.write("go\n")
        writer.stdin.flush()
    for writer in writers:
        _, said = writer.communicate()
        assert writer.returncode == 0, said
    with database.reading() as connection:
        found = connection.execute(select(promotions.c.model_key)).scalars().all()
    assert sorted(map(int, found)) == list(range(80))


def test_a_fault_inside_takes_everything_back(database):
    """A transaction that raises leaves no row."""
    row = {"model_key": "a", "why": "", "owner": "", "created": 1.0}

    def fails():
        with database.writing() as connection:
            connection.execute(insert(promotions).values(row))
            raise KeyError

    with pytest.raises(KeyError):
        fails()
    with database.reading() as connection:
        assert connection.execute(select(promotions)).all() == []


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    """A file in the way is said to be there."""
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreUnwritableError, match=r"file.*SHIFTWRIGHT_DATA"):
        open_database(tmp_path / "file" / "data", "")


def test_a_full_disk_is_said_to_be_full(sqlite):
    """SQLite's own words for it, with the way out; what was there can be read."""
    row = {"model_key": "x" * 10_000_000, "why": "", "owner": "", "created": 1.0}

    def fills():
        with sqlite.writing() as connection:
            # A file that may not grow answers as a disk that is full.
            connection.execute(text("PRAGMA max_page_count = 1"))
            connection.execute(insert(promotions).values(row))

    with pytest.raises(StoreUnwritableError, match=r"disk is full.*Free some space"):
        fills()
    assert stored_version(sqlite) == VERSION


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("postgresql://planner:secret@127.0.0.1:1/none", "does not answer"),
        ("mysql://planner:secret@host/none", "expected postgresql"),
        ("secret is no address", "no database address"),
    ],
)
def test_a_database_that_cannot_be_reached_is_named_without_password(
    tmp_path, url, message
):
    """The words say where, and never repeat the password."""
    with pytest.raises(StoreUnavailableError, match=message) as caught:
        open_database(tmp_path, url)
    assert "secret" not in str(caught.value)


def test_a_writer_that_waits_too_long_is_told(sqlite, monkeypatch):
    """A database that stays busy is said to be; nothing waits for ever."""
    monkeypatch.setattr("core.store.database.BUSY_SECONDS", 0.05)
    hasty = open_database(sqlite.folder, "")
    with (
        sqlite.writing(),
        pytest.raises(StoreUnavailableError, match="locked"),
        hasty.writing(),
    ):
        pass
    hasty.close()


def test_any_folder_will_do(tmp_path):
    """Characters that mean something in an address mean nothing in a folder."""
    folder = tmp_path / "a ?b=c#d%20 夜班"
    open_database(folder, "").close()
    assert (folder / "shiftwright.db").is_file()


@pytest.mark.parametrize("value", [float("nan"), float("inf"), {1, 2}, b"x"])
def test_what_json_cannot_say_is_refused(value):
    """NaN would be kept by one database and refused by the other."""
    with pytest.raises(ValueError, match="Expected a value that JSON can hold"):
        to_json({"value": value})


def test_a_table_left_by_nobody_is_no_database_of_ours(address, tmp_path):
    """A database with other tables gets ours beside them."""
    database = open_database(tmp_path, address)
    with database.writing() as connection:
        other = Table("other", MetaData(), Column("x", Integer))
        other.create(connection)
    database.close()
    assert stored_version(open_database(tmp_path, address)) == VERSION
