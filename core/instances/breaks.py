"""Waits between jobs and work that may not pause, drawn at random."""

from __future__ import annotations

from math import inf

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from core.instances.kinds import GeneratorSettings
from core.problem.calendar import Calendar, Seconds

Flags = NDArray[np.bool_]


def draw_waits(
    settings: GeneratorSettings, rng: Generator, precedence: NDArray[np.int64]
) -> Seconds:
    """Shape (n,), seconds after the end of some of the jobs that others wait for."""
    waits = np.zeros(settings.jobs, dtype=np.int64)
    if settings.wait_share > 0:
        low, high = settings.wait_minutes[int(rng.integers(len(settings.wait_minutes)))]
        drawn = rng.uniform(low, high, settings.jobs)
        chosen = rng.random(settings.jobs) < settings.wait_share
        chosen &= np.isin(np.arange(settings.jobs), precedence[:, 0])
        waits[chosen] = np.rint(60 * drawn[chosen])
    return waits


def draw_may_pause(
    settings: GeneratorSettings,
    rng: Generator,
    processing: NDArray[np.float64],
    calendars: tuple[Calendar, ...],
) -> Flags:
    """
    Shape (n,): False for some of the jobs, each of which fits in one go.

    The window behind the last closure of a list does not count: a weekly calendar
    would go on there.
    """
    may_pause = np.ones(settings.jobs, dtype=np.bool_)
    if settings.unbroken_share > 0:
        longest = np.array([longest_window(calendar) for calendar in calendars])
        times = np.where(np.isfinite(processing), processing, 0.0)
        fits = (times <= longest).all(axis=1)
        may_pause = ~(fits & (rng.random(settings.jobs) < settings.unbroken_share))
    return may_pause


def longest_window(calendar: Calendar) -> float:
    """Seconds of the longest open time up to the last closure; +inf without one."""
    if not len(calendar.closures):
        return inf
    opens = np.concatenate([[0], calendar.closures[:-1, 1]])
    return float((calendar.closures[:, 0] - opens).max())
