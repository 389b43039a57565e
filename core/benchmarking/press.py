"""
From the press of Plan to the first plan and to the last, over one pass of a rule.

Everything is loaded before. On every shift the pass and the plan come twice, in both
orders, so that a machine that gets slower meanwhile does so to both.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from core.benchmarking.held_out import held_out_shift
from core.benchmarking.table import Cell, Report, ResultTable
from core.benchmarking.ways.way import get_ready
from core.planning.settings import PlanSettings
from core.problem.model import Problem
from core.problem.objective import Objective
from core.problem.schedule import Schedule
from core.schedulers.dispatching.rules import best_of
from core.schedulers.registry import scheduler
from core.schedulers.variants import variants

Tell = Callable[[str], None]
RESAMPLES = 1_000


@dataclass(frozen=True)
class SecondsTaken:
    """
    How long something took.

    Parameters
    ----------
    clock, cpu
        Seconds by the clock, and of the processor, all threads.
    """

    clock: float
    cpu: float


@dataclass(frozen=True)
class PressRow:
    """
    One shift, once.

    Parameters
    ----------
    kind, shift, turn
        Which shift, and the how-manieth time.
    one_pass
        One pass of one setting of ATCS, the plan included.
    first, done
        From the press to the first plan that is handed on, and to the end.
    """

    kind: str
    shift: int
    turn: int
    one_pass: SecondsTaken
    first: SecondsTaken
    done: SecondsTaken


class _Watch:
    """Seconds since it was made."""

    def __init__(self) -> None:
        self.clock, self.cpu = time.perf_counter(), time.process_time()

    def read(self) -> SecondsTaken:
        clock, cpu = time.perf_counter(), time.process_time()
        return SecondsTaken(clock - self.clock, cpu - self.cpu)


def one_pass(problem: Problem) -> SecondsTaken:
    """Plan a shift by one pass of ATCS."""
    atcs = variants(["atcs"])[:1]
    watch = _Watch()
    best_of(problem, Objective(), atcs)
    return watch.read()


def pressed(problem: Problem, effort: str) -> tuple[SecondsTaken, SecondsTaken]:
    """Plan a shift as the page does: until there is a plan to show, and to the end."""
    told: list[SecondsTaken] = []

    def found(schedule: Schedule, cost: float) -> None:
        if not told:
            told.append(watch.read())

    plans = scheduler(PlanSettings(effort=effort), found)
    watch = _Watch()
    plans.schedule(problem, Objective(), seed=0)
    return told[0], watch.read()


def press_rows(
    kinds: Sequence[str], size: tuple[int, int], shifts: int, effort: str, tell: Tell
) -> list[PressRow]:
    """
    Measure every shift twice, the pass first and the plan first.

    Parameters
    ----------
    kinds, size, shifts
        Which held-out shifts, and how many of each kind.
    effort
        Of the plan.
    tell
        Called with a line per shift.
    """
    get_ready()
    rows = []
    for kind in kinds:
        for shift in range(shifts):
            problem = held_out_shift(kind, size, shift)
            for turn in range(2):
                before = one_pass(problem) if turn == 0 else None
                first, done = pressed(problem, effort)
                row = PressRow(
                    kind, shift, turn, before or one_pass(problem), first, done
                )
                rows.append(row)
            tell(
                f"{kind} {shift}: ATCS {row.one_pass.clock:.4f} s, first plan "
                f"{row.first.clock:.4f} s, done {row.done.clock:.3f} s"
            )
    return rows


def press_report(rows: Sequence[PressRow]) -> Report:
    """Every row; medians by kind, with the interval that holds them 95 times in 100."""
    lines: list[tuple[Cell, ...]] = []
    for kind in dict.fromkeys(row.kind for row in rows):
        here = [row for row in rows if row.kind == kind]
        for unit in ("clock", "cpu"):
            base = np.array([getattr(x.one_pass, unit) for x in here])
            for name in ("one_pass", "first", "done"):
                found = np.array([getattr(getattr(x, name), unit) for x in here])
                words = {"one_pass": "one pass of ATCS", "first": "first plan"}
                over = median_interval(found / base)
                lines.append(
                    (
                        *(kind, words.get(name, name), unit, len(here)),
                        *(*median_interval(found), *over),
                    )
                )
    return Report(
        ResultTable(
            "Every measurement, in seconds",
            (
                *("kind", "shift", "turn", "pass clock", "pass CPU", "first clock"),
                *("first CPU", "done clock", "done CPU"),
            ),
            tuple(
                (
                    *(x.kind, x.shift, x.turn, x.one_pass.clock, x.one_pass.cpu),
                    *(x.first.clock, x.first.cpu, x.done.clock, x.done.cpu),
                )
                for x in rows
            ),
        ),
        (
            ResultTable(
                "From the press to the plan, all loaded: medians with 95 % intervals",
                (
                    *("kind", "what", "seconds of", "times", "seconds", "from", "to"),
                    *("over one pass", "from ", "to "),
                ),
                tuple(lines),
            ),
        ),
    )


def median_interval(values: np.ndarray) -> tuple[float, float, float]:
    """Median, and the interval that holds it 95 times in 100, by resampling."""
    random = np.random.default_rng(0)
    picks = random.integers(0, len(values), (RESAMPLES, len(values)))
    low, high = np.quantile(np.median(values[picks], axis=1), (0.025, 0.975))
    return float(np.median(values)), float(low), float(high)
