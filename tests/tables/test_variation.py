"""Times that vary and machines that break down, as files say them."""

import numpy as np
import pytest

from core.futures.spread import Breakdowns, Spread
from core.problem.shift import Shift
from core.tables.shift import read_shift
from core.tables.writing.write import shift_files
from tests.tables.files import START as SHIFT_START
from tests.tables.files import only, problem, read

JOBS = "job_id,duration,{}\nA,60,{}\nB,90,\n"


def test_low_and_high_minutes_are_multiples_of_the_planned_time():
    """45 and 90 of 60 minutes; the other job says nothing. Also by other headers."""
    found = problem("job_id,duration,optimistic,worst case\nA,60,45,90\nB,90,,\n")
    assert found.time_low.tolist() == [0.75, 0.0]
    assert found.time_high.tolist() == [1.5, 0.0]
    low, high = Spread.of(found, 0.1).bounds(found)
    assert (low.tolist(), high.tolist()) == ([0.75, 0.9], [1.5, 1.1])


def test_a_job_of_pieces_and_one_of_exact_times_have_them_too():
    """40 by 1.5 are 60 minutes; 20 and 40 on two machines are 30 in the mean."""
    jobs = (
        "job_id,processing_minutes,quantity,minutes_per_piece,minutes_low,minutes_high\n"
        "A,,40,1.5,30,120\nB,,,,15,60\n"
    )
    times = "job_id,machine_id,minutes\nB,M,20\nB,N,40\n"
    machines = "machine_id,machine_type\nM,x\nN,x\n"
    found = problem(jobs, machines, processing=times)
    assert found.time_low.tolist() == [0.5, 0.5]
    assert found.time_high.tolist() == [2.0, 2.0]


@pytest.mark.parametrize(
    ("low", "high", "column", "fault"),
    [
        ("70", "65", "minutes_low", "above the high one"),
        ("45", "", "minutes_low", "only one of the pair"),
        ("", "90", "minutes_high", "only one of the pair"),
        ("61", "90", "minutes_low", "above the planned one"),
        ("30", "59", "minutes_high", "below the planned one"),
        ("30", "601", "minutes_high", "more than 10 times"),
        ("-5", "90", "minutes_low", "is negative"),
        ("0", "90", "minutes_low", "zero"),
    ],
)
def test_a_pair_that_cannot_be_is_named_with_its_row(low, high, column, fault):
    """Of a job of 60 minutes: one issue, in its row, and nothing is planned."""
    reading = read(f"job_id,duration,minutes_low,minutes_high\nA,60,{low},{high}\n")
    assert reading.shift is None
    issue = only(reading)
    assert (issue.row, issue.column) == (2, column)
    assert fault in issue.fault


def test_machines_break_down_as_they_state_units_too():
    """Every 100 hours for 30 minutes, both units of M; N does not."""
    machines = "machine_id,machine_type,units,MTBF,mttr_minutes\nM,x,2,100,30\nN,x,,,\n"
    found = problem("job_id,duration\nA,60\n", machines)
    assert found.between_breakdowns.tolist() == [360_000.0, 360_000.0, 0.0]
    assert found.repair.tolist() == [1800.0, 1800.0, 0.0]
    stated = Breakdowns.of(found)
    assert stated.mtbf_hours.tolist() == [100.0, 100.0, np.inf]


@pytest.mark.parametrize(
    ("between", "repair", "column", "fault"),
    [
        ("100", "", "mtbf_hours", "only one of the pair"),
        ("", "30", "mttr_minutes", "only one of the pair"),
        ("0.05", "30", "mtbf_hours", "every six minutes"),
        ("100", "0", "mttr_minutes", "longer than nothing"),
        ("100", "999999", "mttr_minutes", "less than a hundred days"),
    ],
)
def test_breakdowns_that_cannot_be_are_named(between, repair, column, fault):
    """One issue, in the row of the machine."""
    machines = (
        f"machine_id,machine_type,mtbf_hours,mttr_minutes\nM,x,{between},{repair}\n"
    )
    issue = only(read("job_id,duration\nA,60\n", machines))
    assert (issue.row, issue.column) == (2, column)
    assert fault in issue.fault


def test_what_varies_is_written_and_read_again_as_it_was():
    """A third of the planned time has no end in decimals; the problem is the same."""
    machines = "machine_id,machine_type,mtbf_hours,mttr_minutes\nM,x,33.3,7\nN,x,,\n"
    jobs = "job_id,duration,minutes_low,minutes_high\nA,60,20,110.1\nB,90.5,,\n"
    first = problem(jobs, machines)
    assert first.stated == ("time_low", "time_high", "between_breakdowns", "repair")
    files = shift_files(Shift(first, SHIFT_START, "again"))
    sheets = {name: x for name, x in files.items() if name.endswith(".csv")}
    again = read_shift(sheets, SHIFT_START, "again").shift.problem
    assert again.content_hash == first.content_hash
