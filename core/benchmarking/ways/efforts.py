"""What each effort buys: ways of planning side by side on the same shifts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import inf
from typing import Protocol

import numpy as np
from scipy.stats import bootstrap

from core.benchmarking.held_out import held_out_shift
from core.benchmarking.shares import in_shares
from core.benchmarking.table import Report, ResultTable, mean
from core.benchmarking.ways.way import get_ready, known_planner
from core.problem.model import Problem
from core.problem.objective import Objective

Tell = Callable[[str], None]
ALL = "all of them"
BEST = "best"  # in place of a way: the cheapest of all on the same shift


class Setting(Protocol):
    """Problems of one sort, judged by one objective; sent to other processes."""

    @property
    def words(self) -> str:
        """What it is called in tables."""
        ...

    @property
    def objective(self) -> Objective:
        """What plans are judged by."""
        ...

    def problem(self, index: int) -> Problem:
        """Problem number ``index``, the same on every machine."""
        ...


@dataclass(frozen=True)
class ShiftKind:
    """
    What is planned: shifts of one kind and size, judged by one objective.

    Parameters
    ----------
    kind, jobs, machines
        As the generator draws them.
    objective
        Weights of makespan, tardiness and setups.
    """

    kind: str
    jobs: int
    machines: int
    objective: Objective = Objective()  # noqa: RUF009 - frozen

    @property
    def words(self) -> str:
        """``shift 411x30, 1:1:0.2``."""
        weights = ":".join(f"{x:g}" for x in self.objective.weights)
        return f"{self.kind} {self.jobs}x{self.machines}, {weights}"

    def problem(self, index: int) -> Problem:
        """Return a shift that nobody trained on."""
        return held_out_shift(self.kind, (self.jobs, self.machines), index)


@dataclass(frozen=True)
class EffortRow:
    """
    One plan.

    Parameters
    ----------
    setting, way, shift
        What was planned, how, and which shift of the setting.
    cost
        By the setting's objective; infinite: there is no plan.
    seconds
        Processor time, all threads; ``None``: it was planned elsewhere.
    """

    setting: str
    way: str
    shift: int
    cost: float
    seconds: float | None


def effort_rows(
    settings: Sequence[Setting],
    ways: Sequence[str],
    shifts: int,
    tell: Tell,
    workers: int = 1,
) -> Iterator[EffortRow]:
    """
    Plan every shift of every setting in every way.

    Parameters
    ----------
    settings, ways
        See :class:`Setting` and :func:`core.benchmarking.ways.way.planner`.
    shifts
        Of each setting.
    tell
        Called with a line per plan.
    workers
        See :func:`core.benchmarking.shares.in_shares`.

    Raises
    ------
    ValueError
        When there is no such way; before anything is planned.
    """
    for way in ways:
        known_planner(way)
    parts = [
        (setting, way, shift)
        for setting in settings
        for shift in range(shifts)
        for way in ways
    ]
    for row in in_shares(_row, parts, workers):
        tell(f"{row.setting}, shift {row.shift}: {row.way} {row.cost:.4f}")
        yield row


def _row(part: tuple[Setting, str, int]) -> EffortRow:
    """Plan one shift in one way."""
    get_ready()
    setting, way, shift = part
    made = known_planner(way)(setting.problem(shift), setting.objective)
    return EffortRow(setting.words, way, shift, made.cost, made.seconds)


def interval(values: Sequence[float]) -> tuple[float | None, float | None]:
    """95 % bootstrap interval of a mean; nothing of fewer than two values."""
    if len(values) < 2 or len(set(values)) == 1:
        return None, None
    found = bootstrap(
        (np.array(values),), np.mean, method="percentile", rng=np.random.default_rng(0)
    )
    return float(found.confidence_interval.low), float(found.confidence_interval.high)


def effort_report(rows: Sequence[EffortRow], over: str) -> Report:
    """
    Every plan, and each way's cost over that of one way; by setting, and of all.

    Parameters
    ----------
    rows
        As :func:`effort_rows` yields them.
    over
        The way that the others are divided by; :data:`BEST`: the cheapest of all. A
        shift that costs it nothing counts as 1 where the other costs nothing too, else
        as infinite.
    """
    base: dict[tuple[str, int], float] = {}
    for x in rows:
        if over in (x.way, BEST):
            at = (x.setting, x.shift)
            base[at] = min(x.cost, base.get(at, inf))
    lines = []
    settings = list(dict.fromkeys(x.setting for x in rows))
    for setting in [*settings, *([ALL] if len(settings) > 1 else [])]:
        for way in dict.fromkeys(x.way for x in rows):
            here = [x for x in rows if x.way == way and setting in (x.setting, ALL)]
            ratios = [_ratio(x.cost, base[x.setting, x.shift]) for x in here]
            low, high = interval(ratios)
            lines.append(
                (
                    *(setting, way, len(here), float(np.mean(ratios)), low, high),
                    *(max(ratios), sum(x > 1 + 1e-9 for x in ratios)),
                    mean([x.seconds for x in here if x.seconds is not None]),
                )
            )
    return Report(
        ResultTable(
            "Every plan",
            ("setting", "way", "shift", "cost", "CPU seconds"),
            tuple((x.setting, x.way, x.shift, x.cost, x.seconds) for x in rows),
        ),
        (
            ResultTable(
                f"Cost over that of {over}, mean of the shifts with 95 % interval",
                (
                    *("setting", "way", "shifts", "ratio", "from", "to", "worst"),
                    *("above 1", "CPU seconds"),
                ),
                tuple(lines),
            ),
        ),
    )


def _ratio(cost: float, base: float) -> float:
    if base > 0:
        return cost / base
    return 1.0 if cost <= 0 else inf
