"""What a cell may hold, by the kind of its column, and why another is refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from math import floor, isfinite
from typing import Annotated, NamedTuple

from core.tables import limits
from core.tables.text import has_control
from core.tables.values.form import AS_CELLS_SAY, Form
from core.tables.values.number_cells import (
    not_negative,
    number_of,
    processing_minutes,
    setup_minutes,
    speed_of,
    units_of,
    weight_of,
)
from core.tables.values.refusal import is_empty, refuse
from core.tables.values.remarks import ANSWER
from core.tables.values.time_cells import clock_of, date_of, moment_of, weekdays_of
from core.tables.values.vocabulary import NO, YES, without_accents

LONGEST_NAME = 100


class Check(NamedTuple):
    """
    How the cells of a column are read.

    Parameters
    ----------
    read
        Value of a cell that is not empty, in the form of its column; raises
        :class:`~core.tables.values.refusal.RefusedCell`.
    kind
        What the cells are, see :mod:`core.tables.values.detect`.
    """

    read: Callable[[object, Form], object]
    kind: str


def text_of(value: object, form: Form = AS_CELLS_SAY) -> str | None:
    """Text of a cell that holds a name, an id or a list of them."""
    if is_empty(value):
        return None
    if isinstance(value, bool):
        value = "TRUE" if value else "FALSE"
    if isinstance(value, float) and isfinite(value):
        value = str(int(value)) if value == floor(value) else repr(value)
    if isinstance(value, date | time | timedelta):
        refuse("is a date or a time, not a name.", "Format the cell as text.")
    text = str(value).strip()
    if len(text) > limits.MAX_CELL_TEXT:
        refuse(
            f"has {len(text):,} characters.",
            f"Shorten it to {limits.MAX_CELL_TEXT:,} at most.",
        )
    if has_control(text):
        refuse(
            "holds a line break or a control character.", "Type the cell again, plain."
        )
    return text


def name_of(value: object, form: Form) -> str | None:
    """Name or id."""
    text = text_of(value)
    if text is not None and len(text) > LONGEST_NAME:
        refuse(f"has {len(text)} characters.", f"Shorten it to {LONGEST_NAME} at most.")
    return text


def flag_of(value: object, form: Form) -> bool | None:
    """Yes or no, in the words of its column or in known ones."""
    if is_empty(value):
        return None
    if isinstance(value, bool):
        return value
    if isinstance(value, float | int) and value in (0, 1):
        return bool(value)
    text = without_accents(str(value).strip())
    if text in map(without_accents, form.yes):
        return True
    if text in map(without_accents, form.no):
        return False
    if text in YES or text in NO:
        return text in YES
    return refuse("is neither yes nor no.", f"Write yes or no, {ANSWER}.")


Text = Annotated[str | None, Check(text_of, "list")]
Name = Annotated[str | None, Check(name_of, "name")]
Number = Annotated[float | None, Check(number_of, "number")]
Amount = Annotated[float | None, Check(not_negative, "number")]
Processing = Annotated[float | None, Check(processing_minutes, "duration")]
PieceMinutes = Annotated[float | None, Check(processing_minutes, "piece")]
SetupMinutes = Annotated[float | None, Check(setup_minutes, "duration")]
Speed = Annotated[float | None, Check(speed_of, "speed")]
Weight = Annotated[float | None, Check(weight_of, "number")]
Flag = Annotated[bool | None, Check(flag_of, "flag")]
Moment = Annotated[datetime | float | None, Check(moment_of, "moment")]
Date = Annotated[date | None, Check(date_of, "date")]
Units = Annotated[int | None, Check(units_of, "number")]
Clock = Annotated[int | None, Check(clock_of, "clock")]
Weekday = Annotated[tuple[int, ...] | None, Check(weekdays_of, "weekday")]
