"""Tables that were edited, written as files and read again."""

from datetime import datetime, time, timedelta

import pytest

from core.tables.issues import Collector
from core.tables.raw import RawTable
from core.tables.reading.read import read_tables
from core.tables.shift import read_shift
from core.tables.writing.edited import (
    EditedRow,
    cell_text,
    empty_table,
    shown_rows,
    with_edits,
    written,
)
from core.tables.writing.samples import FOLDER

JOBS = b"job_id;minutes;family\nA;1,5;x|y\nB;20;'=1\n"
MACHINES = b"machine_id,machine_type\nM1,mill\n"


def tables_of(files):
    """Tables of files, by name."""
    return read_tables(files, Collector())


def rows_of(table):
    """A table's rows as they are shown, nothing edited."""
    return [
        EditedRow(number, number, tuple(map(cell_text, cells)))
        for number, cells in table.rows
    ]


def sample_files(name, pattern):
    """Files of a sample."""
    return {x.name: x.read_bytes() for x in sorted((FOLDER / name).glob(pattern))}


@pytest.mark.parametrize("pattern", ["*.csv", "*.xlsx"])
def test_what_nobody_edited_reads_back_the_same(pattern):
    """Every table of the small sample: the same shift, and the same words on it."""
    files = sample_files("small-24x6", pattern)
    tables = [with_edits(x, rows_of(x)) for x in tables_of(files).values()]
    again = written(files, tables)
    assert list(again) == list(files)
    before, after = read_shift(files, None), read_shift(again, None)
    assert after.shift.content_hash == before.shift.content_hash
    assert list(after.issues) == list(before.issues)


def test_a_text_file_keeps_its_delimiter_and_its_words():
    """Decimal commas, lists and an apostrophe before a formula are as they were."""
    table = tables_of({"jobs.csv": JOBS})["jobs"]
    again = written(["jobs.csv"], [with_edits(table, rows_of(table))])
    assert again["jobs.csv"].decode("utf-8-sig").replace("\r\n", "\n") == (
        'job_id;minutes;family\nA;"1,5";x|y\nB;20;\'=1\n'
    )


def test_a_bar_between_columns_is_no_bar_in_a_cell():
    """Where the bar parts the columns, a list of two stays one cell."""
    data = b'job_id|minutes|machine_types\nA|5|"mill|lathe"\n'
    table = tables_of({"jobs.csv": data})["jobs"]
    again = written(["jobs.csv"], [with_edits(table, rows_of(table))])
    assert tables_of(again)["jobs"].rows == table.rows


def test_rows_are_changed_added_and_deleted():
    """B takes 30, A goes, C comes; a row without any text is none."""
    table = tables_of({"jobs.csv": JOBS})["jobs"]
    rows = [
        EditedRow(3, 3, ("B", "30", "")),
        EditedRow(4, None, ("C", "7", "z")),
        EditedRow(5, None, ("", " ", "")),
    ]
    edited = with_edits(table, rows)
    assert edited.rows == ((3, ("B", "30", "")), (4, ("C", "7", "z")))
    files = written(["jobs.csv"], [edited]) | {"machines.csv": MACHINES}
    shift = read_shift(files, None).shift
    assert shift.problem.job_ids == ("B", "C")
    assert shift.problem.processing[:, 0].tolist() == [1800, 420]


def test_a_workbooks_cells_keep_their_types():
    """An untouched date stays one; a number typed among numbers is a number."""
    due = datetime(2026, 1, 5, 12)
    table = RawTable(
        "jobs",
        "w.xlsx · jobs",
        ("job_id", "minutes", "due"),
        ((2, ("007", 30.0, due)), (3, ("B", 5.0, None))),
    )
    rows = [
        EditedRow(2, 2, ("007", "45", cell_text(due))),
        EditedRow(3, 3, ("12", "5", "2026-01-06 12:00")),
    ]
    edited = with_edits(table, rows)
    assert edited.rows == (
        (2, ("007", 45.0, due)),
        (3, ("12", 5.0, "2026-01-06 12:00")),
    )
    again = tables_of(written(["w.xlsx"], [edited]))["jobs"]
    assert again.rows == edited.rows
    assert again.label == "w.xlsx · jobs"


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (None, ""),
        (True, "yes"),
        (90.0, "90"),
        (1.5, "1.5"),
        (datetime(2026, 1, 5, 6), "2026-01-05 06:00"),
        (datetime(2026, 1, 5, 6, 0, 1), "2026-01-05 06:00:01"),
        (time(22, 0), "22:00"),
        (timedelta(hours=26, seconds=5), "26:00:05"),
    ],
)
def test_a_cell_is_shown_as_it_is_typed(cell, text):
    """What stands there can be typed back."""
    assert cell_text(cell) == text


def test_faults_are_counted_as_shown():
    """The second row is the sixth of the file, and the third of what is written."""
    table = RawTable("jobs", "w.xlsx · Tab 1", ("job_id",), ((5, ("A",)), (6, ("B",))))
    assert shown_rows([table]) == {("w.xlsx · jobs", 2): 5, ("w.xlsx · jobs", 3): 6}


def test_units_under_the_header_stay_there():
    """They say that 1.5 is hours, also after an edit."""
    data = b"job_id,minutes\n,h\nA,1.5\n"
    table = tables_of({"jobs.csv": data})["jobs"]
    assert table.units == ("", "h")
    edited = with_edits(table, rows_of(table))
    again = written(["jobs.csv"], [edited])
    assert tables_of(again)["jobs"].units == ("", "h")
    assert shown_rows([edited]) == {("jobs.csv", 3): 3}


def test_a_table_of_ones_own_becomes_a_file():
    """Downtime was not there; with a row it is a file, without any it is none."""
    rows = [EditedRow(2, None, ("M1", "2026-01-05 07:00", "2026-01-05 08:00", ""))]
    downtime = with_edits(empty_table("downtime"), rows)
    assert written([], [empty_table("setups")]) == {}
    files = {"jobs.csv": JOBS, "machines.csv": MACHINES}
    made = written(files, [*tables_of(files).values(), downtime])
    assert list(made) == ["jobs.csv", "machines.csv", "downtime.csv"]
    shift = read_shift(made, datetime(2026, 1, 5, 6)).shift
    assert shift.problem.calendars[0].closures.tolist() == [[3600, 7200]]
