"""What the claims are measured by."""

import pytest

from core.benchmarking.claims import actions_table, claims_report, tradeoff_table
from tests.models import untrained


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """A policy without training."""
    return untrained(tmp_path_factory.mktemp("model"), hidden=4)


def test_actions_by_hand(model):
    """At 411 x 30 the flat head has 12,330 outputs behind 256 -> 128 layers."""
    flat, fixed, sets = actions_table([(411, 30)], model).rows
    assert flat[2:] == (12_330, 14, 12_330, 4 * (257 * 128 + 129 * 12_330))
    job, embedding = 257 * 128 + 129 * 411, 411 * 64
    machine = (256 + 64 + 1) * 128 + 129 * 30
    assert fixed[2:] == (441, 411, 441, 4 * (job + embedding + machine))
    weights = sum(p.numel() for p in model.policy.parameters())
    assert sets[2:] == (441, 411, 441, 4 * weights)


def test_the_tradeoff_has_a_row_per_weight(model):
    """Means in minutes over the shifts."""
    rows = tradeoff_table((8, 3), 2, model, weights=(0.0, 1.0)).rows
    assert [row[0] for row in rows] == [0.0, 1.0]
    assert all(row[2] > 0 for row in rows)


def test_every_cell_is_in_the_csv(model):
    """Three tables, each by its title."""
    report = claims_report(model, sizes=[(12, 3)], shifts=1)
    cells = sum(len(t.rows) * len(t.columns) for t in report.summaries)
    assert len(report.summaries) == 3
    assert len(report.detail.rows) == cells
