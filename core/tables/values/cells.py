"""What a cell may hold, by the kind of its column, and why another is refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from math import floor, isfinite
from typing import Annotated, NamedTuple, NoReturn

from core.tables import limits
from core.tables.text import has_control
from core.tables.values.amounts import (
    SECONDS,
    duration_seconds,
    has_two_readings,
    has_unit,
    number_readings,
)
from core.tables.values.detect_dates import is_compact_date
from core.tables.values.form import AS_CELLS_SAY, Form
from core.tables.values.moments import (
    DAY_SECONDS,
    SERIALS,
    Unreadable,
    clock_seconds,
    moment_readings,
    of_serial,
    weekday_readings,
)
from core.tables.values.remarks import ANSWER
from core.tables.values.vocabulary import NO, YES, without_accents

MINUTE = 60
DAY = DAY_SECONDS
LONGEST_NAME = 100


class RefusedCell(ValueError):
    """
    A cell that its column cannot hold; both texts reach the planner.

    Parameters
    ----------
    fault
        What is wrong, to be read after "This".
    mend
        How to mend it.
    """

    def __init__(self, fault: str, mend: str) -> None:
        super().__init__(fault)
        self.fault, self.mend = fault, mend


class Check(NamedTuple):
    """
    How the cells of a column are read.

    Parameters
    ----------
    read
        Value of a cell that is not empty, in the form of its column; raises
        :class:`RefusedCell`.
    kind
        What the cells are, see :mod:`core.tables.values.detect`.
    """

    read: Callable[[object, Form], object]
    kind: str


def _refuse(fault: str, mend: str) -> NoReturn:
    raise RefusedCell(fault, mend)


def is_empty(value: object) -> bool:
    """Whether a cell holds nothing."""
    return value is None or (isinstance(value, str) and not value.strip())


def _text(value: object, form: Form = AS_CELLS_SAY) -> str | None:
    """Text of a cell that holds a name, an id or a list of them."""
    if is_empty(value):
        return None
    if isinstance(value, bool):
        value = "TRUE" if value else "FALSE"
    if isinstance(value, float) and isfinite(value):
        value = str(int(value)) if value == floor(value) else repr(value)
    if isinstance(value, date | time | timedelta):
        _refuse("is a date or a time, not a name.", "Format the cell as text.")
    text = str(value).strip()
    if len(text) > limits.MAX_CELL_TEXT:
        _refuse(
            f"has {len(text):,} characters.",
            f"Shorten it to {limits.MAX_CELL_TEXT:,} at most.",
        )
    if has_control(text):
        _refuse(
            "holds a line break or a control character.", "Type the cell again, plain."
        )
    return text


def _name(value: object, form: Form) -> str | None:
    """Name or id."""
    text = _text(value)
    if text is not None and len(text) > LONGEST_NAME:
        _refuse(
            f"has {len(text)} characters.", f"Shorten it to {LONGEST_NAME} at most."
        )
    return text


def _number(value: object, form: Form) -> float | None:
    """Return a number; what could be read in two ways is refused."""
    if is_empty(value):
        return None
    if isinstance(value, date | time | timedelta):
        _refuse(
            "is a date or a time, not a number.",
            "A spreadsheet makes dates of numbers such as 1.5: format the column as "
            "numbers and type it again.",
        )
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        _refuse("is not a number.", "Write a number, e.g. 90 or 1.5.")
    number = _of_text(value, form) if isinstance(value, str) else float(value)
    if not isfinite(number):
        _refuse("is not a finite number.", "Write a number, e.g. 90 or 1.5.")
    return number


def _of_text(text: str, form: Form) -> float:
    """Return the number that a text means in its column."""
    readings = number_readings(text)
    if not readings:
        _refuse("is not a number.", "Write a number without a unit, e.g. 90 or 1.5.")
    sign = form.sign
    if sign in readings:
        return readings[sign]
    if sign:
        _refuse(
            "can be read in two ways: other numbers here have decimal "
            f"{'commas' if sign == ',' else 'points'}.",
            f"Write it like the others, {ANSWER}.",
        )
    if has_two_readings(readings):
        ways = " or ".join(f"{x:g}" for x in sorted(readings.values()))
        _refuse(
            f"can be read in two ways: {ways}.",
            f"Write it without a thousands sign, or with other decimals, {ANSWER}.",
        )
    return next(iter(readings.values()))


def _positive(value: object, form: Form) -> float | None:
    number = _number(value, form)
    if number is not None and number <= 0:
        what = "is zero." if number == 0 else "is negative."
        _refuse(what, "Write a number above 0.")
    return number


def _not_negative(value: object, form: Form) -> float | None:
    number = _number(value, form)
    if number is not None and number < 0:
        _refuse("is negative.", "Write 0 or more.")
    return number


def _minutes(value: object, form: Form) -> float | None:
    """Minutes of a duration, in the unit of its cell or of its column."""
    seconds = None
    if isinstance(value, timedelta):
        seconds = value.total_seconds()
    elif isinstance(value, time):
        seconds = value.hour * 3600.0 + value.minute * 60.0 + value.second
    elif isinstance(value, str) and not value.isdigit():
        seconds = duration_seconds(value, form.sign, form.durations or "h:mm")
        if seconds is None and has_unit(value) and not number_readings(value):
            _refuse(
                "is not a duration, or can be read in two ways.",
                f"Write e.g. 90 min, 1.5 h or 1:30, {ANSWER}.",
            )
    if seconds is not None:
        return seconds / MINUTE
    number = _number(value, form)
    if number is None:
        return None
    unit = form.unit if form.unit in SECONDS else "min"
    return number if unit == "min" else number * SECONDS[unit] / MINUTE


def _within_a_year(value: float | None) -> float | None:
    if value is not None and value > limits.MAX_MINUTES:
        _refuse("is more than a year.", "Durations are in minutes; check the unit.")
    return value


def _processing(value: object, form: Form) -> float | None:
    minutes = _within_a_year(_minutes(value, form))
    if minutes is not None and minutes <= 0:
        what = "is zero." if minutes == 0 else "is negative."
        _refuse(what, "Write a number above 0.")
    return minutes


def _setup(value: object, form: Form) -> float | None:
    minutes = _within_a_year(_minutes(value, form))
    if minutes is not None and minutes < 0:
        _refuse("is negative.", "Write 0 or more.")
    return minutes


def _speed(value: object, form: Form) -> float | None:
    percent = form.unit == "percent"
    if isinstance(value, str) and value.strip().endswith("%"):
        value, percent = value.strip().rstrip("% "), True
    speed = _positive(value, form)
    if speed is not None and percent:
        speed /= 100
    if speed is not None and not 0.001 <= speed <= 1000:
        _refuse("is not a likely speed.", "1 is normal, 2 is twice as fast.")
    return speed


def _weight(value: object, form: Form) -> float | None:
    weight = _positive(value, form)
    if weight is not None and not 1e-6 <= weight <= 1e6:
        _refuse("is not a likely weight.", "1 is normal, 5 is an important job.")
    return weight


def _flag(value: object, form: Form) -> bool | None:
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
    return _refuse("is neither yes nor no.", f"Write yes or no, {ANSWER}.")


def _moment(value: object, form: Form) -> datetime | float | None:
    """Local date-time to the second, or minutes since plan start."""
    if is_empty(value):
        return None
    if isinstance(value, datetime):
        return _local(value)
    if isinstance(value, date):
        return datetime.combine(value, time())
    if isinstance(value, time | timedelta):
        _refuse("has a time but no date.", "Write e.g. 2026-01-05T06:00.")
    if is_compact_date(value) and form.dates != "minutes":
        value = str(int(value)) if isinstance(value, float) else str(value)
    elif isinstance(value, str) and number_readings(value):
        value = _of_text(value, form)
    if isinstance(value, str):
        return _local(_dated(value, form))
    number = _number(value, form)
    if form.dates == "serial" and number is not None:
        if not 0 < number < 2 * SERIALS[1]:
            _refuse("is no date in the calendar.", "Write e.g. 2026-01-05T06:00.")
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
        _refuse(str(error), mend)
    if form.dates in readings:
        return readings[form.dates]
    ways = sorted(set(readings.values()))
    if len(ways) == 1 and (form.dates not in ("day.month.year", "month/day/year")):
        return ways[0]
    if len(ways) == 1 and len(readings) == 1 and "ISO" in readings:
        return ways[0]
    if len(ways) == 1:
        _refuse(
            f"does not fit the others, which are {form.dates}.",
            f"Write 2026-01-05T06:00, {ANSWER}.",
        )
    said = " or ".join(f"{x.day} {x:%B %Y}" for x in ways)
    return _refuse(
        f"is a date that can be read in two ways: {said}.",
        f"Write it as {ways[0]:%Y-%m-%dT%H:%M}, {ANSWER}.",
    )


def _local(value: datetime) -> datetime:
    """Moment to the second; spreadsheets keep 06:00 as 05:59:59.9996."""
    if value.tzinfo is not None:
        _refuse("has a time zone.", "Write local time, e.g. 2026-01-05T06:00.")
    if value.year > 9000:
        _refuse("is too far in the future.", "Check the year.")
    return (value + timedelta(microseconds=500_000)).replace(microsecond=0)


def _clock(value: object, form: Form) -> int | None:
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
    if seconds is None or not 0 <= seconds <= DAY:
        _refuse("is not a time of day.", "Write HH:MM, e.g. 06:00.")
    return round(seconds)


def _date(value: object, form: Form) -> date | None:
    """Day of the calendar."""
    moment = _moment(value, form)
    if moment is None:
        return None
    if isinstance(moment, float):
        _refuse("is not a date.", "Write e.g. 2026-01-05.")
    if moment.time() != time():
        _refuse("has a time of day.", "Write the date alone, e.g. 2026-01-05.")
    return moment.date()


def _units(value: object, form: Form) -> int | None:
    """How many machines a row stands for."""
    number = _positive(value, form)
    if number is None:
        return None
    if number != floor(number):
        _refuse("is not a whole number.", "Write how many equal machines there are.")
    if number > limits.MAX_ROWS["machines"]:
        _refuse("is more than a shop has.", "Write how many equal machines there are.")
    return int(number)


def _weekday(value: object, form: Form) -> tuple[int, ...] | None:
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
        _refuse(
            "is not a day of the week.",
            "Write Mon, Tue, Wed, Thu, Fri, Sat or Sun; a single day goes into the "
            "column 'date'.",
        )
    if len(set(readings.values())) > 1:
        _refuse(
            f"can be read in two ways: {', '.join(readings)}.",
            f"Write Mon, Tue, Wed, Thu, Fri, Sat or Sun, {ANSWER}.",
        )
    return next(iter(readings.values()))


Text = Annotated[str | None, Check(_text, "list")]
Name = Annotated[str | None, Check(_name, "name")]
Number = Annotated[float | None, Check(_number, "number")]
Amount = Annotated[float | None, Check(_not_negative, "number")]
Processing = Annotated[float | None, Check(_processing, "duration")]
PieceMinutes = Annotated[float | None, Check(_processing, "piece")]
SetupMinutes = Annotated[float | None, Check(_setup, "duration")]
Speed = Annotated[float | None, Check(_speed, "speed")]
Weight = Annotated[float | None, Check(_weight, "number")]
Flag = Annotated[bool | None, Check(_flag, "flag")]
Moment = Annotated[datetime | float | None, Check(_moment, "moment")]
Date = Annotated[date | None, Check(_date, "date")]
Units = Annotated[int | None, Check(_units, "number")]
Clock = Annotated[int | None, Check(_clock, "clock")]
Weekday = Annotated[tuple[int, ...] | None, Check(_weekday, "weekday")]
