"""Figures on screen and in CSV."""

import csv
import io

import pytest

from core.benchmarking.table import ResultTable, mean


@pytest.fixture
def table():
    """A word, a number in four digits, a count, and nothing."""
    return ResultTable(
        "Costs", ("way", "cost", "jobs"), (("flat", 0.123456, 12330), ("two", None, 1))
    )


def test_words_are_left_and_numbers_right(table):
    """Four digits, thousands apart, a dash where there is no figure."""
    assert table.text().splitlines() == [
        "Costs",
        "way     cost    jobs",
        "flat  0.1235  12,330",
        "two        -       1",
    ]


def test_csv_holds_numbers_in_full(table):
    """Nothing is rounded, and nothing stands where there is no figure."""
    rows = list(csv.reader(io.StringIO(table.csv().decode())))
    assert rows == [
        ["way", "cost", "jobs"],
        ["flat", "0.123456", "12330"],
        ["two", "", "1"],
    ]


def test_a_row_has_one_cell_per_column():
    """A figure too many is refused."""
    with pytest.raises(ValueError, match="Expected 1 cells in 'Costs'"):
        ResultTable("Costs", ("way",), (("flat", 1.0),))


def test_the_mean_of_nothing_is_nothing():
    """It is not 0."""
    assert mean([]) is None
    assert mean([1.0, 4.0]) == 2.5
