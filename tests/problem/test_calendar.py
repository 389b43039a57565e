"""Open and closed time, against counting it second by second."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.problem.calendar import Calendar, merge_intervals, weekly_closures
from tests.strategies import calendars
from tests.timing.reference import finish

DAY = 24 * 3600
WEEK = 7 * DAY


def opens(calendar, seconds=200):
    """Whether each second is open, by asking every closure."""
    closures = calendar.closures.tolist()
    return [not any(a <= t < b for a, b in closures) for t in range(seconds)]


@given(calendars(), st.integers(0, 80), st.integers(0, 60))
def test_open_time_is_counted_second_by_second(calendar, time, duration):
    """Open seconds, next open instant and finish agree with a count."""
    is_open = opens(calendar)
    assert calendar.open_seconds(time) == sum(is_open[:time])
    start = next(t for t in range(time, 200) if is_open[t])
    assert calendar.next_open(time) == start
    left, end = duration, start
    while left > 0:
        left -= is_open[end]
        end += 1
    assert finish(calendar, start, duration) == end


@given(calendars(), st.lists(st.integers(0, 80), min_size=1, max_size=5))
def test_whole_arrays_are_taken_at_once(calendar, times):
    """An array of times gives what each gives alone, in the same shape."""
    grid = np.array([times, times])
    for method in (calendar.open_seconds, calendar.next_open):
        expected = [[int(method(t)) for t in times]] * 2
        assert method(grid).tolist() == expected
    starts = calendar.next_open(grid)
    alone = [[int(finish(calendar, t, 7)) for t in row] for row in starts.tolist()]
    assert finish(calendar, starts, 7).tolist() == alone


@given(st.lists(st.tuples(st.integers(-20, 40), st.integers(0, 15)), max_size=6))
def test_merged_intervals_cover_the_same_seconds(pairs):
    """The union keeps every second from 0 on, sorted, with gaps in between."""
    given_ = np.array([(a, a + n) for a, n in pairs], dtype=np.int64).reshape(-1, 2)
    merged = merge_intervals(given_)
    covered = {t for a, b in given_.tolist() for t in range(max(a, 0), b)}
    assert {t for a, b in merged.tolist() for t in range(a, b)} == covered
    assert (np.diff(merged.ravel()) > 0).all()


def test_work_may_end_when_a_closure_begins():
    """Ten seconds from 0 end at 10, where a closure starts; eleven end behind it."""
    calendar = Calendar(np.array([[10, 30]]))
    assert finish(calendar, 0, 10) == 10
    assert finish(calendar, 0, 11) == 31
    assert calendar.next_open(10) == 30


@pytest.mark.parametrize(
    ("closures", "error", "message"),
    [
        ([[5, 5]], ValueError, "ends at 5 s, not after its start 5 s"),
        ([[5, 3]], ValueError, "ends at 3 s"),
        ([[0.5, 3.0]], TypeError, "expected integers"),
        ([1, 2], ValueError, r"expected \(i, 2\)"),
    ],
)
def test_a_nonsense_closure_is_refused(closures, error, message):
    """A closure is two whole seconds, the second one later."""
    with pytest.raises(error, match=message):
        Calendar(np.array(closures))


def test_a_closure_cannot_be_changed_afterwards():
    """A calendar copies its closures and locks them."""
    closures = np.array([[10, 20]])
    calendar = Calendar(closures)
    closures[0, 0] = 0
    assert calendar.closures.tolist() == [[10, 20]]
    with pytest.raises(ValueError, match="read-only"):
        calendar.closures[0, 0] = 0


windows = st.lists(
    st.tuples(st.integers(0, WEEK // 3600 - 1), st.integers(1, 60)).map(
        lambda pair: (pair[0] * 3600, sum(pair) * 3600)
    ),
    min_size=1,
    max_size=4,
)


@given(windows, st.integers(0, WEEK // 3600 - 1), st.integers(0, 400))
def test_a_week_repeats(windows, offset, horizon):
    """Every hour before the horizon is open just when some week's window covers it."""
    closures = weekly_closures(windows, offset * 3600, horizon * 3600).tolist()
    for hour in range(horizon + 24):
        t = hour * 3600
        # A window of the week before may reach into this one.
        now = (t + offset * 3600) % WEEK
        opened = any(a <= x < b for a, b in windows for x in (now, now + WEEK))
        closed = any(a <= t < b for a, b in closures)
        assert closed == (not opened and hour < horizon)


@pytest.mark.parametrize(
    ("windows", "offset", "message"),
    [
        ([], 0, "at least one open window"),
        ([(DAY, DAY)], 0, "closes later"),
        ([(WEEK, WEEK + 1)], 0, "opens within a week"),
        ([(0, 2 * WEEK + 1)], 0, "at most"),
        ([(0, DAY)], WEEK, "offset"),
    ],
)
def test_a_nonsense_week_is_refused(windows, offset, message):
    """A machine that would never open, or a time outside the week, is named."""
    with pytest.raises(ValueError, match=message):
        weekly_closures(windows, offset, WEEK)
