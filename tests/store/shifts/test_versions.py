"""Versions: nothing that was accepted is lost or overwritten, and undo finds it."""

import subprocess
import sys
import threading
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from core.problem.model import Problem
from core.problem.rows import Job, Machine
from core.store.database import open_database, stored_version
from core.store.errors import DayChangedError, NoVersionError, UnknownDayError
from core.store.schema import VERSION, metadata
from core.store.shifts.scenario import Scenario
from core.store.shifts.version import Version
from core.store.shifts.versions import DAY, MOST_DAYS, Versions
from core.timing.retime import retime

ROOT = Path(__file__).parents[3]
START = datetime(2026, 1, 5, 6)
DOWN = {"id": "e1", "kind": "machine_down"}
BACK = {"id": "e2", "kind": "machine_back"}


@pytest.fixture
def versions(database, clock) -> Versions:
    """The versions of an empty store."""
    return Versions(database, clock)


def version_of(cause="Planned", events=(), first=0) -> Version:
    """A plan of two jobs on one machine, one of them first."""
    jobs = [Job("A", {"M": 60}), Job("B", {"M": 30}, due=80.0)]
    problem = Problem.from_rows(jobs, [Machine("M")])
    base = Scenario(problem, START, origin="Tue early")
    schedule = retime(problem, [[first, 1 - first]])
    plan = replace(base, schedule=schedule, figures={"late_jobs": first})
    return Version(cause, plan, problem.content_hash, base, events)


@pytest.fixture
def day(versions):
    """A day of three versions; the third is in force."""
    day = versions.begin("Tue early", "Ada")
    for cause, events in (
        ("Planned", []),
        ("M down", [DOWN]),
        ("M back", [DOWN, BACK]),
    ):
        accepted = version_of(cause, events, first=len(events) % 2)
        day = versions.accept(day.id, day.revision, accepted, "Ada")
    return day


def test_a_version_holds_all_that_a_plan_was_made_from(versions, day, clock):
    """Cause, owner, time and figures; the plan, the shift as it was, the events."""
    assert (day.revision, day.head) == (3, 3)
    entry = versions.all(day.id)[1]
    assert (entry.number, entry.parent, entry.owner) == (2, 1, "Ada")
    assert (entry.created, entry.cause) == (clock.now, "M down")
    assert entry.figures == {"late_jobs": 1}
    kept = versions.load(day.id, 2)
    assert kept.plan.schedule.start.tolist() == [30, 0]
    assert kept.base.schedule is None
    assert kept.base.problem.content_hash == kept.base_digest
    assert list(kept.events) == [DOWN]


def test_undo_and_redo_move_a_pointer(versions, day):
    """Twice back, once on, as far as there is anything; nothing is removed."""
    day = versions.undo(day.id, day.revision)
    day = versions.undo(day.id, day.revision)
    assert day.head == 1
    with pytest.raises(NoVersionError, match="nothing to undo"):
        versions.undo(day.id, day.revision)
    day = versions.redo(day.id, day.revision)
    assert day.head == 2
    assert [x.number for x in versions.all(day.id)] == [1, 2, 3]
    day = versions.redo(day.id, day.revision)
    with pytest.raises(NoVersionError, match="nothing to redo"):
        versions.redo(day.id, day.revision)


def test_what_is_accepted_after_an_undo_hides_nothing(versions, day):
    """The version that was undone stays, and each version is a way back."""
    day = versions.undo(day.id, day.revision)
    day = versions.accept(day.id, day.revision, version_of("Other"))
    assert day.head == 4
    assert [x.parent for x in versions.all(day.id)] == [None, 1, 2, 2]
    assert versions.undo(day.id, day.revision).head == 2
    assert versions.redo(day.id, day.revision + 1).head == 4  # the newest of both
    assert versions.go_to(day.id, day.revision + 2, 3).head == 3


def test_the_log_of_events_only_grows(versions, day):
    """A version without an event withdraws it; the row stays with its version."""
    day = versions.accept(day.id, day.revision, version_of("Withdrawn", [BACK]))
    found = versions.events(day.id)
    assert [(x.version, x.content["id"]) for x in found] == [(2, "e1"), (3, "e2")]
    assert list(versions.load(day.id, 4).events) == [BACK]
    assert list(versions.load(day.id, 3).events) == [DOWN, BACK]


def test_the_second_of_two_is_told_and_overwrites_nothing(versions, day):
    """Both saw version 3: for accepting, undo, redo and a way back alike."""
    versions.accept(day.id, day.revision, version_of("Rush order R-9."), "Bob")
    for attempt in (
        lambda: versions.accept(day.id, day.revision, version_of(), "Ada"),
        lambda: versions.undo(day.id, day.revision),
        lambda: versions.redo(day.id, day.revision),
        lambda: versions.go_to(day.id, day.revision, 1),
    ):
        with pytest.raises(DayChangedError, match=r"Bob .* version 4 .*Rush order R-9"):
            attempt()
    assert versions.day(day.id).head == 4
    assert len(versions.all(day.id)) == 4


def test_of_many_who_accept_at_once_one_does(versions, day):
    """Eight threads that saw the same state: one version more, seven are told."""
    told = []

    def accepts():
        try:
            versions.accept(day.id, day.revision, version_of())
        except DayChangedError as error:
            told.append(error)

    threads = [threading.Thread(target=accepts) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(told) == 7
    assert [x.number for x in versions.all(day.id)] == [1, 2, 3, 4]


def test_what_is_not_there_is_said(versions, day):
    """A day that is unknown, or a version."""
    with pytest.raises(UnknownDayError, match="not kept"):
        versions.day("0" * 32)
    with pytest.raises(UnknownDayError, match="version 9"):
        versions.load(day.id, 9)
    with pytest.raises(UnknownDayError, match="version 9"):
        versions.go_to(day.id, day.revision, 9)


def test_what_cannot_be_kept_changes_nothing(versions, day):
    """NaN is no JSON; the version in force stays."""
    with pytest.raises(ValueError, match="JSON"):
        versions.accept(
            day.id, day.revision, version_of(events=[DOWN | {"x": float("nan")}])
        )
    assert versions.day(day.id) == day


def test_a_day_is_kept_for_more_than_a_year(versions, day, clock):
    """Then another day that begins removes it, with all that belongs to it."""
    clock.now += (MOST_DAYS - 1) * DAY
    versions.begin("Next")
    assert versions.day(day.id) == day
    clock.now += 2 * DAY
    versions.begin("Another")
    with pytest.raises(UnknownDayError):
        versions.day(day.id)
    assert versions.all(day.id) == versions.events(day.id) == []


def test_a_database_of_version_2_gets_the_tables(address, tmp_path):
    """Made without them, opened: they are there and hold all kinds of rows."""
    database = open_database(tmp_path, address)
    with database.writing() as connection:
        for name in ("versions", "day_events", "day_bases", "days"):
            metadata.tables[name].drop(connection)
        connection.execute(text("UPDATE schema_version SET version = 2"))
    database.close()
    database = open_database(tmp_path, address)
    assert stored_version(database) == VERSION
    versions = Versions(database)
    begun = versions.begin("x")
    made = versions.accept(begun.id, 0, version_of(events=[DOWN]))
    assert versions.day(begun.id) == made
    assert list(versions.load(begun.id, 1).events) == [DOWN]
    database.close()


ACCEPTS = """
import sys
from pathlib import Path
from core.store.database import open_database
from core.store.shifts.versions import Versions
from tests.store.shifts.test_versions import version_of

versions = Versions(open_database(Path(sys.argv[1]), sys.argv[2]))
day = versions.begin("x")
print(day.id, flush=True)
while True:
    day = versions.accept(day.id, day.revision, version_of())
    print(day.head, flush=True)
"""


def test_a_killed_process_loses_nothing_that_it_accepted(database):
    """Killed in the middle of accepting: every version that it said is there, whole."""
    command = [sys.executable, "-c", ACCEPTS, str(database.folder), database.url]
    process = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    day_id = process.stdout.readline().strip()
    said = [int(process.stdout.readline()) for _ in range(5)]
    process.kill()
    said += [int(x) for x in process.communicate()[0].split()]
    versions = Versions(database)
    day = versions.day(day_id)
    assert day.head >= said[-1] >= 5
    assert [x.number for x in versions.all(day_id)] == list(range(1, day.head + 1))
    assert versions.load(day_id, day.head).plan.schedule is not None
