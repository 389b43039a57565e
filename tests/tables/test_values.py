"""Numbers, durations, dates and days are read as they are meant, or asked about."""

from contextlib import suppress
from datetime import date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.tables.values.amounts import duration_seconds, number_readings
from core.tables.values.moments import (
    Unreadable,
    clock_seconds,
    moment_readings,
    weekday_readings,
)
from tests.tables.files import only, problem, read

ONE = "machine_id,machine_type\nM,CNC\n"


def minutes(header, *cells, delimiter=";"):
    """Minutes of jobs with these cells, on one machine."""
    rows = "".join(f"{i}{delimiter}{x}\n" for i, x in enumerate(cells))
    return (
        problem(f"job_id{delimiter}{header}\n{rows}", ONE).processing[:, 0] / 60
    ).tolist()


def refused(header, *cells, delimiter=";"):
    """The one error of jobs with these cells."""
    rows = "".join(f"{i}{delimiter}{x}\n" for i, x in enumerate(cells))
    reading = read(f"job_id{delimiter}{header}\n{rows}", ONE)
    assert reading.shift is None
    assert len(reading.issues.errors) == 1, [str(x) for x in reading.issues]
    return reading.issues.errors[0]


@pytest.mark.parametrize(
    ("text", "readings"),
    [
        ("90", {90.0}),
        ("1.200", {1.2, 1200.0}),
        ("1,200", {1.2, 1200.0}),
        ("0,125", {0.125}),  # no group of thousands begins with 0
        ("1200,500", {1200.5}),  # nor has four digits
        ("1.234.567", {1234567.0}),
        ("1.200,50", {1200.5}),
        ("1,200.50", {1200.5}),
        ("1 200", {1200.0}),
        ("1'200.5", {1200.5}),
        ("12,34,567", {1234567.0}),
        ("1.2.3", set()),
        ("ten", set()),
    ],
)
def test_a_number_has_these_readings(text, readings):
    """One is sure, two are asked about, none is no number."""
    assert set(number_readings(text).values()) == readings


def test_two_readings_are_an_error_unless_the_column_shows_which():
    """1.200 alone is 1.2 or 1200; beside 90,5 the point parts thousands."""
    fault = refused("processing_minutes", "1.200", "2.400")
    assert (
        fault.fault
        == "This can be read in two ways: 1.2 or 1200. So can 1 more "
        + ("cell of this column.")
    )
    assert minutes("processing_minutes", "1.200", "90,5") == [1200.0, 90.5]
    assert minutes("processing_minutes", "1.200", "90.5") == [1.2, 90.5]


def test_who_separates_by_commas_writes_decimal_points():
    """In a comma file 1.250 is 1.25; with another delimiter it is asked about."""
    assert minutes("processing_minutes", "1.250", delimiter=",") == [1.25]
    assert "two ways" in refused("processing_minutes", "1.250", delimiter="\t").fault


def test_points_and_commas_as_decimals_are_not_mixed():
    """Each has one meaning alone; together one of them is a slip."""
    assert "decimal commas" in refused("processing_minutes", "1,5", "90.5").fault


def test_a_list_of_ids_tells_nothing_of_decimals():
    """Predecessors 1,2 and 90.5 minutes in one semicolon file."""
    found = problem(
        "job_id;processing_minutes;predecessors\n1;90.5;\n2;60;\n3;30;1,2\n", ONE
    )
    assert found.processing[:, 0].tolist() == [5430.0, 3600.0, 1800.0]
    assert found.precedence.tolist() == [[0, 2], [1, 2]]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("90 min", 5400),
        ("2h", 7200),
        ("1 h 30", 5400),
        ("1h30m", 5400),
        ("1,5 h", 5400),
        ("1.5 hours", 5400),
        ("1 Std. 30 Min.", 5400),
        ("45 s", 45),
        ("1:30", 5400),
        ("1:30:15", 5415),
        ("PT1H30M", 5400),
        ("P1DT2H", 93600),
        ("0 days 01:30:00", 5400),  # as pandas writes it
        ("1.200 h", None),  # two readings
        ("90", None),  # no unit
        ("1:75", None),
        ("90 kg", None),
        ("2h 3h", None),
    ],
)
def test_a_duration_says_its_unit(text, seconds):
    """Or it is none that does."""
    assert duration_seconds(text, "", "h:mm") == seconds


@pytest.mark.parametrize(
    ("header", "cells", "wanted"),
    [
        ("duration_seconds", ["5400", "90"], [90.0, 1.5]),
        ("Dauer (h)", ["1,5", "2"], [90.0, 120.0]),
        ("Processing time [s]", ["5400"], [90.0]),
        ("Bearbeitungszeit in Std.", ["1,5"], [90.0]),
        ("Minuten", ["90"], [90.0]),
        ("duration", ["1:30", "90 min", "2h", "PT1H30M"], [90.0, 90.0, 120.0, 90.0]),
        ("Duración (min)", ["90"], [90.0]),
        ("processingTimeSec", ["60"], [1.0]),
    ],
)
def test_units_stand_in_the_header_or_in_the_cell(header, cells, wanted):
    """And are said, unless they are minutes."""
    assert minutes(header, *cells) == wanted


@pytest.mark.parametrize(
    ("cells", "fault"),
    [
        (["5400", "3600", "30"], "minutes or seconds?"),
        (["1,5", "0,5", "2"], "minutes or hours?"),
        (["2h", "45"], "has no unit, but other cells"),
        (["90:00", "30:00"], "hours and minutes, or minutes and seconds"),
    ],
)
def test_a_unit_that_is_not_said_is_asked_for(cells, fault):
    """Once for the column."""
    assert fault in refused("duration", *cells).fault


def test_minutes_without_a_word_for_them_are_said():
    """90 under 'duration' is read as minutes, with a note; 'processing_minutes' not."""
    notes = read("job_id,duration\nA,90\n", ONE).issues.notes
    assert any("read as minutes, 90 is 90 min" in x.fault for x in notes)
    assert not read("job_id,processing_minutes\nA,90\n", ONE).issues.notes


@pytest.mark.parametrize(
    ("cells", "ends"),
    [
        (("30.11.2026 13:00", "01.12.2026 9:30"), ["11-30T13:00", "12-01T09:30"]),
        (("31/12/2026", "1/11/2026 8:00"), ["12-31T00:00", "11-01T08:00"]),
        (("12/31/26 2:30 PM", "1/2/26 12:05 AM"), ["12-31T14:30", "01-02T00:05"]),
        (("2026-11-30 7:10", "2026-11-29 24:00"), ["11-30T07:10", "11-30T00:00"]),
        (("2026-11-30T06:00:30.000",), ["11-30T06:00"]),
        (("5. Dezember 2026 08:00 Uhr", "Mo, 30.11.26 13.30"),
         ["12-05T08:00", "11-30T13:30"]),
        (("20261130",), ["11-30T00:00"]),
    ],
)  # fmt: skip
def test_a_date_is_read_in_the_form_that_its_column_shows(cells, ends):
    """Day before month, month before day, or year first; half past two in the noon."""
    rows = "".join(f"{i};1;{x}\n" for i, x in enumerate(cells))
    reading = read("job_id;processing_minutes;due\n" + rows, ONE)
    assert reading.shift is not None, [str(x) for x in reading.issues]
    start = datetime(2026, 1, 5, 6)
    wanted = [
        (datetime.fromisoformat(f"2026-{x}") - start).total_seconds() for x in ends
    ]
    found = reading.shift.problem.due.tolist()
    assert [x - x % 60 for x in found] == wanted


@pytest.mark.parametrize(
    ("cells", "fault"),
    [
        (["01/02/2026", "03/04/2026"], "1 February 2026"),
        (["13/02/2026", "02/14/2026"], "begin with the day, others with the month"),
        (["46027.5", "46028"], "A date or minutes?"),
        (["480", "2026-01-05T10:00"], "A date or minutes?"),
        (["30.11. 13:00"], "without a year"),
        (["2026-01-05T10:00+01:00"], "time zone"),
        (["2026-01-05 10:00 MEZ"], "time zone"),
        (["31.02.2026"], "no date in the calendar"),
        (["tomorrow"], "not a date"),
    ],
)
def test_a_date_with_two_meanings_or_none_is_refused(cells, fault):
    """Nothing is planned by a guess."""
    rows = "".join(f"{i},1,{x}\n" for i, x in enumerate(cells))
    reading = read("job_id,processing_minutes,due\n" + rows, ONE)
    assert reading.shift is None
    assert len(reading.issues.errors) == 1
    assert fault in reading.issues.errors[0].fault


@given(st.dates(date(1950, 1, 1), date(2199, 12, 31)), st.times())
def test_every_date_is_among_its_readings(day, clock):
    """Written with the day, the month or the year first, it can be read so."""
    clock = clock.replace(second=0, microsecond=0)
    moment = datetime.combine(day, clock)
    forms = {
        "day.month.year": f"{day.day}.{day.month}.{day.year} {clock:%H:%M}",
        "month/day/year": f"{day.month}/{day.day}/{day.year} {clock:%I:%M %p}",
        "ISO": f"{day.year}-{day.month}-{day.day} {clock.hour}:{clock:%M}",
    }
    for form, text in forms.items():
        readings, has_time = moment_readings(text)
        assert readings[form] == moment
        assert has_time
        # Another reading is there only where the day may be a month.
        assert len(readings) == 1 or day.day <= 12


@given(st.text(max_size=20))
def test_any_text_is_a_date_or_says_why_not(text):
    """No other exception, whatever stands in the cell."""
    with suppress(Unreadable):
        assert moment_readings(text)[0]
    number_readings(text)
    duration_seconds(text, ".", "h:mm")
    weekday_readings(text)


@given(st.times())
def test_a_time_of_day_has_one_meaning(clock):
    """By 24 hours and by 12."""
    seconds = clock.hour * 3600 + clock.minute * 60
    assert clock_seconds(f"{clock.hour}:{clock:%M}") == seconds
    assert clock_seconds(f"{clock:%I:%M %p}") == seconds
    assert clock_seconds("24:00") == 86400
    assert clock_seconds("24:01") is None
    assert time(0) <= clock


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("Mo", {(0,)}),
        ("Mittwoch", {(2,)}),
        ("mié", {(2,)}),
        ("jeu.", {(3,)}),
        ("Mon-Fri", {(0, 1, 2, 3, 4)}),
        ("Sa, So", {(5, 6)}),
        ("Fri-Mon", {(4, 5, 6, 0)}),
        ("täglich", {(0, 1, 2, 3, 4, 5, 6)}),
        ("Do", {(3,), (6,)}),  # German Thursday, Spanish Sunday
        ("1", {(0,), (6,), (1,)}),
        ("Someday", set()),
    ],
)
def test_a_day_has_these_readings(text, days):
    """In English, German, French and Spanish."""
    assert set(weekday_readings(text).values()) == days


def calendar(*days):
    """A reading of a calendar that opens on these days."""
    rows = "".join(f"c,{x},06:00,14:00\n" for x in days)
    return read(
        "job_id,processing_minutes\nA,1\n",
        "machine_id,machine_type,calendar\nM,CNC,c\n",
        calendars="calendar,weekday,opens,closes\n" + rows,
    )


def test_the_other_days_show_the_language_of_a_day():
    """Do is Thursday beside Mi and Fr, and asked about alone."""
    shift = calendar("Mi", "Do", "Fr").shift
    hours = (shift.problem.calendars[0].closures[:3] / 3600).tolist()
    # From Monday 06:00: shut until Wednesday, Thursday, Friday 06:00.
    assert [end for _, end in hours] == [48.0, 72.0, 96.0]
    assert "German, Spanish" in only(calendar("Do")).fault


def test_yes_and_no_in_four_languages():
    """Whatever is neither is refused."""
    words = ("ja", "nein", "oui", "non", "sí", "x", "FALSCH", "wahr")
    rows = "".join(f"{i},1,{x}\n" for i, x in enumerate(words))
    found = problem("job_id,processing_minutes,important\n" + rows, ONE)
    wanted = [True, False, True, False, True, True, False, True]
    assert found.important.tolist() == wanted


def test_speeds_in_percent_are_asked_about_or_said():
    """100 and 90 are no speeds; with the sign in header or cell they are 1 and 0.9."""
    machines = "machine_id,machine_type,{}\nM,CNC,{}\nN,CNC,{}\n"
    jobs = "job_id,processing_minutes\nA,90\n"
    fault = only(read(jobs, machines.format("speed", 100, 90)))
    assert (fault.column, fault.value) == ("speed", "100")
    assert "is this percent?" in fault.fault
    for text in (
        machines.format("Efficiency %", 100, 90),
        machines.format("speed", "100%", "90 %"),
    ):
        assert problem(jobs, text).processing.tolist() == [[5400.0, 6000.0]]
