"""How much of the time or the moves that a search may take is used up."""

from __future__ import annotations

from math import inf

from core.planning.stopping import AnyOf, MaxIterations, MaxSeconds, Stop

FIRST_CYCLE = 64  # chunks of the first cooling when nobody says when it will stop


class Budget:
    """
    How much of what ``stop`` allows is used up.

    Parameters
    ----------
    stop
        Looked into where it is made of :class:`MaxSeconds`, :class:`MaxIterations`
        and :class:`AnyOf`; anything else is only asked.
    """

    def __init__(self, stop: Stop) -> None:
        self.asked = 0
        self._stop = stop
        limits = [(limit, float(limit.left)) for limit in _limits(stop)]
        self._limits = [(x, left) for x, left in limits if 0 < left < inf]

    def stop(self) -> bool:
        """Whether to stop; counts."""
        self.asked += 1
        return self._stop()

    def cycle_and_share(self) -> tuple[int, float]:
        """Number of the cooling in hand, and the share of it that is over."""
        if self._limits:
            left = min(max(0.0, x.left) / total for x, total in self._limits)
            return 0, 1.0 - left
        cycle = (self.asked // FIRST_CYCLE + 1).bit_length() - 1
        begun = FIRST_CYCLE * (2**cycle - 1)
        return cycle, (self.asked - begun) / (FIRST_CYCLE * 2**cycle)

    def expected_chunks(self, done: int, seconds: float) -> float:
        """How many chunks fit in all, by the speed so far; infinite: unknown."""
        fits = [
            total if isinstance(x, MaxIterations) else done * total / max(seconds, 1e-9)
            for x, total in self._limits
            if isinstance(x, MaxIterations) or done
        ]
        return min(fits, default=inf)


def _limits(stop: Stop) -> list[MaxSeconds | MaxIterations]:
    """The limits of time and number that a stop is made of."""
    if isinstance(stop, AnyOf):
        return [limit for part in stop.stops for limit in _limits(part)]
    return [stop] if isinstance(stop, MaxSeconds | MaxIterations) else []
