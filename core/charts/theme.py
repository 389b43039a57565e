"""Colours, fonts and what of a planner's text may be shown as markup: nothing."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence

INK = "#1b2733"
MUTED_INK = "#566573"
BACKGROUND = "#ffffff"
BAND = "#eef2f6"
GRID = "#e3e8ee"
CLOSED = "#c3ccd6"
SETUP = "#5b6673"
LATE = "#c0271d"
ACCENT = "#1f5a87"
FONT = "'Source Sans', 'Source Sans Pro', 'Segoe UI', Roboto, sans-serif"

# Eight colours that stay apart for normal sight and for protanopes, deuteranopes and
# tritanopes, and from OTHER: found by search over hue, chroma and lightness for the
# largest smallest distance in OKLab under Machado et al. (2009); a test measures it.
PALETTE = (
    "#064884",
    "#fdb671",
    "#469a8c",
    "#765ebb",
    "#ad512d",
    "#7bb0ff",
    "#9c9b16",
    "#7b213c",
)
OTHER = "#c9d0d8"

# From dark to light and to a second hue: ordered, so that lateness reads as a scale.
SCALE = {
    "no due date": OTHER,
    "early": "#7bb0ff",
    "just in time": "#064884",
    "late": "#fdb671",
    "very late": "#ad512d",
}

SHORT = 22  # characters of a planner's name that a chart has room for


def edge(color: str) -> str:
    """Return a darker tone for the outline of a fill: at least 3:1 on white."""
    channels = _channels(color)
    while contrast(_hex(channels), BACKGROUND) < 3.2:
        channels = [0.94 * c for c in channels]
    return _hex([0.85 * c for c in channels])


def ink_on(color: str) -> str:
    """Return the text colour, dark or white, that reads better on a fill."""
    return max((INK, BACKGROUND), key=lambda ink: contrast(ink, color))


def luminance(color: str) -> float:
    """Relative luminance of an sRGB colour (WCAG 2.2)."""
    red, green, blue = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
        for c in _channels(color)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(first: str, second: str) -> float:
    """Contrast ratio of two sRGB colours, 1 to 21 (WCAG 2.2)."""
    dark, light = sorted((luminance(first), luminance(second)))
    return (light + 0.05) / (dark + 0.05)


def plain(text: str, limit: int = SHORT) -> str:
    """
    Return a planner's text as a chart shows it: cut to length, never as markup.

    Plotly reads ``<b>`` and ``<a href>`` in labels; escaped, they are what they are.
    """
    cut = text if len(text) <= limit else f"{text[: limit - 1]}…"
    return html.escape("".join(c for c in cut if c.isprintable()), quote=False)


def unmarked(text: str) -> str:
    """Return a text so that Markdown shows it as it is."""
    kept = "".join(c for c in text if c.isprintable())
    return re.sub(r"([\\`*_{}\[\]()<>#+\-.!|~$:&])", r"\\\1", kept)


def _channels(color: str) -> list[float]:
    """Red, green and blue in [0, 1] of ``#rrggbb``."""
    return [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]


def _hex(channels: Sequence[float]) -> str:
    """Return ``#rrggbb`` of red, green and blue in [0, 1]."""
    return "#" + "".join(f"{round(255 * c):02x}" for c in channels)
