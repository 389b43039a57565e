"""Pieces, waits, work in one go and orders as predecessors, as files say them."""

import pytest

from core.tables.mapping.recognise import sheet_of_file
from tests.tables.files import only, problem, read

DAY = "calendar,weekday,opens,closes\n" + "".join(
    f"day,{x},06:00,14:00\n" for x in ("Mon", "Tue", "Wed", "Thu", "Fri")
)
MACHINES = "machine_id,machine_type,calendar\nM,CNC,day\nL,Laser,\n"


# --- Pieces ---------------------------------------------------------------------


def test_pieces_that_are_done_reduce_the_work_wherever_it_is_said():
    """A quarter is done: of 40 pieces by 2 min, of 80 min, of an exact hour."""
    jobs = (
        "job_id,processing_minutes,machine_types,quantity,minutes_per_piece,"
        "quantity_done\nA,,CNC,40,2,10\nB,80,CNC,40,,10\nC,,,40,,10\n"
    )
    times = "job_id,machine_id,minutes\nC,M,60\n"
    found = problem(jobs, MACHINES, calendars=DAY, processing=times)
    assert found.processing[:, 0].tolist() == [3600.0, 3600.0, 2700.0]


def test_pieces_go_before_minutes_that_say_otherwise():
    """40 by 2 are 80, not 90: once for two rows. 40 by 1.5 are 60: no word."""
    jobs = (
        "job_id,processing_minutes,quantity,minutes_per_piece\n"
        "A,90,40,2\nB,90,40,2\nC,60,40,1.5\n"
    )
    reading = read(jobs)
    assert "the pieces count. So do 1 more rows" in only(reading).fault
    assert reading.shift.problem.processing[:, 0].tolist() == [4800.0, 4800.0, 3600.0]


def test_pieces_done_of_nobody_knows_how_many_are_not_used():
    """A warning, in the row."""
    issue = only(read("job_id,processing_minutes,quantity_done\nA,60,5\n"))
    assert (issue.row, issue.column) == (2, "quantity_done")
    assert "there is no quantity" in issue.fault


def test_pieces_of_jobs_that_have_begun_say_what_is_left_from_now_on():
    """All of A are made; 30 of B's 40 are left at 07:00, whenever it began."""
    jobs = (
        "job_id,quantity,minutes_per_piece,quantity_done,status,machine_id,"
        "actual_start,actual_end\n"
        "A,40,1,40,finished,M-1,2026-01-05T06:00,2026-01-05T06:40\n"
        "B,40,2,10,started,M-2,2026-01-05T06:15,\n"
    )
    shift = "start,now\n2026-01-05T06:00,2026-01-05T07:00\n"
    reading = read(jobs, shift=shift)
    assert not reading.issues.errors
    found = reading.shift.problem.processing
    assert (found[0, 0], found[1, 1]) == (2400.0, 2400.0)  # M-2 is twice as fast
    states = reading.shift.floor.states
    assert states[0].remaining is None
    assert states[1].remaining == 1800


# --- Waits and pauses -----------------------------------------------------------


def test_a_wait_and_a_pause_are_those_of_the_problem():
    """Half an hour, 36 seconds, none; only the last may not pause."""
    jobs = (
        "job_id,duration,family,sequence,Liegezeit (h),pause\n"
        "A,60,W,1,0.5,yes\nB,60,W,2,0.01,\nC,60,W,3,,no\n"
    )
    found = problem(jobs)
    assert found.wait_after.tolist() == [1800, 36, 0]
    assert found.may_pause.tolist() == [True, True, False]


def test_waits_after_which_nothing_comes_are_a_warning():
    """Neither job has a successor."""
    issue = only(read("job_id,duration,wait_after_minutes\nA,60,30\nB,60,\n"))
    assert (issue.row, issue.column) == (2, "wait_after_minutes")


@pytest.mark.parametrize(
    ("column", "cell", "fault"),
    [
        ("wait_after_minutes", "-5", "is negative"),
        ("wait_after_minutes", "soon", "not a number"),
        ("pause", "perhaps", "neither yes nor no"),
    ],
)
def test_a_faulty_cell_is_named(column, cell, fault):
    """Where it stands."""
    issue = only(read(f"job_id,duration,{column}\nA,60,{cell}\n"))
    assert (issue.row, issue.column) == (2, column)
    assert fault in issue.fault


def test_a_job_that_fits_nowhere_names_the_longest_window():
    """Ten hours in a machine that opens for eight."""
    jobs = "job_id,duration,machine_types,pause\nA,600,CNC,no\n"
    issue = only(read(jobs, MACHINES, calendars=DAY))
    assert (issue.row, issue.column) == (2, "pause")
    assert "10 h without a pause" in issue.fault
    assert "8 h, on M Mon 5 Jan 06:00 – 14:00" in issue.fault


def test_a_job_runs_only_where_it_fits():
    """Ten hours fit on the laser, which never closes; eight hours fit on both."""
    jobs = "job_id,duration,pause\nA,600,no\nB,480,no\nC,600,\n"
    reading = read(jobs, MACHINES, calendars=DAY)
    assert not reading.issues.errors
    assert any("longest window is 8 h" in x.fault for x in reading.issues.notes)
    eligible = reading.shift.problem.eligible
    assert eligible.tolist() == [[False, True], [True, True], [True, True]]


def test_a_downtime_leaves_a_window_of_the_weeks_behind_it():
    """Down for an hour at 10:00 on the first day: eight hours fit tomorrow."""
    jobs = "job_id,duration,machine_types,pause\nA,480,CNC,no\n"
    down = "machine_id,start,end\nM,2026-01-05T10:00,2026-01-05T11:00\n"
    assert problem(jobs, MACHINES, calendars=DAY, downtime=down).eligible[0, 0]


def test_a_job_that_fits_on_one_date_only_is_a_warning():
    """Ten hours; the machine opens for twelve on Saturday the 10th, and never again."""
    jobs = "job_id,duration,machine_types,pause\nA,600,CNC,no\n"
    dated = DAY.replace("weekday,", "weekday,date,").replace(",06:00", ",,06:00")
    issue = only(
        read(jobs, MACHINES, calendars=dated + "day,,2026-01-10,06:00,18:00\n")
    )
    assert "Sat 10 Jan 06:00 – 18:00" in issue.fault


# --- Orders as predecessors -----------------------------------------------------

ORDERS = "job_id,duration,family,predecessors\nA,1,WO-1,\nB,1,WO-1,\n"


def test_an_order_as_predecessor_means_all_its_jobs():
    """C waits for A and B, D for B and for C's order of one."""
    found = problem(ORDERS + "C,1,WO-2,WO-1\nD,1,,B | WO-2\n")
    assert found.precedence.tolist() == [[0, 2], [1, 2], [1, 3], [2, 3]]


def test_a_name_of_a_job_and_of_an_order_is_never_guessed():
    """WO-1 is an order of two jobs, and a job of another order."""
    issue = only(read(ORDERS + "WO-1,1,X,\nC,1,,WO-1\n"))
    assert (issue.row, issue.column) == (5, "predecessors")
    assert "a job and an order of 2 jobs" in issue.fault


def test_a_job_may_wait_for_the_job_that_its_own_order_is_called_after():
    """It cannot mean the order, of which it is part."""
    found = problem("job_id,duration,family,predecessors\nA,1,A,\nB,1,A,A\n")
    assert found.precedence.tolist() == [[0, 1]]


def test_an_order_of_one_job_of_the_same_name_is_no_question():
    """Both mean the job."""
    found = problem("job_id,duration,family,predecessors\nA,1,A,\nB,1,C,A\n")
    assert found.precedence.tolist() == [[0, 1]]


def test_a_job_cannot_wait_for_its_own_order():
    """B is of WO-1."""
    issue = only(read(ORDERS.replace("B,1,WO-1,", "B,1,WO-1,WO-1")))
    assert (issue.row, issue.column) == (3, "predecessors")


def test_orders_that_wait_for_each_other_are_a_circle():
    """Each job of one waits for the other order."""
    jobs = "job_id,duration,family,predecessors\nA,1,X,Y\nB,1,Y,X\n"
    assert "wait for each other" in only(read(jobs)).fault


# --- Names of files -------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "table"),
    [
        ("auftraege.csv", "jobs"),
        ("Aufträge.csv", "jobs"),
        ("Auftra\u0308ge KW47.csv", "jobs"),
        ("work-orders_2026.csv", "jobs"),
        ("Kopie von Maschinen (2).csv", "machines"),
        ("ruestzeiten.csv", "setups"),
        ("Setup Times.csv", "setups"),
        ("kalender.csv", "calendars"),
        ("Stillstände.csv", "downtime"),
        ("bearbeitungszeiten.csv", "processing"),
        ("wareneingang.csv", "materials"),
        ("schicht.csv", "shift"),
        ("night shift.csv", None),
        ("machine orders.csv", None),
        ("plan.csv", None),
    ],
)
def test_a_file_is_known_by_its_name(name, table):
    """In English and German, with what people and programs put around it."""
    assert sheet_of_file(name) == table
