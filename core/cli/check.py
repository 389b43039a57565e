"""``check``: every issue in the files of a shift."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from core.cli.border import FAULT, bad_option, check_output, say
from core.cli.inputs import (
    ShiftFiles,
    issue_table,
    load_inputs,
    read_inputs,
    read_mapping,
    summary,
)
from core.cli.plan import write


def check(
    files: ShiftFiles,
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
) -> None:
    """Check the files of a shift and print every issue; exit code 1 on errors."""
    if propose_mapping is not None:
        _propose(files, propose_mapping)
        return
    reading = read_inputs(files)
    if len(reading.issues):
        print(issue_table(reading.issues))
    print(summary(reading))
    if reading.shift is None:
        raise typer.Exit(FAULT)


def _propose(options: ShiftFiles, output: Path) -> None:
    """Print or write a proposed mapping; what was decided already goes into it."""
    from core.tables.proposal import proposal_for

    option = "--propose-mapping"
    inputs = load_inputs(options)
    check_output(option, output, (".toml",), options.paths)
    if str(output) != "-" and output.exists():
        raise bad_option(option, f"{str(output)!r} is there already; name another.")
    proposal = proposal_for(inputs.files, inputs.kinds, read_mapping(options.mapping))
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
