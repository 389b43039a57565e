"""Files that were not made for this are read, with one correction at most."""

import pytest

from core.tables.shift import read_shift
from tests.tables.files import MACHINES, only, problem, read


def test_a_machine_column_binds():
    """J-1 and J-2 run on the laser M-2 (twice as fast), J-3 on M-1."""
    reading = read("job_id,machine,duration\nJ-1,M-2,90\nJ-2, M-2,60\nJ-3,M-1,60\n")
    assert (reading.shift.problem.processing / 60).tolist() == [
        [float("inf"), 45.0],
        [float("inf"), 30.0],
        [60.0, float("inf")],
    ]
    assert any("'machine' is binding" in x.fault for x in reading.issues.notes)


def test_a_machine_column_may_hold_types():
    """A work center that is a machine type means every machine of it, which is said."""
    machines = MACHINES + "M-3,Laser,1\n"
    reading = read("job_id,Work center,duration\nA,Laser,60\n", machines)
    assert (reading.shift.problem.processing / 60).tolist() == [
        [float("inf"), 30.0, 60.0]
    ]
    assert any("is no machine but a machine type" in x.fault for x in reading.issues)


@pytest.mark.parametrize(
    ("row", "fault", "mend"),
    [
        ("A,m-1,60,", "no machine of this name", "Did you mean 'M-1'?"),
        ("A,M-1,60,Laser", "the machine it names is of none of its types", "Name"),
        ("A,Lasr,60,", "no machine of this name", "Did you mean 'Laser'?"),
    ],
)
def test_a_machine_that_a_job_cannot_run_on_is_one_error(row, fault, mend):
    """And no other about the same job."""
    issue = only(read(f"job_id,machine,duration,machine_types\n{row}\n"))
    assert fault in issue.fault
    assert issue.mend.startswith(mend)


@pytest.mark.parametrize(
    ("header", "ids"),
    [
        ("job,operation,machine,duration", ("7-10", "7-20", "8-10")),
        ("Auftrag,Arbeitsgang,Maschine,Dauer", ("7-10", "7-20", "8-10")),
        ("work order,step,resource,minutes", ("7-10", "7-20", "8-10")),
        ("job_id,task_id,machine,duration", ("7-10", "7-20", "8-10")),
    ],
)
def test_job_and_operation_are_family_and_sequence(header, ids):
    """The id of a job is both; the second step of 7 runs after its first."""
    rows = "\n7,10,M-1,60\n7,20,M-2,30\n8,10,M-1,15\n"
    found = problem(header + rows)
    assert found.job_ids == ids
    assert found.family_names == ("7", "8")
    assert found.precedence.tolist() == [[0, 1]]


def test_an_operation_that_is_no_number_is_the_id():
    """Each is there once, so the job is its family."""
    found = problem("job,operation,duration\n7,cut,60\n7,weld,30\n")
    assert found.job_ids == ("cut", "weld")
    assert found.family_names == ("7",)


def test_operations_that_order_nothing_are_one_error():
    """Cut and weld twice each: neither a number nor an id."""
    issue = only(
        read("job,operation,duration\n7,cut,60\n7,weld,9\n8,cut,9\n8,weld,9\n")
    )
    assert "are the same column" in issue.fault
    assert "family and sequence" in issue.mend


def test_a_work_order_list_with_quantities():
    """80 pieces left at half a minute; 100 at 15 seconds; setup in minutes."""
    reading = read(
        "Work order,Operation,Work center,Qty,Qty done,Run time per piece (min),"
        "Setup time (min)\nWO-1,10,M-1,100,20,0.5,15\nWO-1,20,M-1,100,,0.25,10\n"
    )
    found = reading.shift.problem
    assert found.job_ids == ("WO-1-10", "WO-1-20")
    assert found.processing[:, 0].tolist() == [2400.0, 1500.0]
    notes = [x.fault for x in reading.issues.notes]
    assert any("in row 2, 100 by 0.5" in x for x in notes)
    assert any("in row 2, 20 of 100" in x for x in notes)
    assert not reading.issues.warnings


@pytest.mark.parametrize(
    ("row", "column", "fault"),
    [
        ("A,10,2,10", "quantity_done", "No pieces are left"),
        ("A,,2,", "quantity", "no quantity"),
        ("A,10,,", "processing_minutes", "no processing time"),
    ],
)
def test_pieces_that_say_no_time_are_an_error(row, column, fault):
    """One, in the cell to fill in or to correct."""
    issue = only(read(f"job_id,quantity,minutes_per_piece,quantity_done\n{row}\n"))
    assert issue.column == column
    assert fault in issue.fault


def test_sheets_of_frepple():
    """Seconds by one correction of the header; percent and weekday columns by none."""
    reading = read(
        "name,location,duration (s),resource\nop 1,fab,5400,CNC-1\n",
        "name,type,efficiency %,available\nCNC-1,default,90,day\n",
        calendars="calendar,value,starttime,endtime,monday,tuesday,sunday\n"
        "day,1,06:00:00,14:00:00,true,true,false\n"
        "day,0,12:00:00,12:30:00,true,true,true\n",
    )
    found = reading.shift.problem
    assert found.processing.tolist() == [[6000.0]]
    # From Monday 06:00: open eight hours, shut until Tuesday 06:00, then for a week.
    assert (found.calendars[0].closures[:2] / 3600).tolist() == [[8, 24], [32, 168]]


def test_an_export_of_pandas():
    """A nameless column that counts, and ids that became numbers: 1.0 is 1."""
    reading = read(
        ",job_id,processing_minutes,machine_types,predecessors\n"
        "0,1,90.0,CNC,\n1,2,60.0,CNC,1.0\n"
    )
    assert reading.shift.problem.precedence.tolist() == [[0, 1]]
    assert not reading.issues.warnings
    assert any("'1.0' is read as '1'" in x.fault for x in reading.issues.notes)


@pytest.mark.parametrize(
    ("header", "cell", "says"),
    [
        ("Lieferdatum", "2026-01-05 07:00", "looks like 'due'"),
        ("Prio", "1", "looks like 'weight'"),
        ("Earliest", "2026-01-05 07:00", "looks like 'release'"),
        ("Booked", "05.01.2026", "its cells are dates"),
        ("Drawing", "4711", "its cells are numbers"),
        ("Qty", "10", "there are no minutes per piece"),
    ],
)
def test_a_column_that_may_mean_something_is_a_warning(header, cell, says):
    """With what it may be; its cells are kept with the shift, unless it is known."""
    reading = read(f"job_id,processing_minutes,{header}\nA,60,{cell}\n")
    assert says in only(reading).fault
    assert only(reading).column == header
    kept = {} if header == "Qty" else {header: (cell,)}
    assert reading.shift.extras == kept


def test_a_column_of_words_is_a_note():
    """Kept and shown."""
    reading = read("job_id,processing_minutes,Customer\nA,60,Nord\n")
    assert not reading.issues.warnings
    assert [x.column for x in reading.issues.notes] == ["Customer"]
    assert reading.shift.extras == {"Customer": ("Nord",)}


@pytest.mark.parametrize(
    "header", ["job_id,machine_id,setup_start,start,end", "Job,Maschine,x,Beginn,Ende"]
)
def test_a_plan_is_no_list_of_jobs(header):
    """One error, with what to do with it."""
    jobs = f"{header}\nA,M-1,2026-01-05T06:00,2026-01-05T06:00,2026-01-05T07:00\n"
    issue = only(read(jobs))
    assert issue.fault.startswith("This is a plan, not a list of jobs")
    assert "verify" in issue.mend


def test_a_plan_among_files_is_recognised_by_its_columns():
    """Whatever it is called."""
    plan = (
        "job_id,machine_id,start,end,processing_minutes\n"
        "A,M-1,2026-01-05T06:00,2026-01-05T07:00,60\n"
    )
    files = {"monday.csv": plan.encode(), "machines.csv": MACHINES.encode()}
    assert "This is a plan" in only(read_shift(files, None)).fault
