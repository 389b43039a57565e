"""Shifts in hand: kept for one who knows the id, for some weeks."""

import pytest
from sqlalchemy import func, select, text

from core.store.database import database_file, open_database, set_aside, stored_version
from core.store.errors import (
    DamagedDatabaseError,
    HandChangedError,
    StoreUnwritableError,
    UnknownHandError,
)
from core.store.schema import VERSION, hand_parts, metadata
from core.store.shifts import hands as module
from core.store.shifts.hands import DAY, MOST_DAYS, Hands

CHOICES = {"source": "upload", "start": {"moment": "2026-01-05T06:00:00"}, "jobs": 3}


@pytest.fixture
def hands(database, clock) -> Hands:
    """The hands of an empty store."""
    return Hands(database, clock)


def parts_stored(database):
    """How many parts there are, of whichever hand."""
    with database.reading() as connection:
        return connection.execute(select(func.count()).select_from(hand_parts)).scalar()


def test_what_is_kept_comes_back(hands):
    """Choices and bytes, in every byte; two ids have nothing in common."""
    content = bytes(range(256)) * 1000
    first = hands.begin(CHOICES, {"files": content})
    second = hands.begin({}, {})
    kept = hands.load(first)
    assert (kept.revision, kept.choices) == (0, CHOICES)
    assert kept.parts == {"files": content}
    assert hands.load(second).parts == {}
    assert len(first) == len(second) == 32
    assert first != second


def test_a_change_replaces_what_it_names(hands):
    """One part is new, one replaced, one removed, one stays."""
    hand = hands.begin(CHOICES, {"a": b"1", "b": b"2", "c": b"3"})
    parts = {"b": b"two", "c": None, "d": b"4"}
    assert hands.change(hand, 0, {"jobs": 4}, parts) == 1
    kept = hands.load(hand)
    assert kept.revision == 1
    assert kept.choices == {"jobs": 4}
    assert kept.parts == {"a": b"1", "b": b"two", "d": b"4"}


def test_who_knows_an_older_state_replaces_nothing(hands):
    """Two know revision 0; the second one's change is refused as a whole."""
    hand = hands.begin(CHOICES, {"plan": b"0"})
    hands.change(hand, 0, CHOICES, {"plan": b"1"})
    with pytest.raises(HandChangedError):
        hands.change(hand, 0, {}, {"plan": b"2", "files": b""})
    assert hands.load(hand).parts == {"plan": b"1"}
    with pytest.raises(HandChangedError):
        hands.change("0" * 32, 0, {}, {})


def test_a_forgotten_hand_is_gone_with_its_parts(hands, database):
    """To forget it twice is no fault."""
    hand = hands.begin(CHOICES, {"plan": b"0"})
    hands.forget(hand)
    hands.forget(hand)
    with pytest.raises(UnknownHandError, match=f"{MOST_DAYS} days"):
        hands.load(hand)
    assert parts_stored(database) == 0


def test_old_hands_make_room(hands, database, clock, monkeypatch):
    """After 30 days without use, or as the oldest of too many; opening is a use."""
    old, used = hands.begin({}, {"p": b"1"}), hands.begin({}, {"p": b"2"})
    clock.now += 20 * DAY
    hands.load(used)
    clock.now += 11 * DAY
    new = hands.begin({}, {})
    with pytest.raises(UnknownHandError):
        hands.load(old)
    assert hands.load(used).parts == {"p": b"2"}
    assert parts_stored(database) == 1

    monkeypatch.setattr(module, "MOST_HANDS", 2)
    clock.now += 2 * DAY
    hands.load(used)
    newest = hands.begin({}, {})
    with pytest.raises(UnknownHandError):
        hands.load(new)
    assert hands.load(used)
    assert hands.load(newest)


def test_what_cannot_be_kept_is_refused_before_anything_is_written(hands, monkeypatch):
    """Too large, or no JSON; what was there stays."""
    hand = hands.begin(CHOICES, {"plan": b"0"})
    monkeypatch.setattr(module, "LARGEST", 3)
    with pytest.raises(ValueError, match="The files take"):
        hands.change(hand, 0, CHOICES, {"plan": b"1", "files": b"1234"})
    with pytest.raises(ValueError, match="JSON"):
        hands.change(hand, 0, {"x": float("nan")}, {})
    assert hands.load(hand).parts == {"plan": b"0"}


def test_a_database_of_version_1_gets_the_tables(address, tmp_path):
    """Made without them, opened: they are there, with what else there was."""
    database = open_database(tmp_path, address)
    with database.writing() as connection:
        newer = ("versions", "day_events", "day_bases", "days")
        for name in ("hand_parts", "hands", *newer):
            metadata.tables[name].drop(connection)
        connection.execute(text("UPDATE schema_version SET version = 1"))
    database.close()
    database = open_database(tmp_path, address)
    assert stored_version(database) == VERSION
    hands = Hands(database)
    hand = hands.begin(CHOICES, {"plan": b"0"})
    hands.change(hand, 0, CHOICES, {"files": b"1"})
    assert hands.load(hand).parts == {"plan": b"0", "files": b"1"}
    hands.forget(hand)
    assert parts_stored(database) == 0
    database.close()


def test_a_file_that_is_no_database_is_set_aside(tmp_path):
    """It is said what it is; renamed, it is whole, and a new one is begun."""
    file = tmp_path / "shiftwright.db"
    file.write_bytes(b"no database " * 1000)
    with pytest.raises(DamagedDatabaseError, match="another program made it"):
        open_database(tmp_path, "")
    assert database_file(tmp_path, "") == file
    (tmp_path / "shiftwright.db-wal").write_bytes(b"beside")
    aside = set_aside(file)
    assert aside.read_bytes() == b"no database " * 1000
    assert aside.with_name(f"{aside.name}-wal").read_bytes() == b"beside"
    open_database(tmp_path, "").close()
    with pytest.raises(StoreUnwritableError, match="No such file"):
        set_aside(tmp_path / "none.db")


@pytest.mark.parametrize(
    ("url", "file"),
    [
        ("sqlite:////a/b.db", "/a/b.db"),
        ("postgresql://planner@host/db", None),
        ("mysql://host/db", None),
    ],
)
def test_only_a_file_can_be_set_aside(tmp_path, url, file):
    """A server's database is not ours to rename."""
    found = database_file(tmp_path, url)
    assert (None if found is None else str(found)) == file
