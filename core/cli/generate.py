"""``generate``: the files of a random shift."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from core.cli.border import InputFault, bad_option, say
from core.cli.inputs import DEFAULT_START_TEXT, START_HELP, parse_start

if TYPE_CHECKING:
    from core.instances.kinds import GeneratorSettings


def generate(
    output: Annotated[
        Path, typer.Option(file_okay=False, help="Folder for the files.")
    ],
    jobs: Annotated[int, typer.Option(min=1, max=20_000, help="Number of jobs.")] = 411,
    machines: Annotated[
        int, typer.Option(min=1, max=1_000, help="Number of machines.")
    ] = 30,
    seed: Annotated[int, typer.Option(min=0, help="Same seed, same shift.")] = 0,
    kind: Annotated[
        str, typer.Option(help="What kind of shift; an unknown one lists them all.")
    ] = "shift_calendar",
    start: Annotated[str, typer.Option(help=START_HELP)] = DEFAULT_START_TEXT,
) -> None:
    """
    Write the files of a random shift: CSV, and all of them as shift.xlsx.

    Of a kind in the middle of the day also the plan before, as before.csv.
    """
    from core.instances.generator import KINDS
    from core.tables.building.calendars.hours import week_offset

    moment = parse_start(start)
    if kind not in KINDS:
        raise bad_option("--kind", f"expected one of {', '.join(KINDS)}, got {kind!r}.")
    hour = week_offset(moment) // 3600
    settings = replace(
        KINDS[kind], jobs=jobs, machines=machines, start_hours=((hour, hour),)
    )
    files, words = _files(settings, seed, moment, f"{kind} {seed}")
    try:
        output.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            (output / name).write_bytes(content)
    except OSError as error:
        raise InputFault(f"Cannot write to {output}: {error.strerror}.") from None
    say(f"{output}: {', '.join(files)}; plan start {moment.isoformat()}{words}.")


def _files(
    settings: GeneratorSettings, seed: int, start: datetime, name: str
) -> tuple[dict[str, bytes], str]:
    """Files of a shift by name, and what else there is to say of them."""
    from core.instances.generator import generate as draw
    from core.problem.shift import Shift
    from core.tables.writing.write import shift_files

    if not settings.is_midway:
        # Calendars stay weekly; that of the problem merely ends at some horizon.
        shift = Shift(draw(settings, seed), start, name, "generated")
        return shift_files(shift, exact=False), ""
    from core.instances.midway import drawn_midway
    from core.planning.plan import Plan
    from core.planning.scheduler import Result
    from core.planning.settings import PlanSettings
    from core.problem.objective import Objective
    from core.tables.writing.write_plan import schedule_csv

    whole = draw(replace(settings, cut=((0, 0),)), seed)
    case, plan = drawn_midway(whole, settings, seed)
    shift = Shift(
        case.problem, start, name, "generated", floor=replace(case.floor, previous=None)
    )
    by_hand = Result(whole, plan, Objective(), "hand", 0.0, 0, "By hand.")
    before = Plan(Shift(whole, start, name, "generated"), PlanSettings(), by_hand)
    files = {**shift_files(shift, exact=False), "before.csv": schedule_csv(before)}
    now = start + timedelta(seconds=case.floor.now)
    return files, f", now {now.isoformat()}"
