"""The line of figures over versions: each point says which plan it is."""

from core.charts.versions import VersionMark, versions_chart


def test_each_point_knows_its_version():
    """Three versions, the second in force: numbers, heights, and the one chosen."""
    marks = [
        VersionMark(1, 4, 2.5, "Planned", False),
        VersionMark(2, 1, 0.5, "Gentle <b>", True),
        VersionMark(3, None, None, "?", False),
    ]
    figure = versions_chart(marks, chosen=3)
    late, hours = figure.data
    assert list(late.customdata) == list(hours.customdata) == [1, 2, 3]
    assert list(late.y) == [4, 1, None]
    assert list(hours.y) == [2.5, 0.5, None]
    assert list(late.marker.symbol) == ["circle", "diamond", "circle"]
    assert list(late.marker.size) == [9, 9, 13]
    assert late.hovertext[1] == "Gentle &lt;b&gt;"  # never as markup
    assert list(figure.layout.xaxis.ticktext) == ["1", "2 now", "3"]
