"""``compare``: schedulers on many shifts like one, with what the difference is."""

from __future__ import annotations

from math import inf
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from core.cli.border import InputFault, bad_option, check_output, say
from core.cli.inputs import ShiftFiles, read_inputs, usable_shift
from core.cli.options import HowToPlan, parse_list, parse_size
from core.cli.plan import write

if TYPE_CHECKING:
    from core.comparison.trials import Trial


def compare(
    files: ShiftFiles,
    how: HowToPlan,
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
    limit: Annotated[
        float | None, typer.Option(help="Most seconds for one plan; none unless given.")
    ] = None,
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
        check_output("--output", output, (".csv",), files.paths)
    names = parse_list(schedulers)
    settings = how.settings()
    count = machine_count = None
    like: bytes | str
    if kind is None:
        from core.problem.saving.serialize import problem_to_bytes

        like = problem_to_bytes(usable_shift(read_inputs(files)).problem)
    else:
        like = kind
        count, machine_count = parse_size("--size", size)

    from core.comparison.trial_pool import TrialSpec, run_trials

    try:
        spec = TrialSpec(
            schedulers=names,
            like=like,
            jobs=count,
            machines=machine_count,
            settings=settings,
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
        from core.comparison.trial_tables import trials_csv

        write(output, trials_csv(done))


def report(done: list[Trial], names: tuple[str, ...]) -> str:
    """Return the table of trials as text; percent of the first's cost."""
    from core.comparison.trial_tables import mean_table

    rows = mean_table(done, names)
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        "  ".join(
            cell.ljust(width) if i == 0 else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
    return "\n".join([*lines, f"{len(done)} trials; a minus is cheaper."])


def _work_on(run: str) -> None:
    """Be the worker of a run; then let the next one in the queue begin."""
    from core.runs.launch import launch_next
    from core.runs.trial_run import work_on
    from core.store.background.runs import Runs
    from core.store.database import open_database
    from core.store.errors import StoreError

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
