"""Tables on the screen: lengths of time and moments as people say them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from core.problem import phrases
from pages.parts.light_or_dark import is_dark

if TYPE_CHECKING:
    from pandas.io.formats.style import Styler

MOST_WORDED = 30_000  # cells; more take longer to word than a page may
MARKED = {False: "#dbe7f1", True: "#2b4257"}  # behind the ink: 12 and 8 : 1
MINUTE, HOUR = 60.0, 3600.0
PERCENT = "%.0f %%"  # of a column of shares in percent


def worded(
    frame: pd.DataFrame,
    minutes: Sequence[str] = (),
    changes: Sequence[str] = (),
    to_due: Sequence[str] = (),
) -> pd.DataFrame | Styler:
    """
    Return a table that says its lengths of time in words; it sorts by the numbers.

    Parameters
    ----------
    frame
        The table.
    minutes
        Its columns of minutes.
    changes
        Those whose sign is to be seen.
    to_due
        Those from an end to a due date: spare, or late where negative.

    Notes
    -----
    A very large table has hours instead, and says so in the header: wording every
    cell would take seconds.
    """
    if frame.size > MOST_WORDED:
        lengths = [*minutes, *changes, *to_due]
        hours = (frame[lengths] * MINUTE / HOUR).round(2)
        named = {name: f"{name} (h)" for name in lengths}
        return frame.assign(**hours).rename(columns=named)
    words: dict[str, Callable[[Any], str]] = {}
    for name in minutes:
        words[name] = _duration
    for name in changes:
        words[name] = _change
    for name in to_due:
        words[name] = _to_due
    for name in frame.select_dtypes("datetime").columns:
        words[name] = _moment
    return frame.style.format(words, na_rep=phrases.NOTHING)  # type: ignore[arg-type]


def clicked_line(key: str) -> int | None:
    """Line of the cell that was clicked in a table of single cells; ``None``: none."""
    state = st.session_state.get(key)
    cells = [] if state is None else state["selection"]["cells"]
    return cells[0][0] if cells else None


def with_line_marked(
    table: pd.DataFrame | Styler, line: int | None
) -> pd.DataFrame | Styler:
    """Return a worded table with one line shaded: the one that is opened."""
    if line is None or isinstance(table, pd.DataFrame):
        return table
    shade = f"background-color: {MARKED[is_dark()]}"
    return table.apply(lambda row: [shade if row.name == line else ""] * len(row), 1)


def _duration(minutes: float) -> str:
    return phrases.duration(minutes * MINUTE)


def _change(minutes: float) -> str:
    return ("+" if minutes > 0 else "") + phrases.duration(minutes * MINUTE)


def _to_due(minutes: float) -> str:
    return phrases.to_due(minutes * MINUTE)


def _moment(when: datetime) -> str:
    return phrases.moment(when, 0)
