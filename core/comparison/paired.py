"""Two schedulers over the same trials: what the difference is, and how sure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite, nan

import numpy as np
from numpy.typing import NDArray

from core.comparison.trials import Trial

RESAMPLES = 10_000
CONFIDENCE = 0.95


@dataclass(frozen=True)
class Paired:
    """
    Two schedulers over the trials in which both had a plan.

    Parameters
    ----------
    first, second
        Registry names; everything is said of the second against the first.
    trials, failed
        Trials that count, and those in which one of them had no plan.
    percent
        Mean of the differences in cost, in percent of the first's; negative: the
        second is cheaper. NaN without trials.
    low, high
        Its 95 % bootstrap interval; NaN with fewer than two trials.
    ratio
        Cost of all the second's plans over that of all the first's.
    wins, ties
        Trials in which the second was cheaper, and in which both cost the same.
    """

    first: str
    second: str
    trials: int
    failed: int
    percent: float
    low: float
    high: float
    ratio: float
    wins: int
    ties: int

    @property
    def win_rate(self) -> float:
        """Share of the trials that the second won; a tie is half a win."""
        return (self.wins + self.ties / 2) / self.trials if self.trials else nan


def differences(done: Sequence[Trial], first: str, second: str) -> NDArray[np.float64]:
    """
    Percent by which the second's cost is above the first's, trial by trial.

    Shape (t,): the trials in which both had a plan. Two costs of 0 differ by 0;
    nothing is a percentage of a cost of 0, so other such trials are left out.
    """
    pairs = [
        (trial.scores[first].cost, trial.scores[second].cost)
        for trial in done
        if first in trial.scores and second in trial.scores
    ]
    found = [
        0.0 if a == b else 100.0 * (b / a - 1.0)
        for a, b in pairs
        if isfinite(a) and isfinite(b) and (a > 0 or a == b)
    ]
    return np.array(found, dtype=np.float64)


def paired(done: Sequence[Trial], first: str, second: str, seed: int = 0) -> Paired:
    """
    Compare two schedulers over trials.

    The interval is the percentile bootstrap of the mean (Efron 1979): the trials
    drawn with replacement 10,000 times.
    """
    found = differences(done, first, second)
    count = len(found)
    mean = float(found.mean()) if count else nan
    low = high = nan
    if count > 1:
        rng = np.random.default_rng(seed)
        drawn = rng.integers(0, count, (RESAMPLES, count))
        tail = (1 - CONFIDENCE) / 2
        low, high = np.quantile(found[drawn].mean(axis=1), (tail, 1 - tail)).tolist()
    both = [
        (trial.scores[first].cost, trial.scores[second].cost)
        for trial in done
        if first in trial.scores and second in trial.scores
    ]
    total = [sum(x) for x in zip(*[p for p in both if isfinite(sum(p))], strict=True)]
    return Paired(
        first=first,
        second=second,
        trials=count,
        failed=len(done) - count,
        percent=mean,
        low=low,
        high=high,
        ratio=total[1] / total[0] if total and total[0] > 0 else nan,
        wins=int((found < 0).sum()),
        ties=int((found == 0).sum()),
    )
