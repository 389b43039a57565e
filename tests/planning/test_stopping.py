import pytest

from core.planning import stopping
from core.planning.stopping import AnyOf, MaxIterations, MaxSeconds, Noted, never, peek


@pytest.fixture
def clock(monkeypatch):
    """A clock that is moved by hand, in seconds."""

    class Clock:
        now = 100.0

    monkeypatch.setattr(stopping.time, "monotonic", lambda: Clock.now)
    return Clock


def test_never():
    """However often it is asked."""
    assert [never() for _ in range(3)] == [False] * 3


def test_seconds_count_from_construction(clock):
    """Two seconds: not after 1.9, but after 2; what is left never goes below 0."""
    stop = MaxSeconds(2)
    clock.now = 101.9
    assert not stop()
    assert stop.left == pytest.approx(0.1)
    clock.now = 102.0
    assert stop()
    clock.now = 200.0
    assert stop.left == 0


def test_no_seconds_stop_at_once(clock):
    """Zero is a limit like any other."""
    assert MaxSeconds(0)()


@pytest.mark.parametrize("seconds", [-1, float("nan")])
def test_negative_seconds_are_refused(seconds):
    """So is what is no number."""
    with pytest.raises(ValueError, match="seconds >= 0"):
        MaxSeconds(seconds)


def test_iterations_are_counted_by_asking():
    """Three times no, then yes."""
    stop = MaxIterations(3)
    assert [stop() for _ in range(5)] == [False, False, False, True, True]
    assert MaxIterations(0)()
    with pytest.raises(ValueError, match="iterations >= 0"):
        MaxIterations(-1)


def test_any_of_several_stops_and_all_are_asked():
    """Counters go down together, whichever stops first."""
    short, long = MaxIterations(1), MaxIterations(3)
    stop = AnyOf(short, long)
    assert [stop() for _ in range(3)] == [False, True, True]
    assert long.left == 0
    assert not AnyOf()()


def test_a_noted_stop_remembers_that_it_said_so():
    """Also to one who only peeked, which uses no iteration up."""
    noted = Noted(MaxIterations(1))
    assert [noted(), peek(noted), noted.said] == [False, False, False]
    assert [noted(), peek(noted), noted.said] == [True, True, True]
    peeked = Noted(lambda: True)
    assert (peek(AnyOf(peeked)), peeked.said) == (True, True)
