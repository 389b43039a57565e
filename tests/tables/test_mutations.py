"""Broken files raise nothing, and nothing in them changes without a word."""

import pytest

from tests.tables.broken import text_file, workbook_file
from tests.tables.mutations import faults, run

COUNT = 300  # of each kind; ``python -m tests.tables.mutations 2000`` breaks more


@pytest.mark.parametrize("make", [text_file, workbook_file])
def test_nothing_breaks_and_nothing_changes_in_silence(make):
    """Compared, cell by cell, with the csv module and with openpyxl."""
    assert run(make, COUNT) == []


def test_the_comparison_sees_what_is_lost_or_changed():
    """A row, a cell and a number that the first reader never got."""
    text = "job_id,processing_minutes\nA,90\n"
    seen = text.replace("90", "91") + "B,5\n"
    assert faults("jobs.csv", text.encode(), (seen, ",")) == [
        "(2, 1): '90' is read, '91' stands there",
        "(3, 0): 'B' is lost",
        "(3, 1): '5' is lost",
    ]
