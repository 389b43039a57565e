"""A shift and a plan of it, read and verified, for the commands about a plan."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from core.cli.border import InputFault, say
from core.cli.inputs import (
    ShiftFiles,
    issue_table,
    read_inputs,
    read_limited,
    usable_shift,
)

if TYPE_CHECKING:
    from core.decisions.topic_words import Wording
    from core.problem.measures.orders import Order
    from core.problem.schedule import Schedule
    from core.problem.shift import Shift

ScheduleOption = Annotated[
    Path,
    typer.Option(exists=True, dir_okay=False, help="The plan: schedule.csv."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def read_plan(schedule: Path, files: ShiftFiles) -> tuple[Shift, Schedule]:
    """
    Read the files of a shift and a plan of it.

    Raises
    ------
    InputFault
        When the files have errors, or the plan is not a valid one of this shift.
    """
    from core.problem.floor import Floor
    from core.problem.verifier.time_words import by_the_clock
    from core.problem.verifier.verify_floor import violations_on
    from core.tables.plan_file import read_schedule

    shift = usable_shift(read_inputs(files))
    plan = read_schedule(read_limited(schedule), shift, str(schedule))
    if len(plan.issues):
        say(issue_table(plan.issues))
    if plan.schedule is None:
        raise InputFault("The plan cannot be read, or is one of another shift.")
    found = violations_on(
        shift.problem,
        plan.schedule,
        shift.floor or Floor(),
        by_the_clock(shift.start),
    )
    if found:
        for violation in found[:3]:
            say(str(violation))
        raise InputFault(
            f"The plan breaks {len(found)} rules of this shift; `verify` lists them. "
            "Was it made from other files, or for another --start?"
        )
    return shift, plan.schedule


def order_named(shift: Shift, name: str) -> Order:
    """
    Return the order that the planner names.

    Raises
    ------
    InputFault
        When there is none; says which one may be meant.
    """
    from core.problem.measures.orders import UnknownOrderError, find_order

    try:
        return find_order(shift.problem, name)
    except UnknownOrderError as error:
        raise InputFault(str(error)) from None


def index_named(known: Sequence[str], name: str, what: str) -> int:
    """
    Position of a job or machine that the planner names.

    Raises
    ------
    InputFault
        When there is none; says which one may be meant.
    """
    from core.problem.measures.orders import likely

    if name not in known:
        meant = likely(name, list(known), what)
        raise InputFault(f"There is no {what} {name!r}. {meant}")
    return list(known).index(name)


def wording_of(shift: Shift) -> Wording:
    """How a shift's moments and lengths of time are written for people."""
    from core.decisions.topic_words import Wording

    return Wording.since(shift.start)


def iso(start: datetime, seconds: float) -> str | None:
    """Return a moment as files state it; ``None``: never."""
    if seconds == float("inf"):
        return None
    return (start + timedelta(seconds=float(seconds))).isoformat(timespec="seconds")


def in_minutes(seconds: float) -> float:
    """Return seconds in minutes, exact enough for parts to sum to the whole."""
    return round(float(seconds) / 60, 9)


def text_table(head: Sequence[str], rows: Sequence[Sequence[str]], right: str) -> str:
    """
    Return a table as text.

    Parameters
    ----------
    head, rows
        Cells.
    right
        One letter per column: ``r`` for those aligned right, ``l`` for the others.
    """
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if side == "r" else cell.ljust(width)
            for cell, width, side in zip(row, widths, right, strict=True)
        ).rstrip()
        for row in (head, *rows)
    )
