"""Held-out generated shifts: the policy against every dispatch rule."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from core.benchmarking.held_out import Size, held_out_shift
from core.benchmarking.table import Cell, Report, ResultTable, mean
from core.instances.kinds import KINDS
from core.planning.dispatch_rules import RULES
from core.planning.scheduler import Scheduler
from core.planning.settings import PlanSettings
from core.policy.checkpoint import Model
from core.problem.objective import Objective, times_the_cost
from core.schedulers.dispatching.rules import RuleScheduler
from core.schedulers.hierarchical import HierarchicalScheduler
from core.training.curriculum import lookahead_seconds
from core.training.settings import LOOKAHEADS

Tell = Callable[[str], None]

_DETAIL = (
    *("part", "kind", "jobs", "machines", "shift", "way"),
    *("cost", "ratio", "makespan minutes", "seconds"),
)

Row = tuple[Cell, ...]


def silent(text: str) -> None:
    """Tell nobody."""


def quality_rows(
    kind: str,
    size: Size,
    shifts: int,
    model: Model,
    samples: int,
    *,
    objective: Objective | None = None,
    tell: Tell = silent,
) -> list[Row]:
    """
    Plan shifts with every rule, greedily, and with samples.

    Parameters
    ----------
    kind, size, shifts
        Which shifts, their jobs and machines, and how many.
    model, samples
        The policy, and its plans per shift; the best is kept.
    objective
        The default one unless given.
    tell
        Told of each shift.

    Returns
    -------
    list
        Rows of the detail table; the ratio is to the least cost of all rules on the
        same shift.
    """
    objective = objective or Objective()
    drawn = PlanSettings(samples=samples)
    planners: list[tuple[str, Scheduler]] = [
        *((f"rule:{rule}", RuleScheduler(f"rule:{rule}")) for rule in RULES),
        ("greedy", HierarchicalScheduler(model)),
        *(
            [(f"best of {samples}", HierarchicalScheduler(model, drawn))]
            if samples > 1
            else []
        ),
    ]
    rows: list[Row] = []
    for index in range(shifts):
        problem = held_out_shift(kind, size, index)
        results = {
            name: planner.schedule(problem, objective, seed=index)
            for name, planner in planners
        }
        best = min(results[f"rule:{rule}"].cost for rule in RULES)
        rows += [
            (
                *("quality", kind, *size, index, name, result.cost),
                *(
                    times_the_cost(result.cost, best),
                    result.metrics.makespan / 60,
                    result.seconds,
                ),
            )
            for name, result in results.items()
        ]
        tell(
            f"{kind} {size[0]}x{size[1]}, shift {index + 1} of {shifts}: greedy "
            f"{times_the_cost(results['greedy'].cost, best):.3f} of the best rule"
        )
    return rows


def quality_table(rows: Sequence[Row]) -> ResultTable:
    """Mean and largest ratio to the best rule, and win rate, by way of planning."""
    ratios: dict[Row, list[float]] = {}
    times: dict[Row, list[float]] = {}
    costs: dict[Row, list[float]] = {}
    for row in rows:
        key = (row[1], f"{row[2]}x{row[3]}", row[5])
        for found, cell in ((costs, row[6]), (ratios, row[7]), (times, row[9])):
            if isinstance(cell, float):
                found.setdefault(key, []).append(cell)
    return ResultTable(
        "Held-out shifts: cost over that of the best rule on the same shift",
        (
            *("kind", "size", "way", "shifts", "mean cost"),
            *("mean ratio", "max ratio", "wins", "mean seconds"),
        ),
        tuple(
            (
                *(*key, len(found), mean(costs[key]), mean(found), max(found)),
                *(sum(x < 1 for x in found) / len(found), mean(times[key])),
            )
            for key, found in ratios.items()
        ),
    )


def lookahead_rows(
    kinds: Sequence[str],
    size: Size,
    shifts: int,
    model: Model,
    *,
    tell: Tell = silent,
) -> list[Row]:
    """
    Plan shifts greedily with each lookahead.

    The ratio is to the least cost of the three on the same shift.
    """
    objective = Objective()
    rows: list[Row] = []
    for kind in kinds:
        for index in range(shifts):
            problem = held_out_shift(kind, size, index)
            results = {
                name: HierarchicalScheduler(
                    model, PlanSettings(lookahead=lookahead_seconds(problem, name))
                ).schedule(problem, objective)
                for name in LOOKAHEADS
            }
            best = min(result.cost for result in results.values())
            rows += [
                (
                    *("lookahead", kind, *size, index, name, result.cost),
                    *(
                        times_the_cost(result.cost, best),
                        result.metrics.makespan / 60,
                        result.seconds,
                    ),
                )
                for name, result in results.items()
            ]
        tell(f"lookahead, {kind}: {shifts} shifts")
    return rows


def lookahead_table(rows: Sequence[Row]) -> ResultTable:
    """Mean cost of each kind with each lookahead, and which is least."""
    found: list[Row] = []
    for kind in dict.fromkeys(row[1] for row in rows):
        means = {
            name: _mean([row for row in rows if row[1] == kind and row[5] == name], 6)
            for name in LOOKAHEADS
        }
        measured = {name: value for name, value in means.items() if value is not None}
        found.append(
            (kind, *means.values(), min(measured, key=lambda name: measured[name]))
        )
    return ResultTable(
        "Mean cost by lookahead in mean processing times, greedy",
        ("kind", *LOOKAHEADS, "least"),
        tuple(found),
    )


def shifts_report(
    model: Model,
    *,
    kinds: Sequence[str] = ("shift", "shift_calendar"),
    sizes: Sequence[Size] = ((411, 30),),
    shifts: int = 20,
    samples: int = 64,
    parts: Sequence[str] = ("quality", "lookahead"),
    tell: Tell = silent,
) -> Report:
    """
    Measure on held-out shifts; see the parts.

    Parameters
    ----------
    model
        The policy.
    kinds, sizes, shifts
        What ``quality`` plans; ``lookahead`` plans all kinds at the first size.
    samples
        Plans per shift in ``quality``.
    parts
        ``quality``: :func:`quality_rows`; ``lookahead``: :func:`lookahead_rows`.
    tell
        Told how far it is.

    Raises
    ------
    ValueError
        When a part or kind is unknown.
    """
    unknown = [x for x in parts if x not in ("quality", "lookahead")]
    if unknown:
        raise ValueError(f"Expected parts of quality, lookahead; got {unknown[0]!r}.")
    detail: list[Row] = []
    summaries: list[ResultTable] = []
    if "quality" in parts:
        rows = [
            row
            for size in sizes
            for kind in kinds
            for row in quality_rows(kind, size, shifts, model, samples, tell=tell)
        ]
        detail += rows
        summaries.append(quality_table(rows))
    if "lookahead" in parts:
        rows = lookahead_rows(tuple(KINDS), sizes[0], shifts, model, tell=tell)
        detail += rows
        summaries.append(lookahead_table(rows))
    return Report(ResultTable("shifts", _DETAIL, tuple(detail)), tuple(summaries))


def _mean(rows: Sequence[Row], column: int) -> float | None:
    return mean([x for row in rows if isinstance(x := row[column], float)])
