"""Names that are written in two ways are taken as one, or asked about; never split."""

import pytest

from core.tables.shift import read_shift
from core.tables.values.names import Known, alike, same
from tests.tables.files import MACHINES, only, problem, read

SETUPS = "from_group,to_group,minutes\nAlloy A,Alloy B,60\nAlloy B,Alloy A,45\n"


@pytest.mark.parametrize(
    ("one", "other"),
    [("Alloy  A", "Alloy A"), ("1.0", "1"), ("A\u200b", "A"), ("Ka\u0308se", "Käse")],
)
def test_what_cannot_be_seen_makes_no_other_name(one, other):
    """Runs of spaces, zero width, accents apart, numbers that became decimal."""
    assert same(one) == same(other)
    assert Known({other: 0}).meant(one) == other


def test_case_and_signs_are_hints_only():
    """cnc is not CNC, but may be meant; so may what is nearly the same."""
    known = Known({"CNC": 0, "Laser cutter": 1})
    assert known.meant("cnc") is None
    assert known.hint("cnc") == "CNC"
    assert known.hint("Lasr cutter") == "Laser cutter"
    assert known.hint("Press") is None
    assert alike("ALLOY-a") == alike("alloy A")


def test_a_name_with_two_meanings_is_not_taken():
    """1.0 beside 1.00 and no 1."""
    assert Known({"1.0": 0, "1.00": 1}).meant("1") is None


def test_setup_groups_are_those_of_the_setups():
    """Four spellings of two groups; from Alloy A to the second job takes an hour."""
    reading = read(
        "job_id,processing_minutes,setup_group\n"
        "1,10,alloy a\n2,10,Alloy B\n3,10,Alloy  A\n4,10,ALLOY B\n",
        "machine_id,machine_type,setup_group\nM-1,T,Alloy A\n",
        setups=SETUPS,
    )
    found = reading.shift.problem
    assert found.group.tolist() == [0, 1, 0, 1]
    assert found.setup_seconds(0, found.initial_group[0], 1) == 3600
    assert [x.value for x in reading.issues.warnings] == ["alloy a", "ALLOY B"]
    assert [x.value for x in reading.issues.notes] == ["Alloy  A"]


def test_groups_that_no_table_tells_apart_are_named():
    """Without setups 'A b' and 'a B' stay two groups, with a warning."""
    reading = read(
        "job_id,processing_minutes,setup_group,setup_minutes\n1,10,A b,5\n2,10,a B,5\n"
    )
    issue = only(reading)
    assert "'A b' and 'a B'" in issue.fault
    assert reading.shift.problem.num_groups == 2


@pytest.mark.parametrize(
    ("jobs", "more", "mend"),
    [
        ("A,1,cnc,,", {}, "Did you mean 'CNC'?"),
        ("A,1,,b ,\nB,1,,,", {}, "Did you mean 'B'?"),
        ("A,1,,,m-1", {}, "Did you mean 'M-1'?"),
        ("A,1,,,", {"setups": "from_group,to_group,minutes,type\nA,B,5,laser\n"},
         "Did you mean 'Laser'?"),
        ("A,1,,,", {"downtime": "machine_id,start,end\nM1,0,60\n"},
         "Did you mean 'M-1'?"),
        ("A,1,,,", {"processing": "job_id,machine_id,minutes\na,M-1,60\n"},
         "Did you mean 'A'?"),
    ],
)  # fmt: skip
def test_an_unknown_name_comes_with_a_likely_one(jobs, more, mend):
    """Types, predecessors, machines, in every table."""
    header = "job_id,processing_minutes,machine_types,predecessors,preferred_machine\n"
    reading = read(f"{header}{jobs}\n", **more)
    assert [x.mend[: len(mend)] for x in reading.issues.errors] == [mend]


def test_a_calendar_of_another_case_is_asked_about():
    """'Two Shifts' where the calendar is 'two shifts'."""
    reading = read(
        machines="machine_id,machine_type,calendar\nM-1,CNC,Two Shifts\nM-2,Laser,\n",
        calendars="calendar,weekday,opens,closes\ntwo shifts,Mon,06:00,14:00\n",
    )
    (fault,) = reading.issues.errors
    assert fault.mend.startswith("Did you mean 'two shifts'?")


def test_ids_that_differ_in_case_are_named():
    """They are different jobs, and easy to mix up."""
    issue = only(read("job_id,processing_minutes\nWO-1,1\nwo-1,1\nWO1,1\n"))
    assert (issue.row, issue.column) == (4, "job_id") or "'wo-1'" in issue.fault


def test_a_family_is_one_however_it_is_spaced():
    """WO  1 and WO 1 are one order in two steps."""
    found = problem(
        "job_id,processing_minutes,family,sequence\nA,1,WO 1,1\nB,1,WO  1,2\n"
    )
    assert found.precedence.tolist() == [[0, 1]]
    assert found.family_names == ("WO 1",)


def test_machine_types_differ_by_more_than_spaces():
    """CNC 5 axes and CNC  5 axes are one type, which is said."""
    machines = "machine_id,machine_type\nM-1,CNC 5\nM-2,CNC  5\n"
    files = {"jobs.csv": b"job_id,minutes,machine_types\nA,1,CNC 5\n"}
    reading = read_shift({**files, "machines.csv": machines.encode()}, None)
    assert reading.shift.problem.eligible.tolist() == [[True, True]]
    assert any("'CNC  5' is read as 'CNC 5'" in x.fault for x in reading.issues.notes)


def test_exact_names_stay_exact():
    """Two types that differ in case are two types; a job may name either."""
    machines = MACHINES.replace("Laser", "cnc")
    found = problem("job_id,processing_minutes,machine_types\nA,1,cnc\n", machines)
    assert found.eligible.tolist() == [[False, True]]
