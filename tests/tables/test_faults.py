"""Every fault in a planner's files is named: where, what, and how to mend it."""

import io
import zipfile

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from core.problem.model import Problem
from core.tables import limits
from core.tables.issues import Severity
from core.tables.sheets import SHEETS
from core.tables.shift import read_shift
from core.tables.writing.filled import Table
from core.tables.writing.write import csv_files
from core.tables.writing.write import workbook as write_workbook
from tests.tables.files import JOBS, MACHINES, START, only, problem, read
from tests.tables.workbooks import saved


def book(**sheets):
    """A workbook with cells as given, row by row, written by another library."""
    made = openpyxl.Workbook()
    made.remove(made.active)
    for name, rows in sheets.items():
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(row)
    buffer = io.BytesIO()
    made.save(buffer)
    return buffer.getvalue()


JOB_ROWS = [["job_id", "processing_minutes"], ["J-1", 60]]
MACHINE_ROWS = [["machine_id", "machine_type"], ["M-1", "CNC"]]


def edited(text, old, new):
    """The text with one part replaced, which must be there."""
    assert old in text
    return text.replace(old, new, 1)


def test_files_without_faults_have_no_issues():
    """The files that the other tests break are fine."""
    reading = read()
    assert reading.shift is not None
    assert len(reading.issues) == 0


J, M = "jobs.csv", "machines.csv"
SETUPS = "from_group,to_group,minutes,machine_type\n"
CALENDARS = "calendar,weekday,opens,closes\n"
DOWNTIME = "machine_id,start,end\n"
TIMES = "job_id,machine_id,minutes\n"


@pytest.mark.parametrize(
    ("files", "sheet", "row", "column", "fault"),
    [
        # jobs
        ({"jobs": edited(JOBS, "processing_minutes", "notes")}, J, 1,
         "processing_minutes", "is missing"),
        ({"jobs": edited(JOBS, "J-2,", "J-1,")}, J, 3, "job_id", "already, in row 2"),
        ({"jobs": edited(JOBS, "J-2,", ",")}, J, 3, "job_id", "is empty"),
        ({"jobs": edited(JOBS, "60", "an hour")}, J, 2, "processing_minutes",
         "not a number"),
        ({"jobs": edited(JOBS, "60", "nan")}, J, 2, "processing_minutes",
         "not a number"),
        ({"jobs": edited(JOBS, "60", "1e999")}, J, 2, "processing_minutes",
         "not a finite"),
        ({"jobs": edited(JOBS, "60", '"1,500"')}, J, 2, "processing_minutes",
         "read in two ways"),
        ({"jobs": edited(JOBS, "60", "-60")}, J, 2, "processing_minutes", "negative"),
        ({"jobs": edited(JOBS, "60", "0")}, J, 2, "processing_minutes", "zero"),
        ({"jobs": edited(JOBS, "60", "0.001")}, J, 2, "processing_minutes",
         "shorter than one second"),
        ({"jobs": edited(JOBS, "60", "1e9")}, J, 2, "processing_minutes",
         "more than a year"),
        ({"jobs": edited(JOBS, "60", "")}, J, 2, "processing_minutes",
         "no processing time"),
        ({"jobs": edited(JOBS, "CNC|Laser", "CNC|Press")}, J, 3, "machine_types",
         "no machine type of this name"),
        ({"jobs": edited(JOBS, "CNC|Laser", "Press")}, J, 3, "machine_types",
         "No machine can run this job"),
        ({"jobs": edited(JOBS, "2026-01-05T12:00", "05.01.2026")}, J, 3, "due",
         "two ways"),
        ({"jobs": edited(JOBS, "2026-01-05T12:00", "soon")}, J, 3, "due", "not a date"),
        ({"jobs": edited(JOBS, "2026-01-05T12:00", "2026-02-30")}, J, 3, "due",
         "no date in the calendar"),
        ({"jobs": edited(JOBS, "T12:00", "T12:00Z")}, J, 3, "due", "time zone"),
        ({"jobs": edited(JOBS, "2026-01-05T12:00", "2206-01-05T12:00")}, J, 3, "due",
         "10 years"),
        ({"jobs": "job_id,processing_minutes,predecessors\nA,1,B\nB,1,\nC,1,D\n"}, J, 4,
         "predecessors", "no job or order of this name"),
        ({"jobs": "job_id,duration,predecessors\nA,1,C\nB,1,A\nC,1,B\n"}, J, 2,
         "predecessors", "wait for each other: A → B → C → A"),
        ({"jobs": "job_id,processing_minutes,predecessors\nA,1,A\n"}, J, 2,
         "predecessors", "wait for each other: A → A"),
        ({"jobs": "job_id,processing_minutes,preferred_machine\nA,1,M-9\n"}, J, 2,
         "preferred_machine", "no machine of this name"),
        ({"jobs": "job_id,processing_minutes,important\nA,1,maybe\n"}, J, 2,
         "important", "neither yes nor no"),
        ({"jobs": "job_id,processing_minutes,weight\nA,1,0\n"}, J, 2, "weight", "zero"),
        ({"jobs": "job_id,processing_minutes,setup_minutes\nA,1,-5\n"}, J, 2,
         "setup_minutes", "negative"),
        ({"jobs": "job_id,processing_minutes,setup_group\nA,1,\"two\nlines\"\n"}, J, 2,
         "setup_group", "control character"),
        ({"jobs": f"job_id,processing_minutes\n{'x' * 101},1\n"}, J, 2, "job_id",
         "101 characters"),
        ({"jobs": f"job_id,processing_minutes,note\nA,1,{'x' * 2001}\n"}, J, 2, "note",
         "2,001 characters"),
        ({"jobs": "job_id,processing_minutes,duration\nA,1,1\n"}, J, 1, "duration",
         "same column"),
        ({"jobs": "job_id,processing_minutes\n"}, J, None, None, "There are no jobs"),
        # files
        ({"jobs": None}, "jobs", None, None, "'jobs' is missing"),
        ({"machines": None}, "machines", None, None, "'machines' is missing"),
        ({"jobs": ""}, J, None, None, "file is empty"),
        ({"jobs": "\n \n"}, J, None, None, "file is empty"),
        ({"jobs": JOBS.replace("|", "/").replace(",", "^")}, J, 1, None,
         "separated by '^'"),
        ({"jobs": "apples pears\n1 2\n"}, J, 1, None, "No column of this file"),
        ({"jobs": edited(JOBS, "J-3,45,,,,", "J-3,45,,,,,oops")}, J, 4, None,
         "7 cells, the header has 6"),
        ({"jobs": edited(JOBS, "J-3", '"J-3')}, J, 4, None, "cannot be read as CSV"),
        ({"jobs": b"\x00\x01\x02\xff" * 50}, J, 1, None, "not text"),
        ({"jobs": edited(JOBS, "WO-1", "WO\0").encode()}, J, 2, None, "not text"),
        ({"jobs": b"job_id,processing_minutes\n\x81,60\n"}, J, 2, None,
         "no encoding"),
        ({"jobs": b"\xd0\xcf\x11\xe0" + b"x" * 100}, J, None, None,
         "old workbook (.xls)"),
        ({"jobs": JOBS + " " * (30 * 1024 * 1024)}, J, None, None, "30 MB"),
        # machines
        ({"machines": "machine_id,machine_type\n"}, M, None, None, "no machines"),
        ({"machines": MACHINES + "M-1,CNC,1\n"}, M, 4, "machine_id", "in row 2"),
        ({"machines": edited(MACHINES, "CNC,1", "CNC,0")}, M, 2, "speed", "zero"),
        ({"machines": edited(MACHINES, "CNC,1", "CNC,1e6")}, M, 2, "speed", "speed"),
        ({"machines": "machine_id,machine_type,calendar\nM-1,CNC,day\nM-2,Laser,\n"}, M,
         2, "calendar", "never open"),
        # other tables
        ({"setups": SETUPS + "A,B,-1,\n"}, "setups.csv", 2, "minutes", "negative"),
        ({"setups": SETUPS + "A,,1,\n"}, "setups.csv", 2, "to_group", "empty"),
        ({"setups": SETUPS + "A,B,1,Press\n"}, "setups.csv", 2, "machine_type",
         "no machine type"),
        ({"setups": SETUPS + "A,B,1,\nA,B,2,\n"}, "setups.csv", 3, "to_group",
         "row already"),
        ({"calendars": CALENDARS + "d,Someday,06:00,14:00\n"}, "calendars.csv", 2,
         "weekday", "not a day"),
        ({"calendars": CALENDARS + "d,Mon,early,14:00\n"}, "calendars.csv", 2, "opens",
         "not a time of day"),
        ({"calendars": CALENDARS + "d,Mon,06:00,25:00\n"}, "calendars.csv", 2,
         "closes", "not a time of day"),
        ({"calendars": CALENDARS + "d,Mon,24:00,14:00\n"}, "calendars.csv", 2, "opens",
         "before 24:00"),
        ({"downtime": DOWNTIME + "M-9,0,60\n"}, "downtime.csv", 2, "machine_id",
         "no machine or machine type of this name"),
        ({"downtime": DOWNTIME + "M-1,60,60\n"}, "downtime.csv", 2, "end",
         "not end after its start"),
        ({"processing": TIMES + "J-9,M-1,5\n"}, "processing.csv", 2, "job_id",
         "no job of this name"),
        ({"processing": TIMES + "J-1,M-9,5\n"}, "processing.csv", 2, "machine_id",
         "no machine of this name"),
        ({"processing": TIMES + "J-1,M-1,5\nJ-1,M-1,6\n"}, "processing.csv", 3,
         "machine_id", "time on this machine already"),
        ({"processing": TIMES + "J-1,M-1,0.001\n"}, "processing.csv", 2, "minutes",
         "shorter than one second"),
    ],
)  # fmt: skip
def test_a_fault_is_named_where_it_is(files, sheet, row, column, fault):
    """An error names the file, the row as a spreadsheet counts it, and the column."""
    reading = read(**files)
    assert reading.shift is None
    found = [x for x in reading.issues.errors if fault in x.fault]
    assert found, [str(issue) for issue in reading.issues]
    assert (found[0].sheet, found[0].row, found[0].column) == (sheet, row, column)
    assert found[0].mend


@pytest.mark.parametrize(
    ("files", "column", "fault"),
    [
        ({"jobs": edited(JOBS, "T12:00", "T05:00")}, "due", "before the plan starts"),
        ({"jobs": "job_id,processing_minutes,release,due\nA,1,90,60\n"}, "due",
         "due before it is released"),
        ({"jobs": edited(JOBS, "05T12:00", "06")}, "due", "read as 00:00"),
        ({"jobs": "job_id,processing_minutes,sequence\nA,1,2\n"}, "sequence",
         "orders nothing"),
        ({"jobs": "job_id,processing_minutes,priority\nA,1,2\n"}, "priority",
         "larger number is more urgent"),
        ({"jobs": "job_id,processing_minutes,dew_date\nA,1,2\n",}, "dew_date",
         "looks like 'due'"),
        ({"jobs": "job_id,processing_minutes,machine_types,preferred_machine\n"
          "A,1,CNC,M-2\n"}, "preferred_machine", "may not run"),
        ({"setups": SETUPS + "A,B,5,\n"}, None, "belong to no job"),
        ({"machines": "machine_id,machine_type,colour\nM-1,CNC,red\nM-2,Laser,\n"},
         "colour", "not a known column"),
        ({"jobs": JOBS.replace("J-1", "Käse").encode("cp1252")}, None, "Windows-1252"),
    ],
)  # fmt: skip
def test_a_doubt_is_a_warning_and_does_not_block(files, column, fault):
    """The shift is read, and the one warning says what to look at."""
    reading = read(**files)
    assert reading.shift is not None
    issue = only(reading)
    assert issue.severity is Severity.WARNING
    assert issue.column == column
    assert fault in issue.fault


def test_all_faults_come_at_once():
    """Two faults in one row, and one in each other table, in one reading."""
    reading = read(
        jobs="job_id,processing_minutes,predecessors\nA,-1,nobody\nB,x,\n",
        machines="machine_id,machine_type,speed\nM-1,CNC,fast\n",
        setups=SETUPS + "A,B,often,\n",
        calendars=CALENDARS + "d,Mon,early,late\n",
        downtime=DOWNTIME + "M-1,0,soon\n",
        processing=TIMES + "A,M-7,1\n",
    )
    where = sorted((x.sheet, x.row, x.column) for x in reading.issues.errors)
    assert where == [
        ("calendars.csv", 2, "closes"),
        ("calendars.csv", 2, "opens"),
        ("downtime.csv", 2, "end"),
        ("jobs.csv", 2, "predecessors"),
        ("jobs.csv", 2, "processing_minutes"),
        ("jobs.csv", 3, "processing_minutes"),
        ("machines.csv", 2, "speed"),
        ("processing.csv", 2, "machine_id"),
        ("setups.csv", 2, "minutes"),
    ]


def test_a_calendar_that_opens_too_rarely_is_refused():
    """A minute a week for a year of work would take half a million weeks."""
    reading = read(
        jobs="job_id,processing_minutes\nA,500000\n",
        machines="machine_id,machine_type,calendar\nM,CNC,rare\n",
        calendars=CALENDARS + "rare,Mon,06:00,06:01\n",
    )
    issue = only(reading)
    assert (issue.sheet, issue.row, issue.column) == ("machines.csv", 2, "calendar")
    assert "opens only 0.0 hours a week" in issue.fault


def test_a_plan_of_a_thousand_years_is_refused_in_words():
    """Each job is a year; 1,010 of them on one machine are too many, 900 are not."""

    def jobs(count):
        rows = (f"J-{i:04},525600" for i in range(count))
        return "\n".join(["job_id,processing_minutes", *rows])

    one = "machine_id,machine_type\nM,CNC\n"
    issue = only(read(jobs=jobs(1010), machines=one))
    assert "8,847,600 hours of work" in issue.fault
    assert "more than 1,000 years" in issue.fault
    assert problem(jobs=jobs(900), machines=one).num_jobs == 900


def test_too_many_rows_are_refused(monkeypatch):
    """One row over the limit is named, and nothing is planned."""
    monkeypatch.setitem(limits.MAX_ROWS, "jobs", 2)
    assert "more than 2 rows" in only(read()).fault


def test_rows_count_as_the_spreadsheet_counts_them():
    """An empty line is a row; a line break inside quotes is not."""
    jobs = 'job_id,processing_minutes,note\nA,1,"x\ny"\n\nB,-1,\n'
    assert only(read(jobs)).row == 4


@pytest.mark.parametrize(
    "name", ["a,b", 'say "hi"', "🚀", "=cmd|' /C calc'!A0", "J;1|2"]
)
def test_any_id_is_an_id(name):
    """Commas, quotes, emoji and formulas in ids are text, in lists too."""
    quoted = '"' + name.replace('"', '""') + '"'
    in_list = '"' + quoted.replace('"', '""') + '"'
    jobs = f"job_id,processing_minutes,predecessors\n{quoted},1,\nB,1,{in_list}\n"
    found = problem(jobs)
    assert found.job_ids == (name, "B")
    assert found.precedence.tolist() == [[0, 1]]


def test_one_job_is_enough():
    """A shift of one job on one machine is a shift."""
    one = problem(
        "job_id,processing_minutes\nA,1\n", "machine_id,machine_type\nM,CNC\n"
    )
    assert one.processing.tolist() == [[60.0]]


# Workbooks


def test_a_workbook_is_read():
    """Numbers that are ids become ids without a decimal point."""
    rows = [["job_id", "processing_minutes"], [1001, 1.5]]
    reading = read_shift({"b.xlsx": book(Jobs=rows, MACHINES=MACHINE_ROWS)}, START)
    assert reading.shift is not None
    assert reading.shift.problem.job_ids == ("1001",)
    assert reading.shift.problem.processing.tolist() == [[90.0]]


def test_a_sheet_with_a_misspelled_name_is_an_error():
    """It would be lost otherwise; the mend names the right one."""
    files = {"b.xlsx": book(jobs=JOB_ROWS, machines=MACHINE_ROWS, Setpus=[["x"]])}
    issue = only(read_shift(files, START))
    assert issue.sheet == "b.xlsx · Setpus"
    assert issue.severity is Severity.ERROR
    assert "'setups'" in issue.mend


def test_a_sheet_with_another_name_is_recognised_by_its_columns():
    """A sheet "Work" with the columns of jobs is read as jobs, and this is said."""
    files = {"b.xlsx": book(Work=JOB_ROWS, machines=MACHINE_ROWS)}
    reading = read_shift(files, START)
    assert reading.shift is not None
    issue = reading.issues.notes[0]
    assert issue.sheet == "b.xlsx · Work"
    assert "read as the table 'jobs'" in issue.fault


def test_notes_in_a_workbook_are_a_warning():
    """A sheet that is none of the tables does not block, not even with errors in it."""
    notes = [["Call Jo"], ["=1/0"]]
    files = {"b.xlsx": book(jobs=JOB_ROWS, machines=MACHINE_ROWS, Notes=notes)}
    reading = read_shift(files, START)
    assert reading.shift is not None
    assert only(reading).severity is Severity.WARNING


def test_a_formula_without_a_saved_value_is_named():
    """A workbook that no spreadsheet has calculated holds no number to plan with."""
    rows = [["job_id", "processing_minutes"], ["J-1", "=30*2"]]
    files = {"b.xlsx": book(jobs=rows, machines=MACHINE_ROWS)}
    issue = only(read_shift(files, START))
    assert (issue.sheet, issue.row) == ("b.xlsx · jobs", 2)
    assert issue.column == "processing_minutes"
    assert "no saved value" in issue.fault


def test_a_formula_with_a_saved_value_is_its_value():
    """The value that the spreadsheet saved is read."""
    buffer = io.BytesIO()
    made = xlsxwriter.Workbook(buffer, {"in_memory": True})
    sheet = made.add_worksheet("jobs")
    sheet.write_row(0, 0, ["job_id", "processing_minutes"])
    sheet.write_string(1, 0, "J-1")
    sheet.write_formula(1, 1, "=30*2", None, 60)
    made.add_worksheet("machines").write_row(0, 0, MACHINE_ROWS[0])
    made.get_worksheet_by_name("machines").write_row(1, 0, MACHINE_ROWS[1])
    made.close()
    reading = read_shift({"b.xlsx": buffer.getvalue()}, START)
    assert reading.shift is not None
    assert reading.shift.problem.processing.tolist() == [[3600.0]]


def test_an_error_in_a_cell_is_named():
    """#N/A is no time; the reader would have shown an empty cell."""
    made = openpyxl.Workbook()
    made.active.title = "jobs"
    made.active.append(["job_id", "processing_minutes"])
    made.active.append(["J-1", "#N/A"])
    made.active["B2"].data_type = "e"
    sheet = made.create_sheet("machines")
    for row in MACHINE_ROWS:
        sheet.append(row)
    buffer = io.BytesIO()
    made.save(buffer)
    issue = only(read_shift({"b.xlsx": buffer.getvalue()}, START))
    assert (issue.row, issue.column, issue.value) == (2, "processing_minutes", "#N/A")


def test_an_error_beside_the_table_is_told_as_well():
    """In a column without a name, whose other cells are empty."""
    made = openpyxl.Workbook()
    made.active.title = "jobs"
    for row in JOB_ROWS:
        made.active.append(row)
    made.active["D2"] = "#REF!"
    made.active["D2"].data_type = "e"
    sheet = made.create_sheet("machines")
    for row in MACHINE_ROWS:
        sheet.append(row)
    found = read_shift({"b.xlsx": saved(made)}, START).issues
    assert [(x.row, x.value) for x in found.errors if "shows an error" in x.fault] == [
        (2, "#REF!")
    ]


def bomb(parts):
    """A zip archive with the given parts, compressed."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def test_a_zip_bomb_is_not_unpacked():
    """200 MB of zeros in a fifth of a megabyte are refused by their stated size."""
    data = bomb({"xl/workbook.xml": b"0" * (200 << 20)})
    assert len(data) < 1 << 20
    reading = read_shift({"b.xlsx": data}, START)
    assert any("not safe to open" in issue.fault for issue in reading.issues)


def test_a_zip_bomb_that_lies_about_its_size_is_not_unpacked():
    """The stated size bounds what is read; the rest is damage."""
    data = bytearray(bomb({"xl/workbook.xml": b"0" * (30 << 20)}))
    entry = data.rindex(b"PK\x01\x02")
    data[entry + 24 : entry + 28] = (1000).to_bytes(4, "little")
    reading = read_shift({"b.xlsx": bytes(data)}, START)
    assert any("not a readable workbook" in issue.fault for issue in reading.issues)


@pytest.mark.parametrize("cell", ["XFD1", "CV1048576", "XFD1048576"])
def test_a_cell_far_outside_is_refused_before_the_grid_is_filled(cell):
    """A cell in the last row and column would make a grid of 17 billion cells."""
    made = openpyxl.Workbook()
    made.active.title = "jobs"
    made.active[cell] = 1
    buffer = io.BytesIO()
    made.save(buffer)
    reading = read_shift({"b.xlsx": buffer.getvalue()}, START)
    assert any("The sheet reaches to row" in issue.fault for issue in reading.issues)


def test_a_workbook_that_is_large_without_being_packed_is_refused(monkeypatch):
    """Two kilobytes that hardly shrink, where one is allowed."""
    monkeypatch.setattr(limits, "MAX_UNPACKED", 1000)
    data = book(jobs=JOB_ROWS, machines=MACHINE_ROWS)
    assert (
        "not safe to open"
        in next(iter(read_shift({"b.xlsx": data}, START).issues)).fault
    )


def test_one_text_in_many_cells_is_refused(monkeypatch):
    """A shared text of 2,000 letters in ten cells is 20,000 letters to read."""
    rows = [*JOB_ROWS, *([["x" * 2000]] * 10)]
    files = {"b.xlsx": write_workbook([Table("jobs", ("job_id",), tuple(rows))])}
    monkeypatch.setattr(limits, "MAX_TEXT", 19_000)
    assert any("more text" in x.fault for x in read_shift(files, START).issues)
    monkeypatch.setattr(limits, "MAX_TEXT", 21_000)
    assert not any("more text" in x.fault for x in read_shift(files, START).issues)


def test_entities_are_refused():
    """A document type could declare text that explodes when it is read."""
    good = book(jobs=JOB_ROWS, machines=MACHINE_ROWS)
    with zipfile.ZipFile(io.BytesIO(good)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts["xl/workbook.xml"] = b'<!DOCTYPE x [<!ENTITY a "b">]>' + parts[
        "xl/workbook.xml"
    ].removeprefix(b"<?xml version='1.0' encoding='utf-8'?>")
    reading = read_shift({"b.xlsx": bomb(parts)}, START)
    assert any("not a readable workbook" in issue.fault for issue in reading.issues)


def test_a_table_that_is_there_twice_is_refused():
    """A workbook and a CSV file with jobs: which of them counts is not guessed."""
    files = {
        "b.xlsx": book(jobs=JOB_ROWS, machines=MACHINE_ROWS),
        "jobs.csv": JOBS.encode(),
    }
    assert "there twice" in only(read_shift(files, START)).fault


# For all inputs


@given(st.text(max_size=200), st.binary(max_size=200))
def test_no_content_ever_raises(text, data):
    """Whatever the bytes, the answer is a shift or issues that say where, what, how."""
    files = {"jobs.csv": JOBS.encode() + text.encode("utf-8", "replace"), "x": data}
    files["machines.csv"] = data + MACHINES.encode()
    reading = read_shift(files, START)
    assert (reading.shift is None) == bool(reading.issues.errors)
    for issue in reading.issues:
        assert issue.sheet
        assert issue.fault
        assert issue.mend


CELLS = st.sampled_from(
    [
        *("", "A", "B", "A|B", "1", "-1", "0", "1e300", "1,5", "=1+1", "Mon", "06:00"),
        *("24:00", "2026-01-05T06:00", "2026-01-05", "9999-12-31T23:59:59", "yes"),
        *("CNC", "nan", "-0", "1e-9", "'", '"A"', "٣", "0001-01-01", "525600", "|"),
    ]
) | st.text("0123456789.,:-TZ |", max_size=8)  # fmt: skip


@st.composite
def tables(draw):
    """All six tables with arbitrary cells under the right headers."""
    made = {}

    for name, sheet in SHEETS.items():
        count = draw(st.integers(0, 3))
        rows = [[draw(CELLS) for _ in sheet.columns] for _ in range(count)]
        made[name] = Table(name, sheet.columns, tuple(rows))
    return made


@given(tables(), st.booleans())
def test_no_cells_ever_raise(made, as_workbook):
    """Cells that are nearly right reach deeper than bytes that are mostly wrong."""
    if as_workbook:
        files = {"b.xlsx": write_workbook(made.values())}
    else:
        files = csv_files(made.values())
    reading = read_shift(files, START)
    assert (reading.shift is None) == bool(reading.issues.errors)
    if reading.shift is not None:
        assert isinstance(reading.shift.problem, Problem)


@given(st.data())
def test_no_damage_to_a_workbook_raises(data):
    """Bytes of a good workbook are overwritten anywhere."""
    content = bytearray(write_workbook(_GOOD))
    for _ in range(data.draw(st.integers(1, 8))):
        at = data.draw(st.integers(0, len(content) - 1))
        content[at] = data.draw(st.integers(0, 255))
    reading = read_shift({"b.xlsx": bytes(content)}, START)
    assert (reading.shift is None) == bool(reading.issues.errors)


_GOOD = (
    Table("jobs", tuple(JOB_ROWS[0]), (JOB_ROWS[1],)),
    Table("machines", tuple(MACHINE_ROWS[0]), (MACHINE_ROWS[1],)),
)
