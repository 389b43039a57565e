"""What a plan's files say beside its times: the planner's own columns, the figures."""

import csv
import io
from dataclasses import replace

import openpyxl
import pytest

from core.problem.measures import figures
from core.problem.measures.figures import FIGURES, Figure, ShownIn, Unit
from core.tables.plan_file import read_schedule
from core.tables.shift import read_shift
from core.tables.writing.write import shift_files
from core.tables.writing.write_plan import schedule_csv, schedule_workbook
from core.timing.retime import retime
from tests.plans import START, plan_of
from tests.tables.files import read

OWN = {"Customer": ("=HYPERLINK()", "B", ""), "Pallets": ("1", "2.5", "")}


@pytest.fixture
def plan():
    """J-1 to J-3 on M-1 and M-2, with a customer and a number of pieces each."""
    shift = replace(read().shift, extras=OWN)
    return plan_of(shift, retime(shift.problem, [[0, 2], [1]]))


def rows_of(sheet):
    """Rows of a sheet by its header."""
    head, *rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    return [dict(zip(head, row, strict=True)) for row in rows]


def test_a_planners_column_is_in_schedule_csv(plan):
    """Behind ours; what would run as a formula is defused; the plan reads back."""
    content = schedule_csv(plan)
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    assert list(rows[0])[-2:] == ["Customer", "Pallets"]
    own = {row["job_id"]: (row["Customer"], row["Pallets"]) for row in rows}
    assert own == {"J-1": ("'=HYPERLINK()", "1"), "J-2": ("B", "2.5"), "J-3": ("", "")}
    assert not read_schedule(content, plan.shift).issues


def test_a_planners_column_is_in_every_sheet_of_jobs(plan):
    """As text or as numbers, in the sheet of all jobs and in those of the machines."""
    book = openpyxl.load_workbook(io.BytesIO(schedule_workbook(plan)))
    found = {}
    for name in book.sheetnames[:-1]:
        for row in rows_of(book[name]):
            cells = row["Customer"], row["Pallets"]
            assert found.setdefault(row.get("job_id") or row["job"], cells) == cells
    assert found == {
        "J-1": ("=HYPERLINK()", 1),
        "J-2": ("B", 2.5),
        "J-3": (None, None),
    }
    assert book["Plan"]["M2"].data_type == "s"


def test_a_planners_column_comes_back_with_the_shift(plan):
    """Written as files and read again, text for text."""
    files = shift_files(plan.shift)
    book = {"shift.xlsx": files.pop("shift.xlsx")}
    for written in (files, book):
        assert dict(read_shift(written, START).shift.extras) == OWN


def test_a_header_like_ours_says_where_it_is_from(plan):
    """Two columns of one name could not be told apart."""
    shift = replace(plan.shift, extras={"Scheduler": ("a", "b", "c")})
    text = schedule_csv(replace(plan, shift=shift)).decode("utf-8-sig")
    head = text.splitlines()[0].split(",")
    assert head[-2:] == ["scheduler", "Scheduler (jobs file)"]


def test_a_figure_more_is_one_row_of_the_table(plan, monkeypatch):
    """It is in the workbook without a line of code there."""
    more = Figure(
        "first_end_minutes",
        "First job ends",
        Unit.DURATION,
        lambda plan, _: int(plan.schedule.end.min()) / 60,
    )
    monkeypatch.setattr(figures, "FIGURES", (*FIGURES, more))
    assert more in figures.figures_at(ShownIn.WORKBOOK)
    book = openpyxl.load_workbook(io.BytesIO(schedule_workbook(plan)))
    rows = {row[0].value: row[1].value for row in book["KPIs"]}
    first = int(plan.result.schedule.end.min()) / 60
    assert rows["First job ends, minutes"] == first
