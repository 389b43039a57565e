"""``check``: every issue in the files of a shift."""

from __future__ import annotations

import typer

from core.cli.border import FAULT
from core.cli.inputs import (
    DEFAULT_START_TEXT,
    CalendarsOption,
    DowntimeOption,
    JobsOption,
    MachinesOption,
    ProcessingOption,
    SetupsOption,
    StartOption,
    WorkbookOption,
    issue_table,
    read_inputs,
    summary,
)


def check(
    jobs: JobsOption = None,
    machines: MachinesOption = None,
    setups: SetupsOption = None,
    calendars: CalendarsOption = None,
    downtime: DowntimeOption = None,
    processing: ProcessingOption = None,
    workbook: WorkbookOption = None,
    start: StartOption = DEFAULT_START_TEXT,
) -> None:
    """Check the files of a shift and print every issue; exit code 1 on errors."""
    reading = read_inputs(
        jobs, machines, setups, calendars, downtime, processing, workbook, start
    )
    if len(reading.issues):
        print(issue_table(reading.issues))
    print(summary(reading))
    if reading.shift is None:
        raise typer.Exit(FAULT)
