"""What is written reads back as it was, and is safe in a spreadsheet."""

import csv
import io
import re
from dataclasses import replace
from datetime import datetime

import numpy as np
import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.instances.generator import KINDS, generate
from core.problem.model import Problem
from core.problem.objective import Objective
from core.problem.rows import Job, Machine
from core.problem.schedule import setup_seconds, tardiness
from core.problem.shift import Shift
from core.schedulers.dispatching.rules import RuleScheduler
from core.tables.building.calendars.hours import week_offset
from core.tables.issues import Collector
from core.tables.plan_file import read_schedule
from core.tables.reading.cleaning import clean_text
from core.tables.reading.read import read_tables
from core.tables.reading.totals import called_total
from core.tables.shift import read_shift
from core.tables.text import csv_cell, defused, restored
from core.tables.values.names import alike
from core.tables.writing.filled import Table
from core.tables.writing.samples import read_sample
from core.tables.writing.write import csv_bytes, safe_sheet_name, shift_files, workbook
from core.tables.writing.write_plan import schedule_csv, schedule_workbook
from core.timing.retime import retime
from tests.plans import plan_of
from tests.strategies import problems, sequences
from tests.tables.files import JOBS, START, problem, read

NAMES = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp")),
    min_size=1,
    max_size=20,
)
# Names as they look: what cannot be seen is left out on reading, and said.
NAMES = NAMES.map(clean_text).map(str.strip).filter(bool)
# A row that is called a total is one, or refused with a word: no job has that name.
NAMES = NAMES.filter(lambda name: not any(called_total(name)))


@st.composite
def shifts(draw):
    """Random problems that tables can say, with arbitrary names."""
    made = draw(problems())

    def names(count):
        texts = st.lists(NAMES, min_size=count, max_size=count, unique_by=alike)
        return tuple(draw(texts))

    renamed = replace(
        made,
        job_ids=names(made.num_jobs),
        machine_ids=names(made.num_machines),
        machine_type_names=names(len(made.machine_type_names)),
        group_names=names(made.num_groups),
    )
    return Shift(renamed, START, "random")


def assert_same(found, wanted):
    """The same problem, though groups and types may be numbered differently."""
    assert found.job_ids == wanted.job_ids
    assert found.machine_ids == wanted.machine_ids
    for name in (
        *("processing", "release", "due", "weight", "important", "preferred"),
        "available",
    ):
        assert np.array_equal(getattr(found, name), getattr(wanted, name)), name
    pairs = [sorted(set(map(tuple, x.precedence.tolist()))) for x in (found, wanted)]
    assert pairs[0] == pairs[1]
    for i in range(wanted.num_jobs):
        same = found.family == found.family[i]
        assert np.array_equal(same, wanted.family == wanted.family[i])
        assert named(found, "group", i) == named(wanted, "group", i)
    for k in range(wanted.num_machines):
        assert named(found, "machine_type", k) == named(wanted, "machine_type", k)
        assert np.array_equal(found.calendars[k].closures, wanted.calendars[k].closures)
        assert np.array_equal(setups(found, k), setups(wanted, k))


def named(made, what, i):
    """Name of the group or machine type of a job or machine."""
    return getattr(made, f"{what}_names")[getattr(made, what)[i]]


def setups(made, k):
    """Setup seconds on machine k: from its initial group and each job, to each job."""
    before = np.append(made.group, made.initial_group[k])
    return made.setup[made.setup_class[k]][np.ix_(before, made.group)]


@settings(max_examples=60)
@given(shifts(), st.booleans())
def test_a_shift_reads_back_from_its_files(shift, as_workbook):
    """Every time, setup, closure and name, through CSV and through XLSX."""
    files = shift_files(shift)
    book = {"shift.xlsx": files.pop("shift.xlsx")}
    reading = read_shift(book if as_workbook else files, START)
    assert reading.shift is not None, [str(issue) for issue in reading.issues]
    assert_same(reading.shift.problem, shift.problem)


@pytest.mark.parametrize("kind", KINDS)
def test_every_generated_kind_reads_back(kind):
    """Those of the generator, closures beyond any plan included."""
    made = generate(KINDS[kind].resized(12, 4), 5)
    files = shift_files(Shift(made, START, kind))
    del files["shift.xlsx"]
    reading = read_shift(files, START)
    assert reading.shift is not None, [str(issue) for issue in reading.issues]
    assert_same(reading.shift.problem, made)


def test_what_was_read_is_written_and_read_as_the_very_same():
    """Reading and writing come to rest at once: one content hash."""
    first = problem(
        "job_id,processing_minutes,setup_group,setup_minutes,family,sequence,due\n"
        "1,10,A,5,F,1,90\n2,20,A,7,F,2,\n3,1.23,,9,G,,\n4,1,B,,,,\n",
        "machine_id,machine_type,calendar\nM-1,CNC,c\nM-2,CNC,\n",
        setups="from_group,to_group,minutes,machine_type\nA,B,30,\n",
        calendars="calendar,weekday,opens,closes\nc,Mon,22:00,07:00\nc,Sun,00:00,24:00\n",
        downtime="machine_id,start,end\nM-1,2026-01-05T23:00,2026-01-06T01:00\n",
    )
    files = shift_files(Shift(first, START, "x"))
    assert b"Sun" in files["calendars.csv"]
    del files["shift.xlsx"]
    again = read_shift(files, START).shift.problem
    assert again.content_hash == first.content_hash


def test_generated_calendars_are_written_as_weeks():
    """Not as a downtime for every night; the closures agree up to their horizon."""
    hour = week_offset(START) // 3600
    kind = replace(KINDS["shift_calendar"], start_hours=((hour, hour),))
    made = generate(kind.resized(30, 6), 1)
    files = shift_files(Shift(made, START, "x"), exact=False)
    assert len(files["downtime.csv"].splitlines()) < 12
    del files["shift.xlsx"]
    found = read_shift(files, START).shift.problem
    for k, calendar in enumerate(made.calendars):
        until = int(calendar.closures[-1, 0]) if len(calendar.closures) else 0
        again = found.calendars[k].closures
        assert np.array_equal(again[again[:, 0] < until], calendar.closures[:-1])


@pytest.mark.parametrize(
    ("job", "machine", "message"),
    [
        (Job(" x", {"M": 1}), Machine("M", "T"), "job name"),
        (Job("x", {"M": 1}), Machine("M", ""), "machine type name"),
        (Job("x", {"M": 1}, due=1.5), Machine("M", "T"), "whole seconds"),
    ],
)
def test_what_tables_cannot_say_is_refused(job, machine, message):
    """Rather than written as something else."""
    shift = Shift(Problem.from_rows([job], [machine]), START, "x")
    with pytest.raises(ValueError, match=message):
        shift_files(shift)


def test_extra_columns_are_written_again():
    """By their own headers."""
    shift = read("job_id,processing_minutes,Customer\nA,1,=1+1\nB,1,\n").shift
    files = shift_files(shift)
    for chosen in ({"shift.xlsx"}, files.keys() - {"shift.xlsx"}):
        again = read_shift({name: files[name] for name in chosen}, START).shift
        assert again.extras == {"Customer": ("=1+1", "")}
        assert again.content_hash == shift.content_hash


# Safety


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", "\tx", "\rx", "'=1", "＝1"])
def test_text_that_would_run_is_defused(text):
    """An apostrophe in front makes it text; reading takes it away again."""
    assert defused(text) == "'" + text
    assert restored(defused(text)) == text


@given(st.text())
def test_defusing_loses_nothing(text):
    """And nothing that is written begins like a formula."""
    assert restored(defused(text)) == text
    assert defused(text)[:1] not in set("=+-@\t\r")


def test_numbers_stay_numbers():
    """A negative number is no formula; a whole one has no decimal point."""
    cells = [-1.5, 90.0, 1 / 3, True, None, datetime(2026, 1, 5, 6)]
    shown = ["-1.5", "90", "0.3333333333333333", "yes", "", "2026-01-05T06:00:00"]
    assert [csv_cell(cell) for cell in cells] == shown


def test_a_workbook_keeps_every_digit():
    """A weight that a spreadsheet number would round comes back as it was."""
    weight = 0.1 + 0.2
    job = Job("x", {"M": 1}, weight=weight, due=18 * 3600.0)
    shift = Shift(Problem.from_rows([job], [Machine("M", "T")]), START, "x")
    files = shift_files(shift)
    reading = read_shift({"b.xlsx": files["shift.xlsx"]}, START)
    assert reading.shift.problem.weight.tolist() == [weight]
    assert len(reading.issues) == 0  # due at midnight, which is no doubt here


def test_a_cell_cannot_break_out_of_its_column():
    """Where semicolons separate, a cell with one would begin another: it is quoted."""
    assert csv_cell("x;=1") == '"x;=1"'


EVIL = ["=cmd|' /C calc'!A0", "+1", "-2", "@SUM(A1)", "http://x.example", "{=1}"]


def test_a_workbook_holds_no_formula_and_no_link():
    """Whatever the planner typed is text, in every sheet."""
    content = workbook([Table("x", ("a",), tuple([text] for text in EVIL))])
    sheet = openpyxl.load_workbook(io.BytesIO(content))["x"]
    cells = [row[0] for row in sheet.iter_rows(min_row=2)]
    assert [cell.value for cell in cells] == EVIL
    assert {cell.data_type for cell in cells} == {"s"}
    assert all(cell.hyperlink is None for cell in cells)


@given(st.lists(st.text(max_size=40), max_size=4))
def test_sheet_names_are_accepted_and_different(names):
    """Any machine type may become the name of a sheet."""
    taken = set()
    made = [safe_sheet_name(name, taken) for name in [*names, "history", "A" * 40]]
    assert len({name.casefold() for name in made}) == len(made)
    workbook([Table(name, ("a",), ()) for name in names])
    assert all(1 <= len(name) <= 31 for name in made)


# Plans


@settings(max_examples=40)
@given(st.data())
def test_a_plan_reads_back_from_its_file(data):
    """Every machine and every time, exactly; setups and closures included."""
    shift = data.draw(shifts())
    schedule = retime(shift.problem, data.draw(sequences(shift.problem)))
    reading = read_schedule(schedule_csv(plan_of(shift, schedule, "=rule")), shift)
    assert reading.schedule is not None, [str(issue) for issue in reading.issues]
    for name in ("machine", "setup_start", "setup_end", "start", "end"):
        found, wanted = getattr(reading.schedule, name), getattr(schedule, name)
        assert found.tolist() == wanted.tolist(), name


@pytest.fixture
def shift():
    """Three jobs on two machines, one with an awkward name."""
    return read(JOBS.replace("J-3", "=cmd")).shift


@pytest.fixture
def plan(shift):
    """J-1 on M-1 to 07:00; J-2 after it, on M-2; =cmd on M-1."""
    return retime(shift.problem, [[0, 2], [1]])


def test_the_columns_of_a_plan(shift, plan):
    """By machine and time, as the design states them."""
    text = schedule_csv(plan_of(shift, plan, "rule:spt")).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert list(rows[0]) == [
        "job_id",
        "machine_id",
        "setup_start",
        "start",
        "end",
        "setup_minutes",
        "processing_minutes",
        "due",
        "late_minutes",
        "family",
        "important",
        "scheduler",
    ]
    assert [row["job_id"] for row in rows] == ["J-1", "'=cmd", "J-2"]
    assert list(rows[2].values()) == [
        *("J-2", "M-2", "2026-01-05T06:00:00", "2026-01-05T07:00:00"),
        *("2026-01-05T07:15:00", "0", "15", "2026-01-05T12:00:00", "0", "WO-1", "no"),
        "rule:spt",
    ]


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("J-1", "J-9", "no job of this name"),
        ("J-1", "J-2", "already, in row"),
        ("M-2", "M-9", "no machine of this name"),
        ("2026-01-05T07:15:00", "later", "not a date"),
        ("2026-01-05T07:15:00", "2026-01-05T06:15:00", "ends before it starts"),
        ("job_id", "job_nr", "'job_id' is missing"),
    ],
)
def test_a_faulty_plan_is_named(shift, plan, old, new, fault):
    """As in the files of a shift."""
    text = schedule_csv(plan_of(shift, plan, "x")).decode()
    assert old in text
    reading = read_schedule(text.replace(old, new).encode(), shift)
    assert reading.schedule is None
    assert any(fault in issue.fault for issue in reading.issues)


def test_a_plan_without_a_job_is_named(shift, plan):
    """Every job has to be there."""
    lines = schedule_csv(plan_of(shift, plan, "x")).splitlines()
    reading = read_schedule(b"\n".join(lines[:-1]), shift)
    assert [issue.value for issue in reading.issues.errors] == ["J-2"]


@given(st.binary(max_size=100))
def test_no_plan_file_raises(data):
    """Whatever the bytes."""
    shift = read().shift
    header = b"job_id,machine_id,setup_start,start,end,setup_minutes\n"
    for content in (data, header + data):
        assert read_schedule(content, shift).schedule is None


def test_a_plan_as_a_workbook(shift, plan):
    """A sheet with every job, one per machine type with its setups, and the figures."""
    with_setup = replace(shift.problem, setup=np.full((1, 2, 1), 600))
    shift = replace(shift, problem=with_setup, extras={"Customer": ("a", "b", "c")})
    plan = retime(with_setup, [[0, 2], [1]])
    content = schedule_workbook(plan_of(shift, plan, "rule:spt"))
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert book.sheetnames == ["Plan", "CNC", "Laser", "KPIs"]
    assert book["Plan"]["M1"].value == "Customer"
    assert [book["Plan"][f"M{i}"].value for i in (2, 3, 4)] == ["a", "c", "b"]
    rows = [[cell.value for cell in row] for row in book["CNC"].iter_rows(min_row=2)]
    assert [row[1:3] for row in rows] == [
        ["setup", "J-1"], ["job", "J-1"], ["setup", "=cmd"], ["job", "=cmd"],
    ]  # fmt: skip
    figures = {row[0].value: row[1].value for row in book["KPIs"].iter_rows()}
    assert figures["Last job ends"] == datetime(2026, 1, 5, 8, 5)
    assert figures["Makespan, minutes"] == 125
    assert figures["Setup time, minutes"] == 30
    assert figures["Time to plan, seconds"] == 2


def test_issues_are_a_table_that_is_safe_to_open():
    """One row each, errors first; a value that would run is defused."""
    issues = read(JOBS.replace("60", "=1+1").replace("T12:00", "T05:00")).issues
    frame = issues.frame()
    assert frame["severity"].tolist() == ["error", "warning"]
    assert frame["row"].tolist() == [2, 3]
    assert "'=1+1" in issues.to_csv().decode()


def test_the_written_table_is_what_is_read():
    """Cells with every kind of separator in them come back as they were."""
    cells = ['a,"b"\nc', "x;y\tz", "'quoted'", "ünï 🚀"]
    table = Table(
        "jobs", ("job_id", "processing_minutes", "note"), ((*cells[:1], 1, cells[1]),)
    )
    collect = Collector()
    raw = read_tables({"jobs.csv": csv_bytes(table)}, collect)["jobs"]
    assert raw.rows[0][1] == (cells[0], "1", cells[1])


def test_every_number_of_a_workbook_is_a_number_that_sums_right():
    """The 411-job sample, read by another reader: no number in any sheet is text."""
    shift = read_sample("shift-411x30").shift
    quantity = tuple(str(j % 7 + 0.5) for j in range(411))
    code = tuple(f"{j:04}" for j in range(411))
    shift = replace(shift, extras={"Quantity": quantity, "Code": code})
    problem = shift.problem
    plan = RuleScheduler("rule:edd").schedule(problem, Objective()).schedule
    content = schedule_workbook(plan_of(shift, plan, "rule:edd"))
    book = openpyxl.load_workbook(io.BytesIO(content))
    processing = problem.processing[np.arange(411), plan.machine].sum() / 60
    setup = setup_seconds(problem, plan).sum() / 60
    late = tardiness(plan, problem.due).sum() / 60
    numeric = numbers_of(book["Plan"], "setup", "processing", "late", "Quantity")
    sums = [sum(column) for column in numeric]
    wanted = [setup, processing, late, sum(map(float, quantity))]
    assert sums == pytest.approx(wanted, abs=411 * 5e-6)
    types = [sheet for sheet in book if sheet.title not in ("Plan", "KPIs")]
    found = sum(sum(numbers_of(sheet, "minutes")[0]) for sheet in types)
    assert found == pytest.approx(setup + processing, abs=822 * 5e-6)
    assert [cell.value for cell in book["Plan"]["N"]] == [
        "Code",
        *(
            f"{problem.job_ids.index(row[0].value):04}"
            for row in book["Plan"]["A2:A412"]
        ),
    ]
    (cost,) = [row[1].value for row in book["KPIs"] if row[0].value == "Cost"]
    assert cost == round(Objective().cost(problem, plan), 6)
    for name, data in shift_files(shift).items():
        if name.endswith(".csv"):
            assert not re.search(rb"[0-9]\.[0-9]{6}", data), name


def numbers_of(sheet, *beginnings):
    """Columns by how their headers begin; each cell has to be a number, rounded."""
    columns = []
    for beginning in beginnings:
        (column,) = [
            [cell.value for cell in column[1:]]
            for column in sheet.iter_cols()
            if column[0].value.startswith(beginning)
            and column[0].value not in ("setup_start", "setup_group")
        ]
        assert column
        assert {type(x) for x in column} <= {int, float}, (sheet.title, beginning)
        assert column == [round(x, 5) for x in column]
        columns.append(column)
    return columns


@pytest.mark.parametrize("texts", [("1", "x"), ("007",), ("123456789012",), ("1.50",)])
def test_a_column_is_text_where_a_number_would_show_otherwise(shift, plan, texts):
    """A planner's own codes are never rewritten."""
    texts = (*texts, "", "")[:3]
    content = schedule_workbook(plan_of(replace(shift, extras={"Code": texts}), plan))
    sheet = openpyxl.load_workbook(io.BytesIO(content))["Plan"]
    found = {row[0].value: row[-1].value for row in sheet.iter_rows(min_row=2)}
    assert [found[name] or "" for name in shift.problem.job_ids] == list(texts)


def test_numbers_are_written_in_full():
    """Every digit, as a number; a spreadsheet's own files have 17, too."""
    content = workbook([Table("x", ("a",), ([0.1 + 0.2], [7]))])
    sheet = openpyxl.load_workbook(io.BytesIO(content))["x"]
    assert [sheet["A2"].value, sheet["A3"].value] == [0.1 + 0.2, 7]


def test_own_columns_are_in_every_file_of_a_plan():
    """Also where one is called like a column of the plan; the plan reads back."""
    shift = read("job_id,processing_minutes,Customer,end\nA,1,Nord,x\nB,1,,\n").shift
    plan = retime(shift.problem, [[0, 1], []])
    text = schedule_csv(plan_of(shift, plan))
    rows = list(csv.reader(io.StringIO(text.decode("utf-8-sig"))))
    assert rows[0][-2:] == ["Customer", "end (jobs file)"]
    assert rows[1][-2:] == ["Nord", "x"]
    book = openpyxl.load_workbook(io.BytesIO(schedule_workbook(plan_of(shift, plan))))
    assert [x.value for x in book["Plan"][1]][-2:] == ["Customer", "end (jobs file)"]
    reading = read_schedule(text, shift)
    assert len(reading.issues) == 0
    assert np.array_equal(reading.schedule.end, plan.end)
