"""Cells that hold a moment, a date, a time of day or days of the week."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta

from core.tables.values.amounts import number_readings
from core.tables.values.detect_dates import is_compact_date
from core.tables.values.form import Form
from core.tables.values.moments import (
    DAY_SECONDS,
    SERIALS,
    Unreadable,
    clock_seconds,
    moment_readings,
    of_serial,
    weekday_readings,
)
from core.tables.values.number_cells import number_of, number_of_text
from core.tables.values.refusal import is_empty, refuse
from core.tables.values.remarks import ANSWER

DAY = DAY_SECONDS


def moment_of(value: object, form: Form) -> datetime | float | None:
    """Local date-time to the second, or minutes since plan start."""
    if is_empty(value):
        return None
    if isinstance(value, datetime):
        return _local(value)
    if isinstance(value, date):
        return datetime.combine(value, time())
    if isinstance(value, time | timedelta):
        refuse("has a time but no date.", "Write e.g. 2026-01-05T06:00.")
    if is_compact_date(value) and form.dates != "minutes":
        value = str(int(value)) if isinstance(value, float) else str(value)
    elif isinstance(value, str) and number_readings(value):
        value = number_of_text(value, form)
    if isinstance(value, str):
        return _local(_dated(value, form))
    number = number_of(value, form)
    if form.dates == "serial" and number is not None:
        if not 0 < number < 2 * SERIALS[1]:
            refuse("is no date in the calendar.", "Write e.g. 2026-01-05T06:00.")
        return of_serial(number)
    return number


def _dated(text: str, form: Form) -> datetime:
    """Moment that a text means in its column."""
    try:
        readings, _ = moment_readings(text)
    except Unreadable as error:
        mend = "Write e.g. 2026-01-05T06:00."
        if "zone" in str(error):
            mend = "Write local time, e.g. 2026-01-05T06:00."
        refuse(str(error), mend)
    if form.dates in readings:
        return readings[form.dates]
    ways = sorted(set(readings.values()))
    if len(ways) == 1 and (form.dates not in ("day.month.year", "month/day/year")):
        return ways[0]
    if len(ways) == 1 and len(readings) == 1 and "ISO" in readings:
        return ways[0]
    if len(ways) == 1:
        refuse(
            f"does not fit the others, which are {form.dates}.",
            f"Write 2026-01-05T06:00, {ANSWER}.",
        )
    said = " or ".join(f"{x.day} {x:%B %Y}" for x in ways)
    return refuse(
        f"is a date that can be read in two ways: {said}.",
        f"Write it as {ways[0]:%Y-%m-%dT%H:%M}, {ANSWER}.",
    )


def _local(value: datetime) -> datetime:
    """Moment to the second; spreadsheets keep 06:00 as 05:59:59.9996."""
    if value.tzinfo is not None:
        refuse("has a time zone.", "Write local time, e.g. 2026-01-05T06:00.")
    if value.year > 9000:
        refuse("is too far in the future.", "Check the year.")
    return (value + timedelta(microseconds=500_000)).replace(microsecond=0)


def clock_of(value: object, form: Form) -> int | None:
    """Time of day in seconds, up to 24:00."""
    if is_empty(value):
        return None
    seconds: float | None = None
    if isinstance(value, datetime) and value.year <= 1900:
        value = value.time()  # a spreadsheet's time without a date
    if isinstance(value, time):
        seconds = value.hour * 3600 + value.minute * 60 + value.second
    elif isinstance(value, timedelta):
        seconds = value.total_seconds()
    elif isinstance(value, str):
        seconds = clock_seconds(value)
        share = re.fullmatch(r"\s*0[.,][0-9]{2}\s*", value)
        if share and seconds is not None:
            also = clock_words(DAY * float(value.replace(",", ".")))
            refuse(
                f"can be read in two ways: {clock_words(seconds)} or, as a "
                f"spreadsheet's number, {also}.",
                f"Write it as {also}.",
            )
    if seconds is None or not 0 <= seconds <= DAY:
        refuse("is not a time of day.", "Write HH:MM, e.g. 06:00.")
    return round(seconds)


def clock_words(seconds: float) -> str:
    """Return a time of day as it is written."""
    minutes = round(seconds / 60)
    return f"{minutes // 60:02}:{minutes % 60:02}"


def date_of(value: object, form: Form) -> date | None:
    """Day of the calendar."""
    moment = moment_of(value, form)
    if moment is None:
        return None
    if isinstance(moment, float):
        refuse("is not a date.", "Write e.g. 2026-01-05.")
    if moment.time() != time():
        refuse("has a time of day.", "Write the date alone, e.g. 2026-01-05.")
    return moment.date()


def weekdays_of(value: object, form: Form) -> tuple[int, ...] | None:
    """Days of the week, Monday is 0."""
    if is_empty(value) or isinstance(value, tuple):
        return value if isinstance(value, tuple) else None
    text = (
        str(int(value)) if isinstance(value, float) and value % 1 == 0 else str(value)
    )
    readings = weekday_readings(text)
    wanted = form.weekdays
    if wanted in readings:
        return readings[wanted]
    if not readings or wanted:
        refuse(
            "is not a day of the week.",
            "Write Mon, Tue, Wed, Thu, Fri, Sat or Sun; a single day goes into the "
            "column 'date'.",
        )
    if len(set(readings.values())) > 1:
        refuse(
            f"can be read in two ways: {', '.join(readings)}.",
            f"Write Mon, Tue, Wed, Thu, Fri, Sat or Sun, {ANSWER}.",
        )
    return next(iter(readings.values()))
