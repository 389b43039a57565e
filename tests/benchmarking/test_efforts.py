"""Efforts side by side, on shifts and on public instances."""

import pytest

from core.benchmarking.efforts import (
    EffortRow,
    ShiftKind,
    effort_report,
    effort_rows,
    planner,
)
from core.benchmarking.public_efforts import public_efforts_report, public_rows
from core.planning.effort import EFFORTS


@pytest.fixture(autouse=True)
def few_moves(monkeypatch):
    """Normal is ten thousand moves."""
    monkeypatch.setattr("core.planning.effort.LEAST_MOVES", 10_000)
    monkeypatch.setattr("core.planning.effort.MOVES_PER_JOB", 1)


def test_a_longer_search_is_named_by_how_often_normal_it_is(monkeypatch):
    """Ten times 10,000 moves, from the best plan without a search."""
    asked = []
    monkeypatch.setattr(
        "core.benchmarking.efforts.refine",
        lambda problem, objective, start, *, moves, **_: asked.append(moves) or start,
    )
    kinds = [ShiftKind("shift", 12, 3)]
    rows = list(effort_rows(kinds, ["auto+none", "auto+10"], 1, print))
    assert asked == [100_000]
    assert rows[0].cost == rows[1].cost
    assert EFFORTS["normal"].moves(12) == 10_000


@pytest.mark.parametrize("way", ["auto+open", "auto+0", "batch+open", "auto+long"])
def test_an_effort_needs_an_end(way):
    """Until I stop, nothing at all, and a word that is none are refused."""
    with pytest.raises(ValueError, match="effort with an end"):
        planner(way)


def test_costs_are_over_those_of_one_way_on_the_same_shift():
    """0.5 and 0.7 of the rule's: 0.6 in the mean, 0.7 at worst, never above 1."""
    rows = [
        EffortRow("s", way, shift, cost, 1.0)
        for way, costs in (("rule:best", (2.0, 10.0)), ("auto", (1.0, 7.0)))
        for shift, cost in enumerate(costs)
    ]
    *_, line = effort_report(rows, "rule:best").summaries[0].rows
    assert line[:4] == ("s", "auto", 2, pytest.approx(0.6))
    assert line[6:] == (0.7, 0, 1.0)


def test_a_public_set_that_is_missing_is_told_and_left_out(tmp_path):
    """One instance, two jobs on one machine: 8 minutes, best known 4: 100 %."""
    (tmp_path / "pmp").mkdir()
    (tmp_path / "pmp" / "1.txt").write_text("2\n1\n3\n5\n")
    (tmp_path / "best_known.csv").write_text(
        "category,instance,best_known_makespan\nRuben,1.txt,4\n"
    )
    told = []
    rows = list(
        public_rows(tmp_path, ["ssirit", "pmp"], ["rule:spt", "auto+none"], told.append)
    )
    assert told[0].startswith("ssirit is left out. There are no ssirit instances")
    assert [(x.group, x.way, x.gap) for x in rows] == [
        ("pmp", "rule:spt", 1.0),
        ("pmp", "auto+none", 1.0),
    ]
    (line, _) = public_efforts_report(rows).summaries[0].rows
    assert line[:5] == ("pmp", "rule:spt", 1, 100.0, 100.0)
