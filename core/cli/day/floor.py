"""What the commands about a shift under way share: the plan before, the floor."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from core.cli.border import InputFault, bad_option, say
from core.cli.inputs import ShiftFiles, issue_table, parse_moment, read_limited

if TYPE_CHECKING:
    from core.problem.floor import Floor, PreviousPlan
    from core.problem.shift import Shift
    from core.timing.commitments import ImpossibleLockError

FreezeOption = Annotated[
    str | None,
    typer.Option(help="The previous plan stays until then, on every machine."),
]
AssumeOption = Annotated[
    bool,
    typer.Option(
        "--assume-as-planned",
        help="What the files say nothing of went as in the previous plan; so it is "
        "anyway where they say of no job that it has begun.",
    ),
]


def read_before(path: Path, shift: Shift) -> PreviousPlan:
    """
    Read the plan before.

    Raises
    ------
    InputFault
        When it cannot be read, or is of other jobs.
    """
    from core.tables.plan_file import read_previous

    reading = read_previous(read_limited(path), shift, str(path))
    if len(reading.issues):
        say(issue_table(reading.issues))
    if reading.plan is None:
        raise InputFault("The previous plan cannot be read, or is of another shift.")
    return reading.plan


def floor_now(
    shift: Shift,
    files: ShiftFiles,
    previous: PreviousPlan | None,
    freeze_until: str | None,
    assume: bool,
) -> Floor:
    """
    Return what the files and options say of the floor.

    Raises
    ------
    typer.BadParameter
        When a moment cannot be read, or nothing says what time it is.
    """
    from core.problem.floor import Floor
    from core.timing.as_planned import as_planned

    said = shift.floor or Floor()
    now = said.now
    if files.now is not None:
        now = seconds_of(shift, "--now", files.now)
    elif shift.floor is None and previous is not None:
        raise bad_option("--now", "expected what time it is, e.g. 2026-01-05T08:10.")
    if now < 0:
        raise bad_option(
            "--now", f"is before the plan start {shift.start:%Y-%m-%dT%H:%M}."
        )
    states = dict(said.states)
    if previous is not None and (assume or not said.begun()):
        states = as_planned(shift.problem, previous, now, states)
        if not said.begun():
            say("No job is said to have begun: the previous plan is taken to have run.")
    freeze = dict(said.freeze_until)
    if freeze_until is not None:
        until = seconds_of(shift, "--freeze-until", freeze_until)
        if until <= now:
            say("The freeze ends before now, and freezes nothing.")
        else:
            machines = range(shift.problem.num_machines)
            freeze = {k: max(until, freeze.get(k, 0)) for k in machines}
    return replace(said, now=now, states=states, previous=previous, freeze_until=freeze)


def seconds_of(shift: Shift, option: str, text: str) -> int:
    """
    Seconds since plan start of a moment in an option.

    Raises
    ------
    typer.BadParameter
        When it is no moment.
    """
    moment = parse_moment(option, text)
    return round((moment - shift.start).total_seconds())


def locks_fault(shift: Shift, error: ImpossibleLockError) -> InputFault:
    """Return what to raise for locks that cannot be: every one is said."""
    from core.problem.phrases import moment
    from core.replanning.lock_words import lock_words

    for fault in error.faults:
        words = lock_words(shift.problem, fault, lambda x: moment(shift.start, x))
        say(" ".join(words))
    count = len(error.faults)
    return InputFault(f"{count} lock{'s' if count > 1 else ''} cannot be kept.")
