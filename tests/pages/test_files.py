"""How a planner's files are read, mended and edited, through the app."""

import json

import pandas as pd
import pytest

from core.tables.shift import read_shift
from pages.parts.downloads import XLSX
from pages.parts.plan.data import tables_editor
from pages.parts.state import Key
from tests.pages import test_uploads
from tests.pages.test_uploads import press, upload
from tests.tables.workbooks import MACHINE_ROWS, book

app = test_uploads.app

JOBS = (
    b"Auftrag;Dauer;Liefertermin\nA1;1,5;30.11.2026 14:00\nA2;0,75;30.11.2026 13:00\n"
)
MACHINES = b"machine_id,machine_type\nM1,mill\n"
TITLE = "How your columns are read"


def words(app):
    """Everything written on the page, without what keeps Markdown out."""
    return test_uploads.words(app).replace("\\", "")


def titles(app):
    """Titles of the page."""
    return [x.value for x in app.title]


def box(app, label, nth=0):
    """A box of the page, by its label."""
    return [x for x in app.main.selectbox if x.label == label][nth]


def button(app, label):
    """A button of the page."""
    return next(x for x in app.button if x.label == label)


def shift(app):
    """The shift in hand."""
    return app.session_state[Key.SHIFT]


@pytest.fixture
def edits(monkeypatch):
    """
    What the planner types: ``edits["jobs"] = change``, a function of the table shown.

    The grid itself is a canvas in the browser; a browser test types into it.
    """
    made = {}

    def edit(table, draft, files):
        frame = tables_editor.shown_frame(table) if draft is None else draft
        change = made.pop(table.sheet, None)
        return frame if change is None else change(frame.copy())

    monkeypatch.setattr(tables_editor, "edited_frame", edit)
    return made


def to(row, column, text):
    """Change a cell, by the number of its row and the position of its column."""

    def change(frame):
        frame.loc[row, f"c{column}"] = text
        return frame

    return change


def open_files(app):
    """Open the tab Files."""
    app.session_state[Key.TABS] = "Files"
    return app.run()


# --- The mapping step ---------------------------------------------------------


def test_what_is_not_sure_is_asked_once_and_remembered(app):
    """1,5 hours: 5,400 s; another file with these headers is read without a word."""
    upload(app, jobs=JOBS, machines=MACHINES)
    assert titles(app) == [TITLE]
    assert "minutes or hours?" in words(app)
    assert "1,5 · 0,75" in words(app)
    assert button(app, "Read my files like this").disabled
    box(app, "Unit").select("h").run()
    press(app, "Read my files like this")
    assert titles(app) == ["Plan"]
    assert shift(app).problem.processing[:, 0].tolist() == [5400, 2700]

    del app.session_state[Key.MAPPING]  # a new session: the folder remembers
    upload(app, jobs=JOBS.replace(b"0,75", b"0,25"))
    assert titles(app) == ["Plan"]
    assert shift(app).problem.processing[:, 0].tolist() == [5400, 900]
    press(app, TITLE)
    assert "as you confirmed before" in words(app)
    press(app, "Forget what I confirmed")
    assert button(app, "Read my files like this").disabled


def test_a_sure_reading_can_be_corrected_and_what_contradicts_itself_not(app):
    """``Zieltermin`` is the due date; twice the same column is refused."""
    jobs = b"job_id,minutes,due,Zieltermin\nA,30,2026-01-05 12:00,2026-01-05 09:00\n"
    upload(app, jobs=jobs, machines=MACHINES)
    due = shift(app).problem.due.tolist()
    press(app, TITLE)
    box(app, "Is read as (Zieltermin)").select("due").run()
    press(app, "Read my files like this")
    assert "are both 'due'" in words(app)
    box(app, "Is read as (due)").select("").run()
    press(app, "Read my files like this")
    assert titles(app) == ["Plan"]
    assert shift(app).problem.due.tolist() == [due[0] - 3 * 3600]


def test_a_mapping_for_other_headers_says_nothing(app):
    """Confirmed once, then a file with other headers: no warning about the first."""
    upload(app, jobs=JOBS, machines=MACHINES)
    box(app, "Unit").select("h").run()
    press(app, "Read my files like this")
    upload(app, jobs=b"job_id,processing_minutes\nA,30\n")
    assert titles(app) == ["Plan"]
    assert "other headers" not in str([x.value for x in app.table])


def test_which_table_a_file_is_can_be_said(app):
    """``liste.csv`` could be several tables; said once, it is the jobs."""
    upload(app, liste=b"job_id,minutes,machine_id\nA,30,M1\n", machines=MACHINES)
    assert titles(app) == [TITLE]
    box(app, "Which table is liste\\.csv?").select("jobs").run()
    press(app, "Read my files like this")
    assert titles(app) == ["Plan"]
    assert shift(app).problem.job_ids == ("A",)


def test_which_table_a_sheet_is_can_be_said(app):
    """A sheet without a known name or columns is the jobs; another one is none."""
    workbook = book(
        Liste=[["Nr", "Takt"], ["A", 30]], Telefon=[["Ada", 12]], machines=MACHINE_ROWS
    )
    app.sidebar.get("file_uploader")[0].set_value([("kw2.xlsx", workbook, XLSX)]).run()
    assert titles(app) == [TITLE]
    asked = "Which table is kw2\\.xlsx · {}?"
    box(app, asked.format("Liste")).select("jobs").run()
    assert button(app, "Read my files like this").disabled
    box(app, asked.format("Telefon")).select("").run()
    press(app, "Read my files like this")
    found = [y for x in app.table for y in x.value["What is wrong"]]
    assert any("is missing" in x for x in found), found
    press(app, "How your columns are read")
    box(app, "Is read as (Nr)").select("job_id").run()
    box(app, "Is read as (Takt)").select("processing_minutes").run()
    press(app, "Read my files like this")
    assert titles(app) == ["Plan"]
    assert shift(app).problem.job_ids == ("A",)


def test_a_memory_that_cannot_be_read_is_set_aside(app, tmp_path):
    """It is said, asked again, and the damaged file is still there."""
    memory = tmp_path / "data" / "mapping.toml"
    memory.parent.mkdir(parents=True, exist_ok=True)
    memory.write_text("no = [toml")
    app.session_state[Key.SOURCE] = "upload"
    upload(app, jobs=JOBS, machines=MACHINES)
    assert "cannot be read" in words(app)
    box(app, "Unit").select("min").run()
    press(app, "Read my files like this")
    assert "Dauer" in memory.read_text()
    assert memory.with_suffix(".unreadable").read_text() == "no = [toml"


# --- Plan start ---------------------------------------------------------------


def start_field(app):
    """The field of the plan start."""
    return next(x for x in app.sidebar.datetime_input if x.label == "Plan start")


def test_the_start_is_taken_from_the_files_and_can_be_chosen(app):
    """Due on 30 November: 06:00 of that day; a year before it a warning stands by."""
    upload(
        app,
        jobs=b"job_id,processing_minutes,due\nA,30,2026-11-30T13:00\n",
        machines=MACHINES,
    )
    assert f"{start_field(app).value}" == "2026-11-30 06:00:00"
    assert "the last 06:00 before the first date" in words(app.sidebar)
    assert shift(app).problem.due.tolist() == [7 * 3600]
    start_field(app).set_value(pd.Timestamp(2025, 11, 30, 6).to_pydatetime()).run()
    assert shift(app).start.year == 2025
    assert "365 days after the plan start" in words(app.sidebar)
    button(app, "Start Mon 30 Nov 06:00, as the files say").click().run()
    assert shift(app).start.year == 2026
    assert "days after" not in words(app.sidebar)


def test_the_table_shift_says_the_start(app):
    """A date of a job does not count then; other files forget a choice."""
    upload(
        app,
        jobs=b"job_id,processing_minutes,due\nA,30,2026-11-30T13:00\n",
        machines=MACHINES,
        shift=b"start\n2026-11-29T22:00\n",
    )
    assert f"{shift(app).start}" == "2026-11-29 22:00:00"
    assert "as the table 'shift' says" in words(app.sidebar)
    start_field(app).set_value(pd.Timestamp(2026, 11, 30, 6).to_pydatetime()).run()
    assert f"{shift(app).start}" == "2026-11-30 06:00:00"
    upload(app, shift=b"start\n2026-11-28T22:00\n")
    assert f"{shift(app).start}" == "2026-11-28 22:00:00"


# --- Faults -------------------------------------------------------------------


def test_a_plan_is_no_list_of_jobs(app):
    """It is said what it is and what to bring, and nothing is asked or planned."""
    plan = b"job_id,machine_id,start,end\nA,M1,2026-01-05T06:00,2026-01-05T07:00\n"
    upload(app, jobs=plan, machines=MACHINES)
    assert titles(app) == ["Your files"]
    assert "This is a plan, not a list of jobs" in words(app)
    assert "Bring the jobs that it was made from" in words(app)
    assert not [x for x in app.button if x.label == "Read again"]
    assert shift(app) is None


def test_repeats_are_folded_and_cells_are_whole(app):
    """Twenty-one times no number is one line with its rows."""
    rows = b"".join(b"J%d,x%d\n" % (i, i) for i in range(21))
    upload(app, jobs=b"job_id,processing_minutes\n" + rows, machines=MACHINES)
    (table,) = [x.value for x in app.table]
    line = table[table["What is wrong"].str.contains("not a number")]
    assert [x.replace("\\", "") for x in line["Row"]] == ["21 rows: 2-22"]
    assert [x.replace("\\", "") for x in line["Value"]] == ["x0 · x1 · x2 …"]
    assert "21 errors" in words(app)


def test_a_fault_is_mended_on_the_page(app, edits):
    """Row 3 of the file is row 3 here; read again, it is planned; undone, it is not."""
    jobs = b"job_id,processing_minutes\nA,30\nB,forty\n"
    upload(app, jobs=jobs, machines=MACHINES)
    assert button(app, "Read again").disabled
    edits["jobs"] = to(3, 1, "40")
    app.run()
    assert "Changed, not applied: jobs." in words(app)
    press(app, "Read again")
    assert shift(app).problem.processing[:, 0].tolist() == [1800, 2400]
    assert list(app.session_state[Key.FILES]) == ["jobs.csv", "machines.csv"]
    open_files(app)
    press(app, "Undo the last edit")
    assert titles(app) == ["Your files"]
    assert app.session_state[Key.FILES]["jobs.csv"].content == jobs


# --- Tables -------------------------------------------------------------------


def test_an_edit_that_cannot_be_planned_is_not_taken(app, edits):
    """Its faults count as shown: the row after a deleted one keeps its number."""
    upload(
        app,
        jobs=b"job_id,processing_minutes\nA,30\nB,40\nC,50\n",
        machines=MACHINES,
    )
    before = shift(app)
    open_files(app)
    edits["jobs"] = lambda frame: to(4, 1, "x")(frame.drop(index=2))
    app.run()
    press(app, "Apply")
    assert "Not applied." in words(app)
    (table,) = [x.value for x in app.table if "x" in x.value["Value"].tolist()]
    assert table["Row"].tolist() == ["4"]
    assert shift(app) is before
    edits["jobs"] = to(4, 1, "60")
    app.run()
    press(app, "Apply")
    assert shift(app).problem.job_ids == ("B", "C")
    assert shift(app).problem.processing[:, 0].tolist() == [2400, 3600]


def test_edits_of_several_tables_are_applied_together(app, edits):
    """A job of a new machine type needs both tables; the plan start stays as chosen."""
    upload(app, jobs=b"job_id,processing_minutes\nA,30\n", machines=MACHINES)
    chosen = pd.Timestamp(2026, 3, 2, 6).to_pydatetime()
    start_field(app).set_value(chosen).run()
    open_files(app)
    edits["jobs"] = to(2, 1, "45")
    app.run()
    app.session_state[Key.TABLE] = "downtime"

    def broken(frame):
        frame.loc[2] = ["M1", "2026-03-02 06:00", "2026-03-02 07:00", "", None]
        return frame

    edits["downtime"] = broken
    app.run()
    assert "Changed, not applied: jobs, downtime." in words(app)
    press(app, "Apply")
    assert shift(app).problem.processing[0, 0] == 2700
    assert shift(app).problem.calendars[0].closures.tolist() == [[0, 3600]]
    assert shift(app).start == chosen


@pytest.mark.parametrize("source", ["sample", "generated"])
def test_a_shift_without_files_is_edited_as_a_copy(app, edits, source):
    """The copy is an upload; undone, the shift is what it was."""
    app.session_state[Key.SOURCE] = source
    app.session_state[Key.SAMPLE] = "small-24x6"
    app.session_state[Key.GENERATED_JOBS] = 6
    app.session_state[Key.GENERATED_MACHINES] = 3
    app.run()
    before = shift(app)
    open_files(app)
    edits["jobs"] = to(2, 10, "3")  # its weight
    app.run()
    press(app, "Apply")
    assert "Applied to a copy" in words(app)
    assert app.session_state[Key.SOURCE] == "upload"
    assert before.problem.weight[0] != 3
    assert shift(app).problem.weight[0] == 3
    assert shift(app).start == before.start
    press(app, "Undo the last edit")
    assert app.session_state[Key.SOURCE] == source
    assert shift(app).content_hash == before.content_hash


def test_the_workbook_reads_back_the_same(app):
    """Downloaded and brought again: the same shift, from the same start."""
    upload(app, jobs=JOBS.replace(b"Dauer", b"Dauer (h)"), machines=MACHINES)
    open_files(app)
    made = tables_editor.workbook_of(shift(app).content_hash, shift(app))
    again = read_shift({"shift.xlsx": made}, None).shift
    assert again.problem.content_hash == shift(app).problem.content_hash
    assert again.start == shift(app).start
    assert "Download as workbook" in [x.label for x in app.get("download_button")]


def test_what_the_grid_sends_is_what_is_applied(app):
    """A cell, a deleted and an added row, in the form in which a browser sends them."""
    upload(
        app, jobs=b"job_id,processing_minutes\nA,30\nB,40\nC,50\n", machines=MACHINES
    )
    open_files(app)
    grid = next(x for x in app.dataframe if x.proto.editing_mode)
    sent = {
        "edited_rows": {"0": {"c1": "35"}},
        "deleted_rows": [1],
        "added_rows": [{"c0": "D", "c1": "5"}],
    }

    def run(pressed=None):
        if pressed:
            button(app, pressed).click()
        # AppTest has no hand for a grid: what it would send is added.
        states = app._tree.get_widget_states()  # noqa: SLF001
        states.widgets.add(id=grid.proto.id, string_value=json.dumps(sent))
        app._run(states)  # noqa: SLF001

    run()
    run("Apply")
    assert not app.exception
    assert shift(app).problem.job_ids == ("A", "C", "D")
    assert shift(app).problem.processing[:, 0].tolist() == [2100, 3000, 300]
