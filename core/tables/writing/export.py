"""A shift back to the tables that it can be read from: the inverse of ``build``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from core.problem.model import Problem
from core.problem.rows import IMPORTANT_WEIGHT
from core.problem.shift import Shift
from core.tables.rows import LONGEST_NAME, MINUTE
from core.tables.sheets import SHEETS
from core.tables.text import Cell, has_control, join_list, minutes
from core.tables.writing.export_machines import MachineGroup, machine_tables
from core.tables.writing.export_setups import setup_rows_of
from core.tables.writing.filled import (
    FilledRow,
    Table,
    filled_table,
    moment_at,
    own_columns,
)


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
    own, setup_rows = setup_rows_of(problem)
    machines = machine_tables(problem, shift.start, exact=exact, floor=shift.floor)
    jobs, processing, materials = _jobs(shift, own, machines.groups)
    rows = {
        "jobs": jobs,
        "machines": machines.machines,
        "setups": setup_rows,
        "calendars": machines.calendars,
        "downtime": machines.downtime,
        "processing": processing,
        "materials": materials,
    }
    tables = (filled_table(name, filled) for name, filled in rows.items())
    return tuple(x for x in tables if x.rows or x.name in ("jobs", "machines"))


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


def _jobs(
    shift: Shift, own: NDArray[np.int64], groups: Sequence[MachineGroup]
) -> tuple[list[FilledRow], list[FilledRow], list[FilledRow]]:
    """Return the rows of ``jobs``, ``processing`` and ``materials``."""
    problem = shift.problem
    if not np.array_equal(problem.due, np.rint(problem.due)):
        raise ValueError("Expected due dates in whole seconds, got fractions.")
    sequences, predecessors = _order(problem)
    members = np.bincount(problem.family, minlength=len(problem.family_names))
    processing: list[FilledRow] = []
    rows: list[FilledRow] = []
    arrivals = _arrivals(shift)
    theirs = own_columns(SHEETS["jobs"], shift.extras)
    for j, job in enumerate(problem.job_ids):
        usual_minutes, types, times = _times(problem, j, groups)
        processing += [
            {"job_id": job, "machine_id": name, "minutes": x} for name, x in times
        ]
        family = problem.family_names[problem.family[j]]
        alone = members[problem.family[j]] == 1 and family == job
        important = bool(problem.important[j])
        weight = float(problem.weight[j])
        usual = weight == (IMPORTANT_WEIGHT if important else 1.0)
        due = float(problem.due[j])
        group = int(problem.group[j])
        release = int(problem.release[j])
        material = shift.material(j)
        is_waited_for = material in arrivals
        preferred = problem.preferred[j]
        rows.append(
            {
                "job_id": job,
                "processing_minutes": usual_minutes,
                "machine_types": join_list(types) or None,
                "family": None if alone else family,
                "sequence": sequences[j],
                "predecessors": join_list(problem.job_ids[x] for x in predecessors[j])
                or None,
                "setup_group": problem.group_names[group] or None,
                "setup_minutes": minutes(own[group]) if own[group] else None,
                "release": moment_at(shift.start, release)
                if release and not is_waited_for
                else None,
                "due": moment_at(shift.start, int(due)) if np.isfinite(due) else None,
                "weight": None if usual else weight,
                "important": "yes" if important else None,
                "preferred_machine": join_list(
                    x.id for x in groups if preferred[x.places[0]]
                )
                or None,
                "wait_after_minutes": minutes(problem.wait_after[j]) or None,
                "pause": None if problem.may_pause[j] else "no",
                **_spread(problem, j, usual_minutes),
                "materials": join_list([material]) if is_waited_for else None,
                **_state(shift, j),
                **{
                    header: texts[j] or None
                    for header, texts in zip(theirs, shift.extras.values(), strict=True)
                },
            }
        )
    materials: list[FilledRow] = [
        {"material": name, "arrives": moment_at(shift.start, seconds)}
        for name, seconds in arrivals.items()
    ]
    return rows, processing, materials


def _spread(problem: Problem, j: int, planned: float | None) -> FilledRow:
    """Low and high minutes of a job, where they are known."""
    low, high = float(problem.time_low[j]), float(problem.time_high[j])
    if not low:
        return {}
    if planned is None:
        times = problem.processing[j, problem.eligible[j]]
        planned = float(times.mean()) / MINUTE
    return {
        "minutes_low": round(low * planned, 9),
        "minutes_high": round(high * planned, 9),
    }


def _arrivals(shift: Shift) -> dict[str, int]:
    """Seconds at which each material arrives that jobs wait for."""
    release = shift.problem.release.tolist()
    found: dict[str, set[int]] = {}
    for name, seconds in zip(shift.materials, release, strict=False):
        if name:
            found.setdefault(name, set()).add(seconds)
    return {name: min(x) for name, x in sorted(found.items()) if len(x) == 1}


def _times(
    problem: Problem, j: int, groups: Sequence[MachineGroup]
) -> tuple[float | None, list[str], list[tuple[str, float]]]:
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
        (x.id, minutes(problem.processing[j, x.places[0]]))
        for x in groups
        if eligible[x.places[0]]
    ]
    return None, [], exact


def _state(shift: Shift, j: int) -> dict[str, Cell]:
    """How far a job is, and whether it is locked."""
    if shift.floor is None or j not in shift.floor.states:
        return {}
    state, start = shift.floor.states[j], shift.start

    def at(seconds: int | None) -> Cell:
        return None if seconds is None else moment_at(start, seconds)

    return {
        "status": str(state.status),
        "machine_id": None
        if state.machine is None
        else shift.problem.machine_ids[state.machine],
        "actual_start": at(state.start) if state.has_begun else None,
        "actual_end": at(state.end) if state.has_begun else None,
        "remaining_minutes": None
        if state.remaining is None
        else minutes(state.remaining),
        "lock": None if state.lock is None else str(state.lock),
    }


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
