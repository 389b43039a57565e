"""``handover``: the workbook that tomorrow starts from."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from core.cli.border import InputFault, bad_option, check_output, say
from core.cli.day.floor import AssumeOption, floor_now, locks_fault, read_before
from core.cli.inputs import ShiftFiles, read_inputs, usable_shift
from core.cli.plan import warn_of_clocks, write
from core.cli.plan_in_hand import ScheduleOption


def handover(
    files: ShiftFiles,
    schedule: ScheduleOption,
    at: Annotated[
        str, typer.Option(help="When the next shift takes over, local time.")
    ],
    output: Annotated[
        Path, typer.Option(dir_okay=False, help="The workbook to write: .xlsx.")
    ],
    freeze_hours: Annotated[
        float, typer.Option(min=0, help="Hours from then on in which the plan stays.")
    ] = 4.0,
    assume_as_planned: AssumeOption = False,
) -> None:
    """
    Write what is left at a moment as the shift that goes on from there.

    Jobs that are done are left out, running ones are started, machines are set up as
    they then are. The plan is a sheet of it: replan takes the workbook as --previous,
    too.
    """
    check_output("--output", output, (".xlsx",), (*files.paths, schedule))

    from core.problem import phrases
    from core.problem.floor import PreviousPlan
    from core.problem.schedule import Schedule
    from core.replanning.handover import NothingLeftError
    from core.replanning.handover import handover as handed_over
    from core.tables.writing.write_plan import handover_workbook
    from core.timing.commitments import ImpossibleLockError

    if files.now is not None and files.now != at:
        raise bad_option("--now", "the handover says what time it is: give --at alone.")
    shift = usable_shift(read_inputs(replace(files, now=at)))
    before: PreviousPlan = read_before(schedule, shift)
    if not before.known.all():
        raise InputFault("The plan does not hold every job of the shift: replan first.")
    plan = Schedule(
        before.machine, before.setup_start, before.setup_end, before.start, before.end
    )
    floor = floor_now(shift, replace(files, now=at), before, None, assume_as_planned)
    try:
        made = handed_over(shift, plan, floor, round(freeze_hours * 3600))
    except NothingLeftError as error:
        raise InputFault(str(error)) from None
    except ImpossibleLockError as error:
        raise locks_fault(shift, error) from None
    write(output, handover_workbook(made.shift, made.plan))
    left = phrases.many(made.shift.problem.num_jobs, "job")
    running = len(made.shift.floor.begun()) if made.shift.floor is not None else 0
    say(
        f"{output}: {left} go on, {running} of them running; {len(made.done)} are done."
    )
    warn_of_clocks(shift, plan.makespan)
