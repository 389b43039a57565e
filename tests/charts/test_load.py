"""Load as a table and as bars."""

import numpy as np
import pytest

from core.charts.load import SOONER, TOO_MUCH, load_bars, load_table
from core.problem.measures.load import load
from core.timing.retime import retime

HOUR = 3600


@pytest.fixture
def found(shop):
    """L1: a 0-4, c 5-12 with the pause 10-12 closed, in it 0 h; L2: d 0-1, due at 1."""
    return load(shop, retime(shop, [[0, 2], [1], [3]]), HOUR)


def test_the_table_begins_with_the_bottleneck(found):
    """By 8 h 4 + 1 + 5 h are wanted of L1: 2 more than it is open for."""
    table = load_table(found)
    assert table["Name"].tolist()[0] == "L1"
    assert table["Too much"].tolist()[0] == pytest.approx(2.0)
    assert table["Work"].tolist()[0] == pytest.approx(9.0)
    assert table["Setup"].tolist()[0] == pytest.approx(1.0)
    assert table["Over time"].tolist()[0][:4] == [100.0] * 4


def test_bars_carry_their_period_and_what_is_wanted_beyond_is_hatched(found, start):
    """Of what no order has room for there is as much in red as the table says."""
    figure = load_bars(found, 0, start, chosen=1)
    names = [bar.name for bar in figure.data]
    assert names == ["work", "setup", "free", "closed", SOONER, TOO_MUCH]
    periods = len(found.edges) - 1
    assert figure.data[0].customdata.tolist() == list(range(periods))
    assert [bar.marker.pattern.shape for bar in figure.data[4:]] == ["-", "/"]
    assert np.flatnonzero(figure.data[4].y).tolist() == [2, 3]
    assert figure.data[5].y[[4, 5]].tolist() == [1.0, 1.0]
    assert sum(figure.data[5].y) == load_table(found)["Too much"].tolist()[0]
    assert figure.data[0].marker.opacity[:2].tolist() == [0.45, 1.0]
    assert [x.name for x in load_bars(found, 1, start, None).data] == names[:4]
