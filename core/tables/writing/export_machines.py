"""The machines of a shift back to tables: their rows, hours, downtimes and units."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from core.problem.floor import Floor
from core.problem.model import Problem
from core.problem.problem_fields import PER_MACHINE
from core.tables.building.calendars.hours import Hours
from core.tables.writing.filled import FilledRow, moment_at
from core.tables.writing.weeks import dated_rows, day_windows, weekly_hours

MINUTE, HOUR = 60.0, 3600.0
_UNIT = re.compile(r"(.+)/([1-9][0-9]*)", re.DOTALL)


@dataclass(frozen=True)
class MachineGroup:
    """
    One row of ``machines``: a machine, or several equal ones.

    Parameters
    ----------
    id
        What the row is called.
    places
        Indices of its machines.
    """

    id: str
    places: tuple[int, ...]


@dataclass(frozen=True)
class MachineTables:
    """
    What the tables say of the machines.

    Parameters
    ----------
    groups
        The rows of ``machines``, as what they stand for.
    machines, calendars, downtime
        Rows of the tables.
    """

    groups: tuple[MachineGroup, ...]
    machines: list[FilledRow]
    calendars: list[FilledRow]
    downtime: list[FilledRow]


def machine_tables(
    problem: Problem, start: datetime, *, exact: bool, floor: Floor | None = None
) -> MachineTables:
    """
    Return the rows that say all of the machines but their times.

    Parameters
    ----------
    problem, start, floor
        The shift, and what is frozen of it; the units of a row are frozen alike.
    exact
        See :func:`core.tables.writing.export.shift_tables`.
    """
    hours = weekly_hours(problem, start, exact=exact)
    names: dict[tuple[object, ...], str] = {}
    calendars: list[FilledRow] = []
    machines: list[FilledRow] = []
    downtime: list[FilledRow] = []
    groups = tuple(_groups(problem, hours))
    for group in groups:
        k = group.places[0]
        own = hours[k]
        calendar = None
        if own.weekly is not None:
            key = (own.weekly, own.opened)
            if key not in names:
                names[key] = f"calendar-{len(names) + 1}"
                calendars += [
                    {"calendar": names[key], **row}
                    for row in (*day_windows(own.weekly), *dated_rows(own, start))
                ]
            calendar = names[key]
        available, set_up_for = problem.at_start(k)
        frozen = 0 if floor is None else max(map(floor.frozen_until, group.places))
        setup = (*problem.group_names, "")[set_up_for]
        machines.append(
            {
                "machine_id": group.id,
                "machine_type": problem.machine_type_names[problem.machine_type[k]],
                "speed": 1,
                "calendar": calendar,
                "available_from": moment_at(start, available) if available else None,
                "setup_group": setup or None,
                "units": len(group.places) if len(group.places) > 1 else None,
                "mtbf_hours": _number(problem.between_breakdowns[k] / HOUR),
                "mttr_minutes": _number(problem.repair[k] / MINUTE),
                "freeze_until": moment_at(start, frozen) if frozen else None,
            }
        )
        pauses = [hours[x].pauses for x in group.places]
        if all(x == pauses[0] for x in pauses):
            named = [(group.id, pauses[0])]
        else:
            ids = [problem.machine_ids[x] for x in group.places]
            named = list(zip(ids, pauses, strict=True))
        for name, spans in named:
            downtime += [
                {
                    "machine_id": name,
                    "start": moment_at(start, begins),
                    "end": moment_at(start, ends),
                }
                for begins, ends in spans
            ]
    return MachineTables(groups, machines, calendars, downtime)


def _number(value: float) -> float | None:
    """Return a number without the dust of a division; 0: the cell stays empty."""
    return round(float(value), 9) or None


def _groups(problem: Problem, hours: Sequence[Hours]) -> Iterator[MachineGroup]:
    """Rows of ``machines``: equal machines ``M/1``, ``M/2`` … side by side are one."""
    ids = problem.machine_ids
    taken = {*ids, *problem.machine_type_names}
    k = 0
    while k < len(ids):
        last = k + 1
        found = _UNIT.fullmatch(ids[k])
        if found is not None and found[2] == "1" and found[1] not in taken:
            while (
                last < len(ids)
                and ids[last] == f"{found[1]}/{last - k + 1}"
                and _are_equal(problem, hours, k, last)
            ):
                last += 1
        many = found is not None and last > k + 1
        name = found[1] if found is not None and many else ids[k]
        yield MachineGroup(name, tuple(range(k, last)))
        k = last


def _are_equal(problem: Problem, hours: Sequence[Hours], one: int, other: int) -> bool:
    """Whether two machines differ in their downtimes at most."""
    values = [getattr(problem, name) for name in PER_MACHINE]
    return (
        all(x[one] == x[other] for x in values)
        and np.array_equal(problem.processing[:, one], problem.processing[:, other])
        and np.array_equal(problem.preferred[:, one], problem.preferred[:, other])
        and hours[one][:2] == hours[other][:2]
    )
