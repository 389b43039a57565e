"""
What refinement gains in some seconds: public instances and random shifts.

A row per instance: before and after refinement, as a gap to the best known makespan
(makespan alone counts) or, for shifts, after over before by the default objective, and
how far the refined plan is above the lower bound. CP-SAT alone may stand beside it.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import isnan, nan
from pathlib import Path

from core.benchmarking.table import Report, ResultTable
from core.bounds.cost_bound import lower_bounds
from core.instances.generator import generate
from core.instances.kinds import KINDS
from core.instances.public_formats import READERS, UNIT
from core.planning.scheduler import InvalidScheduleError, Scheduler, Stopwatch
from core.planning.stopping import MaxSeconds, never
from core.problem.model import Problem
from core.problem.objective import Objective, times_the_cost
from core.problem.schedule import Schedule
from core.problem.verifier.verify import violations
from core.schedulers.exact.cpsat import CpSat, NoPlanFound
from core.search.compiling import get_ready
from core.search.refine import Improver, refine

MAKESPAN = Objective(makespan=1.0, tardiness=0.0, setup=0.0)
SETS = ("brandimarte", "vdata", "pmp", "ssirit")
FOLDERS = {"brandimarte": "fjsp", "vdata": "fjsp", "pmp": "pmp", "ssirit": "ssirit"}
CATEGORIES = {"Brandimarte": "brandimarte", "vdata_la": "vdata", "Ruben": "pmp"}


@dataclass(frozen=True, eq=False)
class Instance:
    """
    One problem to refine.

    Parameters
    ----------
    group, name
        The set it belongs to, and which one it is.
    problem, objective
        What is planned, and what it is judged by.
    best_known
        Best known makespan in seconds; NaN where none is known.
    """

    group: str
    name: str
    problem: Problem
    objective: Objective
    best_known: float = nan


@dataclass(frozen=True)
class RefinementRow:
    """
    What refinement made of one instance.

    Parameters
    ----------
    group, name
        The set it belongs to, and which one it is.
    before, after
        Cost of the first schedule and of the refined one.
    gap_before, gap_after
        Makespan over the best known, minus 1; NaN where none is known.
    seconds
        Wall time that refinement took.
    way
        Which improvers, as :func:`improvers` reads them; ``cpsat``: no refinement, but
        the exact solver by itself.
    above_bound
        Makespan after over its lower bound, minus 1.
    """

    group: str
    name: str
    before: float
    after: float
    gap_before: float
    gap_after: float
    seconds: float
    way: str = "local"
    above_bound: float = nan

    @property
    def ratio(self) -> float:
        """Cost after over cost before; refined, at most 1."""
        return times_the_cost(self.after, self.before)


ALONE = "cpsat"  # takes the place of the first plan and its refinement


def public_instances(folder: Path, group: str) -> Iterator[Instance]:
    """
    Read one set of public instances.

    Parameters
    ----------
    folder
        Holds ``best_known.csv``, ``ssirit/best_known.csv`` and a folder per format.
    group
        One of ``SETS``.

    Raises
    ------
    ValueError
        When there is no such set, or a file is not of its format.
    """
    if group not in SETS:
        raise ValueError(f"Expected one of {', '.join(SETS)}; got {group!r}.")
    kind = FOLDERS[group]
    listed = folder / "ssirit" if kind == "ssirit" else folder
    with (listed / "best_known.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        if CATEGORIES.get(row.get("category", ""), "ssirit") != group:
            continue
        name = row["instance"]
        path = folder / kind / (name if name.endswith(".txt") else f"{name}.txt")
        yield Instance(
            group,
            path.stem,
            READERS[kind](path.read_text()),
            MAKESPAN,
            UNIT * float(row["best_known_makespan"]),
        )


def random_shifts(kind: str, count: int, first_seed: int = 0) -> Iterator[Instance]:
    """
    Draw shifts of one kind of the generator, judged by the default objective.

    Parameters
    ----------
    kind
        Name in :data:`core.instances.kinds.KINDS`.
    count, first_seed
        How many, and the seed of the first; the others follow.
    """
    for seed in range(first_seed, first_seed + count):
        problem = generate(KINDS[kind], seed)
        yield Instance(kind, str(seed), problem, Objective())


def measure(
    instance: Instance,
    start: Scheduler,
    seconds: float,
    improvers: Sequence[Improver] | None = None,
    seed: int = 0,
    way: str = "local",
) -> RefinementRow:
    """
    Refine the schedule that a scheduler makes of an instance.

    Parameters
    ----------
    instance, start
        What is planned, and by whom first; that takes none of the seconds.
    seconds
        Time to refine.
    improvers
        ``None``: those of :func:`~core.search.refine.refine`.
    seed
        Seed of both.
    way
        What the row calls them.

    Raises
    ------
    InvalidScheduleError
        When the independent verifier refuses the refined schedule.
    """
    problem, objective = instance.problem, instance.objective
    first = start.schedule(problem, objective, seed=seed).schedule
    get_ready(problem, objective, never)  # compiled before the seconds begin
    watch = Stopwatch()
    refined = refine(
        problem,
        objective,
        first,
        stop=MaxSeconds(seconds),
        seed=seed,
        improvers=improvers,
    )
    return _row(instance, first, refined, watch.seconds, way)


def measure_alone(
    instance: Instance, start: Scheduler, seconds: float, seed: int = 0
) -> RefinementRow:
    """
    Let CP-SAT plan an instance by itself, as the scheduler ``cpsat`` does: two threads.

    Parameters
    ----------
    instance, start
        What is planned, and by whom the schedule is that it is compared with.
    seconds
        Time to search, not counting the building of the model.
    seed
        Seed of both.

    Returns
    -------
    RefinementRow
        NaN in place of all figures of a plan that was not found in the time.
    """
    problem, objective = instance.problem, instance.objective
    first = start.schedule(problem, objective, seed=seed).schedule
    watch = Stopwatch()
    try:
        alone = (
            CpSat(seconds, workers=1).schedule(problem, objective, seed=seed).schedule
        )
    except NoPlanFound:
        alone = None
    return _row(instance, first, alone, watch.seconds, ALONE)


def _row(
    instance: Instance,
    first: Schedule,
    last: Schedule | None,
    seconds: float,
    way: str,
) -> RefinementRow:
    """Row of two schedules; the independent verifier looks at the second."""
    problem, objective = instance.problem, instance.objective
    cost = gap_after = above = nan
    if last is not None:
        if found := violations(problem, last):
            raise InvalidScheduleError(f"{instance.group} {instance.name}: {found[0]}")
        cost = objective.cost(problem, last)
        gap_after = last.makespan / instance.best_known - 1
        above = last.makespan / lower_bounds(problem, objective).makespan - 1
    return RefinementRow(
        instance.group,
        instance.name,
        objective.cost(problem, first),
        cost,
        first.makespan / instance.best_known - 1,
        gap_after,
        seconds,
        way,
        above,
    )


def means(rows: Sequence[RefinementRow]) -> dict[tuple[str, str], tuple[float, ...]]:
    """
    Mean figures per set and way.

    Returns
    -------
    dict
        Gap before, gap after, cost after over before, makespan above its bound: means
        over the plans that were found; and how many those are.
    """
    groups: dict[tuple[str, str], list[RefinementRow]] = {}
    for row in rows:
        groups.setdefault((row.group, row.way), []).append(row)
    found = {}
    for group, members in groups.items():
        done = [row for row in members if not isnan(row.after)]
        figures = [
            *([row.gap_before for row in members], [row.gap_after for row in done]),
            *([row.ratio for row in done], [row.above_bound for row in done]),
        ]
        averages = [sum(x) / len(x) if x else nan for x in figures]
        found[group] = (*averages, float(len(done)))
    return found


def refine_report(rows: Sequence[RefinementRow], seconds: float) -> Report:
    """Every row, and the means per set and way; ``seconds`` is what each had."""
    asked = Counter((row.group, row.way) for row in rows)
    return Report(
        ResultTable(
            "refine",
            (
                *("set", "instance", "improvers", "before", "after"),
                *("gap before", "gap after", "seconds", "above bound"),
            ),
            tuple(
                (
                    *(x.group, x.name, x.way, x.before, x.after),
                    *(x.gap_before, x.gap_after, x.seconds, x.above_bound),
                )
                for x in rows
            ),
        ),
        (
            ResultTable(
                f"Refined for {seconds:g} s from the policy's greedy plan: means",
                (
                    *("set", "improvers", "gap before", "gap after"),
                    *("cost after over before", "makespan above bound", "plans"),
                ),
                tuple(
                    (*which, *figures, f"{plans:.0f} of {asked[which]}")
                    for which, (*figures, plans) in means(rows).items()
                ),
            ),
        ),
    )
