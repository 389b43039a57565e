"""
Colours, fonts and what of a planner's text may be shown as markup: nothing.

Charts are drawn in the colours of the light theme; :func:`in_dark` turns a figure into
that of the dark one, so that no chart has to know two themes.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import plotly.graph_objects as go

INK = "#1b2733"
MUTED_INK = "#566573"
BACKGROUND = "#ffffff"
BAND = "#eef2f6"
GRID = "#e3e8ee"
CLOSED = "#c3ccd6"
SETUP = "#5b6673"
LATE = "#c0271d"
ACCENT = "#1f5a87"
VEIL = "rgba(226,231,237,0.5)"  # over what is closed
BEHIND_WORDS = "rgba(255,255,255,0.9)"
TINT = "rgba(31,90,135,0.2)"  # of the accent, below a line
SHADE = "rgba(27,39,51,0.1)"  # of the ink
# Words on a fill: the fill is the same in both themes, and so are they.
ON_FILLS = ("#131a21", "#fdfdfd")
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

# From the top edge of a chart down: it makes its own room, whatever the width. Placed
# by the plot, it would lie over it when a narrow window is made wide again.
LEGEND = {
    "orientation": "h",
    "x": 0,
    "y": 1,
    "yref": "container",
    "xanchor": "left",
    "yanchor": "top",
    "traceorder": "normal",
}
STILL_LEGEND = LEGEND | {"itemclick": False, "itemdoubleclick": False}

SHORT = 22  # characters of a planner's name that a chart has room for


def base_layout() -> dict[str, Any]:
    """What the charts of a plan have in common: font, paper, and their hover."""
    return {
        "template": "none",
        "font": {"family": FONT, "size": 12, "color": INK},
        "paper_bgcolor": BACKGROUND,
        "plot_bgcolor": BACKGROUND,
        "dragmode": False,
        "hovermode": "closest",
        "hoverlabel": {
            "bgcolor": BACKGROUND,
            "bordercolor": CLOSED,
            "font": {"family": FONT, "size": 13, "color": INK},
            "align": "left",
        },
    }


def edge(color: str) -> str:
    """Return a darker tone for the outline of a fill: at least 3:1 on white."""
    channels = _channels(color)
    while contrast(_hex(channels), BACKGROUND) < 3.2:
        channels = [0.94 * c for c in channels]
    return _hex([0.85 * c for c in channels])


def ink_on(color: str) -> str:
    """Return the text colour, dark or white, that reads better on a fill."""
    return max(ON_FILLS, key=lambda ink: contrast(ink, color))


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


def in_dark(figure: go.Figure) -> go.Figure:
    """
    Return a figure in the colours of the dark theme; the given one stays as it is.

    Only colours of this module are exchanged: fills stay, their outlines and all that
    stands on the background change.
    """
    import plotly.graph_objects as go

    return go.Figure(_darkened(figure.to_plotly_json()), _validate=False)


def _darkened(part: Any, is_color: bool = False) -> Any:
    """Return a part of a figure with its colours exchanged."""
    if isinstance(part, Mapping):
        return {
            name: _darkened(value, "color" in name or (is_color and name != "text"))
            if isinstance(value, Mapping | list | tuple) or "color" in name
            else value
            for name, value in part.items()
        }
    if isinstance(part, list | tuple):
        return [_darkened(value, is_color) for value in part]
    if is_color and isinstance(part, np.ndarray) and part.dtype.kind in "OU":
        return [DARK.get(str(value), value) for value in part]
    return DARK.get(part, part) if is_color and isinstance(part, str) else part


def _channels(color: str) -> list[float]:
    """Red, green and blue in [0, 1] of ``#rrggbb``."""
    return [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]


def _hex(channels: Sequence[float]) -> str:
    """Return ``#rrggbb`` of red, green and blue in [0, 1]."""
    return "#" + "".join(f"{round(255 * c):02x}" for c in channels)


def _light_edge(color: str) -> str:
    """Return a lighter tone for the outline of a fill on the dark background."""
    channels = _channels(color)
    while contrast(_hex(channels), DARK[BACKGROUND]) < 3.2:
        channels = [1 - 0.94 * (1 - c) for c in channels]
    return _hex([1 - 0.85 * (1 - c) for c in channels])


# What each colour of the light theme is in the dark one.
DARK = {
    INK: "#e4eaf0",
    MUTED_INK: "#a3b3c2",
    BACKGROUND: "#12181f",
    BAND: "#1c252f",
    GRID: "#26313c",
    CLOSED: "#4f5e6d",
    SETUP: "#93a1af",
    LATE: "#ff6b60",
    ACCENT: "#6fb1e4",
    VEIL: "rgba(40,50,61,0.5)",
    BEHIND_WORDS: "rgba(18,24,31,0.9)",
    TINT: "rgba(111,177,228,0.25)",
    SHADE: "rgba(228,234,240,0.14)",
}
DARK |= {
    edge(color): _light_edge(color) for color in (*PALETTE, OTHER, *SCALE.values())
}
