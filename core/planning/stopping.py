"""When to stop: callables that say so."""

from __future__ import annotations

import time
from collections.abc import Callable

Stop = Callable[[], bool]


def never() -> bool:
    """Never stop."""
    return False


class MaxSeconds:
    """
    Stop after some seconds of wall time, counted from construction.

    Parameters
    ----------
    seconds
        Not negative.

    Raises
    ------
    ValueError
        When ``seconds`` is negative.
    """

    def __init__(self, seconds: float) -> None:
        if not seconds >= 0:
            raise ValueError(f"Expected seconds >= 0, got {seconds}.")
        self.ends = time.monotonic() + seconds

    def __call__(self) -> bool:
        """Whether the seconds have passed."""
        return time.monotonic() >= self.ends

    @property
    def left(self) -> float:
        """Seconds that are left, not below 0."""
        return max(0.0, self.ends - time.monotonic())


class MaxIterations:
    """
    Stop once asked a number of times.

    Parameters
    ----------
    iterations
        How many times the answer is no.
    """

    def __init__(self, iterations: int) -> None:
        if iterations < 0:
            raise ValueError(f"Expected iterations >= 0, got {iterations}.")
        self.left = iterations

    def __call__(self) -> bool:
        """Whether this is one time too many; counts the call."""
        self.left -= 1
        return self.left < 0


class AnyOf:
    """
    Stop when any of several conditions says so.

    Parameters
    ----------
    stops
        The conditions; all are asked each time.
    """

    def __init__(self, *stops: Stop) -> None:
        self.stops = stops

    def __call__(self) -> bool:
        """Whether any condition holds."""
        return any([stop() for stop in self.stops])


class Noted:
    """
    A stop that remembers whether it ever said so to the one who asked.

    Parameters
    ----------
    stop
        What is asked.

    Attributes
    ----------
    said
        Whether somebody was told to stop.
    """

    def __init__(self, stop: Stop) -> None:
        self.stop = stop
        self.said = False

    def __call__(self) -> bool:
        """Whether to stop."""
        return self.note(self.stop())

    def note(self, answer: bool) -> bool:
        """Remember an answer; returns it."""
        self.said = self.said or answer
        return answer


def peek(stop: Stop) -> bool:
    """
    Whether a stop says so in the middle of an iteration; uses none up.

    The last iteration that a :class:`MaxIterations` allows may run to its end.
    """
    if isinstance(stop, Noted):
        return stop.note(peek(stop.stop))
    if isinstance(stop, AnyOf):
        return any(peek(part) for part in stop.stops)
    return stop.left < 0 if isinstance(stop, MaxIterations) else stop()
