"""Costs that were found elsewhere."""

import pytest

from core.benchmarking.ways.efforts import ShiftKind, effort_report, effort_rows
from core.benchmarking.ways.reference import ReferenceFileError, reference_rows

KIND = ShiftKind("shift", 6, 2)


def test_what_was_written_is_read(tmp_path):
    """Two ways of two shifts as the command writes them: of each shift the cheapest."""
    rows = list(effort_rows([KIND], ["rule:fifo", "rule:atcs"], 2, print))
    file = tmp_path / "long.csv"
    file.write_bytes(effort_report(rows, "rule:fifo").detail.csv())
    found = reference_rows(file, [KIND], 2)
    assert [(x.way, x.shift, x.seconds) for x in found] == [
        ("reference", 0, None),
        ("reference", 1, None),
    ]
    for row in found:
        assert row.cost == min(x.cost for x in rows if x.shift == row.shift)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("setting,shift\n", "has no column 'cost'"),
        ("setting,shift,cost\n", r"no cost of 'shift 6x2, 1:1:0.2', shift 0"),
        ("setting,shift,cost\nx,one,2\n", "line 2: expected a shift's number"),
        ("setting,shift,cost\nx,1\n", "line 2: expected a shift's number"),
        ("setting,shift,cost\nx,1,nan\n", "line 2: expected a cost, got nan"),
        ("setting,shift,cost\nx,1,-1\n", "line 2: expected a cost, got -1"),
    ],
)
def test_a_file_that_does_not_do_is_refused(tmp_path, text, message):
    """The message says what is wrong, and where."""
    (tmp_path / "long.csv").write_text(text)
    with pytest.raises(ReferenceFileError, match=message):
        reference_rows(tmp_path / "long.csv", [KIND], 1)


def test_a_file_that_is_missing_is_refused(tmp_path):
    """As one that cannot be read."""
    with pytest.raises(ReferenceFileError, match="cannot be read"):
        reference_rows(tmp_path / "none.csv", [KIND], 1)
