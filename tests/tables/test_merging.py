"""Jobs that come again in another form: accepted whole, or row by row."""

import pytest

from core.tables.raw import RawTable
from core.tables.writing.merging import RowChange, merged, row_changes


def table(columns, *rows):
    """A table of jobs, rows counted from 2."""
    return RawTable(
        "jobs", "jobs.csv", columns, tuple(enumerate(rows, start=2)), delimiter=","
    )


OLD = table(("job_id", "minutes"), ("A", "10"), ("B", "20"), ("C", "30"))
NEW = table(("Job ID", "minutes"), ("A", "15"), ("B", "20"), ("D", "40"))


def test_new_changed_and_gone_are_told():
    """A takes longer, D comes in, C is not listed any more; B is as before."""
    assert row_changes(OLD, NEW) == [
        RowChange("A", "changed", "minutes: 10 → 15"),
        RowChange("D", "new", "D, 40"),
        RowChange("C", "gone", ""),
    ]


def test_nothing_refused_is_the_table_that_came():
    """Whole: exactly its rows."""
    assert merged(OLD, NEW, ()).rows == NEW.rows


@pytest.mark.parametrize(
    ("refused", "rows"),
    [
        (["D"], [("A", "15"), ("B", "20")]),
        (["A"], [("A", "10"), ("B", "20"), ("D", "40")]),
        (["C"], [("A", "15"), ("B", "20"), ("D", "40"), ("C", "30")]),
    ],
)
def test_a_row_that_is_refused_stays_as_it_was(refused, rows):
    """A new one is left out, a changed one is as before, one that is gone stays."""
    assert [cells for _, cells in merged(OLD, NEW, refused).rows] == rows


def test_a_column_of_a_row_that_stays_is_not_lost():
    """The note of C goes with it; the others have none."""
    old = table(("Job ID", "minutes", "note"), ("A", "10", ""), ("C", "30", "y"))
    made = merged(old, NEW, ["C"])
    assert made.columns == ("Job ID", "minutes", "note")
    assert made.rows[-1] == (5, ("C", "30", "y"))
    assert made.rows[0] == (2, ("A", "15", None))


def test_without_ids_nothing_can_be_matched():
    """Twice the same job, or none named: not told apart."""
    twice = table(("job_id",), ("A",), ("A",))
    assert row_changes(OLD, twice) is None
    assert row_changes(table(("minutes",), ("1",)), OLD) is None
