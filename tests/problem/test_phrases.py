"""One format per kind of number, and per length of time."""

from datetime import datetime
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.problem import phrases

START = datetime(2026, 1, 5, 6)
MINUTE, HOUR, DAY = 60, 3600, 86400


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 min"),
        (20, "< 1 min"),
        (-20, "−< 1 min"),
        (25 * MINUTE, "25 min"),
        (59.6 * MINUTE, "1 h"),
        (80 * MINUTE, "1 h 20"),
        (3 * HOUR + 5 * MINUTE, "3 h 05"),
        (-90 * MINUTE, "−1 h 30"),
        (DAY - 31, "23 h 59"),
        (DAY - 29, "1 d"),
        (2172 * MINUTE, "1 d 12 h"),
        (2 * DAY - 10 * MINUTE, "2 d"),
        (1234 * DAY, "1,234 d"),
    ],
)
def test_a_duration_is_said_in_its_two_largest_units(seconds, text):
    """Rounded once: neither 60 minutes nor 24 hours ever stand there."""
    assert phrases.duration(seconds) == text


@given(st.integers(0, 10**8))
def test_a_duration_is_never_far_from_what_it_says(seconds):
    """By half a minute at most, from a day on by half an hour and half a minute."""
    text = phrases.duration(seconds).replace(",", "")
    if text == "< 1 min":
        assert 0 < seconds < MINUTE
        return
    units = {"d": DAY, "h": HOUR, "min": MINUTE}
    parts = text.split()
    value = sum(int(n) * units[u] for n, u in zip(parts[::2], parts[1::2]))  # noqa: B905
    value += int(parts[2]) * MINUTE if len(parts) == 3 else 0
    assert abs(value - seconds) <= (1830 if "d" in parts else 30)


def test_moments_and_spans_name_the_day_once():
    """Across midnight the second day is named too."""
    assert phrases.moment(START, 3600) == "Mon 5 Jan 07:00"
    assert phrases.span(START, 0, 3600) == "Mon 5 Jan 06:00 – 07:00"
    assert phrases.short_span(START, 0, 3600) == "Mon 06:00 – 07:00"
    assert phrases.short_span(START, 0, 86400) == "Mon 06:00 – Tue 06:00"
    week = "Mon 5 Jan 06:00 – Mon 12 Jan 06:00"
    assert phrases.short_span(START, 0, 7 * 86400) == week
    assert phrases.span(START, 0, 86400) == "Mon 5 Jan 06:00 – Tue 6 Jan 06:00"


def test_numbers_have_one_format_each():
    """Thousands by comma, one decimal, a unit behind a space."""
    assert phrases.count(5000) == "5,000"
    assert phrases.percent(0.9244) == "92.4 %"
    assert phrases.hours(5400) == "1.5 h"
    assert (phrases.many(1, "job"), phrases.many(2, "job")) == ("1 job", "2 jobs")
    assert phrases.listed(["a", "b", "c", "d"], 2) == "a, b and 2 more"


@pytest.mark.parametrize(
    ("slack", "text"),
    [
        (inf, "no due date"),
        (-7200, "late by 2 h"),
        (0, "0 min to spare"),
        (5400, "1 h 30 to spare"),
    ],
)
def test_how_a_job_stands_to_its_due_date(slack, text):
    """Late only behind its due date; without one it is never late."""
    assert phrases.to_due(slack) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "unchanged"), (1200, "20 min later"), (-1200, "20 min sooner")],
)
def test_a_change_says_its_sign_in_words(seconds, text):
    """Colour alone is not enough."""
    assert phrases.later(seconds) == text
