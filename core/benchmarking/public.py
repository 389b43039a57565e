"""Public instances: how far above the best known makespan the policy ends."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from core.benchmarking.improving.refine import FOLDERS, public_instances
from core.benchmarking.table import Cell, Report, ResultTable, mean
from core.planning.scheduler import Result, Stopwatch
from core.planning.settings import PlanSettings
from core.planning.stopping import MaxSeconds
from core.policy.checkpoint import Model
from core.schedulers.dispatching.rules import RuleScheduler
from core.schedulers.hierarchical import HierarchicalScheduler
from core.search.refine import refine

Tell = Callable[[str], None]
FORMATS = ("fjsp", "pmp", "ssirit")


class MissingInstancesError(ValueError):
    """The folder does not hold the public instances; the message says what to do."""


def instances_root(folder: Path | None, kind: str) -> Path:
    """
    Folder that ``public_instances`` reads, given it or its folder of one format.

    Parameters
    ----------
    folder
        As the person at the terminal named it; ``None``: not at all.
    kind
        One of ``FORMATS``.

    Raises
    ------
    MissingInstancesError
        When there is no such folder, or instances or best known values are missing.
    """
    if folder is None:
        raise MissingInstancesError(
            f"benchmark {kind} needs the folder of public instances: it holds "
            f"best_known.csv and a folder {kind}."
        )
    root = folder if (folder / kind).is_dir() else folder.resolve().parent
    if not folder.is_dir() or not (root / kind).is_dir():
        raise MissingInstancesError(
            f"There are no {kind} instances in {folder}: expected a folder with "
            f"best_known.csv and a folder {kind} in it."
        )
    listed = root / "ssirit" if kind == "ssirit" else root
    if not (listed / "best_known.csv").is_file():
        raise MissingInstancesError(
            f"There is no best_known.csv in {listed}; without it there is no gap."
        )
    return root


def public_report(
    root: Path,
    kind: str,
    model: Model,
    *,
    samples: int = 64,
    seconds: float = 10.0,
    seed: int = 0,
    tell: Tell = lambda text: None,
) -> Report:
    """
    Plan every public instance of a format for the makespan alone.

    Parameters
    ----------
    root
        Holds ``best_known.csv`` and a folder per format.
    kind
        One of ``FORMATS``.
    model
        The policy.
    samples
        Plans drawn; the best is kept. 1: none beside the greedy one.
    seconds
        Wall time to refine the best plan; 0: it is not refined.
    seed
        Seed of sampling and refinement.
    tell
        Told of each instance when it is done.

    Returns
    -------
    Report
        A row per instance, and the mean gap of each set of instances. Gaps are
        makespan over best known, minus 1; where nothing was measured, a cell is empty.
    """
    rule = RuleScheduler()
    rows: list[tuple[Cell, ...]] = []
    for group in [name for name, folder in FOLDERS.items() if folder == kind]:
        for instance in public_instances(root, group):
            problem, objective = instance.problem, instance.objective
            ways: list[Result | None] = [
                rule.schedule(problem, objective, seed=seed),
                HierarchicalScheduler(model).schedule(problem, objective, seed=seed),
                HierarchicalScheduler(model, PlanSettings(samples=samples)).schedule(
                    problem, objective, seed=seed
                )
                if samples > 1
                else None,
            ]
            made = [way for way in ways if way is not None]
            gaps = [
                None if way is None else way.schedule.makespan / instance.best_known - 1
                for way in ways
            ]
            times = [None if way is None else way.seconds for way in ways]
            refined = taken = None
            if seconds > 0:
                first, watch = made[-1].schedule, Stopwatch()
                better = refine(
                    problem, objective, first, stop=MaxSeconds(seconds), seed=seed
                )
                taken = watch.seconds
                refined = better.makespan / instance.best_known - 1
            rows.append(
                (
                    *(group, instance.name, problem.num_jobs, problem.num_machines),
                    *(instance.best_known / 60, *gaps, refined, *times, taken),
                )
            )
            tell(f"{group} {instance.name}: greedy {gaps[1]:.1%}")
    ways_named = ("rule:best", "greedy", f"best of {samples}", f"refined {seconds:g} s")
    return Report(
        ResultTable(
            f"{kind}: gap to the best known makespan",
            (
                *("set", "instance", "jobs", "machines", "best known"),
                *(f"gap {way}" for way in ways_named),
                *(f"seconds {way}" for way in ways_named),
            ),
            tuple(rows),
        ),
        (
            ResultTable(
                f"{kind}: gap to the best known makespan in percent, model "
                f"{model.card.name}",
                ("set", "instance", *ways_named),
                (
                    *((*row[:2], *map(_percent, row[5:9])) for row in rows),
                    *_means(rows, 5, _percent),
                ),
            ),
            ResultTable(
                "Mean wall time in seconds",
                ("set", "instances", *ways_named),
                tuple(_means(rows, 9, lambda cell: cell)),
            ),
        ),
    )


def _means(
    rows: list[tuple[Cell, ...]], first: int, unit: Callable[[Cell], Cell]
) -> list[tuple[Cell, ...]]:
    """Mean of the four columns from ``first`` on, for each set."""
    means: list[tuple[Cell, ...]] = []
    for group in dict.fromkeys(row[0] for row in rows):
        members = [row for row in rows if row[0] == group]
        columns = [
            [row[i] for row in members if isinstance(row[i], float)]
            for i in range(first, first + 4)
        ]
        figures = [
            unit(mean([x for x in column if isinstance(x, float)]))
            for column in columns
        ]
        means.append((group, f"mean of {len(members)}", *figures))
    return means


def _percent(cell: Cell) -> Cell:
    return None if not isinstance(cell, float) else f"{cell:.1%}".rstrip("%")
