"""When a plan starts: as stated, as a file says, or as its dates propose."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from statistics import median_low
from typing import Any, NamedTuple

from core.problem.shift import DEFAULT_START
from core.tables.issues import Collector, Issue, Issues, Severity
from core.tables.mapping.records import Records
from core.tables.rows import ShiftRow

SHIFT_BEGINS = time(6, 0)
FAR = timedelta(days=7)
VERY_FAR = timedelta(days=366)
_SAID = "The plan starts"  # how every sentence on the start begins
_COUNTED_FROM = "the plan start"  # what every sentence on dates far from it names
_BEGINNINGS = ("release", "available_from", "start")  # may be the start itself


class Dated(NamedTuple):
    """
    A date in the files.

    Parameters
    ----------
    moment
        Local time.
    records, number, column
        Where it stands.
    """

    moment: datetime
    records: Records[Any]
    number: int
    column: str


def dates_in(tables: Sequence[tuple[Records[Any], Sequence[str]]]) -> list[Dated]:
    """
    Return every date in some columns.

    Parameters
    ----------
    tables
        Rows, and the columns to look at.
    """
    return [
        Dated(moment, records, record.number, column)
        for records, columns in tables
        for record in records
        for column in columns
        if isinstance(moment := getattr(record.row, column), datetime)
    ]


def stated_start(records: Records[ShiftRow]) -> datetime | None:
    """Plan start that the sheet ``shift`` says; faults are reported."""
    if len(records.records) > 1:
        records.report(
            records.records[1].number,
            None,
            "",
            "The table 'shift' has more than one row.",
            "Keep the row of this shift.",
        )
    if not records.records:
        return None
    record = records.records[0]
    start = record.row.start
    if isinstance(start, float):
        records.report(
            record.number,
            "start",
            start,
            "This is not a date.",
            "Write a date and time.",
        )
        return None
    return start


def choose_start(
    given: datetime | None,
    shift: Records[ShiftRow],
    dates: Sequence[Dated],
    collect: Collector,
) -> datetime:
    """
    Return the plan start, and say where it was taken from unless it was given.

    Parameters
    ----------
    given
        What the planner chose; goes before all else.
    shift
        Rows of the sheet ``shift``.
    dates
        Dates in the files, for want of both.
    collect
        Takes what is said.
    """
    stated = stated_start(shift)
    if given is not None:
        if stated is not None and stated != given:
            shift.report(
                shift.records[0].number,
                "start",
                stated,
                f"{_SAID} {given:%Y-%m-%d %H:%M}, as chosen, not as this says.",
                "Choose this start if it is meant.",
                Severity.WARNING,
            )
        return given
    if stated is not None:
        shift.report(
            shift.records[0].number,
            "start",
            stated,
            f"{_SAID} {stated:%Y-%m-%d %H:%M}, as the table 'shift' says.",
            "Choose another start if that is not meant.",
            Severity.NOTE,
        )
        return stated
    start, source = proposed_start(dates)
    if source is None and collect.has_errors:
        return start  # the dates may be among what cannot be read
    collect.add(
        "plan start" if source is None else source.records.label,
        f"{_SAID} {start:%A, %Y-%m-%d %H:%M}: "
        + (
            "no file holds a date."
            if source is None
            else f"the last {SHIFT_BEGINS:%H:%M} before the first date."
        ),
        f"Choose another start (--start {start:%Y-%m-%dT%H:%M}) if that is not meant.",
        row=None if source is None else source.number,
        column=None if source is None else source.records.headers.get(source.column),
        value="" if source is None else source.moment.isoformat(timespec="minutes"),
        severity=Severity.NOTE,
    )
    return start


def issues_of_start(issues: Issues) -> tuple[Issue | None, Issue | None]:
    """
    Return where the plan start was taken from, and that dates lie far from it.

    Parameters
    ----------
    issues
        Of one reading; ``None`` stands for what was not said.
    """
    said = (x for x in (*issues.warnings, *issues.notes) if x.fault.startswith(_SAID))
    far = (x for x in issues.warnings if f"{_COUNTED_FROM} " in x.fault)
    return next(said, None), next(far, None)


def proposed_start(dates: Sequence[Dated]) -> tuple[datetime, Dated | None]:
    """
    Return a plan start that fits the dates, and the date it was taken from.

    It is the last 06:00 before the first due date and not after the first beginning
    (release, availability, downtime). A date that lies more than a year from the
    middle one is left out: it is probably mistyped, and reported as such.

    Parameters
    ----------
    dates
        Dates in the files.
    """
    if not dates:
        return DEFAULT_START, None
    middle = median_low([x.moment for x in dates])
    near = [x for x in dates if abs(x.moment - middle) <= VERY_FAR]
    near = [x for x in near if 1970 <= x.moment.year < 2200]
    # What broke down last week does not say when this plan starts.
    main = [x for x in near if x.column in ("due", "release")] or near
    if not main:
        return DEFAULT_START, None
    first = min(main, key=lambda x: (_latest_start(x), x.moment))
    return _latest_start(first), first


def _latest_start(date: Dated) -> datetime:
    """Return the last beginning of a shift from which a date can be held."""
    day = datetime.combine(date.moment.date(), SHIFT_BEGINS)
    fits = day <= date.moment if date.column in _BEGINNINGS else day < date.moment
    return day if fits else day - timedelta(days=1)


def warn_of_far_dates(start: datetime, dates: Sequence[Dated]) -> None:
    """
    Warn when all dates are more than a week from the start, or one far from the rest.

    Parameters
    ----------
    start
        Plan start.
    dates
        Dates of jobs, machines and downtimes.
    """
    main = [x for x in dates if x.column in ("due", "release")] or list(dates)
    if not main:
        return
    nearest = min(main, key=lambda x: abs(x.moment - start))
    if abs(nearest.moment - start) > FAR:
        days = (nearest.moment - start).days
        side = f"{days} days after" if days >= 0 else f"{-days} days before"
        what = "first" if days >= 0 else "last"
        proposed, _ = proposed_start(dates)
        nearest.records.report(
            nearest.number,
            nearest.column,
            nearest.moment.isoformat(timespec="minutes"),
            f"The {what} date is {side} {_COUNTED_FROM} {start:%Y-%m-%d %H:%M}.",
            f"Set the plan start, e.g. to {proposed:%Y-%m-%dT%H:%M}.",
            Severity.WARNING,
        )
    by_column: dict[tuple[int, str], list[Dated]] = {}
    middle = median_low([x.moment for x in dates])
    for date in dates:
        if abs(date.moment - middle) > VERY_FAR:
            by_column.setdefault((id(date.records), date.column), []).append(date)
    for found in by_column.values():
        first = found[0]
        count = f" ({len(found)} rows)" if len(found) > 1 else ""
        first.records.report(
            first.number,
            first.column,
            first.moment.isoformat(timespec="minutes"),
            f"This is more than a year from most other dates{count}, the middle one "
            f"of which is {middle:%Y-%m-%d}.",
            "Check the year.",
            Severity.WARNING,
        )
