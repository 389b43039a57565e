"""Learning curves as a drawing."""

from xml.etree import ElementTree

from core.benchmarking.policies.curves import curves_svg
from core.benchmarking.table import ResultTable

SVG = "{http://www.w3.org/2000/svg}"
COLUMNS = ("way", "seed", "decisions", "cost")


def lines(*rows):
    """Points of every curve that is drawn."""
    root = ElementTree.fromstring(curves_svg(ResultTable("learning", COLUMNS, rows)))
    return [
        [tuple(map(float, point.split(","))) for point in line.get("points").split()]
        for line in root.iter(f"{SVG}polyline")
    ]


def test_a_line_per_run():
    """Two seeds and one other way are three lines."""
    found = lines(
        *(("set", 0, 0, 2.0), ("set", 0, 10, 1.0)),
        *(("set", 1, 0, 2.0), ("flat", 0, 0, 2.0)),
    )
    assert [len(line) for line in found] == [2, 1, 1]


def test_a_line_is_the_best_so_far():
    """It goes down the page as the cost falls, and never up again."""
    ((first, second, third),) = lines(
        ("set", 0, 0, 2.0), ("set", 0, 10, 1.0), ("set", 0, 20, 3.0)
    )
    assert first[1] < second[1] == third[1]
    assert first[0] < second[0] < third[0]


def test_nothing_measured_is_empty_axes():
    """It is a drawing all the same."""
    assert lines() == []
