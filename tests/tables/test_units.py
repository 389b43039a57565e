"""Machines with units: one row, several equal machines, one name for all of them."""

import pytest

from tests.tables.files import only, problem, read

MACHINES = "machine_id,machine_type,speed,units\nM7,CNC,2,3\nL,Laser,1,\n"
JOBS = "job_id,duration,machine_types\nA,60,CNC\nB,30,Laser\n"


def test_a_row_with_units_is_that_many_machines():
    """Three CNC at twice the speed, one laser; 60 minutes are 1,800 s on each."""
    found = problem(JOBS, MACHINES)
    assert found.machine_ids == ("M7/1", "M7/2", "M7/3", "L")
    assert found.processing[0].tolist() == [1800.0] * 3 + [float("inf")]
    assert found.machine_type.tolist() == [0, 0, 0, 1]


def test_the_name_of_the_row_means_all_its_units():
    """In exact times, as the machine that binds and as the one that is preferred."""
    jobs = (
        "job_id,duration,machine_id,preferred_machine\nA,60,M7,M7\nB,30,L,\nC,5,M7/2,\n"
    )
    times = "job_id,machine_id,minutes\nA,M7,7\n"
    found = problem(jobs, MACHINES, processing=times)
    assert found.processing[0, :3].tolist() == [420.0] * 3
    assert found.preferred[0].tolist() == [True, True, True, False]
    assert found.eligible[2].tolist() == [False, True, False, False]


def test_an_exact_time_of_one_unit_is_not_that_of_the_others():
    """A may run on the second unit in 7 minutes, and nowhere else."""
    times = "job_id,machine_id,minutes\nA,M7/2,7\n"
    jobs = "job_id,duration\nA,\nB,30\n"
    found = problem(jobs, MACHINES, processing=times)
    assert found.eligible[0].tolist() == [False, True, False, False]


def test_calendar_availability_and_setup_group_hold_for_every_unit():
    """Free from 07:00, set up for red, open from 06:00 to 14:00."""
    machines = (
        "machine_id,machine_type,calendar,available_from,setup_group,units\n"
        "M7,CNC,day,2026-01-05T07:00,red,2\n"
    )
    days = "".join(f"day,{x},06:00,14:00\n" for x in ("Mon", "Tue"))
    found = problem(
        "job_id,duration,setup_group\nA,60,red\n",
        machines,
        calendars="calendar,weekday,opens,closes\n" + days,
    )
    assert found.available.tolist() == [3600, 3600]
    assert found.initial_group.tolist() == [0, 0]
    first, second = (x.closures for x in found.calendars)
    assert first[0].tolist() == [8 * 3600, 24 * 3600]
    assert first.tolist() == second.tolist()


@pytest.mark.parametrize(
    ("name", "closed"),
    [
        ("M7", [1, 1, 1, 0]),
        ("M7/2", [0, 1, 0, 0]),
        ("CNC", [1, 1, 1, 0]),
        ("Laser", [0, 0, 0, 1]),
        ("L", [0, 0, 0, 1]),
        ("*", [1, 1, 1, 1]),
    ],
)
def test_a_downtime_names_a_machine_a_unit_a_type_or_all(name, closed):
    """Down from 10 to 20 minutes after the plan start."""
    found = problem(JOBS, MACHINES, downtime=f"machine_id,start,end\n{name},10,20\n")
    assert [len(x.closures) for x in found.calendars] == closed


def test_a_machine_called_like_a_type_of_others_is_down_alone_and_this_is_said():
    """CNC is one of the two machines of type CNC."""
    machines = "machine_id,machine_type\nCNC,CNC\nM-2,CNC\n"
    reading = read(
        "job_id,duration\nA,60\n", machines, downtime="machine_id,start,end\nCNC,1,2\n"
    )
    assert "read as the machine alone" in only(reading).fault
    closed = [len(x.closures) for x in reading.shift.problem.calendars]
    assert closed == [1, 0]


def test_a_machine_that_is_its_own_type_is_no_question():
    """CNC is the only machine of type CNC."""
    machines = "machine_id,machine_type\nCNC,CNC\nL,Laser\n"
    reading = read(
        "job_id,duration\nA,60\n", machines, downtime="machine_id,start,end\nCNC,1,2\n"
    )
    assert not reading.issues.errors
    assert not reading.issues.warnings


@pytest.mark.parametrize(
    ("units", "fault"),
    [
        ("0", "is zero"),
        ("-1", "is negative"),
        ("1.5", "not a whole number"),
        ("two", "not a number"),
        ("5000", "more than a shop has"),
    ],
)
def test_units_are_a_whole_number_above_0(units, fault):
    """Told in the cell."""
    machines = f"machine_id,machine_type,units\nM7,CNC,{units}\n"
    issue = only(read("job_id,duration\nA,60\n", machines))
    assert (issue.row, issue.column) == (2, "units")
    assert fault in issue.fault


def test_a_machine_called_like_a_unit_is_named():
    """Row 3 is the second unit of row 2."""
    machines = "machine_id,machine_type,units\nM7,CNC,2\nM7/2,CNC,\n"
    issue = only(read("job_id,duration\nA,60\n", machines))
    assert (issue.row, issue.column) == (3, "machine_id")
    assert "a unit of 'M7' in row 2" in issue.fault


def test_too_many_units_in_all_are_refused():
    """Two rows of 600: one issue, and the pairs are not made."""
    machines = "machine_id,machine_type,units\nA,CNC,600\nB,CNC,600\n"
    assert "1,200 machines" in only(read("job_id,duration\nA,60\n", machines)).fault
