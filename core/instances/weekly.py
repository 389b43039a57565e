"""Random working times: weekly calendars and downtimes of the machines."""

from __future__ import annotations

from math import ceil

import numpy as np
from numpy.random import Generator

from core.instances.kinds import CALENDARS, GeneratorSettings
from core.problem.calendar import Calendar, weekly_closures

HOUR = 3600
DAY = 24 * HOUR
WEEK = 7 * DAY

Patterns = tuple[str | None, ...]


def draw_patterns(settings: GeneratorSettings, rng: Generator) -> Patterns:
    """Name of each machine's weekly calendar; ``None``: always open."""
    names = rng.choice(settings.calendars, size=settings.machines).tolist()
    has = rng.random(settings.machines) < settings.calendar_share
    return tuple(
        name if chosen else None
        for name, chosen in zip(names, has.tolist(), strict=True)
    )


def open_share(pattern: str | None) -> float:
    """Share of a week in which a weekly calendar is open."""
    if pattern is None:
        return 1.0
    return sum(closes - opens for opens, closes in CALENDARS[pattern]) * HOUR / WEEK


def draw_calendars(
    settings: GeneratorSettings,
    rng: Generator,
    patterns: Patterns,
    serial: float,
    workload: float,
) -> tuple[Calendar, ...]:
    """
    Closures of each machine; machines with the same ones share a calendar.

    Parameters
    ----------
    settings, rng
        What to draw from.
    patterns
        Weekly calendar of each machine.
    serial
        Open seconds that all jobs take one after the other, setups included.
    workload
        Open seconds that a good plan takes on an average machine.

    Notes
    -----
    Weekly closures are listed until the tightest calendar has been open for
    ``serial`` behind the last release, availability and downtime, plus two weeks.
    """
    m = settings.machines
    always = Calendar.always_open()
    if settings.downtime_per_day == 0 and not any(patterns):
        return (always,) * m
    (low, high) = settings.start_hours[int(rng.integers(len(settings.start_hours)))]
    offset = HOUR * int(rng.integers(int(low), int(high) + 1))
    shares = [open_share(pattern) for pattern in patterns]
    # Downtimes fall where a plan is likely to run: in twice its estimated length.
    until = 2 * workload * m / sum(shares)
    events = rng.poisson(settings.downtime_per_day * until / DAY, size=m)
    starts = rng.uniform(0, until, int(events.sum())).astype(np.int64)
    choice = settings.downtime_minutes[
        int(rng.integers(len(settings.downtime_minutes)))
    ]
    minutes = rng.uniform(*choice, len(starts))
    lengths = np.maximum(np.rint(60 * minutes), 1).astype(np.int64)
    stops = np.column_stack([starts, starts + lengths])

    later = workload * max(high for _, high in settings.release_spread)
    later += 60 * max(high for _, high in settings.availability_minutes)
    horizon = ceil((serial + later + int(lengths.sum())) / min(shares) + 2 * WEEK)
    closures = {
        name: weekly_closures(
            [(round(a * HOUR), round(b * HOUR)) for a, b in CALENDARS[name]],
            offset,
            horizon,
        )
        for name in dict.fromkeys(patterns)
        if name is not None
    }
    shared = {name: Calendar(rows) for name, rows in closures.items()}
    calendars = []
    for name, down in zip(
        patterns, np.split(stops, np.cumsum(events)[:-1]), strict=True
    ):
        if len(down):
            weekly = closures[name] if name is not None else always.closures
            calendars.append(Calendar(np.concatenate([weekly, down])))
        else:
            calendars.append(shared[name] if name is not None else always)
    return tuple(calendars)
