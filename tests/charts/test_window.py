"""Which part of a plan is shown."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.charts.window import (
    HOUR,
    Span,
    View,
    moved,
    shown_jobs,
    shown_machines,
    window,
)

START = datetime(2026, 1, 5, 6)
DAY = 24 * HOUR


@pytest.mark.parametrize(
    ("span", "around", "expected"),
    [
        (Span.ALL, 99, (0, 100 * HOUR + 2 * HOUR)),
        (Span.DAY, 0, (0, 18 * HOUR)),  # 06:00 to midnight
        (Span.DAY, 18 * HOUR, (18 * HOUR, 42 * HOUR)),
        (Span.SHIFT, 9 * HOUR, (8 * HOUR, 16 * HOUR)),
        (Span.EIGHT_HOURS, 9 * HOUR, (9 * HOUR, 17 * HOUR)),
        (Span.FOUR_HOURS, 9 * HOUR, (9 * HOUR, 13 * HOUR)),
        (Span.FOUR_HOURS, 500 * HOUR, (100 * HOUR - 1, 104 * HOUR - 1)),
    ],
)
def test_windows_are_what_their_name_says(span, around, expected):
    """A plan of 100 h that starts on Monday at six."""
    assert window(span, around, START, 100 * HOUR) == expected


@pytest.mark.parametrize(
    ("span", "begin", "steps", "expected"),
    [
        (Span.DAY, 0, 1, 18 * HOUR),
        (Span.DAY, 18 * HOUR, -1, 0),
        (Span.DAY, 0, -1, 0),
        (Span.SHIFT, 0, 1, 8 * HOUR),
        (Span.FOUR_HOURS, 0, 1, 2 * HOUR),
        (Span.FOUR_HOURS, HOUR, -1, 0),
        (Span.FOUR_HOURS, 99 * HOUR, 1, 99 * HOUR),  # nothing behind the plan
        (Span.ALL, 0, 1, 0),
    ],
)
def test_earlier_and_later_stay_where_something_is(span, begin, steps, expected):
    """Days and shifts move by a whole one, hours by half."""
    assert moved(span, begin, steps, START, 100 * HOUR)[0] == expected


@given(st.sampled_from(Span), st.integers(0, 10**6), st.integers(0, 10**6))
def test_a_window_is_never_empty_and_never_behind_the_plan(span, around, makespan):
    """Even of a plan without length."""
    begin, end = window(span, around, START, makespan)
    assert 0 <= begin < end
    assert begin <= max(makespan - 1, 0)


@given(
    st.sampled_from([Span.DAY, Span.SHIFT, Span.EIGHT_HOURS, Span.FOUR_HOURS]),
    st.integers(1, 10**6),
)
def test_later_reaches_the_end_and_earlier_the_beginning(span, makespan):
    """Step by step every part of the plan comes into view."""
    begin, end = window(span, 0, START, makespan)
    for _ in range(10**6 // (2 * HOUR) + 2):
        following = moved(span, begin, 1, START, makespan)
        assert begin <= following[0] <= end
        begin, end = following
    assert end >= makespan
    for _ in range(10**6 // (2 * HOUR) + 2):
        begin, end = moved(span, begin, -1, START, makespan)
    assert begin == 0


def test_machines_stand_by_type_and_filters_hold(shop, plan):
    """Lathe, lathe, drill; then only the drill."""
    everything = View(0, 20 * HOUR)
    assert shown_machines(shop, everything).tolist() == [0, 2, 1]
    drills = View(0, 20 * HOUR, types=(1,))
    assert shown_machines(shop, drills).tolist() == [1]
    assert shown_jobs(shop, plan, drills).tolist() == [1]
    assert shown_machines(shop, View(0, 1, types=(0,), machines=(1, 2))).tolist() == [2]


def test_a_job_is_shown_with_its_setup_and_not_after_its_end(shop, plan):
    """Job c is set up from 4 to 5 h; job a ends at 4 h."""
    assert shown_jobs(shop, plan, View(4 * HOUR, 5 * HOUR)).tolist() == [1, 2]


def test_a_view_without_length_is_refused():
    """Programmers hear what was expected."""
    with pytest.raises(ValueError, match="begin < end"):
        View(5, 5)
