"""What the colour of a bar stands for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.charts import theme
from core.charts.window import HOUR, SHIFT_HOURS, ColorBy, View
from core.problem.model import Problem
from core.problem.schedule import Schedule, slack, tardiness

JUST_IN_TIME = HOUR


@dataclass(frozen=True, eq=False)
class Category:
    """
    Jobs that share a colour.

    Parameters
    ----------
    name
        As the legend shows it.
    color
        ``#rrggbb``.
    members
        Shape (n,), bool.
    """

    name: str
    color: str
    members: NDArray[np.bool_]


def categories(problem: Problem, schedule: Schedule, view: View) -> list[Category]:
    """
    Split the jobs by colour: every job is in exactly one category.

    Setup groups get their colours by the work in them, the largest first, so that a
    colour stays what it is whatever part of the plan is shown. Families are too many
    for that: those with late jobs in view have a colour, then those with most work in
    view, and the one in focus always has. What the palette has no colour for is
    "other".
    """
    if view.color is ColorBy.LATENESS:
        return _by_lateness(problem, schedule)
    if view.color is ColorBy.IMPORTANCE:
        important = problem.important
        return [
            Category("important", theme.PALETTE[0], important),
            Category("not important", theme.PALETTE[5], ~important),
        ]
    if view.color is ColorBy.FAMILY:
        names = np.array(problem.family_names, dtype=object)[problem.family]
        seen = np.minimum(schedule.end, view.end)
        seen = seen - np.maximum(schedule.start, view.begin)
        work = np.clip(seen, 0, None).astype(np.float64)
        # A family with late jobs in view comes first, the one with most of them.
        late = (tardiness(schedule, problem.due) > 0) & (work > 0)
        work += late * work.sum()
    else:
        names = np.array(problem.group_names, dtype=object)[problem.group]
        work = problem.mean_processing
    return _by_name(names, work, None if view.job is None else names[view.job])


def _by_name(
    names: NDArray[np.object_], weights: NDArray[np.float64], focus: str | None
) -> list[Category]:
    """One category per name for the weightiest ones, and one for the others."""
    order, place = np.unique(names.astype(str), return_inverse=True)
    work = np.bincount(place, weights=weights)
    ranked = np.argsort(-work, kind="stable").tolist()
    kept = ranked[: len(theme.PALETTE)]
    if focus is not None:
        index = int(np.searchsorted(order, focus))
        if index not in kept:
            kept[-1] = index
    found = [
        Category(str(order[i]) or "no group", color, place == i)
        for i, color in zip(kept, theme.PALETTE, strict=False)
    ]
    rest = ~np.isin(place, kept)
    if rest.any():
        others = len(order) - len(kept)
        found.append(Category(f"other ({others})", theme.OTHER, rest))
    return found


def _by_lateness(problem: Problem, schedule: Schedule) -> list[Category]:
    """Five steps from no due date to more than a shift late."""
    spare = slack(schedule, problem.due)
    dated = np.isfinite(problem.due)
    very = spare < -SHIFT_HOURS * HOUR
    steps = {
        "early": (dated & (spare >= JUST_IN_TIME), "over 1 h to spare"),
        "just in time": (dated & (spare >= 0) & (spare < JUST_IN_TIME), "just in time"),
        "late": (dated & (spare < 0) & ~very, "late"),
        "very late": (dated & very, f"over {SHIFT_HOURS} h late"),
        "no due date": (~dated, "no due date"),
    }
    return [
        Category(name, theme.SCALE[step], members)
        for step, (members, name) in steps.items()
    ]
