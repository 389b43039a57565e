"""Cells that hold a number: amounts, durations, speeds, weights."""

from __future__ import annotations

from datetime import date, time, timedelta
from math import floor, isfinite

from core.tables import limits
from core.tables.values.amounts import (
    SECONDS,
    duration_seconds,
    has_two_readings,
    has_unit,
    number_readings,
)
from core.tables.values.form import Form
from core.tables.values.refusal import is_empty, refuse
from core.tables.values.remarks import ANSWER

MINUTE = 60


def number_of(value: object, form: Form) -> float | None:
    """Return a number; what could be read in two ways is refused."""
    if is_empty(value):
        return None
    if isinstance(value, date | time | timedelta):
        refuse(
            "is a date or a time, not a number.",
            "A spreadsheet makes dates of numbers such as 1.5: format the column as "
            "numbers and type it again.",
        )
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        refuse("is not a number.", "Write a number, e.g. 90 or 1.5.")
    number = number_of_text(value, form) if isinstance(value, str) else float(value)
    if not isfinite(number):
        refuse("is not a finite number.", "Write a number, e.g. 90 or 1.5.")
    return number


def number_of_text(text: str, form: Form) -> float:
    """Return the number that a text means in its column."""
    readings = number_readings(text)
    if not readings:
        refuse("is not a number.", "Write a number without a unit, e.g. 90 or 1.5.")
    sign = form.sign
    if sign in readings:
        return readings[sign]
    if sign:
        refuse(
            "can be read in two ways: other numbers here have decimal "
            f"{'commas' if sign == ',' else 'points'}.",
            f"Write it like the others, {ANSWER}.",
        )
    if has_two_readings(readings):
        ways = " or ".join(f"{x:g}" for x in sorted(readings.values()))
        refuse(
            f"can be read in two ways: {ways}.",
            f"Write it without a thousands sign, or with other decimals, {ANSWER}.",
        )
    return next(iter(readings.values()))


def positive(value: object, form: Form) -> float | None:
    """Return a number above 0."""
    number = number_of(value, form)
    if number is not None and number <= 0:
        what = "is zero." if number == 0 else "is negative."
        refuse(what, "Write a number above 0.")
    return number


def not_negative(value: object, form: Form) -> float | None:
    """Return a number of 0 or more."""
    number = number_of(value, form)
    if number is not None and number < 0:
        refuse("is negative.", "Write 0 or more.")
    return number


def minutes_of(value: object, form: Form) -> float | None:
    """Minutes of a duration, in the unit of its cell or of its column."""
    seconds = None
    if isinstance(value, timedelta):
        seconds = value.total_seconds()
    elif isinstance(value, time):
        seconds = value.hour * 3600.0 + value.minute * 60.0 + value.second
    elif isinstance(value, str) and not value.isdigit():
        seconds = duration_seconds(value, form.sign, form.durations or "h:mm")
        if seconds is None and has_unit(value) and not number_readings(value):
            refuse(
                "is not a duration, or can be read in two ways.",
                f"Write e.g. 90 min, 1.5 h or 1:30, {ANSWER}.",
            )
    if seconds is not None:
        return seconds / MINUTE
    number = number_of(value, form)
    if number is None:
        return None
    unit = form.unit if form.unit in SECONDS else "min"
    return number if unit == "min" else number * SECONDS[unit] / MINUTE


def _within_a_year(value: float | None) -> float | None:
    if value is not None and value > limits.MAX_MINUTES:
        refuse("is more than a year.", "Durations are in minutes; check the unit.")
    return value


def processing_minutes(value: object, form: Form) -> float | None:
    """Minutes of work, above 0."""
    minutes = _within_a_year(minutes_of(value, form))
    if minutes is not None and minutes <= 0:
        what = "is zero." if minutes == 0 else "is negative."
        refuse(what, "Write a number above 0.")
    return minutes


def setup_minutes(value: object, form: Form) -> float | None:
    """Minutes of a setup or a wait, 0 or more."""
    minutes = _within_a_year(minutes_of(value, form))
    if minutes is not None and minutes < 0:
        refuse("is negative.", "Write 0 or more.")
    return minutes


def speed_of(value: object, form: Form) -> float | None:
    """Speed of a machine; 1 is normal, a percentage is read as such."""
    percent = form.unit == "percent"
    if isinstance(value, str) and value.strip().endswith("%"):
        value, percent = value.strip().rstrip("% "), True
    speed = positive(value, form)
    if speed is not None and percent:
        speed /= 100
    if speed is not None and not 0.001 <= speed <= 1000:
        refuse("is not a likely speed.", "1 is normal, 2 is twice as fast.")
    return speed


def weight_of(value: object, form: Form) -> float | None:
    """Weight of a job; 1 is normal."""
    weight = positive(value, form)
    if weight is not None and not 1e-6 <= weight <= 1e6:
        refuse("is not a likely weight.", "1 is normal, 5 is an important job.")
    return weight


def units_of(value: object, form: Form) -> int | None:
    """How many machines a row stands for."""
    number = positive(value, form)
    if number is None:
        return None
    if number != floor(number):
        refuse("is not a whole number.", "Write how many equal machines there are.")
    if number > limits.MAX_ROWS["machines"]:
        refuse("is more than a shop has.", "Write how many equal machines there are.")
    return int(number)
