"""
What replanning changes, and what that costs: shifts that something happens to.

Every shift is planned and cut a quarter of the way through; then a machine goes down, a
rush order comes, material is late, a job takes twice as long, or nothing happens. All
repairs start from the same plan, so they are compared pair by pair.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from math import nan
from time import process_time

import numpy as np

from core.benchmarking.shares import in_shares
from core.benchmarking.table import Cell, Report, ResultTable
from core.instances.generator import generate
from core.instances.kinds import KINDS, NOTHING, GeneratorSettings
from core.instances.midway import HAPPENINGS, RUSH, midway
from core.planning.settings import PlanSettings
from core.problem.objective import times_the_cost
from core.problem.shift import Shift
from core.replanning.repair_kinds import Repair
from core.replanning.repairs import Repaired, repair
from core.schedulers.registry import plan

START = datetime(2026, 1, 5, 6)
CUT = 0.25  # share of the plan that is over
RESAMPLES = 1_000

Way = tuple[str, Repair, str]
WAYS: tuple[Way, ...] = (
    ("push", Repair.PUSH, "normal"),
    ("frozen", Repair.FROZEN, "normal"),
    ("gentle", Repair.GENTLE, "normal"),
    ("gentle high", Repair.GENTLE, "high"),
    ("free", Repair.FREE, "normal"),
)


@dataclass(frozen=True)
class RepairRow:
    """
    What one repair made of one shift that something happened to.

    Parameters
    ----------
    shift, event, way
        Which shift, what happened, and how it was repaired.
    jobs
        Jobs that could change.
    changed, soon
        Of them, those that did, and those that did in the next four hours.
    cost, lateness
        Cost, and weighted lateness in minutes.
    rush_end
        Minutes from now to the end of the rush order; NaN without one.
    seconds
        CPU seconds to make it, of all threads.
    """

    shift: int
    event: str
    way: str
    jobs: int
    changed: int
    soon: int
    cost: float
    lateness: float
    rush_end: float
    seconds: float


def replan_report(
    *,
    jobs: int,
    machines: int,
    shifts: int,
    effort: str,
    tell: Callable[[str], None],
    workers: int = 1,
) -> Report:
    """
    Repair random shifts that something happened to, in every way.

    Parameters
    ----------
    jobs, machines
        Size of each shift.
    shifts
        How many; every second has calendars.
    effort
        Of the plans and of the repairs.
    tell
        Told of every shift.
    workers
        See :func:`core.benchmarking.shares.in_shares`.
    """
    rows: list[RepairRow] = []
    parts = [(i, jobs, machines, effort) for i in range(shifts)]
    for found in in_shares(_of_shift, parts, workers):
        rows += found
        tell(f"shift {found[0].shift + 1} of {shifts}")
    columns = tuple(RepairRow.__dataclass_fields__)
    detail = ResultTable(
        "Repairs of shifts.",
        columns,
        tuple(tuple(getattr(row, x) for x in columns) for row in rows),
    )
    return Report(detail, (_summary(rows), _nothing(rows)))


def _of_shift(part: tuple[int, int, int, str]) -> list[RepairRow]:
    """Every event and way of one shift."""
    i, jobs, machines, effort = part
    drawn_from = KINDS["shift_calendar" if i % 2 else "shift"].resized(jobs, machines)
    problem = generate(drawn_from, 1_000 + i)
    settings = PlanSettings(effort=effort)
    shift = Shift(problem, START, f"shift {i}")
    schedule = plan(shift, settings).result.schedule
    found = []
    for number, event in enumerate(HAPPENINGS):
        drawn = GeneratorSettings(cut=((CUT, CUT),), happenings=(event,))
        case = midway(problem, schedule, drawn, [i, number])
        disturbed = replace(shift, problem=case.problem)
        for name, kind, keep in WAYS:
            began = process_time()
            made = repair(disturbed, case.floor, kind, replace(settings, keep=keep))
            found.append(_row(i, event, name, made, process_time() - began))
    return found


def _row(i: int, event: str, way: str, made: Repaired, seconds: float) -> RepairRow:
    """Figures of one repair."""
    result, found = made.plan.result, made.changes
    ids = result.problem.job_ids
    rush = nan
    if ids[-1] == RUSH:
        rush = (int(result.schedule.end[-1]) - made.commitments.now) / 60
    return RepairRow(
        i,
        event,
        way,
        found.compared,
        found.changed_jobs,
        found.changed_next_4h,
        result.cost,
        result.metrics.weighted_tardiness / 60,
        rush,
        seconds,
    )


def _summary(rows: Sequence[RepairRow]) -> ResultTable:
    """Mean of each way over the disturbed cases, beside free, with intervals."""
    disturbed = [row for row in rows if row.event != NOTHING]
    free = {(row.shift, row.event): row for row in disturbed if row.way == "free"}
    table: list[tuple[Cell, ...]] = []
    for way, _, _ in WAYS:
        own = [row for row in disturbed if row.way == way]
        beside = [free[row.shift, row.event] for row in own]
        changed = np.array([row.changed / max(row.jobs, 1) for row in own])
        soon = np.array([row.soon / max(row.jobs, 1) for row in own])
        cost = np.array(
            [times_the_cost(x.cost, y.cost) for x, y in zip(own, beside, strict=True)]
        )
        late = sum(row.lateness for row in own)
        of_free = sum(row.lateness for row in beside)
        rush = [
            row.rush_end - other.rush_end
            for row, other in zip(own, beside, strict=True)
            if row.event == "rush order"
        ]
        table.append(
            (
                way,
                len(own),
                *_interval(100 * changed),
                float(100 * np.mean(soon)),
                float(100 * np.mean(changed <= 0.25)),
                *_interval(cost),
                times_the_cost(late, of_free),
                max(rush, default=nan),
                float(np.mean([row.seconds for row in own])),
            )
        )
    columns = (
        *("way", "cases", "changed %", "from", "to", "next 4 h %"),
        *("cases up to 25 %", "cost/free", "from", "to", "lateness/free"),
        *("rush at most min later", "CPU s"),
    )
    title = "Disturbed shifts: means with 95 % intervals, cost and lateness over free."
    return ResultTable(title, columns, tuple(table))


def _nothing(rows: Sequence[RepairRow]) -> ResultTable:
    """Jobs that change where nothing happened."""
    still = [row for row in rows if row.event == NOTHING]
    table = tuple(
        (way, sum(row.changed for row in still if row.way == way)) for way, _, _ in WAYS
    )
    return ResultTable("Nothing happened: jobs changed.", ("way", "changed"), table)


def _interval(values: np.ndarray) -> tuple[float, float, float]:
    """Mean, and the interval that holds it 95 times in 100, by resampling."""
    random = np.random.default_rng(0)
    picks = random.integers(0, len(values), (RESAMPLES, len(values)))
    low, high = np.quantile(values[picks].mean(axis=1), (0.025, 0.975))
    return float(values.mean()), float(low), float(high)
