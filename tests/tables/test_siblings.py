"""Files like those that went wrong before: the same kinds, other forms."""

import pytest

from core.tables.shift import read_shift
from tests.tables.files import MACHINES, START, problem, read
from tests.tables.workbooks import book


def said(reading):
    """Every issue as text, but for the plan start's."""
    return [str(x) for x in reading.issues if "The plan starts" not in str(x)]


def test_a_column_of_machines_under_any_header_is_told():
    """Read as nothing it would let jobs run elsewhere; not where one cell is other."""
    jobs = "job_id,processing_minutes,asset\nA,90,M-1\nB,60,M-2\n"
    told = "'asset' is kept but not used; its cells are machines."
    (warning,) = [x for x in read(jobs).issues.warnings if told in x.fault]
    assert (warning.row, warning.column, warning.value) == (2, "asset", "M-1")
    assert not any(told in x for x in said(read(jobs.replace("M-2", "oven"))))
    bound = jobs.replace("asset", "machine,asset").replace(",M-", ",M-1,M-")
    assert not any(told in x for x in said(read(bound)))


def test_a_number_that_lost_its_zeros_is_asked_for():
    """12 for 0012 is no job, but there is one that looks like it."""
    jobs = "job_id,processing_minutes,predecessors\n0012,90,\n0013,60,12\n"
    (error,) = read(jobs).issues.errors
    assert "Did you mean '0012'?" in error.mend


@pytest.mark.parametrize("line", ["--------,------", "====,====", ":---,---:"])
def test_the_line_under_a_header_that_databases_print_is_no_job(line):
    """Nor is the count of rows below the table; both are said."""
    jobs = f"job_id,processing_minutes\n{line}\nA,90\nB,60\n(2 rows affected)\n"
    reading = read(jobs)
    assert reading.shift.problem.job_ids == ("A", "B")
    assert any("row 2: This row only underlines the header" in x for x in said(reading))
    assert any("(2 rows affected)" in x for x in said(reading))


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("setups", "from_group,to_group,minutes"),
        ("processing", "job_id,machine_id,minutes"),
        ("downtime", "machine_id,start,end"),
    ],
)
def test_a_file_with_a_header_alone_is_told(name, header):
    """It was brought for something, and changes nothing."""
    jobs = "job_id,processing_minutes\nA,90\n"
    reading = read(jobs, MACHINES, **{name: header + "\n"})
    assert reading.shift is not None
    assert any(x.startswith(f"note: {name}.csv, row 1: The table has no rows")
               for x in said(reading))  # fmt: skip


@pytest.mark.parametrize(
    ("header", "second", "third"), [("unit", "h", "s"), ("Einheit", "STD", "Sek.")]
)
def test_a_column_of_units_is_read_with_the_durations_left_of_it(header, second, third):
    """90 min, 1.5 h and 1800 s; the weight is no duration."""
    jobs = f"job_id,duration,{header},weight\nA,90,min,1\nB,1.5,{second},2\n"
    reading = read(jobs + f"C,1800,{third},3\n")
    assert reading.shift.problem.mean_processing.tolist() == [4050.0, 4050.0, 1350.0]
    assert f"'duration' is read in the units that '{header}' says" in str(said(reading))


def test_a_column_of_units_in_a_workbook_and_beside_pieces():
    """Numbers are numbers there: 0.125 h each is 7.5 minutes, 4 pieces half an hour."""
    data = book(
        jobs=[["job_id", "qty", "time per piece", "unit"], ["A", 4, 0.125, "h"]],
        machines=[["machine_id", "machine_type"], ["M", "CNC"]],
    )
    shift = read_shift({"shift.xlsx": data}, START).shift
    assert shift.problem.mean_processing.tolist() == [1800.0]


def test_units_that_may_belong_to_two_columns_are_asked_about():
    """Neither duration stands left of them."""
    jobs = "job_id,unit,duration,setup\nA,h,2,1\n"
    (error,) = read(jobs).issues.errors
    assert error.fault == "The units in 'unit' may belong to 'duration' and 'setup'."
    assert not any("units" in x for x in said(read("job_id,duration,unit\nA,9,pcs\n")))


def test_a_column_of_jobs_under_any_header_is_told():
    """Read as nothing it would let jobs start too early; not where it names itself."""
    jobs = "job_id,duration,folgt auf\nA,90,\nB,60,A\n"
    told = "'folgt auf' is kept but not used; its cells are jobs."
    assert any(told in x.fault for x in read(jobs).issues.warnings)
    assert not any(told in x for x in said(read(jobs.replace("0,A", "0,B"))))
    assert problem(jobs.replace("folgt auf", "Après")).precedence.tolist() == [[0, 1]]


def test_a_second_column_of_machines_is_told_by_its_name():
    """The job is bound to one machine, and the other one is not used."""
    jobs = "job_id,duration,machine,alternative machine\nA,90,M-1,M-2\n"
    (warning,) = read(jobs).issues.warnings
    assert warning.fault.startswith("'alternative machine' is kept but not used")
    assert "M-1|M-2" in warning.mend


@pytest.mark.parametrize(
    ("header", "cell", "words"),
    [
        ("done", "yes", "looks like 'status'"),
        ("storniert", "x", "looks like 'status'"),
        ("progress", "50%", "its cells are numbers"),
        ("Uhrzeit", "14:00", "its cells are times of day"),
    ],
)
def test_a_column_that_says_what_is_left_to_do_or_when_is_a_warning(
    header, cell, words
):
    """A note would be overlooked, and the plan would be another one."""
    reading = read(f"job_id,duration,{header}\nA,90,{cell}\n")
    (warning,) = reading.issues.warnings
    assert words in warning.fault


def test_days_that_count_from_0_are_asked_about():
    """0 is Monday to some programs, Sunday to others; 7 is no day of theirs."""
    calendars = "calendar,weekday,opens,closes\n" + "".join(
        f"day,{x},06:00,14:00\n" for x in (0, 1, 6)
    )
    machines = "machine_id,machine_type,calendar\nM,CNC,day\n"
    jobs = "job_id,duration\nA,90\n"
    (error,) = read(jobs, machines, calendars=calendars).issues.errors
    assert "Monday is 0, Sunday is 0" in error.fault


def test_a_share_of_a_day_is_no_time_of_day():
    """0.25 is 00:25 to one, 06:00 to a spreadsheet; 6.30 is half past six."""
    machines = "machine_id,machine_type,calendar\nM,CNC,day\n"
    header, jobs = "calendar,weekday,opens,closes\n", "job_id,duration\nA,90\n"
    first, _ = read(
        jobs, machines, calendars=header + "day,daily,0.25,0.50\n"
    ).issues.errors
    assert "00:25 or, as a spreadsheet's number, 06:00" in first.fault
    assert not read(
        jobs, machines, calendars=header + "day,daily,6.30,14.00\n"
    ).issues.errors


def test_a_table_in_two_sheets_is_read_from_the_one_that_holds_it():
    """frePPLe has the names of calendars in one sheet and their hours in another."""
    data = book(
        jobs=[["job_id", "duration"], ["A", 90]],
        machines=[["machine_id", "machine_type", "calendar"], ["M", "CNC", "day"]],
        calendar=[["name", "default value"], ["day", 0]],
        calendars=[
            ["calendar", "day", "start", "end"],
            ["day", "Mon", "06:00", "8:00"],
        ],
    )
    reading = read_shift({"shift.xlsx": data}, START)
    assert reading.shift.problem.calendars[0].closures[0].tolist() == [7200, 604800]
    (warning,) = reading.issues.warnings
    assert warning.fault.startswith("This is not read: shift.xlsx · calendars holds")
