"""A shift back to the tables that it can be read from: the inverse of ``build``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from core.problem.model import IMPORTANT_WEIGHT, Problem
from core.problem.shift import OF_JOBS, Shift
from core.tables.rows import LONGEST_NAME, SHEETS, Sheet, known_column
from core.tables.text import Cell, has_control, join_list, minutes
from core.tables.writing.weeks import day_windows, weekly_hours

CellRow = list[Cell]


@dataclass(frozen=True)
class Table:
    """
    A table to be written.

    Parameters
    ----------
    name
        Sheet, or file without its ending.
    columns
        The header.
    rows
        Cells in the order of the columns; ``None``: empty.
    """

    name: str
    columns: tuple[str, ...]
    rows: tuple[CellRow, ...]


def own_columns(sheet: Sheet, extras: Iterable[str]) -> list[str]:
    """Headers of a planner's own columns, told from ours that are called so."""
    return [x + OF_JOBS if known_column(sheet, x) else x for x in extras]


def shift_tables(shift: Shift, *, exact: bool = True) -> tuple[Table, ...]:
    """
    Write a shift as the tables a planner could have brought.

    Parameters
    ----------
    shift
        The shift.
    exact
        Reading the tables again gives an equal problem, closure by closure. Without
        it, a weekly calendar may go on beyond the horizon up to which the problem
        lists its closures; the tables are shorter then.

    Raises
    ------
    ValueError
        When the problem holds what the tables cannot say: names that are empty or
        hold control characters, dates in fractions of a second, setups that differ
        between machines of one type, or setups of jobs without a group that depend
        on the group before.
    """
    problem = shift.problem
    _check_names(problem)
    own, setup_rows = _setups(problem)
    hours = weekly_hours(problem, shift.start, exact=exact)
    jobs, processing = _jobs(shift, own)
    machine_rows: list[CellRow] = []
    downtime: list[CellRow] = []
    calendar_rows: list[CellRow] = []
    names: dict[tuple[tuple[int, int], ...], str] = {}
    for k, (windows, pauses) in enumerate(hours):
        calendar = None
        if windows is not None:
            if windows not in names:
                names[windows] = f"calendar-{len(names) + 1}"
                rows = day_windows(windows)
                calendar_rows += [[names[windows], *row] for row in rows]
            calendar = names[windows]
        available = int(problem.available[k])
        group = int(problem.initial_group[k])
        machine_rows.append(
            [
                problem.machine_ids[k],
                problem.machine_type_names[problem.machine_type[k]],
                1,
                calendar,
                _moment(shift.start, available) if available else None,
                (*problem.group_names, "")[group] or None,
            ]
        )
        downtime += [
            [
                problem.machine_ids[k],
                _moment(shift.start, begins),
                _moment(shift.start, ends),
                None,
            ]
            for begins, ends in pauses
        ]
    tables = (
        jobs,
        Table("machines", SHEETS["machines"].columns, tuple(machine_rows)),
        Table("setups", SHEETS["setups"].columns, tuple(setup_rows)),
        Table("calendars", SHEETS["calendars"].columns, tuple(calendar_rows)),
        Table("downtime", SHEETS["downtime"].columns, tuple(downtime)),
        Table("processing", SHEETS["processing"].columns, tuple(processing)),
    )
    return tuple(x for x in tables if x.rows or x.name in ("jobs", "machines"))


def _moment(start: datetime, seconds: int) -> datetime:
    """Return the date and time of a moment in the plan."""
    return start + timedelta(seconds=seconds)


def _check_names(problem: Problem) -> None:
    """Refuse names that would not come back as they are."""
    named = {
        "job": problem.job_ids,
        "machine": problem.machine_ids,
        "machine type": problem.machine_type_names,
        "family": problem.family_names,
    }
    for what, names in named.items():
        _check_texts(what, names)
    _check_texts("group", [name for name in problem.group_names if name])


def _check_texts(what: str, names: Iterable[str]) -> None:
    for name in names:
        if (
            not name
            or name != name.strip()
            or has_control(name)
            or len(name) > LONGEST_NAME
        ):
            raise ValueError(
                f"Expected a {what} name of 1 … {LONGEST_NAME} plain characters, got "
                f"{name!r}."
            )


def _jobs(shift: Shift, own: NDArray[np.int64]) -> tuple[Table, list[CellRow]]:
    """Return the table of jobs, and the rows of ``processing``."""
    problem = shift.problem
    if not np.array_equal(problem.due, np.rint(problem.due)):
        raise ValueError("Expected due dates in whole seconds, got fractions.")
    sequences, predecessors = _order(problem)
    members = np.bincount(problem.family, minlength=len(problem.family_names))
    processing: list[CellRow] = []
    rows: list[CellRow] = []
    for j, job in enumerate(problem.job_ids):
        usual_minutes, types, times = _times(problem, j)
        processing += [[job, problem.machine_ids[k], x] for k, x in times]
        family = problem.family_names[problem.family[j]]
        alone = members[problem.family[j]] == 1 and family == job
        important = bool(problem.important[j])
        weight = float(problem.weight[j])
        usual = weight == (IMPORTANT_WEIGHT if important else 1.0)
        due = float(problem.due[j])
        group = int(problem.group[j])
        rows.append(
            [
                job,
                usual_minutes,
                join_list(types) or None,
                None if alone else family,
                sequences[j],
                join_list(problem.job_ids[x] for x in predecessors[j]) or None,
                problem.group_names[group] or None,
                minutes(own[group]) if own[group] else None,
                _moment(shift.start, release)
                if (release := int(problem.release[j]))
                else None,
                _moment(shift.start, int(due)) if np.isfinite(due) else None,
                None if usual else weight,
                "yes" if important else None,
                join_list(
                    problem.machine_ids[k] for k in np.flatnonzero(problem.preferred[j])
                )
                or None,
                *(texts[j] or None for texts in shift.extras.values()),
            ]
        )
    known = SHEETS["jobs"].columns
    # What follows is where a planner's list differs: all of it is in the columns above.
    theirs = own_columns(SHEETS["jobs"], shift.extras)
    columns = (*known[: known.index("machine_id")], *theirs)
    return Table("jobs", columns, tuple(rows)), processing


def _times(
    problem: Problem, j: int
) -> tuple[float | None, list[str], list[tuple[int, float]]]:
    """
    Minutes, machine types and exact times of a job.

    Its minutes and types, where these say all; otherwise exact times per machine.
    """
    eligible = problem.eligible[j]
    times = problem.processing[j, eligible]
    types = set(problem.machine_type[eligible].tolist())
    whole = np.isin(problem.machine_type, list(types))
    if (times == times[0]).all() and (whole == eligible).all():
        named = [] if eligible.all() else sorted(types)
        names = [problem.machine_type_names[x] for x in named]
        return minutes(times[0]), names, []
    exact = [
        (int(k), minutes(problem.processing[j, k])) for k in np.flatnonzero(eligible)
    ]
    return None, [], exact


def _order(problem: Problem) -> tuple[list[int | None], list[list[int]]]:
    """Sequence number and named predecessors of each job."""
    n = problem.num_jobs
    level = np.zeros(n, dtype=np.int64)
    inside: dict[int, set[tuple[int, int]]] = {}
    pairs = set(map(tuple, problem.precedence.tolist()))
    for before, after in pairs:
        if problem.family[before] == problem.family[after]:
            inside.setdefault(int(problem.family[before]), set()).add((before, after))
    for job in problem.topological_order.tolist():
        for successor in problem.successors[job]:
            if problem.family[job] == problem.family[successor]:
                level[successor] = max(level[successor], level[job] + 1)
    sequences: list[int | None] = [None] * n
    for edges in inside.values():
        levels: dict[int, set[int]] = {}
        for edge in edges:
            for job in edge:
                levels.setdefault(int(level[job]), set()).add(job)
        expected = {
            (x, y)
            for step in range(len(levels) - 1)
            for x in levels.get(step, ())
            for y in levels.get(step + 1, ())
        }
        if expected == edges:
            for step, jobs in levels.items():
                for job in jobs:
                    sequences[job] = step + 1
            pairs -= edges
    predecessors: list[list[int]] = [[] for _ in range(n)]
    for before, after in sorted(pairs):
        predecessors[after].append(before)
    return sequences, predecessors


def _setups(problem: Problem) -> tuple[NDArray[np.int64], list[CellRow]]:
    """
    Return the own setup seconds of each group, and the rows of ``setups``.

    Raises
    ------
    ValueError
        See :func:`shift_tables`.
    """
    g = problem.num_groups
    if problem.setup[:, g].any():
        raise ValueError("Expected no setup on machines that are set up for nothing.")
    # Groups that nothing is ever set up for say nothing about the shift.
    used = np.unique(np.concatenate([problem.group, problem.initial_group]))
    used = used[used < g]
    names = [problem.group_names[x] for x in used]
    by_type: dict[str, NDArray[np.int64]] = {}
    for k, kind in enumerate(problem.machine_type.tolist()):
        matrix = problem.setups_of(k)[np.ix_(used, used)]
        name = problem.machine_type_names[kind]
        if not np.array_equal(by_type.setdefault(name, matrix), matrix):
            raise ValueError(f"Setups differ between machines of type {name!r}.")
    stack = np.stack(list(by_type.values()))  # (types, used, used)
    own = np.array([_own_seconds(stack, names, y) for y in range(len(names))])
    for k, group in enumerate(problem.initial_group.tolist()):
        if group < g and not problem.group_names[group]:
            matrix = by_type[problem.machine_type_names[problem.machine_type[k]]]
            if matrix[int(np.searchsorted(used, group))].any():
                raise ValueError("Expected the initial group of a machine to be named.")

    named = [i for i, name in enumerate(names) if name]
    first = {names[i]: i for i in reversed(named)}
    usual = np.tile(own, (len(names), 1))
    for i in named:
        usual[i, [names[i] == name for name in names]] = 0
    rows: list[CellRow] = []
    base: NDArray[np.int64] | None = None
    for kind_name, matrix in by_type.items():
        against = usual if base is None else base
        kind = None if base is None else kind_name
        differs = matrix != against
        pairs = {
            (names[x], names[y])
            for x, y in np.argwhere(differs).tolist()
            if names[x] and names[y]
        }
        order = sorted(pairs, key=lambda pair: (first[pair[0]], first[pair[1]]))
        for x_name, y_name in order:
            seconds = int(matrix[first[x_name], first[y_name]])
            rows.append([x_name, y_name, minutes(seconds), kind])
        base = matrix if base is None else base
    full = np.zeros(g, dtype=np.int64)
    full[used] = own
    return full, rows


def _own_seconds(stack: NDArray[np.int64], names: Sequence[str], y: int) -> int:
    """Setup seconds that the jobs of a group must state themselves."""
    if not names[y]:
        needed = set(stack[:, :, y].ravel().tolist())
    else:
        unnamed = [x for x, name in enumerate(names) if not name]
        needed = set(stack[:, unnamed, y].ravel().tolist())
        # Groups of one name: where they differ, no row can hold, so each job's own
        # setup time must be the answer.
        for z in (z for z, name in enumerate(names) if name == names[y] and z != y):
            unequal = (stack[:, :, y] != stack[:, :, z]).any(axis=0)
            needed |= set(stack[:, unequal, y].ravel().tolist())
    if len(needed) > 1:
        raise ValueError(
            f"The setups of group {names[y]!r} depend on more than the groups' names."
        )
    return int(needed.pop()) if needed else 0
