"""``plan``: schedule.csv and report.json of a shift."""

from __future__ import annotations

import codecs
import json
import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from core.cli.border import InputFault, bad_option, check_output, say
from core.cli.inputs import ShiftFiles, read_inputs, usable_shift
from core.cli.options import PlanOptions

if TYPE_CHECKING:
    from core.planning.scheduler import Result
    from core.problem.shift import Shift


def plan(
    files: ShiftFiles,
    how: PlanOptions,
    output: Annotated[
        Path,
        typer.Option(
            dir_okay=False,
            allow_dash=True,
            help="The plan: .csv, or .xlsx; - prints it as CSV.",
        ),
    ],
    report: Annotated[
        Path | None,
        typer.Option(
            dir_okay=False, allow_dash=True, help="Its figures: .json; - prints them."
        ),
    ] = None,
) -> None:
    """Plan a shift: write the plan, and its figures as report.json."""
    how.settings()  # what is wrong with an option is said before files are read
    check_output("--output", output, (".csv", ".xlsx"), files.paths)
    if report is not None:
        check_output("--report", report, (".json",), files.paths)
        if str(report) == str(output) == "-":
            raise bad_option("--report", "only one of plan and report can be printed.")
    shift = usable_shift(read_inputs(files))
    result = how.plan(shift).result
    figures = report_of(shift, result)
    write_plan(output, shift, result)
    if report is not None:
        write(report, (json.dumps(figures, indent=2) + "\n").encode())
    gap = figures["gap"]
    within = f", at most {gap:.1%} above the best possible" if gap is not None else ""
    say(
        f"{result.scheduler}: {figures['jobs']} jobs on {figures['machines']} machines "
        f"from {figures['start']}, {figures['makespan_minutes']:,.0f} minutes, "
        f"{figures['late_jobs']} late, cost {figures['cost']:.4f}{within}."
    )


def report_of(shift: Shift, result: Result) -> dict[str, str | int | float | None]:
    """Figures of a plan, by their names in report.json."""
    from core.bounds.cost_bound import gap, lower_bounds

    problem, figures = result.problem, result.metrics
    bound = lower_bounds(problem, result.objective).cost
    above = gap(result.cost, bound)
    return {
        "scheduler": result.scheduler,
        "model": result.model,
        "jobs": problem.num_jobs,
        "machines": problem.num_machines,
        "makespan_minutes": figures.makespan / 60,
        "weighted_tardiness_minutes": figures.weighted_tardiness / 60,
        "late_jobs": figures.late_jobs,
        "on_time_rate": figures.on_time_rate,
        "setup_minutes": figures.setup / 60,
        "utilisation": figures.utilisation,
        "cost": result.cost,
        "lower_bound": bound,
        "gap": above if math.isfinite(above) else None,  # JSON knows no infinity
        "seconds": result.seconds,
        "violations": 0,  # a result with violations cannot be constructed
        "start": shift.start.isoformat(timespec="seconds"),
    }


def write_plan(path: Path, shift: Shift, result: Result) -> None:
    """Write the plan, as CSV or as a workbook by the ending of its name."""
    from core.tables.write import schedule_csv, schedule_workbook

    schedule = result.schedule
    if path.suffix.lower() == ".xlsx":
        figures = {"Cost": result.cost, "Seconds to plan": round(result.seconds, 3)}
        content = schedule_workbook(shift, schedule, result.scheduler, figures)
    else:
        content = schedule_csv(shift, schedule, result.scheduler)
    write(path, content)


def write(path: Path, content: bytes) -> None:
    """
    Write a file; ``-`` is standard output.

    Raises
    ------
    InputFault
        When it cannot be written.
    """
    if str(path) == "-":  # without the mark that only spreadsheets look for
        sys.stdout.buffer.write(content.removeprefix(codecs.BOM_UTF8))
        sys.stdout.buffer.flush()
        return
    try:
        path.write_bytes(content)
    except OSError as error:
        raise InputFault(f"Cannot write {path}: {error.strerror}.") from None
