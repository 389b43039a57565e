"""``verify``: a plan against the rules of a valid schedule."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from core.cli.border import FAULT, InputFault
from core.cli.day.floor import AssumeOption, FreezeOption, floor_now, read_before
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
    previous: Annotated[
        Path | None,
        typer.Option(
            exists=True, dir_okay=False, help="The plan before, which locks hold to."
        ),
    ] = None,
    freeze_until: FreezeOption = None,
    assume_as_planned: AssumeOption = False,
) -> None:
    """Verify a plan against the rules; exit code 1 when it breaks one."""
    from core.problem.verifier.time_words import by_the_clock
    from core.problem.verifier.verify_floor import violations_on
    from core.tables.plan_file import read_schedule

    shift = usable_shift(read_inputs(files))
    plan = read_schedule(read_limited(schedule), shift, str(schedule))
    if len(plan.issues):
        print(issue_table(plan.issues))
    if plan.schedule is None:
        raise InputFault("The plan cannot be read.")
    before = None if previous is None else read_before(previous, shift)
    floor = floor_now(shift, files, before, freeze_until, assume_as_planned)
    found = violations_on(
        shift.problem, plan.schedule, floor, by_the_clock(shift.start)
    )
    for violation in found:
        print(violation)
    print(f"{len(found)} violations.")
    if found:
        raise typer.Exit(FAULT)
