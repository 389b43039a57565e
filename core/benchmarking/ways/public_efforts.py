"""Public instances at each effort: how far above the best known makespan it ends."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.benchmarking.improving.refine import FOLDERS, Instance, public_instances
from core.benchmarking.public import MissingInstancesError, instances_root
from core.benchmarking.shares import in_shares
from core.benchmarking.table import Cell, Report, ResultTable, mean
from core.benchmarking.ways.way import get_ready, known_planner

Tell = Callable[[str], None]


@dataclass(frozen=True)
class PublicRow:
    """
    One plan of a public instance.

    Parameters
    ----------
    group, instance, way
        What was planned, and how.
    gap
        Makespan over the best known, minus 1.
    seconds
        Processor time of this process, all threads.
    """

    group: str
    instance: str
    way: str
    gap: float
    seconds: float


def public_rows(
    folder: Path, sets: Sequence[str], ways: Sequence[str], tell: Tell, workers: int = 1
) -> Iterator[PublicRow]:
    """
    Plan every instance of some sets in every way, for the makespan alone.

    Parameters
    ----------
    folder
        As :func:`core.benchmarking.public.instances_root` takes it. A set that is not
        in it is told of, and left out.
    sets
        Of :data:`core.benchmarking.improving.refine.SETS`.
    ways
        See :func:`core.benchmarking.ways.way.planner`.
    tell
        Called with a line per plan, and per set that is left out.
    workers
        See :func:`core.benchmarking.shares.in_shares`.

    Raises
    ------
    ValueError
        When there is no such set or way.
    """
    for way in ways:
        known_planner(way)
    parts: list[tuple[Instance, str]] = []
    for group in sets:
        try:
            root = instances_root(folder, FOLDERS[group])
        except MissingInstancesError as error:
            tell(f"{group} is left out. {error}")
            continue
        parts += [(x, way) for x in public_instances(root, group) for way in ways]
    for row in in_shares(_row, parts, workers):
        tell(f"{row.group} {row.instance}: {row.way} {row.gap:.1%}")
        yield row


def _row(part: tuple[Instance, str]) -> PublicRow:
    """Plan one instance in one way."""
    get_ready()
    instance, way = part
    problem, objective = instance.problem, instance.objective
    made = known_planner(way)(problem, objective)
    makespan = round(made.cost / objective.scales(problem)[0])  # whole seconds
    gap = makespan / instance.best_known - 1
    return PublicRow(instance.group, instance.name, way, gap, made.seconds)


def public_efforts_report(rows: Sequence[PublicRow]) -> Report:
    """Every plan; by set and way the mean and the largest gap, and processor time."""
    lines: list[tuple[Cell, ...]] = []
    for group in dict.fromkeys(row.group for row in rows):
        for way in dict.fromkeys(row.way for row in rows):
            here = [row for row in rows if (row.group, row.way) == (group, way)]
            gaps = [100 * row.gap for row in here]
            seconds = mean([row.seconds for row in here])
            lines.append((group, way, len(here), mean(gaps), max(gaps), seconds))
    return Report(
        ResultTable(
            "Every plan",
            ("set", "instance", "way", "gap", "CPU seconds"),
            tuple((x.group, x.instance, x.way, x.gap, x.seconds) for x in rows),
        ),
        (
            _instance_table(rows),
            ResultTable(
                "Gap to the best known makespan in percent",
                ("set", "way", "instances", "mean", "largest", "CPU seconds"),
                tuple(lines),
            ),
        ),
    )


def _instance_table(rows: Sequence[PublicRow]) -> ResultTable:
    """Gaps of each instance, a column per way."""
    ways = tuple(dict.fromkeys(row.way for row in rows))
    gaps = {(row.group, row.instance, row.way): 100 * row.gap for row in rows}
    names = dict.fromkeys((row.group, row.instance) for row in rows)
    return ResultTable(
        "Gap of each instance in percent",
        ("set", "instance", *ways),
        tuple((*name, *(gaps.get((*name, way)) for way in ways)) for name in names),
    )
