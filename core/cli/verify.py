"""``verify``: a plan against the rules of a valid schedule."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from core.cli.border import FAULT, InputFault
from core.cli.inputs import (
    ShiftFiles,
    issue_table,
    read_inputs,
    read_limited,
    usable_shift,
)


def verify(
    schedule: Annotated[
        Path,
        typer.Option(exists=True, dir_okay=False, help="The plan: schedule.csv."),
    ],
    files: ShiftFiles,
) -> None:
    """Verify a plan against the rules; exit code 1 when it breaks one."""
    from core.problem.verify import violations
    from core.tables.plan_file import read_schedule

    shift = usable_shift(read_inputs(files))
    plan = read_schedule(read_limited(schedule), shift, str(schedule))
    if len(plan.issues):
        print(issue_table(plan.issues))
    if plan.schedule is None:
        raise InputFault("The plan cannot be read.")
    found = violations(shift.problem, plan.schedule)
    for violation in found:
        print(violation)
    print(f"{len(found)} violations.")
    if found:
        raise typer.Exit(FAULT)
