"""A chart on the screen: the same on every page."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal

import streamlit as st

from core.charts import theme
from pages.parts.light_or_dark import is_dark

if TYPE_CHECKING:
    import plotly.graph_objects as go

CHART_CONFIG = {"displayModeBar": False, "scrollZoom": False, "doubleClick": False}


def show_chart(
    figure: go.Figure,
    key: str,
    alt: str,
    on_click: Callable[[], None] | Literal["rerun"] | None = None,
) -> None:
    """
    Show a figure.

    Parameters
    ----------
    figure
        As :mod:`core.charts` draws it.
    key
        Of the session state; the points that were clicked stand there.
    alt
        What it shows, for those who do not see it.
    on_click
        Called when points were clicked, or no longer are; ``"rerun"``: nothing is
        called, what stands under the key is read.
    """
    if is_dark():
        figure = theme.in_dark(figure)
    given: dict[str, Any] = {"theme": None, "key": key, "config": CHART_CONFIG}
    if on_click is None:
        st.plotly_chart(figure, alt=alt, **given)
    else:
        st.plotly_chart(
            figure, alt=alt, on_select=on_click, selection_mode="points", **given
        )


def job_of(point: dict[str, Any]) -> int | None:
    """Index of the job that a point of a chart stands for."""
    data = point.get("customdata")
    if isinstance(data, list):
        data = data[0] if data else None
    return None if data is None else int(data)
