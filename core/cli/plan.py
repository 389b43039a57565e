"""``plan``: schedule.csv and report.json of a shift."""

from __future__ import annotations

import codecs
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from core.cli.border import InputFault, bad_option, check_output, say
from core.cli.inputs import ShiftFiles, read_inputs, usable_shift
from core.cli.options import PlanOptions

if TYPE_CHECKING:
    from core.planning.plan import Plan
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
    planned = how.plan(usable_shift(read_inputs(files)))
    write_plan(output, planned)
    if report is not None:
        write(report, (json.dumps(report_of(planned), indent=2) + "\n").encode())
    say(summary(planned))
    say(planned.result.reason)
    warn_of_clocks(planned.shift, planned.result.schedule.makespan)


def warn_of_clocks(shift: Shift, makespan: int) -> None:
    """Say where the clocks change within a plan that takes so many seconds."""
    from core.problem.clocks import clock_warning

    words = clock_warning(shift.start, makespan)
    if words is not None:
        say(words)


def report_of(plan: Plan) -> dict[str, str | int | float | None]:
    """Figures of a plan, by their names in report.json."""
    from core.problem.measures.figures import ShownIn, figures_at

    shift, result = plan.shift, plan.result
    return {
        "scheduler": result.scheduler,
        "model": result.model,
        "jobs": shift.problem.num_jobs,
        "machines": shift.problem.num_machines,
        **{x.name: plan.figures[x.name] for x in figures_at(ShownIn.REPORT)},
        "violations": 0,  # a result with violations cannot be constructed
        "start": shift.start.isoformat(timespec="seconds"),
    }


def summary(plan: Plan) -> str:
    """Return a plan in a line: what was planned, when it ends, how good it is."""
    from core.problem import phrases
    from core.problem.measures.figure_words import quality

    shift, result = plan.shift, plan.result
    jobs = phrases.many(shift.problem.num_jobs, "job")
    machines = phrases.many(shift.problem.num_machines, "machine")
    times = phrases.span(shift.start, 0, result.schedule.makespan)
    return (
        f"{result.scheduler}: {jobs} on {machines}, {times}, "
        f"{phrases.count(result.metrics.late_jobs)} late, cost {result.cost:.4f}. "
        f"{quality(plan.figures['gap'])}"
    )


def write_plan(path: Path, plan: Plan) -> None:
    """Write the plan, as CSV or as a workbook by the ending of its name."""
    from core.tables.writing.write_plan import schedule_csv, schedule_workbook

    book = path.suffix.lower() == ".xlsx"
    write(path, schedule_workbook(plan) if book else schedule_csv(plan))


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
