"""What the tables are made of: columns, aliases, and a model of each row."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from math import floor, isfinite
from typing import Annotated, Any, ClassVar, NoReturn

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationInfo
from pydantic_core import PydanticCustomError

from core.tables import limits
from core.tables.text import has_control, plain

MINUTE = 60
DAY = 24 * 3600
LONGEST_NAME = 100

_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?)?"
)
_ZONE = re.compile(r".*[0-9]([zZ]|[+-][0-9]{2}:?[0-9]{2})")
_CLOCK = re.compile(r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?")
_YES = {"yes", "y", "true", "1", "x", "important"}
_NO = {"no", "n", "false", "0", "-"}
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def _refuse(fault: str, mend: str) -> NoReturn:
    """Raise what pydantic collects; both texts reach the planner."""
    raise PydanticCustomError("cell", "{fault}", {"fault": fault, "mend": mend})


def is_empty(value: object) -> bool:
    """Whether a cell holds nothing."""
    return value is None or (isinstance(value, str) and not value.strip())


def _text(value: object) -> str | None:
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


def _name(value: object) -> str | None:
    """Name or id."""
    text = _text(value)
    if text is not None and len(text) > LONGEST_NAME:
        _refuse(
            f"has {len(text)} characters.", f"Shorten it to {LONGEST_NAME} at most."
        )
    return text


def _number(value: object, info: ValidationInfo) -> float | None:
    """Return a number; what could be read in two ways is refused."""
    if is_empty(value):
        return None
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        _refuse("is not a number.", "Write a number, e.g. 90 or 1.5.")
    if isinstance(value, str):
        text = value.strip()
        if info.context and info.context.get("decimal_comma"):
            if "." in text and _NUMBER.fullmatch(text.replace(",", "")):
                _refuse(
                    "can be read in two ways: other numbers here have decimal commas.",
                    "Write it like the others, without a point.",
                )
            text = text.replace(",", ".", 1)
        elif "," in text and _NUMBER.fullmatch(text.replace(",", "")):
            _refuse(
                "can be read in two ways because of its comma.",
                "Write 1.5 or 1500; for decimal commas separate columns by semicolons.",
            )
        if not _NUMBER.fullmatch(text):
            _refuse(
                "is not a number.", "Write a number without a unit, e.g. 90 or 1.5."
            )
        value = text
    number = float(value)
    if not isfinite(number):
        _refuse("is not a finite number.", "Write a number, e.g. 90 or 1.5.")
    return number


def _positive(value: object, info: ValidationInfo) -> float | None:
    number = _number(value, info)
    if number is not None and number <= 0:
        what = "is zero." if number == 0 else "is negative."
        _refuse(what, "Write a number above 0.")
    return number


def _not_negative(value: object, info: ValidationInfo) -> float | None:
    number = _number(value, info)
    if number is not None and number < 0:
        _refuse("is negative.", "Write 0 or more.")
    return number


def _within_a_year(value: float | None) -> float | None:
    if value is not None and value > limits.MAX_MINUTES:
        _refuse("is more than a year.", "Durations are in minutes; check the unit.")
    return value


def _processing(value: object, info: ValidationInfo) -> float | None:
    return _within_a_year(_positive(value, info))


def _setup(value: object, info: ValidationInfo) -> float | None:
    return _within_a_year(_not_negative(value, info))


def _speed(value: object, info: ValidationInfo) -> float | None:
    speed = _positive(value, info)
    if speed is not None and not 0.001 <= speed <= 1000:
        _refuse("is not a likely speed.", "1 is normal, 2 is twice as fast.")
    return speed


def _weight(value: object, info: ValidationInfo) -> float | None:
    weight = _positive(value, info)
    if weight is not None and not 1e-6 <= weight <= 1e6:
        _refuse("is not a likely weight.", "1 is normal, 5 is an important job.")
    return weight


def _flag(value: object) -> bool | None:
    if is_empty(value):
        return None
    if isinstance(value, bool):
        return value
    if isinstance(value, float | int) and value in (0, 1):
        return bool(value)
    text = str(value).strip().casefold()
    if text in _YES or text in _NO:
        return text in _YES
    return _refuse("is neither yes nor no.", "Write yes or no.")


def _moment(value: object, info: ValidationInfo) -> datetime | float | None:
    """Local date-time to the second, or minutes since plan start."""
    if is_empty(value):
        return None
    if isinstance(value, str):
        text = value.strip()
        if _MOMENT.fullmatch(text):
            try:
                value = datetime.fromisoformat(text)
            except ValueError:
                _refuse("is no date in the calendar.", "Write e.g. 2026-01-05T06:00.")
        elif _DATE.match(text) and _ZONE.fullmatch(text):
            _refuse("has a time zone.", "Write local time, e.g. 2026-01-05T06:00.")
    if isinstance(value, datetime):
        if value.tzinfo is not None:
            _refuse("has a time zone.", "Write local time, e.g. 2026-01-05T06:00.")
        # Spreadsheets keep times as fractions of a day: 05:59:59.9996 is 06:00.
        if value.year > 9000:
            _refuse("is too far in the future.", "Check the year.")
        return (value + timedelta(microseconds=500_000)).replace(microsecond=0)
    if isinstance(value, date):
        return datetime.combine(value, time())
    if isinstance(value, str) and not re.fullmatch(r"[\s0-9.,+\-eE]*", value):
        _refuse("is not a date.", "Write e.g. 2026-01-05T06:00.")
    if isinstance(value, str) and re.match(r"\s*[0-9]+[.\-][0-9]+[.\-][0-9]+", value):
        _refuse("is a date that can be read in two ways.", "Write 2026-01-05T06:00.")
    if isinstance(value, time | timedelta):
        _refuse("has a time but no date.", "Write e.g. 2026-01-05T06:00.")
    return _number(value, info)


def _clock(value: object) -> int | None:
    """Time of day in seconds, up to 24:00."""
    if is_empty(value):
        return None
    seconds: float | None = None
    if isinstance(value, time):
        seconds = value.hour * 3600 + value.minute * 60 + value.second
    elif isinstance(value, timedelta):
        seconds = value.total_seconds()
    elif isinstance(value, str):
        match = _CLOCK.fullmatch(value.strip())
        if match:
            hours, minutes, rest = (int(x or 0) for x in match.groups())
            if minutes < 60 and rest < 60:
                seconds = hours * 3600 + minutes * 60 + rest
    if seconds is None or not 0 <= seconds <= DAY:
        _refuse("is not a time of day.", "Write HH:MM, e.g. 06:00.")
    return round(seconds)


def _weekday(value: object) -> int | None:
    if is_empty(value):
        return None
    text = str(value).strip().casefold().rstrip(".")
    found = [
        i for i, day in enumerate(_DAYS) if len(text) >= 3 and day.startswith(text)
    ]
    if not found:
        _refuse(
            "is not a day of the week.", "Write Mon, Tue, Wed, Thu, Fri, Sat or Sun."
        )
    return found[0]


Text = Annotated[str | None, BeforeValidator(_text)]
Name = Annotated[str | None, BeforeValidator(_name)]
Number = Annotated[float | None, BeforeValidator(_number)]
Processing = Annotated[float | None, BeforeValidator(_processing)]
SetupMinutes = Annotated[float | None, BeforeValidator(_setup)]
Speed = Annotated[float | None, BeforeValidator(_speed)]
Weight = Annotated[float | None, BeforeValidator(_weight)]
Flag = Annotated[bool | None, BeforeValidator(_flag)]
Moment = Annotated[datetime | float | None, BeforeValidator(_moment)]
Clock = Annotated[int | None, BeforeValidator(_clock)]
Weekday = Annotated[int | None, BeforeValidator(_weekday)]


class Row(BaseModel):
    """
    A row of a table; a field is ``None`` where its cell is empty or faulty.

    That a required cell is filled is checked by the reader, so that the rest of a
    row with a fault is still compared with the other tables.
    """

    model_config = ConfigDict(frozen=True)
    required: ClassVar[tuple[str, ...]]
    may_be_empty: ClassVar[tuple[str, ...]] = ()
    aliases: ClassVar[dict[str, tuple[str, ...]]] = {}


class JobRow(Row):
    """A row of ``jobs``."""

    required = ("job_id", "processing_minutes")
    may_be_empty = ("processing_minutes",)  # where ``processing`` has the times
    aliases: ClassVar[dict[str, tuple[str, ...]]] = {
        "job_id": ("job", "id", "operation", "operation_id", "job_no", "job_number"),
        "processing_minutes": (
            *("duration", "proc_time", "processing_time", "duration_minutes"),
            *("minutes", "run_time", "process_time", "processing"),
        ),
        "machine_types": ("machine_type", "capable_machine_types"),
        "family": ("work_order", "order", "order_id", "work_order_id", "wo"),
        "sequence": ("seq", "step", "operation_no", "sequence_no"),
        "predecessors": ("predecessor", "after", "depends_on"),
        "setup_group": ("group", "setup_family", "tool_group"),
        "setup_minutes": ("setup", "setup_time", "changeover_minutes"),
        "release": ("release_date", "earliest_start", "available_from", "released"),
        "due": ("due_date", "lcd_date", "lcd", "deadline", "due_time"),
        "weight": ("priority", "job_weight"),
        "important": ("is_important", "urgent", "important_job"),
        "preferred_machine": ("preferred", "preferred_machines"),
    }

    job_id: Name = None
    processing_minutes: Processing = None
    machine_types: Text = None
    family: Name = None
    sequence: Number = None
    predecessors: Text = None
    setup_group: Name = None
    setup_minutes: SetupMinutes = None
    release: Moment = None
    due: Moment = None
    weight: Weight = None
    important: Flag = None
    preferred_machine: Text = None


class MachineRow(Row):
    """A row of ``machines``."""

    required = ("machine_id", "machine_type")
    aliases: ClassVar[dict[str, tuple[str, ...]]] = {
        "machine_id": ("machine", "id", "resource", "machine_no"),
        "machine_type": ("type", "machine_group"),
        "speed": ("speed_factor",),
        "calendar": ("shift_calendar", "hours"),
        "available_from": ("available", "free_from"),
        "setup_group": ("group", "initial_group", "set_up_for"),
    }

    machine_id: Name = None
    machine_type: Name = None
    speed: Speed = None
    calendar: Name = None
    available_from: Moment = None
    setup_group: Name = None


class SetupRow(Row):
    """A row of ``setups``."""

    required = ("from_group", "to_group", "minutes")
    aliases: ClassVar[dict[str, tuple[str, ...]]] = {
        "from_group": ("from",),
        "to_group": ("to",),
        "minutes": ("setup_minutes", "setup_time", "duration"),
        "machine_type": ("type", "machine_types"),
    }

    from_group: Name = None
    to_group: Name = None
    minutes: SetupMinutes = None
    machine_type: Text = None


class CalendarRow(Row):
    """A row of ``calendars``."""

    required = ("calendar", "weekday", "opens", "closes")
    aliases: ClassVar[dict[str, tuple[str, ...]]] = {
        "calendar": ("calendar_name", "name"),
        "weekday": ("day",),
        "opens": ("open", "from", "opens_at"),
        "closes": ("close", "to", "closes_at"),
    }

    calendar: Name = None
    weekday: Weekday = None
    opens: Clock = None
    closes: Clock = None


class DowntimeRow(Row):
    """A row of ``downtime``."""

    required = ("machine_id", "start", "end")
    aliases: ClassVar[dict[str, tuple[str, ...]]] = {
        "machine_id": ("machine", "resource"),
        "start": ("from", "begin", "start_time"),
        "end": ("to", "until", "end_time"),
        "reason": ("note", "comment"),
    }

    machine_id: Name = None
    start: Moment = None
    end: Moment = None
    reason: Text = None


class ProcessingRow(Row):
    """A row of ``processing``."""

    required = ("job_id", "machine_id", "minutes")
    aliases: ClassVar[dict[str, tuple[str, ...]]] = {
        "job_id": ("job", "operation", "operation_id"),
        "machine_id": ("machine", "resource"),
        "minutes": ("processing_minutes", "duration", "proc_time", "processing_time"),
    }

    job_id: Name = None
    machine_id: Name = None
    minutes: Processing = None


class ScheduleRow(Row):
    """A row of a plan, as it is written."""

    required = ("job_id", "machine_id", "setup_start", "start", "end", "setup_minutes")

    job_id: Name = None
    machine_id: Name = None
    setup_start: Moment = None
    start: Moment = None
    end: Moment = None
    setup_minutes: SetupMinutes = None
    processing_minutes: Processing = None
    due: Moment = None
    late_minutes: Number = None
    family: Name = None
    important: Flag = None
    scheduler: Text = None


SCHEDULE_COLUMNS = tuple(ScheduleRow.model_fields)


@dataclass(frozen=True)
class Sheet:
    """
    A table a planner may bring.

    Parameters
    ----------
    name
        Name of the sheet or file.
    model
        Model of its rows.
    keeps_unknown
        Whether columns that are not known are kept and shown.
    """

    name: str
    model: type[Row]
    keeps_unknown: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column, as it is written."""
        return tuple(self.model.model_fields)

    @property
    def required(self) -> tuple[str, ...]:
        """Columns that must be there."""
        return self.model.required


SHEETS: dict[str, Sheet] = {
    sheet.name: sheet
    for sheet in (
        Sheet("jobs", JobRow, keeps_unknown=True),
        Sheet("machines", MachineRow),
        Sheet("setups", SetupRow),
        Sheet("calendars", CalendarRow),
        Sheet("downtime", DowntimeRow),
        Sheet("processing", ProcessingRow),
    )
}

# What can be read one by one, but is not part of a shift.
ALL_SHEETS = {
    **SHEETS,
    "schedule": Sheet("schedule", ScheduleRow, keeps_unknown=True),
}

_KNOWN: dict[str, dict[str, str]] = {
    name: {
        **{
            plain(alias): column
            for column, aliases in sheet.model.aliases.items()
            for alias in aliases
        },
        **{plain(column): column for column in sheet.columns},
    }
    for name, sheet in ALL_SHEETS.items()
}


def known_column(sheet: Sheet, header: str) -> str | None:
    """Column that a header cell means; ``None`` when it means none."""
    return _KNOWN[sheet.name].get(plain(header))


def likely_column(sheet: Sheet, header: str) -> str | None:
    """Column that an unknown header cell may be a misspelling of."""
    known = _KNOWN[sheet.name]
    close = difflib.get_close_matches(plain(header), known, n=1, cutoff=0.85)
    return known[close[0]] if close else None


def cell_faults(error: Any) -> dict[str, tuple[str, str]]:
    """Fault and mend of each faulty column in a pydantic ``ValidationError``."""
    faults = {}
    for entry in error.errors(include_url=False, include_input=False):
        context = entry.get("ctx", {})
        fault = context.get("fault", "cannot be read.")
        mend = context.get("mend", "Type the cell again.")
        faults[str(entry["loc"][0])] = (fault, mend)
    return faults
