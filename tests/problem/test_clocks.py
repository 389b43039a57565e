"""A plan across a change of clocks says so, and what it means."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from core.problem.clocks import ClockChange, clock_change, clock_warning

BERLIN = ZoneInfo("Europe/Berlin")
HOUR = 3600
SPRING = ClockChange(datetime(2026, 3, 29, 2), datetime(2026, 3, 29, 3))
AUTUMN = ClockChange(datetime(2026, 10, 25, 3), datetime(2026, 10, 25, 2))


@pytest.mark.parametrize(
    ("start", "hours", "change"),
    [
        (datetime(2026, 3, 28, 22), 6, SPRING),
        (datetime(2026, 3, 2, 6), 24 * 60, SPRING),
        (datetime(2026, 3, 28, 22), 4, None),  # ends as they change
        (datetime(2026, 3, 29, 3), 24, None),  # begins as they have changed
        (datetime(2026, 10, 24, 6), 48, AUTUMN),
        (datetime(2026, 4, 1), 24 * 200, None),
        (datetime(2026, 4, 1), 24 * 365_000, AUTUMN),
        (datetime(2026, 3, 28, 22), 0, None),
    ],
)
def test_the_first_change_within_a_plan_is_found(start, hours, change):
    """Forward at 2 in March, back at 3 in October, to the second."""
    assert clock_change(start, hours * HOUR, BERLIN) == change
    if change is not None:  # and to the second
        until = change.before - start
        assert clock_change(start, until.total_seconds(), BERLIN) is None
        after = until + timedelta(seconds=2)
        assert clock_change(start, after.total_seconds(), BERLIN) == change


def test_half_an_hour_and_none_at_all():
    """Lord Howe Island moves its clocks by 30 minutes; Tokyo does not."""
    start, month = datetime(2026, 4, 1), 24 * 30 * HOUR
    words = clock_warning(start, month, ZoneInfo("Australia/Lord_Howe"))
    assert "on Sun 5 Apr 02:00 they are put to 01:30" in words
    assert "ends 30 min earlier by the clock" in words
    assert clock_warning(start, month, ZoneInfo("Asia/Tokyo")) is None


def test_the_zone_is_the_computers_unless_another_is_named(in_central_europe):
    """The warning says when, and what becomes of work across that moment."""
    words = clock_warning(datetime(2026, 3, 28, 22), 12 * HOUR)
    assert "on Sun 29 Mar 02:00 they are put to 03:00" in words
    assert "ends 1 h later by the clock" in words
