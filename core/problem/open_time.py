"""From dates to the open time before them, on average over the machines."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.problem.calendar import Calendar


class MeanOpenTime:
    """
    Open time of an average machine, for drawing and scaling dates.

    Parameters
    ----------
    calendars
        Of all machines.
    until
        Seconds since plan start up to which the average is followed; every machine
        counts as open behind it.

    Notes
    -----
    Piecewise linear between whole hours: good for drawing dates, not for timing.
    """

    def __init__(self, calendars: Sequence[Calendar], until: float) -> None:
        unique = {id(calendar): calendar for calendar in calendars}
        count = dict.fromkeys(unique, 0)
        for calendar in calendars:
            count[id(calendar)] += 1
        self._dates: NDArray[np.float64] = np.zeros(1)
        self._open: NDArray[np.float64] = np.zeros(1)
        if any(len(calendar.closures) for calendar in unique.values()):
            dates = np.arange(0, int(until) + 7200, 3600)
            total = sum(
                count[key] * calendar.open_seconds(dates)
                for key, calendar in unique.items()
            )
            self._dates = dates.astype(np.float64)
            self._open = np.asarray(total, dtype=np.float64) / len(calendars)

    def open(self, dates: ArrayLike) -> NDArray[np.float64]:
        """Mean open seconds before each date; infinity stays."""
        given = np.asarray(dates, dtype=np.float64)
        behind = np.maximum(given - self._dates[-1], 0.0)
        opened: NDArray[np.float64] = np.interp(given, self._dates, self._open)
        return opened + behind

    def date(self, seconds: ArrayLike) -> NDArray[np.float64]:
        """First date with that many mean open seconds before it; infinity stays."""
        given = np.asarray(seconds, dtype=np.float64)
        behind = np.maximum(given - self._open[-1], 0.0)
        inside = np.minimum(given, self._open[-1])
        # Left side: where all machines are closed, the first date of the plateau.
        i = np.searchsorted(self._open, inside, side="left")
        before = np.maximum(i - 1, 0)
        rise = self._open[i] - self._open[before]
        part = np.divide(
            inside - self._open[before], rise, out=np.zeros_like(inside), where=rise > 0
        )
        step = self._dates[i] - self._dates[before]
        dates: NDArray[np.float64] = self._dates[before] + part * step + behind
        return dates
