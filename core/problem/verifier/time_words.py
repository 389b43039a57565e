"""How the verifier words moments and lengths of time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.problem import phrases


def _seconds(seconds: float) -> str:
    """Return seconds as a program reads them."""
    return f"{seconds:.0f} s"


@dataclass(frozen=True)
class TimeWords:
    """
    Words for times, of which a verifier has only seconds.

    Parameters
    ----------
    at
        Words of a moment, given in seconds after the plan start.
    lasts
        Words of a length of time, given in seconds.
    """

    at: Callable[[float], str] = _seconds
    lasts: Callable[[float], str] = _seconds


IN_SECONDS = TimeWords()


def by_the_clock(start: datetime) -> TimeWords:
    """
    Return words for planners: by the clock, exact to the second.

    Parameters
    ----------
    start
        Plan start: second 0.
    """

    def at(seconds: float) -> str:
        when = start + timedelta(seconds=float(seconds))
        rest = f":{when.second:02d}" if when.second else ""
        return phrases.moment(start, seconds) + rest

    return TimeWords(at, phrases.exact_duration)
