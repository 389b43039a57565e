"""Mean open time turns dates into work and back."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from core.instances.mean_open_time import MeanOpenTime
from core.problem.calendar import Calendar

HOUR = 3600


def hours(*rows):
    """A calendar with the given closures, in hours."""
    return Calendar(np.array(rows) * HOUR)


def test_a_machine_that_is_closed_counts_for_nothing():
    """Two machines, one closed 2-4 h: four hours hold three open ones on average."""
    clock = MeanOpenTime((Calendar.always_open(), hours((2, 4))))
    dates = np.array([0, 1, 3, 4, 10, np.inf])
    opened = np.array([0, 1, 2.5, 3, 9, np.inf])
    assert (clock.open(dates * HOUR) / HOUR).tolist() == opened.tolist()
    assert (clock.date(opened * HOUR) / HOUR).tolist() == dates.tolist()


def test_work_ends_before_a_weekend_or_begins_after_it():
    """All closed 8-56 h: the eighth hour ends at 8 h, half an hour more at 56.5 h."""
    clock = MeanOpenTime((hours((8, 56)),) * 3)
    assert (clock.date([8 * HOUR, 8.5 * HOUR]) / HOUR).tolist() == [8, 56.5]
    assert (clock.open([8 * HOUR, 30 * HOUR, 56 * HOUR]) / HOUR).tolist() == [8, 8, 8]


def test_without_closures_a_date_is_its_open_time():
    """Nothing is rounded, and infinity stays."""
    clock = MeanOpenTime((Calendar.always_open(),))
    assert clock.open([0, 1.5, np.inf]).tolist() == [0, 1.5, np.inf]
    assert clock.date([0, 1.5, np.inf]).tolist() == [0, 1.5, np.inf]


@given(
    st.lists(st.tuples(st.integers(0, 50), st.integers(1, 20)), max_size=5),
    st.lists(st.tuples(st.integers(0, 50), st.integers(1, 20)), max_size=5),
    st.floats(0, 200),
)
def test_a_date_has_the_open_time_it_was_made_from(first, second, work):
    """Whatever the calendars: open(date(x)) = x."""
    clock = MeanOpenTime(
        [
            hours(*((start, start + length) for start, length in rows))
            if rows
            else Calendar.always_open()
            for rows in (first, second)
        ]
    )
    seconds = work * HOUR
    assert np.isclose(clock.open(clock.date(seconds)), seconds, rtol=0, atol=1e-3)
