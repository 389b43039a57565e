"""When a plan starts, and what changes nothing in it."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.problem.shift import DEFAULT_START
from core.tables.shift import read_shift
from core.tables.writing.filled import Table
from core.tables.writing.write import workbook
from tests.tables.files import only, read

MACHINES = "machine_id,machine_type\nM-1,CNC\n"


def proposed(rows, header="job_id,processing_minutes,release,due", **more):
    """Reading of some jobs without a plan start."""
    files = {"jobs.csv": f"{header}\n{rows}".encode()}
    files["machines.csv"] = MACHINES.encode()
    files.update({f"{name}.csv": text.encode() for name, text in more.items()})
    return read_shift(files, None)


@pytest.mark.parametrize(
    ("rows", "start", "value"),
    [
        ("A,1,,2026-11-26T08:00\nB,1,,2026-11-27T08:00\n", "2026-11-26T06:00",
         "2026-11-26T08:00"),
        ("A,1,,2026-11-26T05:30\n", "2026-11-25T06:00", "2026-11-26T05:30"),
        ("A,1,,2026-11-26T06:00\n", "2026-11-25T06:00", "2026-11-26T06:00"),
        ("A,1,2026-11-26T06:00,\n", "2026-11-26T06:00", "2026-11-26T06:00"),
        ("A,1,2026-11-26T22:00,2026-11-27T02:00\n", "2026-11-26T06:00",
         "2026-11-26T22:00"),
        # A year that is mistyped does not move the start by one.
        ("A,1,,2024-11-26T08:00\nB,1,,2026-11-27T08:00\nC,1,,2026-11-28T08:00\n",
         "2026-11-27T06:00", "2026-11-27T08:00"),
    ],
)  # fmt: skip
def test_a_start_is_proposed_from_the_dates_and_said(rows, start, value):
    """The last 06:00 before the first date, with the cell it was taken from."""
    reading = proposed(rows)
    assert reading.start == datetime.fromisoformat(start)
    (note,) = reading.issues.notes
    assert note.value == value
    assert f"--start {start}" in note.mend


def test_without_dates_the_start_is_always_the_same():
    """So that planning and checking agree; it is said, too."""
    reading = proposed("A,1,,90\n")
    assert reading.shift.start == DEFAULT_START
    assert "no file holds a date" in reading.issues.notes[0].fault


def test_a_file_may_say_the_start_itself():
    """The sheet goes before the dates, and a start that is given before the sheet."""
    sheet = Table("shift", ("start", "title"), ([datetime(2026, 11, 25, 14), "Late"],))
    jobs = Table("jobs", ("job_id", "processing_minutes"), (["A", 1],))
    machines = Table("machines", ("machine_id", "machine_type"), (["M", "T"],))
    files = {"b.xlsx": workbook([jobs, machines, sheet])}
    reading = read_shift(files, None)
    assert reading.shift.start == datetime(2026, 11, 25, 14)
    assert reading.shift.name == "Late"
    assert "as the table 'shift' says" in reading.issues.notes[0].fault
    other = read_shift(files, datetime(2026, 11, 26, 6))
    assert other.shift.start == datetime(2026, 11, 26, 6)
    assert "as chosen, not as this says" in only(other).fault


@pytest.mark.parametrize(
    ("due", "says"),
    [
        ("2026-11-26T08:00", "The first date is 325 days after the plan start"),
        ("2025-12-20T08:00", "The last date is 16 days before the plan start"),
    ],
)
def test_dates_far_from_the_start_are_a_warning(due, says):
    """With the start that would fit."""
    reading = read(f"job_id,processing_minutes,due\nA,60,{due}\n")
    issue = next(x for x in reading.issues.warnings if "date is" in x.fault)
    assert says in issue.fault
    assert due[:10] in issue.mend


def test_one_date_far_from_the_others_is_a_warning():
    """A year too late, in row 4."""
    reading = proposed(
        "A,1,,2026-11-26T08:00\nB,1,,2026-11-27T08:00\nC,1,,2027-11-29T08:00\n"
    )
    issue = only(reading)
    assert (issue.row, issue.column) == (4, "due")
    assert issue.mend == "Check the year."


@given(st.lists(st.datetimes(datetime(1971, 1, 2), datetime(2199, 1, 1)), min_size=1))
def test_any_dates_give_a_start(moments):
    """And never a fault of ours."""
    rows = "".join(f"{i},1,,{x:%Y-%m-%dT%H:%M}\n" for i, x in enumerate(moments))
    reading = proposed(rows)
    assert reading.start is not None
    assert reading.start <= max(moments)


# Tables that do nothing


def warnings(**more):
    """Faults of the warnings about some more tables."""
    jobs = more.pop("jobs", "job_id,processing_minutes\nA,600\n")
    machines = more.pop("machines", MACHINES)
    return [x.fault for x in read(jobs, machines, **more).issues.warnings]


CALENDARS = "calendar,weekday,opens,closes\nday,Mon,06:00,14:00\n"


def test_a_calendar_that_no_machine_names_is_a_warning():
    """All or one of them."""
    (fault,) = warnings(calendars=CALENDARS)
    assert fault == "Calendar day is used by no machine: all machines are always open."
    (fault,) = warnings(
        machines="machine_id,machine_type,calendar\nM-1,CNC,day\n",
        calendars=CALENDARS + "night,Mon,22:00,06:00\n",
    )
    assert fault == "Calendar night is used by no machine."


GROUPS = "job_id,processing_minutes,setup_group\n1,10,A\n2,10,B\n"
SETUPS = "from_group,to_group,minutes\n"


def test_setups_in_one_direction_are_a_warning():
    """Unless the way back is there, or the jobs say their own minutes."""
    (fault,) = warnings(jobs=GROUPS, setups=SETUPS + "A,B,60\n")
    assert "for B to A" in fault
    assert warnings(jobs=GROUPS, setups=SETUPS + "A,B,60\nB,A,0\n") == []
    own = GROUPS.replace("setup_group", "setup_group,setup_minutes")
    own = own.replace(",A", ",A,5").replace(",B", ",B,5")
    assert warnings(jobs=own, setups=SETUPS + "A,B,60\n") == []


def test_a_group_without_a_row_is_a_warning():
    """C is named by no setup."""
    (fault,) = warnings(jobs=GROUPS + "3,10,C\n", setups=SETUPS + "A,B,60\nB,A,30\n")
    assert "1 setup group has no row in 'setups'" in fault
    assert fault.endswith(": C.")


def test_a_downtime_outside_the_plan_is_a_warning():
    """Before it, or when all work is long done; not one in between."""
    header = "machine_id,start,end\n"
    assert (
        "before the plan starts"
        in warnings(downtime=header + "M-1,2026-01-03T06:00,2026-01-04T06:00\n")[0]
    )
    assert (
        "after every job of this shift has ended"
        in warnings(downtime=header + "M-1,2026-05-03T06:00,2026-05-04T06:00\n")[-1]
    )
    assert warnings(downtime=header + "M-1,2026-01-05T07:00,2026-01-05T08:00\n") == []
