"""
How far plans may lie above the best: the gap before and after "Prove harder".

A row per shift: the plan of normal effort against the sum of
separate bounds and against the joint bound, both in one run.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from core.benchmarking.improving.refine import Instance
from core.benchmarking.shares import in_shares
from core.benchmarking.table import Report, ResultTable, mean
from core.bounds.cost_bound import lower_bounds
from core.bounds.joint import joint_bound
from core.instances.generator import generate
from core.instances.kinds import KINDS
from core.planning.scheduler import Stopwatch
from core.planning.settings import PlanSettings
from core.problem.objective import Objective, gap
from core.schedulers.registry import scheduler


@dataclass(frozen=True)
class BoundRow:
    """
    What was proved of one shift.

    Parameters
    ----------
    kind, name
        Kind of the generator; size and seed.
    cost
        Of the refined plan.
    before, after
        Sum of separate bounds, and the joint bound.
    seconds_before, seconds_after, cpu_after
        Wall time of each, and processor time of the second: what it takes on a
        machine that does nothing else.
    """

    kind: str
    name: str
    cost: float
    before: float
    after: float
    seconds_before: float
    seconds_after: float
    cpu_after: float


def shifts_to_bound(
    kinds: Sequence[str], sizes: Sequence[tuple[int, int]], count: int
) -> Iterator[Instance]:
    """Draw shifts of each kind and size (jobs, machines), judged by the default."""
    for kind in kinds:
        for jobs, machines in sizes:
            settings = KINDS[kind].resized(jobs, machines)
            for seed in range(count):
                name = f"{jobs}x{machines} {seed}"
                yield Instance(kind, name, generate(settings, seed), Objective())


def measure(instance: Instance, steps: int) -> BoundRow:
    """
    Plan a shift at normal effort, and bound it twice.

    Parameters
    ----------
    instance
        What is planned.
    steps
        Of the joint bound.

    Raises
    ------
    ValueError
        When a bound lies above the plan's cost: it would be wrong.
    """
    problem, objective = instance.problem, instance.objective
    cost = scheduler(PlanSettings()).schedule(problem, objective, seed=0).cost
    watch = Stopwatch()
    before = lower_bounds(problem, objective).cost
    seconds_before = watch.seconds
    joint_bound(problem, objective, steps=1)  # compiled before the seconds begin
    watch, cpu = Stopwatch(), time.process_time()
    after = joint_bound(problem, objective, steps=steps).cost
    seconds, cpu = watch.seconds, time.process_time() - cpu
    gap(cost, after)  # refuses a bound above the cost
    return BoundRow(
        *(instance.group, instance.name, cost, before, after),
        *(seconds_before, seconds, cpu),
    )


def bound_report(
    instances: Iterable[Instance],
    steps: int,
    tell: Callable[[str], None],
    workers: int = 1,
) -> Report:
    """
    Every shift, and the means by kind.

    Parameters
    ----------
    instances, steps
        As :func:`measure` takes them.
    tell
        Called with a line per shift.
    workers
        See :func:`core.benchmarking.shares.in_shares`.
    """
    rows = []
    for row in in_shares(_measured, [(x, steps) for x in instances], workers):
        rows.append(row)
        tell(
            f"{row.kind} {row.name}: gap {gap(row.cost, row.before):.3f} before, "
            f"{gap(row.cost, row.after):.3f} after {row.cpu_after:.0f} CPU s"
        )
    return Report(_detail(rows), (_detail(rows), _means(rows)))


def _measured(part: tuple[Instance, int]) -> BoundRow:
    return measure(*part)


def _detail(rows: list[BoundRow]) -> ResultTable:
    return ResultTable(
        "Gap of each shift: cost of the refined plan over its bound, minus 1",
        (
            *("kind", "shift", "cost", "separate bounds", "joint bound", "gap before"),
            *("gap after", "seconds before", "seconds after", "CPU seconds after"),
        ),
        tuple(
            (
                *(x.kind, x.name, x.cost, x.before, x.after, gap(x.cost, x.before)),
                *(gap(x.cost, x.after), x.seconds_before, x.seconds_after),
                x.cpu_after,
            )
            for x in rows
        ),
    )


def _means(rows: list[BoundRow]) -> ResultTable:
    kinds = dict.fromkeys(row.kind for row in rows)
    return ResultTable(
        "Means by kind",
        ("kind", "gap before", "gap after", "largest after", "CPU seconds"),
        tuple(
            (
                kind,
                mean([gap(x.cost, x.before) for x in rows if x.kind == kind]),
                mean([gap(x.cost, x.after) for x in rows if x.kind == kind]),
                max(gap(x.cost, x.after) for x in rows if x.kind == kind),
                mean([x.cpu_after for x in rows if x.kind == kind]),
            )
            for kind in kinds
        ),
    )
