"""
The timing rules on tensors: the only other form of :mod:`core.timing.kernel`.

Tests hold the two equal.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from torch import Tensor

from core.timing.flat import SPAN, Closures


@dataclass(frozen=True, eq=False)
class ClosureAxis:
    """
    The closures of many machines on one axis, so that one search serves all.

    Machine ``row`` owns the stretch of the axis from ``row * SPAN`` on, and has one
    closure at the end of it that never begins.

    Parameters
    ----------
    start, end
        Flat, seconds on the axis, ascending.
    closed_before
        Flat: closed seconds before each closure, on its machine.
    """

    start: Tensor
    end: Tensor
    closed_before: Tensor

    @classmethod
    def of(cls, closures: Closures, device: torch.device | str) -> ClosureAxis:
        """Put closures on one axis."""
        at, start, end = closures
        rows = np.arange(len(at) - 1)
        lasts = np.append(0, np.cumsum(end - start))  # closed seconds of all so far
        before = lasts[:-1] - np.repeat(lasts[at[:-1]], np.diff(at))
        origin, last = np.repeat(rows, np.diff(at)) * SPAN, (rows + 1) * SPAN
        parts = (
            np.insert(origin + start, at[1:], last - 2),
            np.insert(origin + end, at[1:], last - 1),
            np.insert(before.astype(np.float64), at[1:], np.diff(lasts[at])),
        )
        return cls(*(torch.from_numpy(part).to(device) for part in parts))

    @cached_property
    def empty(self) -> bool:
        """Whether no machine ever closes."""
        return not bool(self.closed_before.any())

    @cached_property
    def open_before(self) -> Tensor:
        """Open seconds before each closure, on the axis."""
        return self.start - self.closed_before

    def next_open(self, offset: Tensor, time: Tensor) -> Tensor:
        """
        First open instant at or after a time.

        Parameters
        ----------
        offset
            ``row * SPAN`` of the machine, any shape.
        time
            Seconds, finite, same shape.
        """
        if self.empty:
            return time
        i = torch.searchsorted(self.end, offset + time, right=True)
        start, end = self.start[i] - offset, self.end[i] - offset
        return torch.where(start <= time, end, time)

    def next_closure(self, offset: Tensor, time: Tensor) -> tuple[Tensor, Tensor]:
        """
        Start and length, in seconds, of the first closure that ends after a time.

        An infinite time gets the closure that never begins.
        """
        time = time.clamp(max=SPAN - 2)
        i = torch.searchsorted(self.end, offset + time, right=True)
        start = self.start[i]
        return start - offset, self.end[i] - start

    def finish(self, offset: Tensor, start: Tensor, duration: Tensor) -> Tensor:
        """First instant with ``duration`` open seconds behind an open ``start``."""
        if self.empty:
            return start + duration
        i = torch.searchsorted(self.end, offset + start, right=True)
        target = start - self.closed_before[i] + duration
        i = torch.searchsorted(self.open_before, offset + target)
        return torch.where(duration > 0, target + self.closed_before[i], start)

    def next_start(
        self, offset: Tensor, time: Tensor, work: Tensor, may_pause: Tensor
    ) -> Tensor:
        """First open instant from which work that may not pause fits in one go."""
        start = self.next_open(offset, time)
        if self.empty or bool(may_pause.all()):
            return start
        while True:
            i = torch.searchsorted(self.end, offset + start, right=True)
            cut = ~may_pause & (start + work > self.start[i] - offset)
            if not bool(cut.any()):
                return start
            start = torch.where(cut, self.end[i] - offset, start)

    def place(
        self,
        offset: Tensor,
        free: Tensor,
        ready: Tensor,
        setup: Tensor,
        work: Tensor,
        may_pause: Tensor,
    ) -> Tensor:
        """
        Times of jobs that machines take next; see :func:`core.timing.kernel.place`.

        Returns
        -------
        Tensor
            Four rows: setup start, setup end, start, end.
        """
        setup_start = self.next_open(offset, free)
        setup_end = self.finish(offset, setup_start, setup)
        ready = torch.maximum(setup_end, ready)
        start = self.next_start(offset, ready, work, may_pause)
        end = self.finish(offset, start, work)
        return torch.stack([setup_start, setup_end, start, end])
