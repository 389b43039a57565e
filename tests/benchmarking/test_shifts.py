"""Held-out shifts against every rule."""

import pytest

from core.benchmarking.held_out import held_out_shift
from core.benchmarking.shifts import (
    lookahead_rows,
    lookahead_table,
    quality_rows,
    quality_table,
    shifts_report,
)
from core.instances.held_out import HELD_OUT
from core.planning.dispatch_rules import RULES
from core.training.curriculum import held_out
from tests.models import untrained

SIZE = (8, 3)
TIMES = 9  # column of seconds, which no two runs share


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """A policy without training."""
    return untrained(tmp_path_factory.mktemp("model"))


def test_shifts_are_unlike_those_of_training_and_validation():
    """Other seeds than both; the same shift every time."""
    one, same = held_out_shift("shift", SIZE, 0), held_out_shift("shift", SIZE, 0)
    assert one.content_hash == same.content_hash
    known = {x.content_hash for x in held_out("shift", *SIZE, 8)}
    assert one.content_hash not in known
    assert HELD_OUT > 0


def test_every_rule_is_measured_against_the_best(model):
    """The best rule has ratio 1, each other ratio is a cost over its cost."""
    rows = quality_rows("shift", SIZE, 2, model, 3)
    assert [row[5] for row in rows[: len(RULES)]] == [f"rule:{rule}" for rule in RULES]
    for shift in (0, 1):
        mine = [row for row in rows if row[4] == shift]
        best = min(row[6] for row in mine if row[5].startswith("rule:"))
        assert [row[7] for row in mine] == [row[6] / best for row in mine]
        cost = {row[5]: row[6] for row in mine}
        assert cost["best of 3"] <= cost["greedy"]
    again = quality_rows("shift", SIZE, 2, model, 3)
    assert [row[:TIMES] for row in again] == [row[:TIMES] for row in rows]


def test_the_summary_by_hand():
    """Ratios 0.5 and 1.5: mean 1, largest 1.5, half of the shifts won."""
    rows = [
        ("quality", "shift", 8, 3, i, "greedy", cost, ratio, 60.0, 0.5)
        for i, (cost, ratio) in enumerate([(1.0, 0.5), (3.0, 1.5)])
    ]
    found = quality_table(rows).rows
    assert found == (("shift", "8x3", "greedy", 2, 2.0, 1.0, 1.5, 0.5, 0.5),)


def test_the_least_lookahead_is_named(model):
    """Its mean cost is the least of the three."""
    rows = lookahead_rows(["shift"], SIZE, 2, model)
    ((kind, *means, least),) = lookahead_table(rows).rows
    assert kind == "shift"
    assert means[("0", "mean", "inf").index(least)] == min(means)


def test_parts_are_measured_on_their_own(model):
    """One part, one table; an unknown one is refused."""
    report = shifts_report(model, sizes=[SIZE], shifts=1, parts=["lookahead"])
    assert len(report.summaries) == 1
    assert {row[0] for row in report.detail.rows} == {"lookahead"}
    with pytest.raises(ValueError, match="got 'speed'"):
        shifts_report(model, parts=["speed"])
