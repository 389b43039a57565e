"""The same jobs on more and more machines: more should never cost more."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from core.benchmarking.held_out import held_out_shift
from core.benchmarking.shares import in_shares
from core.benchmarking.table import Report, ResultTable
from core.benchmarking.ways.way import get_ready, known_planner
from core.problem.model import Problem
from core.problem.objective import Objective, times_the_cost
from core.problem.problem_fields import PER_MACHINE

Tell = Callable[[str], None]


@dataclass(frozen=True)
class MachinesRow:
    """
    One plan.

    Parameters
    ----------
    way, shift, machines
        How it was planned, which shift, and on how many machines.
    cost
        In units of the smallest shop; see :func:`in_units_of`.
    ratio
        To the cost with the next smaller number of machines; ``None``: the smallest.
    seconds
        Processor time of this process, all threads.
    """

    way: str
    shift: int
    machines: int
    cost: float
    ratio: float | None
    seconds: float


def with_machines(problem: Problem, count: int) -> Problem:
    """
    Give the same jobs more machines: copies of those there are, in turn.

    Parameters
    ----------
    problem
        As it is with the fewest machines.
    count
        At least as many as the problem has.

    Raises
    ------
    ValueError
        When that is fewer.
    """
    m = problem.num_machines
    if count < m:
        raise ValueError(f"Expected {m} machines or more, got {count}.")
    k = np.arange(count) % m
    return replace(
        problem,
        processing=problem.processing[:, k],
        preferred=problem.preferred[:, k],
        **{name: getattr(problem, name)[k] for name in PER_MACHINE},
        calendars=tuple(problem.calendars[i] for i in k),
        machine_ids=tuple(
            problem.machine_ids[i] if c < m else f"{problem.machine_ids[i]} +{c // m}"
            for c, i in enumerate(k.tolist())
        ),
    )


def in_units_of(base: Problem, problem: Problem, objective: Objective) -> Objective:
    """
    Objective by which a second costs in one problem what it costs in another.

    The ideal horizon shrinks with more machines, so that the cost by the same weights
    would rise where nothing got worse.
    """
    wanted, usual = objective.scales(base), objective.scales(problem)
    return Objective(
        *(
            weight * x / y if weight else 0.0
            for weight, x, y in zip(objective.weights, wanted, usual, strict=True)
        )
    )


def machines_rows(
    kind: str,
    jobs: int,
    counts: Sequence[int],
    ways: Sequence[str],
    shifts: int,
    tell: Tell,
    workers: int = 1,
) -> Iterator[MachinesRow]:
    """
    Plan the same jobs on more and more machines, in every way.

    Parameters
    ----------
    kind, jobs, shifts
        Which held-out shifts, and how many.
    counts
        Numbers of machines, rising; the shifts are drawn with the first.
    ways
        See :func:`core.benchmarking.ways.way.planner`.
    tell
        Called with a line per shift and way.
    workers
        See :func:`core.benchmarking.shares.in_shares`.

    Raises
    ------
    ValueError
        When the counts do not rise, or there is no such kind or way.
    """
    if any(y <= x for x, y in pairwise(counts)):
        raise ValueError(f"Expected rising numbers of machines, got {list(counts)}.")
    for way in ways:
        known_planner(way)
    parts = [
        (kind, jobs, tuple(counts), way, shift)
        for shift in range(shifts)
        for way in ways
    ]
    for rows in in_shares(_rows, parts, workers):
        costs = ", ".join(f"{row.cost:.4f}" for row in rows)
        tell(f"shift {rows[0].shift}, {rows[0].way}: {costs}")
        yield from rows


def _rows(part: tuple[str, int, tuple[int, ...], str, int]) -> list[MachinesRow]:
    """Plan one shift in one way on every number of machines."""
    get_ready()
    kind, jobs, counts, way, shift = part
    base = held_out_shift(kind, (jobs, counts[0]), shift)
    rows: list[MachinesRow] = []
    for count in counts:
        problem = with_machines(base, count)
        made = known_planner(way)(problem, in_units_of(base, problem, Objective()))
        ratio = times_the_cost(made.cost, rows[-1].cost) if rows else None
        rows.append(MachinesRow(way, shift, count, made.cost, ratio, made.seconds))
    return rows


def machines_report(rows: Sequence[MachinesRow]) -> Report:
    """Every plan; by way and number of machines how often, and how much, more hurt."""
    lines = []
    for way in dict.fromkeys(row.way for row in rows):
        for count in dict.fromkeys(row.machines for row in rows):
            here = [row for row in rows if (row.way, row.machines) == (way, count)]
            ratios = [row.ratio for row in here if row.ratio is not None]
            lines.append(
                (
                    *(way, count, len(here), float(np.mean([x.cost for x in here]))),
                    float(np.mean(ratios)) if ratios else None,
                    max(ratios) if ratios else None,
                    sum(x > 1 + 1e-9 for x in ratios),
                    float(np.mean([x.seconds for x in here])),
                )
            )
    columns = ("way", "shift", "machines", "cost", "ratio", "CPU seconds")
    return Report(
        ResultTable(
            "Every plan",
            columns,
            tuple(
                (x.way, x.shift, x.machines, x.cost, x.ratio, x.seconds) for x in rows
            ),
        ),
        (
            ResultTable(
                "The same jobs on more machines; cost in units of the smallest shop, "
                "and over that with the next fewer",
                (
                    *("way", "machines", "shifts", "mean cost", "mean ratio"),
                    *("worst ratio", "above 1", "CPU seconds"),
                ),
                tuple(lines),
            ),
        ),
    )
