"""Public instances at each effort: how far above the best known makespan it ends."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.benchmarking.efforts import planner
from core.benchmarking.improving.refine import FOLDERS, public_instances
from core.benchmarking.public import MissingInstancesError, instances_root
from core.benchmarking.table import Cell, Report, ResultTable, mean

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
    folder: Path, sets: Sequence[str], ways: Sequence[str], tell: Tell
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
        See :func:`core.benchmarking.efforts.planner`.
    tell
        Called with a line per instance, and per set that is left out.

    Raises
    ------
    ValueError
        When there is no such set or way.
    """
    planners = {way: planner(way) for way in ways}
    for group in sets:
        try:
            root = instances_root(folder, FOLDERS[group])
        except MissingInstancesError as error:
            tell(f"{group} is left out. {error}")
            continue
        for instance in public_instances(root, group):
            problem, objective = instance.problem, instance.objective
            found = []
            for way, plan in planners.items():
                begun = time.process_time()
                cost = plan(problem, objective)
                seconds = time.process_time() - begun
                makespan = cost / objective.scales(problem)[0]
                gap = makespan / instance.best_known - 1
                found.append(f"{way} {gap:.1%}")
                yield PublicRow(group, instance.name, way, gap, seconds)
            tell(f"{group} {instance.name}: {', '.join(found)}")


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
            ResultTable(
                "Gap to the best known makespan in percent",
                ("set", "way", "instances", "mean", "largest", "CPU seconds"),
                tuple(lines),
            ),
        ),
    )
