"""Calendars in which single days differ from their weekday."""

from datetime import datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tables.files import START, only, problem, read

HEAD = "calendar,weekday,date,opens,closes\n"
WEEK = "".join(f"day,{x},,06:00,14:00\n" for x in ("Mon", "Tue", "Wed", "Thu", "Fri"))
MACHINES = "machine_id,machine_type,calendar\nM,CNC,day\n"
JOBS = "job_id,duration\nA,60\n"


def hours_open(dates, days=7, week=WEEK):
    """Open spans of the first days, in hours since Monday 06:00."""
    calendar = problem(JOBS, MACHINES, calendars=HEAD + week + dates).calendars[0]
    edges = calendar.closures.ravel() / 3600
    edges = np.concatenate([[0], edges, [np.inf]]).reshape(-1, 2)
    return [(a, b) for a, b in edges.tolist() if a < 24 * days and b > a]


USUAL = [(24.0 * i, 24.0 * i + 8) for i in range(5)]


def test_a_date_without_hours_is_closed_on_that_day_only():
    """Tuesday the 6th; the Tuesday after it is open."""
    spans = hours_open("day,,2026-01-06,,\n", days=9)
    assert spans == [*USUAL[:1], *USUAL[2:], (168.0, 176.0), (192.0, 200.0)]


def test_a_date_holds_instead_of_its_weekday():
    """Tuesday from 08:00 to 10:00 and from 12:00 to 20:00."""
    rows = "day,,2026-01-06,08:00,10:00\nday,,2026-01-06,12:00,20:00\n"
    spans = hours_open(rows)
    assert spans == [USUAL[0], (26.0, 28.0), (30.0, 38.0), *USUAL[2:]]


def test_a_date_may_open_a_day_that_is_closed_each_week():
    """Saturday from 06:00 to 12:00."""
    assert hours_open("day,,2026-01-10,06:00,12:00\n") == [*USUAL, (120.0, 126.0)]


def test_a_night_shift_before_the_date_still_runs_into_it():
    """Monday's night ends Tuesday at 06:00 although Tuesday is closed."""
    nights = "day,Mon,,22:00,06:00\nday,Tue,,22:00,06:00\n"
    spans = hours_open("day,,2026-01-06,,\n", week=nights)
    assert spans == [(16.0, 24.0)]


def test_a_date_in_the_column_of_weekdays_is_a_date():
    """A table of single days only: no column of weekdays at all."""
    rows = "calendar,day,opens,closes\nday,2026-01-05,06:00,14:00\n"
    reading = read(JOBS, MACHINES, calendars=rows)
    assert not reading.issues.errors
    closures = reading.shift.problem.calendars[0].closures
    assert closures[0, 0] == 8 * 3600


def test_a_calendar_of_dates_alone_says_when_it_ends():
    """It closes on Tuesday at 14:00 and never opens again."""
    rows = HEAD + "day,,2026-01-05,06:00,14:00\nday,,2026-01-06,06:00,14:00\n"
    reading = read(JOBS, MACHINES, calendars=rows)
    assert "closed after the last of them, from 2026-01-06 14:00" in only(reading).fault
    closures = reading.shift.problem.calendars[0].closures
    assert closures[:, 0].tolist() == [8 * 3600, 32 * 3600]


@pytest.mark.parametrize(
    ("row", "column", "fault"),
    [
        ("day,,2026-01-06,06:00,", "closes", "empty"),
        ("day,,2026-01-06,,14:00", "opens", "empty"),
        ("day,,,06:00,14:00", "weekday", "no weekday, no date"),
        ("day,Mon,2026-01-06,06:00,14:00", "date", "is a Tuesday"),
        ("day,,2026-02-30,06:00,14:00", "date", ""),
        ("day,,2026-01-06 07:00,06:00,14:00", "date", "has a time of day"),
        ("day,,12,06:00,14:00", "date", "is not a date"),
        ("day,,2062-01-06,06:00,14:00", "date", "more than 10 years away"),
        ("day,,2026-01-06,24:00,14:00", "opens", "before 24:00"),
    ],
)
def test_a_row_that_says_too_little_or_too_much_is_named(row, column, fault):
    """Row 7, beside five weekdays."""
    issues = read(JOBS, MACHINES, calendars=HEAD + WEEK + row + "\n").issues.errors
    assert [(x.row, x.column) for x in issues] == [(7, column)]
    assert fault in issues[0].fault


def test_a_day_that_is_closed_and_open_is_a_question():
    """Two rows for the 6th that contradict each other."""
    rows = "day,,2026-01-06,,\nday,,2026-01-06,06:00,14:00\n"
    issue = only(read(JOBS, MACHINES, calendars=HEAD + WEEK + rows))
    assert (issue.row, issue.column) == (7, "opens")


def test_a_calendar_that_is_closed_every_day_is_refused():
    """Its only row closes a Monday."""
    issue = only(read(JOBS, MACHINES, calendars=HEAD + "day,Mon,,,\n"))
    assert "never opens" in issue.fault


windows = st.tuples(st.integers(0, 23), st.integers(0, 23))


@given(
    st.dictionaries(st.integers(0, 6), windows, min_size=1),
    st.dictionaries(st.integers(-2, 12), st.lists(windows, max_size=2), max_size=5),
)
def test_every_hour_is_as_a_list_of_days_says(week, dates):
    """Hour by hour, over three weeks, against the rule read day by day."""
    names = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
    rows = [f"day,{names[d]},,{a:02}:00,{b:02}:00" for d, (a, b) in week.items()]
    midnight = datetime(2026, 1, 5)
    for d, spans in dates.items():
        date = (midnight + timedelta(days=d)).date()
        rows += [f"day,,{date},{a:02}:00,{b:02}:00" for a, b in spans]
        rows += [] if spans else [f"day,,{date},,"]
    found = problem(JOBS, MACHINES, calendars=HEAD + "\n".join(rows) + "\n")
    open_hours = set()
    for d in range(-9, 22):
        weekday = (d % 7,)
        usual = [week[weekday[0]]] if weekday[0] in week else []
        for a, b in dates.get(d, usual):
            open_hours.update(range(24 * d + a, 24 * d + b + (24 if b <= a else 0)))
    passed = (START - midnight) // timedelta(hours=1)
    hours = range(passed, 21 * 24)
    moments = np.array([(h - passed) * 3600 for h in hours])
    is_open = found.calendars[0].next_open(moments) == moments
    assert is_open.tolist() == [h in open_hours for h in hours]
