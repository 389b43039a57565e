"""How the cells of a column are written, found out from all of them."""

from __future__ import annotations

from collections.abc import Callable

from core.tables.values.detect_dates import of_moments, of_weekdays
from core.tables.values.detect_numbers import (
    of_durations,
    of_numbers,
    of_pieces,
    of_speeds,
)
from core.tables.values.form import Form
from core.tables.values.remarks import Cells, Found

FINDERS: dict[str, Callable[[Cells, Form, str, bool], Found]] = {
    "number": of_numbers,
    "duration": of_durations,
    "piece": of_pieces,
    "speed": of_speeds,
    "moment": of_moments,
    "date": of_moments,
    "weekday": of_weekdays,
}


def detect(kind: str, cells: Cells, given: Form, delimiter: str, named: bool) -> Found:
    """
    Find out how the cells of a column are written.

    Parameters
    ----------
    kind
        A key of ``FINDERS``; others need no finding out.
    cells
        Row and cell, without the empty ones.
    given
        What the header and the mapping say.
    delimiter
        What separates the columns of the file; empty for a workbook.
    named
        Whether the header or the mapping names the unit.
    """
    finder = FINDERS.get(kind)
    return Found(given) if finder is None else finder(cells, given, delimiter, named)
