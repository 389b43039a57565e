"""Efforts side by side, on shifts and on public instances."""

from math import inf

import pytest

from core.benchmarking.ways.efforts import (
    BEST,
    EffortRow,
    ShiftKind,
    effort_report,
    effort_rows,
)
from core.benchmarking.ways.public_efforts import public_efforts_report, public_rows
from core.benchmarking.ways.way import get_ready, known_planner, planner
from core.planning.effort import EFFORTS
from core.problem.objective import Objective


@pytest.fixture(autouse=True)
def few_moves(monkeypatch):
    """Normal is ten thousand moves; what other tests made is forgotten."""
    get_ready()
    known_planner.cache_clear()
    monkeypatch.setattr("core.planning.effort.LEAST_MOVES", 10_000)
    monkeypatch.setattr("core.planning.effort.MOVES_PER_JOB", 1)


def test_a_longer_search_is_named_by_how_often_normal_it_is(monkeypatch):
    """Ten times 10,000 moves, from the best plan without a search."""
    asked = []
    monkeypatch.setattr(
        "core.benchmarking.ways.way.refine",
        lambda problem, objective, start, *, moves, **_: asked.append(moves) or start,
    )
    kinds = [ShiftKind("shift", 12, 3)]
    rows = list(effort_rows(kinds, ["auto+none", "auto+10"], 1, print))
    assert asked == [100_000]
    assert rows[0].cost == rows[1].cost
    assert EFFORTS["normal"].moves(12) == 10_000


@pytest.mark.parametrize(
    "way", ["auto+open", "auto+0", "auto+0s", "batch+open", "auto+long"]
)
def test_an_effort_needs_an_end(way):
    """Until I stop, nothing at all, and a word that is none are refused."""
    with pytest.raises(ValueError, match="effort with an end"):
        planner(way)


def test_the_best_of_some_seeds_is_kept(monkeypatch):
    """Three plans that cost what 1, 3 and 2 times the rule's would: the first."""
    seeds = []
    monkeypatch.setattr(
        "core.benchmarking.ways.way.refine",
        lambda problem, objective, start, *, seed, **_: seeds.append(seed) or start,
    )
    monkeypatch.setattr(
        Objective,
        "cost",
        lambda *_: {0: 1.0, 1: 3.0, 2: 2.0}[seeds[-1] if seeds else 0],
    )
    shift = ShiftKind("shift", 12, 3).problem(0)
    assert planner("rule:edd+10x3")(shift, Objective()).cost == 1.0
    assert seeds == [0, 1, 2]
    with pytest.raises(ValueError, match="one seed or more"):
        planner("auto+10x0")


def test_seconds_bound_a_search(monkeypatch):
    """Behind a scheduler they are the search's, of auto all there are."""
    stops = []
    monkeypatch.setattr(
        "core.benchmarking.ways.way.refine",
        lambda problem, objective, start, *, moves, stop, **_: (
            stops.append((moves, stop.left)) or start
        ),
    )
    shift = ShiftKind("shift", 12, 3).problem(0)
    planner("rule:edd+5s")(shift, Objective())
    ((moves, left),) = stops
    assert moves is None
    assert 4 < left <= 5
    asked = []
    monkeypatch.setattr("core.benchmarking.ways.way.scheduler", asked.append)
    planner("auto+0.5s")
    assert (asked[0].effort, asked[0].most_seconds) == ("open", 0.5)


@pytest.mark.slow  # two processes load the machine code
def test_workers_change_no_plan(monkeypatch):
    """Two plans by one process and by two: the same costs, in the same order."""
    monkeypatch.undo()  # which other processes do not hear of
    kinds = [ShiftKind("shift", 12, 3)]
    ways = ["rule:edd+0.5", "auto+quick"]
    one, two = (list(effort_rows(kinds, ways, 1, print, x)) for x in (1, 2))
    assert [(x.setting, x.way, x.shift, x.cost) for x in one] == [
        (x.setting, x.way, x.shift, x.cost) for x in two
    ]
    assert [x.way for x in two] == ways


def test_costs_may_be_over_the_cheapest_of_all():
    """2 and 1, 3 and 6: 1.5 in the mean for each."""
    rows = [
        EffortRow("s", way, shift, cost, None)
        for way, costs in (("a", (2.0, 3.0)), ("b", (1.0, 6.0)))
        for shift, cost in enumerate(costs)
    ]
    a, b = effort_report(rows, BEST).summaries[0].rows
    assert (a[3], b[3]) == (1.5, 1.5)
    assert a[-1] is None


def test_all_settings_together_are_told_too():
    """A ratio of 2 in one setting and of 4 in the other: 3, and never below 1."""
    rows = [
        EffortRow(setting, way, 0, cost, 1.0)
        for setting, dear in (("s", 2.0), ("t", 4.0))
        for way, cost in (("a", 1.0), ("b", dear))
    ]
    *_, line = effort_report(rows, "a").summaries[0].rows
    assert line[:4] == ("all of them", "b", 2, 3.0)
    assert line[6:8] == (4.0, 2)


def test_a_way_without_a_plan_is_no_match_for_another():
    """Infinitely dear, and no plan of all if none has one."""
    rows = [EffortRow("s", "a", 0, inf, 1.0), EffortRow("s", "b", 0, 2.0, 1.0)]
    a, b = effort_report(rows, BEST).summaries[0].rows
    assert (a[3], b[3]) == (inf, 1.0)


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
    each, means = public_efforts_report(rows).summaries
    assert each.rows == (("pmp", "1", 100.0, 100.0),)
    assert means.rows[0][:5] == ("pmp", "rule:spt", 1, 100.0, 100.0)
