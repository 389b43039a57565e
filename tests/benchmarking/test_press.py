"""From the press to the plan, in this process and in one of its own."""

import pytest

from core.benchmarking.press import PressRow, SecondsTaken, press_report, press_rows
from core.benchmarking.process import process_report


def test_a_first_plan_comes_before_the_last():
    """Two turns of one small shift; nothing takes less than no time."""
    rows = press_rows(["shift"], (12, 3), 1, "quick", print)
    assert [(x.kind, x.shift, x.turn) for x in rows] == [
        ("shift", 0, 0),
        ("shift", 0, 1),
    ]
    for row in rows:
        assert row.one_pass.clock > 0
        assert 0 < row.first.clock < row.done.clock
        assert 0 < row.first.cpu <= row.done.cpu


def test_ratios_are_medians_of_pairs():
    """1, 2 and 9 times the pass: twice, though the medians of seconds are 3 apart."""
    rows = [
        PressRow(
            "s",
            0,
            0,
            SecondsTaken(one, one),
            SecondsTaken(one * x, 1.0),
            SecondsTaken(1.0, 1.0),
        )
        for one, x in ((1.0, 1), (2.0, 9), (3.0, 2))
    ]
    lines = press_report(rows).summaries[0].rows
    first = next(x for x in lines if x[1:3] == ("first plan", "clock"))
    assert first[3:5] == (3, 6.0)
    assert first[7] == 2.0
    assert 1.0 <= first[8] <= 2.0 <= first[9] <= 9.0


def test_a_process_of_its_own_plans_a_sample():
    """More memory than an interpreter has; CPU seconds that are not those of nobody."""
    report = process_report("small-24x6", ["rule:edd"], 1, print)
    ((way, turn, seconds, cpu, peak),) = report.detail.rows
    assert (way, turn) == ("rule:edd", 1)
    assert seconds > 0
    assert 0.1 < cpu < 60
    assert 50 < peak < 1_000


def test_a_process_that_fails_says_why():
    """The last line of what it said."""
    with pytest.raises(RuntimeError, match="rule:none: planning small-24x6 failed"):
        process_report("small-24x6", ["rule:none"], 1, print)
    with pytest.raises(ValueError, match="Expected a sample of shift-411x30"):
        process_report("nothing", ["rule:edd"], 1, print)
