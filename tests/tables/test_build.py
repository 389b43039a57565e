"""What the tables say is what the problem holds."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.tables.building.calendars.hours import (
    WEEK,
    canonical,
    longest_delay,
    open_per_week,
)
from core.tables.issues import Issue
from core.tables.shift import read_shift
from core.tables.text import join_list, split_list
from core.timing.retime import retime
from tests.strategies import sequences
from tests.tables.files import JOBS, MACHINES, START, problem, read

ONE = "machine_id,machine_type\nM,CNC\n"


def test_minutes_are_divided_by_speed():
    """J-2 takes 30 minutes on the CNC, 15 on the laser; J-3 may run anywhere."""
    assert problem().processing.tolist() == [
        [3600.0, np.inf],
        [1800.0, 900.0],
        [2700.0, 1350.0],
    ]


def test_a_sequence_orders_a_family():
    """J-1 before J-2; J-3 is a family of its own."""
    found = problem()
    assert found.precedence.tolist() == [[0, 1]]
    assert found.family.tolist() == [0, 0, 1]
    assert found.family_names == ("WO-1", "J-3")


def test_jobs_with_the_same_number_run_side_by_side():
    """1, then 2 and 2, then 5: four pairs."""
    rows = "A,1,F,1\nB,1,F,2\nC,1,F,2\nD,1,F,5\nE,1,F,\n"
    found = problem("job_id,processing_minutes,family,sequence\n" + rows)
    assert found.precedence.tolist() == [[0, 1], [0, 2], [1, 3], [2, 3]]


def test_dates_count_from_plan_start():
    """A date-time, minutes since plan start, and a release that has passed."""
    rows = "A,1,2026-01-05T07:00:30,90\nB,1,2026-01-04 00:00,\n"
    found = problem("job_id,processing_minutes,release,due\n" + rows)
    assert found.release.tolist() == [3630, 0]
    assert found.due.tolist() == [5400.0, np.inf]


def test_exact_times_go_before_minutes():
    """J-1 gets a pair, J-3 is bound to the listed machine."""
    times = "job_id,machine_id,minutes\nJ-1,M-2,7\nJ-3,M-1,8\n"
    found = problem(processing=times)
    assert found.processing[0].tolist() == [3600.0, 420.0]
    assert found.processing[2].tolist() == [480.0, np.inf]


def test_important_jobs_weigh_five_unless_they_say_otherwise():
    """Yes: 5; yes and 3: 3; no: 1."""
    rows = "A,1,yes,\nB,1,x,3\nC,1,no,\n"
    found = problem("job_id,processing_minutes,important,weight\n" + rows)
    assert found.weight.tolist() == [5.0, 3.0, 1.0]
    assert found.important.tolist() == [True, True, False]


def setup(found, machine, x, y):
    """Minutes of setup on a machine between the groups of two jobs."""
    groups = found.group.tolist()
    before = found.num_groups if x is None else groups[x]
    return found.setup_seconds(machine, before, groups[y]) / 60


def test_a_pair_without_a_row_costs_the_jobs_own_setup_minutes():
    """A to B has a row; B to A costs 9, the own time of the job that is set up for."""
    found = problem(
        "job_id,processing_minutes,setup_group,setup_minutes\n1,1,A,9\n2,1,B,4\n3,1,A,9\n",
        setups="from_group,to_group,minutes\nA,B,30\n",
    )
    assert setup(found, 0, 0, 1) == 30
    assert setup(found, 0, 1, 0) == 9
    assert setup(found, 0, 0, 2) == 0
    assert setup(found, 0, None, 1) == 0
    assert found.num_groups == 2


def test_jobs_of_a_group_may_have_own_setup_minutes():
    """Both are group A, no setup between them, each its own after B."""
    found = problem(
        "job_id,processing_minutes,setup_group,setup_minutes\n1,1,A,5\n2,1,A,7\n3,1,B,\n"
    )
    assert [found.group_names[x] for x in found.group] == ["A", "A", "B"]
    assert (setup(found, 0, 0, 1), setup(found, 0, 1, 0)) == (0, 0)
    assert (setup(found, 0, 2, 0), setup(found, 0, 2, 1)) == (5, 7)


def test_a_job_without_group_pays_its_setup_every_time():
    """Also behind another one like it, and behind any group; not as the first."""
    found = problem(
        "job_id,processing_minutes,setup_group,setup_minutes\n1,1,,5\n2,1,,5\n3,1,A,\n"
    )
    assert (setup(found, 0, 0, 1), setup(found, 0, 2, 0)) == (5, 5)
    assert (setup(found, 0, 0, 2), setup(found, 0, None, 0)) == (0, 0)


def test_setups_of_a_machine_type_go_before_general_ones():
    """A to B takes 30 minutes, on the laser 10, in whichever order the rows stand."""
    for rows in ("A,B,30,\nA,B,10,Laser\n", "A,B,10,Laser\nA,B,30,\n"):
        found = problem(
            "job_id,processing_minutes,setup_group\n1,1,A\n2,1,B\n",
            setups="from_group,to_group,minutes,machine_type\n" + rows,
        )
        assert (setup(found, 0, 0, 1), setup(found, 1, 0, 1)) == (30, 10)


def test_the_group_a_machine_is_set_up_for_counts():
    """Group A is on machine 1 only, and no job has it."""
    found = problem(
        "job_id,processing_minutes,setup_group\n1,1,B\n",
        "machine_id,machine_type,setup_group\nM-1,CNC,\nM-2,CNC,A\n",
        setups="from_group,to_group,minutes\nA,B,30\n",
    )
    group = found.group[0]
    assert found.setup_seconds(0, found.initial_group[0], group) == 0
    assert found.setup_seconds(1, found.initial_group[1], group) == 1800


def closures(calendars, start=START, **more):
    """First closures of one machine with the given opening hours."""
    machines = "machine_id,machine_type,calendar\nM,CNC,c\n"
    header = "calendar,weekday,opens,closes\n"
    files = {
        "jobs.csv": b"job_id,processing_minutes\nA,60\n",
        "machines.csv": machines.encode(),
        "calendars.csv": (header + calendars).encode(),
        **{f"{name}.csv": text.encode() for name, text in more.items()},
    }
    reading = read_shift(files, start)
    assert reading.shift is not None, [str(issue) for issue in reading.issues]
    return reading.shift.problem.calendars[0].closures


HOUR = 3600


def test_windows_may_run_past_midnight():
    """From Monday 06:00: open Mon 22:00 to Tue 06:00, and Sun 22:00 to Mon 08:00."""
    found = closures("c,Mon,22:00,06:00\nc,Sunday,22:00,08:00\n")
    assert found[:2].tolist() == [[2 * HOUR, 16 * HOUR], [24 * HOUR, 160 * HOUR]]


def test_a_day_may_be_open_throughout():
    """00:00 to 24:00, and 00:00 to 00:00, are both a whole day."""
    for closes in ("24:00", "00:00"):
        found = closures(f"c,Tue,00:00,{closes}\n")
        assert found[0].tolist() == [0, 18 * HOUR]
        assert found[1, 0] == 42 * HOUR


def test_downtime_closes_a_machine_within_its_hours():
    """Monday 06:00-14:00 with an hour of downtime from 07:00."""
    down = "machine_id,start,end\nM,2026-01-05T07:00,120\n"
    found = closures("c,Mon,06:00,14:00\n", downtime=down)
    assert found[:2].tolist() == [[HOUR, 2 * HOUR], [8 * HOUR, WEEK]]


def test_a_machine_without_calendar_is_always_open():
    """No calendar, no closure."""
    assert problem().calendars[0].closures.tolist() == []


def test_a_week_behind_its_pace():
    """
    Open Mon 00:00-12:00 and Tue 00:00-12:00: 24 hours a week, a seventh.

    From the end of Tuesday's window to Monday 00:00 are 132 hours; from there to
    Tuesday 00:00 another 24, in which 12 hours of work should have taken 84.
    """
    windows = canonical([(0, 12 * HOUR), (24 * HOUR, 36 * HOUR)])
    assert open_per_week(windows) == 24 * HOUR
    assert longest_delay(windows) == 132 * HOUR


@settings(max_examples=60)
@given(st.data())
def test_no_plan_passes_the_listed_closures(data):
    """Any order of the jobs ends before the closures of every calendar do."""
    hours = {"a": "Mon,06:00,07:00", "b": "Thu,22:00,00:30", "c": "Sat,00:00,24:00"}
    jobs = "".join(
        f"{j},{data.draw(st.integers(1, 500))},{data.draw(st.sampled_from('FG'))},{j}\n"
        for j in range(data.draw(st.integers(1, 6)))
    )
    machines = "".join(
        f"M{k},T,{data.draw(st.sampled_from(['a', 'b', 'c', '']))}\n" for k in range(3)
    )
    found = problem(
        "job_id,processing_minutes,family,sequence\n" + jobs,
        "machine_id,machine_type,calendar\n" + machines,
        calendars="calendar,weekday,opens,closes\n"
        + "".join(f"{name},{row}\n" for name, row in hours.items()),
    )
    end = retime(found, data.draw(sequences(found))).makespan
    for calendar in found.calendars:
        if len(calendar.closures):
            assert calendar.closures[-1, 1] > end


def test_a_chain_between_calendars_stays_within_the_listed_closures():
    """Thirty short steps, in turn on Mondays and on Saturdays, take fifteen weeks."""
    rows = "".join(f"{j},1,{'AB'[j % 2]},F,{j}\n" for j in range(30))
    found = problem(
        "job_id,processing_minutes,machine_types,family,sequence\n" + rows,
        "machine_id,machine_type,calendar\nM-1,A,a\nM-2,B,b\n",
        calendars="calendar,weekday,opens,closes\n"
        "a,Mon,06:00,07:00\nb,Sat,06:00,07:00\n",
    )
    end = retime(found, [range(0, 30, 2), range(1, 30, 2)]).makespan
    assert end > 14 * WEEK
    for calendar in found.calendars:
        assert calendar.closures[-1, 1] > end


@pytest.mark.parametrize("start", ["2026-01-05T06:00+01:00", "2026-01-05T06:00:00.5"])
def test_a_plan_start_is_local_and_whole(start):
    """A time zone or a fraction of a second is a programmer's fault."""
    from datetime import datetime

    with pytest.raises(ValueError, match="local plan start in whole seconds"):
        read_shift({}, datetime.fromisoformat(start))


# How files may be written


@pytest.mark.parametrize(
    "jobs",
    [
        JOBS,
        "\ufeff" + JOBS,
        JOBS.replace(",", ";").replace("60", "60,0"),
        JOBS.replace(",", "\t"),
        JOBS.replace("\n", "\r\n"),
        "\n\n" + JOBS,
        JOBS.replace("\n", ",,\n"),
        JOBS.encode("utf-16"),
        JOBS.replace("job_id", "Job ID").replace("machine_types", "MACHINE TYPES"),
        JOBS.replace("processing_minutes", "proc_time").replace("due", "LCD date"),
        JOBS.replace("family", "Work-Order").replace("T", " "),
    ],
)
def test_the_same_table_written_differently_is_the_same(jobs):
    """Marks, delimiters, decimal commas, line ends, encodings, names of columns."""
    assert problem(jobs).content_hash == problem().content_hash


def test_a_file_is_recognised_by_its_name_or_its_columns():
    """A name with the table in it; a name that says nothing."""
    for name in ("2026 my-jobs v2.csv", "export.txt", "C:\\x\\jobs.CSV"):
        files = {name: JOBS.encode(), "m.csv": MACHINES.encode()}
        assert read_shift(files, START).shift is not None


def test_unknown_columns_of_jobs_are_kept():
    """By the header as the planner wrote it."""
    reading = read("job_id,processing_minutes,Customer No\nA,1,17\nB,1,\n")
    assert reading.shift.extras == {"Customer No": ("17", "")}


@given(st.lists(st.text(min_size=1).map(str.strip).filter(bool)))
def test_a_list_in_a_cell_reads_back(entries):
    """Whatever the entries hold: separators, quotes, line breaks."""
    assert split_list(join_list(entries)) == tuple(entries)


@pytest.mark.parametrize("blank", ["sheet", "fault", "mend"])
def test_an_issue_says_where_what_and_how(blank):
    """An issue without one of these is refused."""
    said = {"sheet": "jobs", "fault": "Wrong.", "mend": "Mend.", blank: " "}
    with pytest.raises(ValueError, match=f"needs its {blank}"):
        Issue(row=1, column="due", value="", **said)
