"""Changes of clocks: a plan counts days of 24 hours, and one of them may have 23."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from core.problem import phrases

_LONGEST = timedelta(days=400)  # who changes clocks at all does so within a year
_DAY, _SECOND = timedelta(days=1), timedelta(seconds=1)


@dataclass(frozen=True)
class ClockChange:
    """
    The clocks are put forward or back.

    Parameters
    ----------
    before, after
        What they would show at that moment, and what they show; local times.
    """

    before: datetime
    after: datetime


def clock_change(
    start: datetime, seconds: float, zone: tzinfo | None = None
) -> ClockChange | None:
    """
    Return the first change of clocks after a moment; ``None``: there is none.

    Parameters
    ----------
    start
        Local time without a zone.
    seconds
        How long to look, from then on. Nothing is looked for beyond 400 days.
    zone
        Where that is; ``None``: in the time zone of this computer.
    """
    here = start.astimezone(UTC) if zone is None else _utc(start, zone)
    end = here + min(timedelta(seconds=seconds), _LONGEST)
    while here < end:
        there = min(here + _DAY, end - _SECOND)
        if there <= here:
            return None
        if _offset(here, zone) != _offset(there, zone):
            return _between(here, there, zone)
        here = there
    return None


def clock_warning(
    start: datetime, seconds: float, zone: tzinfo | None = None
) -> str | None:
    """
    Return what a change of clocks means for a plan, in words; ``None``: there is none.

    Takes what :func:`clock_change` takes: the plan's start and how long it takes.
    """
    change = clock_change(start, seconds, zone)
    if change is None:
        return None
    moved = (change.after - change.before).total_seconds()
    return (
        f"The clocks change within this plan, in this computer's time zone: on "
        f"{phrases.moment(change.before, 0)} they are put to {change.after:%H:%M}. The "
        "plan counts 24 hours a day, so work across that moment ends "
        f"{phrases.duration(abs(moved))} {'later' if moved > 0 else 'earlier'} by the "
        "clock."
    )


def _utc(start: datetime, zone: tzinfo) -> datetime:
    return start.replace(tzinfo=zone).astimezone(UTC)


def _offset(moment: datetime, zone: tzinfo | None) -> timedelta:
    """How far the clocks are ahead of UTC at a moment."""
    return moment.astimezone(zone).utcoffset() or timedelta(0)


def _between(here: datetime, there: datetime, zone: tzinfo | None) -> ClockChange:
    """Find the second in which the clocks change between two moments."""
    first, last = _offset(here, zone), _offset(there, zone)
    low, high = 0, int((there - here).total_seconds())
    while high - low > 1:
        middle = (low + high) // 2
        if _offset(here + middle * _SECOND, zone) == first:
            low = middle
        else:
            high = middle
    moment = (here + high * _SECOND).replace(tzinfo=None)
    return ClockChange(moment + first, moment + last)
