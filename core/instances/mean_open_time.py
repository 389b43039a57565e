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

    Notes
    -----
    Piecewise linear between whole hours: good for drawing dates, not for timing.
    """

    def __init__(self, calendars: Sequence[Calendar]) -> None:
        unique = {id(calendar): calendar for calendar in calendars}
        count = dict.fromkeys(unique, 0)
        for calendar in calendars:
            count[id(calendar)] += 1
        self._dates: NDArray[np.float64] = np.zeros(1)
        self._open: NDArray[np.float64] = np.zeros(1)
        ends = [int(c.closures[-1, 1]) for c in unique.values() if len(c.closures)]
        if ends:
            dates = np.arange(0, max(ends) + 2 * 3600, 3600)
            total = np.zeros(len(dates), dtype=np.int64)
            for key, calendar in unique.items():
                total += count[key] * calendar.open_seconds(dates)
            self._dates = dates.astype(np.float64)
            self._open = total / len(calendars)

    def open(self, dates: ArrayLike) -> NDArray[np.float64]:
        """Mean open seconds before each date; infinity stays."""
        given = np.asarray(dates, dtype=np.float64)
        behind: NDArray[np.float64] = np.maximum(given - self._dates[-1], 0.0)
        opened: NDArray[np.float64] = np.interp(given, self._dates, self._open)
        return opened + behind

    def date(self, seconds: ArrayLike) -> NDArray[np.float64]:
        """First date with that many mean open seconds before it; infinity stays."""
        given = np.asarray(seconds, dtype=np.float64)
        behind: NDArray[np.float64] = np.maximum(given - self._open[-1], 0.0)
        inside = np.minimum(given, self._open[-1])
        # Left side: where all machines are closed, the first date of the plateau.
        i = np.searchsorted(self._open, inside, side="left")
        before = np.maximum(i - 1, 0)
        rise = self._open[i] - self._open[before]
        part = np.divide(
            inside - self._open[before], rise, out=np.zeros_like(inside), where=rise > 0
        )
        step = self._dates[i] - self._dates[before]
        inner: NDArray[np.float64] = self._dates[before] + part * step
        return inner + behind
