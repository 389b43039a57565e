"""Colours that everyone can tell apart, and names that are never markup."""

import re
from itertools import combinations

import numpy as np
import pytest

from core.charts import theme
from core.charts.bars.gantt import gantt
from core.charts.window import View

OF_RGB = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
OF_LMS = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)
# Machado, Oliveira and Fernandes (2009), severity 1.0, in linear RGB.
SIGHT = {
    "normal": np.eye(3),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritanopia": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}


def oklab(color, sight):
    """A colour in OKLab (Ottosson 2020), as seen with a kind of sight."""
    rgb = np.array([int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    seen = np.clip(SIGHT[sight] @ linear, 0, 1)
    return OF_LMS @ np.cbrt(OF_RGB @ seen)


@pytest.mark.parametrize("sight", SIGHT)
@pytest.mark.parametrize(
    "colors",
    [(*theme.PALETTE, theme.OTHER), tuple(theme.SCALE.values())],
    ids=["palette", "scale"],
)
def test_every_two_colours_stay_apart(sight, colors):
    """0.02 in OKLab is just noticed; the nearest pair here is six times as far."""
    apart = {
        (a, b): np.linalg.norm(oklab(a, sight) - oklab(b, sight))
        for a, b in combinations(colors, 2)
    }
    assert min(apart.values()) > 0.12, min(apart, key=apart.__getitem__)


def test_contrast_is_that_of_the_guideline():
    """Black on white is 21:1, white on itself 1:1, a middle grey 4.48:1 (WCAG)."""
    assert theme.contrast("#000000", "#ffffff") == pytest.approx(21)
    assert theme.contrast("#ffffff", "#ffffff") == pytest.approx(1)
    assert theme.contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("color", [*theme.PALETTE, theme.OTHER])
def test_every_bar_has_an_outline_and_a_readable_name(color):
    """3:1 for what must be seen, 4.5:1 for what must be read (WCAG 1.4.11, 1.4.3)."""
    assert theme.contrast(theme.edge(color), theme.BACKGROUND) >= 3
    assert theme.contrast(theme.ink_on(color), color) >= 4.5


@pytest.mark.parametrize(
    "color", [theme.INK, theme.MUTED_INK, theme.LATE, theme.SETUP, theme.ACCENT]
)
def test_text_and_marks_read_on_white(color):
    """4.5:1 for all of them."""
    assert theme.contrast(color, theme.BACKGROUND) >= 4.5


def test_a_planners_text_is_never_markup():
    """Neither in a chart, where Plotly reads tags, nor in Markdown."""
    assert theme.plain("<a href='x'>y</a>", 40) == "&lt;a href='x'&gt;y&lt;/a&gt;"
    assert len(theme.plain("x" * 99)) == theme.SHORT
    marked = theme.unmarked("[x](http://y) **b** <i>")
    assert not re.search(r"(?<!\\)[\[\]()*<>]", marked)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_words_of_a_chart_are_readable_in_both_themes(dark):
    """4.5:1 on the background and on the bands; outlines of fills reach 3:1."""
    now = theme.DARK.__getitem__ if dark else str
    grounds = [now(theme.BACKGROUND), now(theme.BAND)]
    for word in (theme.INK, theme.MUTED_INK, theme.LATE, theme.ACCENT, theme.SETUP):
        assert min(theme.contrast(now(word), x) for x in grounds) >= 4.5, word
    for fill in (*theme.PALETTE, theme.OTHER):
        outline = theme.contrast(now(theme.edge(fill)), grounds[0])
        assert outline >= 3, fill


def test_words_on_a_fill_are_readable():
    """Whichever of the two inks reads better."""
    for fill in (*theme.PALETTE, theme.OTHER, *theme.SCALE.values()):
        assert theme.contrast(theme.ink_on(fill), fill) >= 4.5, fill


def test_a_dark_figure_has_no_colour_of_the_light_theme(shift, plan):
    """Every one is exchanged, in arrays too; names and fills stay as they are."""
    view = View(0, plan.makespan, job=0)
    figure = gantt(shift, plan, view)
    figure.add_scatter(x=[0], y=[0], text=[theme.INK], name=theme.INK)
    dark = theme.in_dark(figure)
    assert dark.data[-1].text[0] == dark.data[-1].name == theme.INK
    said = dark.update_traces(text=None, name="", selector=-1).to_json()
    assert [color for color in theme.DARK if color in said] == []
    assert figure.layout.paper_bgcolor == theme.BACKGROUND
    assert any(color in said for color in theme.PALETTE)
