"""The small curve beside the progress of a planning."""

import numpy as np

from core.charts.growth import growth_curve


def test_a_curve_falls_in_steps_to_now_with_the_bound_below():
    """3 from the first second, 2 from the third on, now at the fifth; none below 1."""
    curve, bound = growth_curve([(1.0, 3.0), (3.0, 2.0)], 5.0, 1.0).data
    assert (list(curve.x), list(curve.y)) == ([1, 3, 5], [3, 2, 2])
    assert curve.line.shape == "hv"
    assert (list(bound.x), list(bound.y)) == ([0, 5], [1, 1])


def test_before_the_first_plan_there_is_no_line():
    """Nothing found, no bound: axes without a line, and no error."""
    figure = growth_curve([], 0.0, None)
    assert len(figure.data) == 1
    assert len(figure.data[0].y) == 0
    assert np.isfinite(figure.layout.yaxis.range).all()
