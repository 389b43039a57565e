"""``generate``: the files of a random shift."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from core.cli.border import InputFault, bad_option, say
from core.cli.inputs import DEFAULT_START_TEXT, START_HELP, parse_start


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
    """Write the files of a random shift: CSV, and all of them as shift.xlsx."""
    from dataclasses import replace

    from core.instances.generator import KINDS
    from core.instances.generator import generate as draw
    from core.problem.shift import Shift
    from core.tables.building.calendars.hours import week_offset
    from core.tables.writing.write import shift_files

    moment = parse_start(start)
    if kind not in KINDS:
        raise bad_option("--kind", f"expected one of {', '.join(KINDS)}, got {kind!r}.")
    hour = week_offset(moment) // 3600
    settings = replace(
        KINDS[kind], jobs=jobs, machines=machines, start_hours=((hour, hour),)
    )
    shift = Shift(draw(settings, seed), moment, f"{kind} {seed}", "generated")
    # Calendars stay weekly; that of the problem merely ends at some horizon.
    files = shift_files(shift, exact=False)
    try:
        output.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            (output / name).write_bytes(content)
    except OSError as error:
        raise InputFault(f"Cannot write to {output}: {error.strerror}.") from None
    say(f"{output}: {', '.join(files)}; plan start {moment.isoformat()}.")
