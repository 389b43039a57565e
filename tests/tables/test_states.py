"""Shifts that are under way: states, locks, freeze and now, in the files."""

from datetime import datetime

import pytest

from core.problem.floor import JobState, Lock, Status
from core.tables.issues import Severity
from core.tables.shift import read_shift
from core.tables.writing.write import shift_files

START = datetime(2026, 1, 5, 6)
NOW = datetime(2026, 1, 5, 8)
MACHINES = "machine_id,machine_type,freeze_until\nM0,A,\nM1,A,2026-01-05T09:00\nS,B,"
HEAD = (
    "job_id,processing_minutes,machine_types,predecessors,status,machine_id,"
    "actual_start,actual_end,remaining_minutes,lock"
)
AT = "2026-01-05T"


def read(*rows, now=NOW, head=HEAD, machines=MACHINES):
    """Read a shift with some rows of jobs."""
    jobs = "\n".join([head, *rows])
    files = {"jobs.csv": jobs.encode(), "machines.csv": machines.encode()}
    return read_shift(files, START, now=now)


def told(reading, *kinds):
    """Row, column and fault of the errors and warnings."""
    kinds = kinds or (Severity.ERROR,)
    return [(x.row, x.column, x.fault) for x in reading.issues if x.severity in kinds]


def test_states_locks_and_freeze_are_read():
    """In English and German words; a cancelled job is no job."""
    reading = read(
        f"a,60,A,,finished,M0,{AT}06:00,{AT}07:00,,",
        f"b,90,A,a,läuft,M1,{AT}07:00,,20,",
        "c,60,A,,freigegeben,M0,,,,",
        "d,60,A,,,M1,,,,start",
        "e,60,A,,storniert,,,,,",
        "f,60,A,,planned,M1,,,,",
    )
    assert not told(reading)
    floor = reading.shift.floor
    assert (floor.now, floor.freeze_until) == (7200, {1: 10800})
    assert floor.states == {
        0: JobState(Status.FINISHED, 0, 0, 3600),
        1: JobState(Status.STARTED, 1, 3600, remaining=1200),
        2: JobState(Status.RELEASED, 0),
        3: JobState(Status.PLANNED, 1, lock=Lock.START),
    }
    assert reading.shift.problem.job_ids == ("a", "b", "c", "d", "f")
    # Where a planned job was planned does not bind it.
    assert reading.shift.problem.eligible[4].tolist() == [True, True, False]
    # A lock keeps a job on its machine by itself, and can be lifted; a release cannot.
    assert reading.shift.problem.eligible[3].tolist() == [True, True, False]
    assert reading.shift.problem.eligible[2].tolist() == [True, False, False]


def test_a_machine_column_alone_binds_as_ever():
    """Without status or lock, the machine is the only one."""
    reading = read("a,60,M1", head="job_id,processing_minutes,machine", now=None)
    assert reading.shift.problem.eligible.tolist() == [[False, True, False]]
    assert reading.shift.floor.states == {}


@pytest.mark.parametrize(
    ("row", "column", "fault"),
    [
        ("a,60,A,,started,,,,,", "machine_id", "not said on which machine"),
        ("a,60,A,,finished,,,,,", "machine_id", "not said on which machine"),
        (f"a,60,A,,started,S,{AT}06:00,,,", "machine_id", "none of its types"),
        (f"a,60,A,,started,M0,{AT}09:00,,,", "actual_start", "after now"),
        (
            f"a,60,A,,finished,M0,{AT}07:00,{AT}06:30,,",
            "actual_end",
            "ends before it starts",
        ),
        ("a,60,A,,half way,M0,,,,", "status", "no status"),
        ("a,60,A,,,,,,,maybe", "lock", "no lock"),
        (f"a,60,A,,planned,,{AT}06:00,,,", "actual_start", "has an actual time"),
    ],
)
def test_bad_states_are_issues_of_their_row(row, column, fault):
    """One error each, with the column; nothing is planned."""
    reading = read(row)
    (found,) = told(reading)
    assert reading.shift is None
    assert found[:2] == (2, column)
    assert fault in found[2]


def test_two_started_on_one_machine_are_an_error():
    """The second is named with the row of the first."""
    reading = read(
        f"a,60,A,,started,M0,{AT}06:00,,,", f"b,60,A,,started,M0,{AT}07:00,,,"
    )
    ((row, column, fault),) = told(reading)
    assert (row, column) == (3, "status")
    assert "a in row 2" in fault


def test_what_has_begun_needs_to_know_what_time_it_is():
    """Nor may now lie before the plan start."""
    row = f"a,60,A,,started,M0,{AT}06:00,,,"
    assert "what time it is" in told(read(row, now=None))[0][2]
    early = read(row, now=datetime(2026, 1, 5, 5))
    assert "before the plan start" in told(early)[0][2]


def test_a_predecessor_that_is_gone_is_taken_as_finished_and_said_once():
    """Where the shift is under way; a cancelled one is an error."""
    reading = read("b,60,A,x,,,,,,", "c,60,A,y,,,,,,")
    assert not told(reading)
    assert [x for x in told(reading, Severity.WARNING) if "taken as finished" in x[2]]
    assert len(reading.shift.problem.precedence) == 0
    cancelled = read("a,60,A,,cancelled,,,,,", "b,60,A,a,,,,,,")
    assert "is cancelled" in told(cancelled)[0][2]


def test_a_freeze_before_now_is_a_warning():
    """It freezes nothing."""
    reading = read("a,60,A,,,,,,,", now=datetime(2026, 1, 5, 10))
    assert "freezes nothing" in told(reading, Severity.WARNING)[0][2]
    assert reading.shift.floor.freeze_until == {}


def test_what_was_read_is_written_again():
    """States, locks, freeze and now come back, from CSV and from the workbook."""
    shift = read(
        f"a,60,A,,finished,M0,{AT}06:00,{AT}07:00,,",
        f"b,90,A,a,started,M1,{AT}07:00,,20,",
        "c,60,A,,released,M0,,,,machine",
    ).shift
    files = shift_files(shift)
    book = {"shift.xlsx": files.pop("shift.xlsx")}
    for again in (files, book):
        floor = read_shift(again, None).shift.floor
        assert floor.states == shift.floor.states
        assert (floor.now, floor.freeze_until) == (7200, {1: 10800})
