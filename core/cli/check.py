"""``check``: every issue in the files of a shift."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from core.cli.border import FAULT, bad_option, check_output, say
from core.cli.inputs import (
    CalendarsOption,
    DowntimeOption,
    JobsOption,
    MachinesOption,
    MappingOption,
    ProcessingOption,
    SetupsOption,
    StartOption,
    WorkbookOption,
    issue_table,
    load_inputs,
    read_inputs,
    read_mapping,
    summary,
)
from core.cli.plan import write


def check(
    jobs: JobsOption = None,
    machines: MachinesOption = None,
    setups: SetupsOption = None,
    calendars: CalendarsOption = None,
    downtime: DowntimeOption = None,
    processing: ProcessingOption = None,
    workbook: WorkbookOption = None,
    mapping: MappingOption = None,
    propose_mapping: Annotated[
        Path | None,
        typer.Option(
            dir_okay=False,
            allow_dash=True,
            metavar="[F.toml]",
            help="Propose how the columns are read instead: print it, or write it to "
            "this file, to be corrected and given as --mapping.",
        ),
    ] = None,
    start: StartOption = None,
) -> None:
    """Check the files of a shift and print every issue; exit code 1 on errors."""
    if propose_mapping is not None:
        inputs = load_inputs(
            jobs, machines, setups, calendars, downtime, processing, workbook
        )
        _propose(inputs.files, inputs.kinds, (*inputs.paths, mapping), propose_mapping)
        return
    reading = read_inputs(
        *(jobs, machines, setups, calendars, downtime, processing, workbook),
        start,
        mapping,
    )
    if len(reading.issues):
        print(issue_table(reading.issues))
    print(summary(reading))
    if reading.shift is None:
        raise typer.Exit(FAULT)


def _propose(
    files: dict[str, bytes],
    kinds: dict[str, str],
    paths: tuple[Path | None, ...],
    output: Path,
) -> None:
    """Print or write a proposed mapping; what was decided already goes into it."""
    from core.tables.proposal import proposal_for

    option = "--propose-mapping"
    check_output(option, output, (".toml",), paths)
    if str(output) != "-" and output.exists():
        raise bad_option(option, f"{str(output)!r} is there already; name another.")
    proposal = proposal_for(files, kinds, read_mapping(paths[-1]))
    if str(output) == "-":
        print(proposal.to_toml(), end="")
        return
    write(output, proposal.to_toml().encode())
    for column in proposal:
        state = "sure  " if column.sure else "UNSURE"
        samples = " | ".join(column.samples)
        line = f"{state}  {column.table}: {column.ours or '(not used)'} <- "
        print(f"{line}{column.theirs!r}  [{samples}]  {column.why}".rstrip())
    say(
        f"{output}: {len(proposal.columns)} columns, {len(proposal.unsure)} to choose. "
        f"Correct it and give it as --mapping {output}."
    )
