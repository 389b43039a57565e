"""``plan``: schedule.csv and report.json of a shift."""

from __future__ import annotations

import codecs
import json
import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from core.cli.border import (
    InputFault,
    Interrupt,
    bad_option,
    check_output,
    say,
    show_progress,
)
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
    read_inputs,
    usable_shift,
)

if TYPE_CHECKING:
    from core.planning.scheduler import Result
    from core.problem.objective import Objective
    from core.problem.shift import Shift


def plan(
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
    jobs: JobsOption = None,
    machines: MachinesOption = None,
    setups: SetupsOption = None,
    calendars: CalendarsOption = None,
    downtime: DowntimeOption = None,
    processing: ProcessingOption = None,
    workbook: WorkbookOption = None,
    mapping: MappingOption = None,
    start: StartOption = None,
    scheduler: Annotated[
        str, typer.Option(help="What plans: hierarchical, rule:atcs, rule:best, …")
    ] = "hierarchical",
    objective: Annotated[
        str, typer.Option(help="Weights of makespan, tardiness and setup.")
    ] = "1,1,0.2",
    samples: Annotated[
        int, typer.Option(min=1, help="Plans to draw; the best is kept.")
    ] = 1,
    refine_seconds: Annotated[
        float, typer.Option(min=0, help="Seconds to improve the plan afterwards.")
    ] = 0.0,
    lookahead: Annotated[
        str | None,
        typer.Option(
            help="Minutes a machine may wait for a job although it could start "
            "another; inf: any. The model's own unless given."
        ),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of everything random.")] = 0,
    model: Annotated[str | None, typer.Option(help="Name of the model.")] = None,
) -> None:
    """Plan a shift: write the plan, and its figures as report.json."""
    weights = parse_objective(objective)
    seconds = None if lookahead is None else parse_lookahead(lookahead)
    inputs = (
        *(jobs, machines, setups, calendars, downtime, processing, workbook),
        mapping,
    )
    check_output("--output", output, (".csv", ".xlsx"), inputs)
    if report is not None:
        check_output("--report", report, (".json",), inputs)
        if str(report) == str(output) == "-":
            raise bad_option("--report", "only one of plan and report can be printed.")
    shift = usable_shift(
        read_inputs(
            *(jobs, machines, setups, calendars, downtime, processing, workbook),
            start,
            mapping,
        )
    )

    from core.planning.scheduler import PlanningCancelled
    from core.planning.settings import PlanSettings
    from core.schedulers.registry import scheduler as make_scheduler

    try:
        settings = PlanSettings(
            scheduler=scheduler,
            objective=weights,
            samples=samples,
            refine_seconds=refine_seconds,
            lookahead=seconds,
            model=model,
            seed=seed,
        )
        planner = make_scheduler(settings)
    except ValueError as error:
        raise bad_option("--scheduler or --model", str(error)) from None
    with Interrupt() as stop:
        try:
            result = planner.schedule(
                shift.problem, weights, seed=seed, stop=stop, progress=show_progress
            )
        except PlanningCancelled:
            raise KeyboardInterrupt from None  # there is no plan to keep
    if stop():
        say("Stopped before the end: this is the best plan so far.")
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


def parse_objective(text: str) -> Objective:
    """
    Objective from its option, three numbers.

    Raises
    ------
    typer.BadParameter
        When it is not three weights.
    """
    from core.problem.objective import Objective

    try:
        makespan, tardiness, setup = (float(x) for x in text.split(","))
        return Objective(makespan, tardiness, setup)
    except ValueError:
        raise bad_option(
            "--objective",
            f"expected three weights such as 1,1,0.2, not negative and not all 0; "
            f"got {text!r}.",
        ) from None


def parse_lookahead(text: str) -> float:
    """
    Seconds of lookahead from its option in minutes.

    Raises
    ------
    typer.BadParameter
        When it is not a number of minutes.
    """
    try:
        minutes = float(text)
    except ValueError:
        minutes = math.nan
    if not minutes >= 0:
        raise bad_option("--lookahead", f"expected minutes or inf, got {text!r}.")
    return minutes * 60


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
