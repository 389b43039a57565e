"""Rows of ``calendars`` to opening hours: weekdays, and days that differ by date."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

import numpy as np

from core.problem.calendar import Seconds, merge_intervals
from core.tables.building.book import Book
from core.tables.building.calendars.hours import Span, Windows, canonical, difference
from core.tables.building.spelling import Use, one_spelling
from core.tables.issues import Severity
from core.tables.mapping.records import Record
from core.tables.rows import DAY, CalendarRow


@dataclass(eq=False)
class OpeningHours:
    """
    What the rows of one calendar say.

    Parameters
    ----------
    record
        Row that names it first.
    days
        Windows that begin on each weekday, Monday is 0, and on each date, in seconds
        since its midnight; none: closed that day. They may run into the next day.
    """

    record: Record[CalendarRow]
    days: dict[int | date, list[Span]] = field(default_factory=dict)

    @property
    def weekly(self) -> Windows | None:
        """Open windows of the week; ``None``: all of it, empty: none of it."""
        windows = [
            (day * DAY + opens, day * DAY + closes)
            for day, spans in self.days.items()
            if isinstance(day, int)
            for opens, closes in spans
        ]
        return canonical(windows) if windows else ()

    def exceptions(self, start: datetime) -> tuple[list[Span], list[Span]]:
        """
        Return what the dates open that the week has closed, and what they close.

        Parameters
        ----------
        start
            Plan start.

        Returns
        -------
        tuple
            Spans in seconds since plan start, without what is past.
        """
        dated = {
            round((datetime.combine(day, time()) - start).total_seconds()): spans
            for day, spans in self.days.items()
            if isinstance(day, date)
        }
        usual: list[Span] = []
        actual: list[Span] = []
        # A date changes its own day and what of it runs into the next; the windows of
        # the days beside it may lie across the same time.
        for midnight in sorted({x + i * DAY for x in dated for i in (-1, 0, 1)}):
            weekday = (start + timedelta(seconds=midnight)).weekday()
            spans = self.days.get(weekday, [])
            usual += _at(midnight, spans)
            actual += _at(midnight, dated.get(midnight, spans))
        by_week, by_date = _merged(usual), _merged(actual)
        return _spans(difference(by_date, by_week)), _spans(
            difference(by_week, by_date)
        )


def _at(midnight: int, spans: Iterable[Span]) -> list[Span]:
    return [(midnight + opens, midnight + closes) for opens, closes in spans]


def _merged(spans: Sequence[Span]) -> Seconds:
    return merge_intervals(np.array(spans, dtype=np.int64).reshape(-1, 2))


def _spans(intervals: Seconds) -> list[Span]:
    return [(int(begins), int(ends)) for begins, ends in intervals.tolist()]


def calendars_in(book: Book) -> dict[str, OpeningHours]:
    """Calendars by name, in the spelling of their first row; faults are reported."""
    records = book.calendars
    spelled = book.calendar_names = one_spelling(
        [
            Use(records, x.number, "calendar", x.row.calendar)
            for x in records.records
            if x.row.calendar is not None
        ],
        (),
        "calendars",
    )
    found: dict[str, OpeningHours] = {}
    closed: dict[tuple[str, int | date], int] = {}
    implied: list[Record[CalendarRow]] = []
    for record in records.records:
        if record.row.calendar is None:
            continue
        name = spelled[record.row.calendar]
        hours = found.setdefault(name, OpeningHours(record))
        days, span = _days_of(book, record), _span_of(book, record, implied)
        for day in days:
            spans = hours.days.setdefault(day, [])
            if span is not None:
                spans += span
            if span == []:
                closed.setdefault((name, day), record.number)
    for (name, day), number in closed.items():
        if found[name].days[day]:
            records.report(
                number,
                "opens",
                "",
                "This says that the calendar is closed on this day; another row opens "
                "it.",
                "Keep one of the two.",
            )
    if implied:
        records.report(
            implied[0].number,
            "opens",
            "",
            "Rows without opens and closes are read as closed on that day"
            + (f" ({len(implied)} rows)." if len(implied) > 1 else "."),
            "Fill in the hours if that is not meant.",
            Severity.NOTE,
        )
    return found


def _days_of(book: Book, record: Record[CalendarRow]) -> list[int | date]:
    """Weekdays of a row, or its date; faults are reported."""
    records, row, number = book.calendars, record.row, record.number
    if row.date is not None:
        if row.weekday is not None and row.date.weekday() not in row.weekday:
            records.report(
                number,
                "date",
                row.date,
                f"This date is a {row.date:%A}, and the row names another weekday.",
                "Clear one of the two: a date holds for that day only, a weekday for "
                "every week.",
            )
            return []
        moment = datetime.combine(row.date, time())
        if book.seconds(records, number, "date", moment) is None:
            return []
        return [row.date]
    if row.weekday is not None:
        return list(row.weekday)
    columns = [x for x in ("weekday", "date") if x in records.headers]
    if columns and not any(records.is_faulty(number, x) for x in columns):
        records.report(
            number,
            columns[0],
            "",
            "This is empty." if len(columns) == 1 else "There is no weekday, no date.",
            "Fill it in." if len(columns) == 1 else "Fill in one of them.",
        )
    return []


def _span_of(
    book: Book, record: Record[CalendarRow], implied: list[Record[CalendarRow]]
) -> list[Span] | None:
    """Opening hours of a row; empty: closed, ``None``: faulty, which is reported."""
    records, row, number = book.calendars, record.row, record.number
    hours = ("opens", "closes")
    if any(records.is_faulty(number, x) for x in hours):
        return None
    if row.opens is None and row.closes is None:
        implied.append(record)
        return []
    for column in hours:
        if getattr(row, column) is None:
            records.report(
                number,
                column,
                "",
                "This is empty.",
                "Fill it in; on a closed day leave both empty.",
            )
            return None
    opens, closes = row.opens or 0, row.closes or 0
    if opens == DAY:
        records.report(
            number,
            "opens",
            "24:00",
            "A day opens before 24:00.",
            "Write 00:00.",
        )
        return None
    return [(opens, closes + (DAY if closes <= opens else 0))]
