"""The timing rules in machine code, against the arithmetic of calendars."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.problem.calendar import Calendar
from core.timing import kernel
from core.timing.flat import flat_closures
from core.timing.kernel import next_open, place
from tests.strategies import calendars
from tests.timing.reference import finish

SECONDS = st.integers(0, 80)
SHOPS = st.lists(calendars(), min_size=1, max_size=3)


@given(SHOPS, SECONDS, SECONDS)
def test_open_time_is_that_of_the_calendar(shop, time, duration):
    """Of every machine: first open instant, and work across closures."""
    closures = flat_closures(shop)
    for k, calendar in enumerate(shop):
        start = int(calendar.next_open(time))
        assert next_open(closures, k, time) == start
        end = finish(calendar, start, duration)
        assert kernel.finish(closures, k, start, duration) == end
        assert duration == 0 or kernel.finish(closures, k, time, duration) == end


@given(SHOPS, SECONDS, SECONDS, SECONDS, SECONDS)
def test_a_job_is_set_up_then_processed(shop, free, ready, setup, work):
    """Setup once the machine is free, work once setup and job are ready."""
    closures = flat_closures(shop)
    for k, calendar in enumerate(shop):
        setup_start = int(calendar.next_open(free))
        setup_end = int(finish(calendar, setup_start, setup))
        start = int(calendar.next_open(max(setup_end, ready)))
        end = int(finish(calendar, start, work))
        times = place(closures, k, free, ready, setup, work)
        assert times == (setup_start, setup_end, start, end)


@pytest.mark.parametrize(
    ("free", "ready", "setup", "work", "times"),
    [
        (0, 0, 10, 5, (0, 10, 30, 35)),  # set up just before the machine closes
        (0, 0, 11, 5, (0, 31, 31, 36)),  # the setup's last second behind the closure
        (0, 8, 3, 2, (0, 3, 8, 10)),  # the work's last second just before it
        (0, 8, 3, 3, (0, 3, 8, 31)),
        (12, 50, 0, 55, (30, 30, 50, 115)),  # from one closure, across the other
        (12, 75, 4, 1, (30, 34, 80, 81)),  # ready while it is closed
    ],
)
def test_closures_by_hand(free, ready, setup, work, times):
    """The machine is closed in 10-30 and 70-80 s."""
    closures = flat_closures([Calendar.always_open(), Calendar([[10, 30], [70, 80]])])
    assert place(closures, 1, free, ready, setup, work) == times
    opened = max(free + setup, ready)
    always = (free, free + setup, opened, opened + work)
    assert place(closures, 0, free, ready, setup, work) == always
