"""What each effort buys: ways of planning side by side on shifts nobody trained on."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import inf

import numpy as np
from scipy.stats import bootstrap

from core.benchmarking.shifts import held_out_shift
from core.benchmarking.table import Report, ResultTable
from core.planning.effort import EFFORTS, Effort
from core.planning.scheduler import InvalidScheduleError, Scheduler
from core.planning.settings import PlanSettings
from core.problem.model import Problem
from core.problem.objective import Objective
from core.problem.verifier.verify import violations
from core.schedulers.registry import scheduler
from core.search.refine import refine

Tell = Callable[[str], None]


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


@dataclass(frozen=True)
class EffortRow:
    """
    One plan.

    Parameters
    ----------
    setting, way, shift
        What was planned, how, and which shift of the setting.
    cost
        By the setting's objective.
    seconds
        Processor time of this process, all threads.
    """

    setting: str
    way: str
    shift: int
    cost: float
    seconds: float


def planner(way: str) -> Callable[[Problem, Objective], float]:
    """
    Plan in a named way, and return the cost.

    Parameters
    ----------
    way
        A scheduler's name (``rule:best``, ``batch``), with an effort behind a plus
        sign where moves follow: ``auto+normal``, ``batch+normal``; or how many times
        the normal moves follow, for a long search: ``auto+100``.

    Raises
    ------
    ValueError
        When there is no such scheduler or effort, or the effort has no end.
    """
    name, _, effort = way.partition("+")
    if not effort or (name == "auto" and effort in EFFORTS):
        settings = PlanSettings(name, effort=effort or "normal")
        _effort(settings.effort)  # one without an end is refused
        plans = scheduler(settings)
        return lambda problem, objective: _checked(plans, problem, objective)
    first, amount = scheduler(PlanSettings(name, effort="none")), _effort(effort)

    def cost(problem: Problem, objective: Objective) -> float:
        start = first.schedule(problem, objective, seed=0).schedule
        moves = amount.moves(problem.num_jobs)
        better = refine(
            problem, objective, start, stop=lambda: False, seed=0, moves=moves
        )
        if faults := violations(problem, better):
            raise InvalidScheduleError(f"{way}: {faults[0]}")
        return objective.cost(problem, better)

    return cost


def _effort(text: str) -> Effort:
    """Return an effort by its name, or by how many times the normal moves it has."""
    if text in EFFORTS and EFFORTS[text].factor < inf:
        return EFFORTS[text]
    try:
        factor = float(text)
    except ValueError:
        factor = inf
    if not 0 < factor < inf:
        raise ValueError(f"Expected an effort with an end, got {text!r}.")
    return Effort(text, text, factor)


def _checked(plans: Scheduler, problem: Problem, objective: Objective) -> float:
    """Cost of a plan; :class:`core.planning.scheduler.Result` is verified."""
    return plans.schedule(problem, objective, seed=0).cost


def effort_rows(
    settings: Sequence[ShiftKind], ways: Sequence[str], shifts: int, tell: Tell
) -> Iterator[EffortRow]:
    """
    Plan every shift of every setting in every way.

    Parameters
    ----------
    settings, ways
        See :class:`ShiftKind` and :func:`planner`.
    shifts
        Of each setting.
    tell
        Called with a line per shift.
    """
    planners = {way: planner(way) for way in ways}
    for setting in settings:
        size = (setting.jobs, setting.machines)
        for index in range(shifts):
            problem = held_out_shift(setting.kind, size, index)
            costs = []
            for way, plan in planners.items():
                begun = time.process_time()
                cost = plan(problem, setting.objective)
                seconds = time.process_time() - begun
                costs.append(f"{way} {cost:.4f}")
                yield EffortRow(setting.words, way, index, cost, seconds)
            tell(f"{setting.words}, shift {index}: {', '.join(costs)}")


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
    Every plan, and each way's cost over that of one way.

    Parameters
    ----------
    rows
        As :func:`effort_rows` yields them.
    over
        The way that the others are divided by. A shift that costs it nothing counts
        as 1 where the other costs nothing too, else as infinite.
    """
    base = {(x.setting, x.shift): x.cost for x in rows if x.way == over}
    lines = []
    for setting in dict.fromkeys(x.setting for x in rows):
        for way in dict.fromkeys(x.way for x in rows):
            here = [x for x in rows if (x.setting, x.way) == (setting, way)]
            ratios = [_ratio(x.cost, base[setting, x.shift]) for x in here]
            low, high = interval(ratios)
            lines.append(
                (
                    *(setting, way, len(here), float(np.mean(ratios)), low, high),
                    *(max(ratios), sum(x > 1 + 1e-9 for x in ratios)),
                    float(np.mean([x.seconds for x in here])),
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
    return 1.0 if cost <= 0 else float("inf")
