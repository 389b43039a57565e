"""``compare``: schedulers on many shifts like one, with what the difference is."""

from __future__ import annotations

from math import inf
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from core.cli.border import InputFault, bad_option, check_output, say
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
from core.cli.plan import parse_lookahead, parse_objective, write

if TYPE_CHECKING:
    from core.comparison.trials import Trial


def compare(
    schedulers: Annotated[
        str, typer.Option(help="Two to four; the first is the yardstick.")
    ] = "batch,hierarchical",
    trials: Annotated[
        int, typer.Option(min=1, max=1000, help="Random shifts to plan.")
    ] = 10,
    kind: Annotated[
        str | None,
        typer.Option(help="Shifts of this kind, instead of some like your files."),
    ] = None,
    size: Annotated[
        str, typer.Option(help="Jobs x machines of generated shifts.")
    ] = "411x30",
    jobs: JobsOption = None,
    machines: MachinesOption = None,
    setups: SetupsOption = None,
    calendars: CalendarsOption = None,
    downtime: DowntimeOption = None,
    processing: ProcessingOption = None,
    workbook: WorkbookOption = None,
    mapping: MappingOption = None,
    start: StartOption = None,
    objective: Annotated[
        str, typer.Option(help="Weights of makespan, tardiness and setup.")
    ] = "1,1,0.2",
    samples: Annotated[int, typer.Option(min=1, help="Plans of the policy.")] = 1,
    lookahead: Annotated[
        str | None, typer.Option(help="Minutes a machine may wait for a job; inf: any.")
    ] = None,
    refine_seconds: Annotated[
        float, typer.Option(min=0, help="Seconds to improve each plan afterwards.")
    ] = 0.0,
    visible: Annotated[
        int, typer.Option(help="Jobs in sight when planning in batches.")
    ] = 172,
    limit: Annotated[
        float | None, typer.Option(help="Most seconds for one plan; none unless given.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Same seed, same shifts.")] = 0,
    model: Annotated[str | None, typer.Option(help="Name of the model.")] = None,
    workers: Annotated[int, typer.Option(min=1, help="Processes at work.")] = 1,
    output: Annotated[
        Path | None, typer.Option(dir_okay=False, help="All trials: .csv.")
    ] = None,
    run: Annotated[
        str | None, typer.Option(help="Do the trials of a run of the dashboard.")
    ] = None,
) -> None:
    """Compare schedulers over random shifts: mean difference, interval, wins."""
    if run is not None:
        _work_on(run)
        return
    if output is not None:
        inputs = (
            *(jobs, machines, setups, calendars, downtime, processing, workbook),
            mapping,
        )
        check_output("--output", output, (".csv",), inputs)
    weights = parse_objective(objective)
    seconds = None if lookahead is None else parse_lookahead(lookahead)
    names = tuple(name.strip() for name in schedulers.split(","))
    count = machine_count = None
    like: bytes | str
    if kind is None:
        from core.problem.serialize import problem_to_bytes

        shift = usable_shift(
            read_inputs(
                *(jobs, machines, setups, calendars, downtime, processing, workbook),
                start,
                mapping,
            )
        )
        like = problem_to_bytes(shift.problem)
    else:
        like = kind
        count, machine_count = _parse_size(size)

    from core.comparison.trial_pool import TrialSpec, run_trials
    from core.planning.settings import PlanSettings

    try:
        spec = TrialSpec(
            schedulers=names,
            like=like,
            jobs=count,
            machines=machine_count,
            settings=PlanSettings(
                objective=weights,
                samples=samples,
                refine_seconds=refine_seconds,
                lookahead=seconds,
                model=model,
                visible=visible,
                seed=seed,
            ),
            limit=inf if limit is None else limit,
        )
        spec.made()
        spec.source()
    except ValueError as error:
        raise bad_option("compare", str(error)) from None
    done: list[Trial] = []
    for one in run_trials(spec, range(trials), workers=workers):
        done.append(one)
        for name, score in one.scores.items():
            if score.fault is not None:
                say(f"Trial {one.index + 1}, {name}: {score.fault}")
    print(report(done, names))
    if output is not None:
        from core.comparison.trials import trials_csv

        write(output, trials_csv(done))


def report(done: list[Trial], names: tuple[str, ...]) -> str:
    """Return the table of trials as text; percent of the first's cost."""
    from core.runs.trial_run import figures_table

    rows = figures_table(done, names)
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        "  ".join(
            cell.ljust(width) if i == 0 else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
    return "\n".join([*lines, f"{len(done)} trials; a minus is cheaper."])


def _parse_size(text: str) -> tuple[int, int]:
    """Jobs and machines from ``411x30``."""
    try:
        jobs, machines = (int(part) for part in text.lower().split("x"))
    except ValueError:
        jobs = machines = 0
    if not (1 <= jobs <= 20_000 and 1 <= machines <= 1_000):
        raise bad_option("--size", f"expected e.g. 411x30, got {text!r}.")
    return jobs, machines


def _work_on(run: str) -> None:
    """Be the worker of a run; then let the next one in the queue begin."""
    from core.runs.launch import launch_next
    from core.runs.trial_run import work_on
    from core.store.database import open_database
    from core.store.errors import StoreError
    from core.store.runs import Runs

    try:
        database = open_database()
        try:
            runs = Runs(database)
            work_on(runs, run)
            launch_next(runs)
        finally:
            database.close()
    except StoreError as error:
        raise InputFault(str(error)) from None
