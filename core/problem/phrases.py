"""Lengths of time, moments, lateness and numbers as planners read them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from math import isfinite

NOTHING = "–"  # where there is no value: never an empty cell, never "None"


def duration(seconds: float) -> str:
    """
    Return a length of time in its two largest units.

    ``25 min``, ``1 h 20`` (minutes), ``2 h``, ``1 d 12 h``: what a person says, so
    minutes are left out from a day on.
    """
    minutes = round(abs(seconds) / 60)
    sign = "−" if seconds < 0 and minutes else ""
    if minutes == 0 and seconds:
        return f"{'−' if seconds < 0 else ''}< 1 min"
    if minutes < 60:
        return f"{sign}{minutes} min"
    if minutes < 24 * 60:
        whole, rest = divmod(minutes, 60)
        return f"{sign}{whole} h {rest:02d}" if rest else f"{sign}{whole} h"
    days, rest = divmod(round(minutes / 60), 24)
    return f"{sign}{days:,} d {rest} h" if rest else f"{sign}{days:,} d"


def exact_duration(seconds: float) -> str:
    """Return a length of time to the second: ``25 min``, ``1 h 29 min 34 s``."""
    minutes, rest = divmod(round(seconds), 60)
    parts = zip((*divmod(minutes, 60), rest), ("h", "min", "s"), strict=True)
    return " ".join(f"{count:,} {unit}" for count, unit in parts if count) or "0 min"


def time_left(seconds: float) -> str:
    """Return a wait as it is said beside a progress bar: ``12 s left``."""
    if seconds < 100:
        return f"{max(round(seconds), 1)} s left"
    return f"{duration(seconds)} left"


def hours(seconds: float) -> str:
    """Return a sum over machines in hours with one decimal: ``41.5 h``."""
    return f"{seconds / 3600:,.1f} h"


def count(number: float) -> str:
    """Return a whole number with thousands separated: ``5,000``."""
    return f"{number:,.0f}"


def percent(share: float) -> str:
    """Return a share as a percentage with one decimal: ``92.4 %``."""
    return f"{100 * share:,.1f} %"


def many(number: int, one: str, several: str | None = None) -> str:
    """Return a count with its noun: ``1 job``, ``2 jobs``."""
    return f"{count(number)} {one if number == 1 else several or one + 's'}"


def moment(start: datetime, seconds: float) -> str:
    """Return a moment as weekday, date and minute: ``Mon 5 Jan 14:05``."""
    when = start + timedelta(seconds=float(seconds))
    return f"{when:%a} {when.day} {when:%b %H:%M}"


def span(start: datetime, begin: float, end: float) -> str:
    """Return two moments, the day once where it is the same."""
    if not isfinite(end):
        return f"from {moment(start, begin)}"
    last = start + timedelta(seconds=float(end))
    same_day = (start + timedelta(seconds=float(begin))).date() == last.date()
    return f"{moment(start, begin)} – " + (
        f"{last:%H:%M}" if same_day else moment(start, end)
    )


def short_span(start: datetime, begin: float, end: float) -> str:
    """Return two moments by their weekdays; a week or more by their dates."""
    if not isfinite(end) or end - begin >= 7 * 86400:
        return span(start, begin, end)
    first, last = (start + timedelta(seconds=float(x)) for x in (begin, end))
    day = "" if first.date() == last.date() else f"{last:%a} "
    return f"{first:%a %H:%M} – {day}{last:%H:%M}"


def listed(names: Sequence[str], limit: int = 3) -> str:
    """Return some names and how many more there are: ``A, B and 3 more``."""
    shown = ", ".join(names[:limit])
    return shown if len(names) <= limit else f"{shown} and {len(names) - limit} more"


def to_due(slack: float) -> str:
    """
    Return how a job stands to its due date.

    Parameters
    ----------
    slack
        Seconds from its end to its due date; negative: late, +inf: no due date.
    """
    if not isfinite(slack):
        return "no due date"
    if slack < 0:
        return f"late by {duration(-slack)}"
    return f"{duration(slack)} to spare"


def later(seconds: float) -> str:
    """Return a change of a moment in words that carry its sign: ``20 min sooner``."""
    if seconds == 0:
        return "unchanged"
    return f"{duration(abs(seconds))} {'later' if seconds > 0 else 'sooner'}"
