"""``benchmark`` of plans: what moves buy on shifts, shops and public instances."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from core.cli.benchmarks.benchmark_options import (
    EffortOption,
    KindsOption,
    Output,
    ShiftsOption,
    SizesOption,
    WorkersOption,
    among,
    known_effort,
    known_kinds,
    parse_sizes,
)
from core.cli.border import InputFault, bad_option, say
from core.cli.options import parse_list, parse_objective, parse_size

if TYPE_CHECKING:
    from core.benchmarking.ways.efforts import EffortRow, Setting

WaysOption = Annotated[
    str,
    typer.Option(
        help="Schedulers, with an effort behind + where a search follows: auto+normal, "
        "batch+quick; how many times the normal moves: auto+100; for how many seconds: "
        "auto+10s; and the best of some seeds: auto+100x3."
    ),
]

ReferenceOption = Annotated[
    Path | None,
    typer.Option(
        dir_okay=False,
        help="Costs found elsewhere of what is planned: an --output of this command, "
        "or a CSV with the columns setting, shift, cost.",
    ),
]


def _found_elsewhere(
    file: Path | None, settings: Sequence[Setting], shifts: int
) -> list[EffortRow]:
    """Read the costs of ``--reference``; none without a file."""
    from core.benchmarking.ways.reference import ReferenceFileError, reference_rows

    try:
        return [] if file is None else reference_rows(file, settings, shifts)
    except ReferenceFileError as error:
        raise InputFault(str(error)) from None


def efforts(
    to: Output,
    sizes: SizesOption = "411x30",
    kinds: KindsOption = "shift,shift_calendar",
    shifts: ShiftsOption = 20,
    objectives: Annotated[
        str,
        typer.Option(help="Weights of end, lateness, setups; several joined by /."),
    ] = "1,1,0.2",
    ways: WaysOption = "rule:best,hierarchical,auto+quick,auto+normal,auto+thorough",
    over: Annotated[
        str,
        typer.Option(
            help="The way that the others are divided by; best: the cheapest of all; "
            "reference: what the file of --reference has."
        ),
    ] = "rule:best",
    reference: ReferenceOption = None,
    workers: WorkersOption = 1,
) -> None:
    """What every way of planning costs on held-out shifts, side by side."""
    from core.benchmarking.ways.efforts import (
        BEST,
        ShiftKind,
        effort_report,
        effort_rows,
    )
    from core.benchmarking.ways.reference import REFERENCE

    to.check()
    chosen, shapes, named = known_kinds(kinds), parse_sizes(sizes), parse_list(ways)
    weights = [parse_objective(text) for text in objectives.split("/")]
    known = (*named, BEST, *([] if reference is None else [REFERENCE]))
    if over not in known:
        raise bad_option("--over", f"expected one of {', '.join(known)}, got {over!r}.")
    settings = [
        ShiftKind(kind, *shape, objective)
        for kind in chosen
        for shape in shapes
        for objective in weights
    ]
    rows = _found_elsewhere(reference, settings, shifts)
    try:
        rows += effort_rows(settings, named, shifts, say, workers)
    except ValueError as error:
        raise bad_option("--ways", str(error)) from None
    to.show(effort_report(rows, over))


def job_shops(
    to: Output,
    kinds: Annotated[
        str, typer.Option(help="How many machines an operation has: edata, rdata.")
    ] = "edata,rdata",
    shops: Annotated[
        int, typer.Option(min=1, help="Job shops per kind, of eight sizes in turn.")
    ] = 16,
    ways: WaysOption = "auto+normal,auto+thorough,auto+50",
    exact_seconds: Annotated[
        float, typer.Option(min=0, help="Seconds for CP-SAT on each; 0: without it.")
    ] = 60.0,
    reference: ReferenceOption = None,
    workers: WorkersOption = 1,
) -> None:
    """Job shops of low flexibility: over the best plan known, and what is proved."""
    from core.benchmarking.ways.efforts import effort_rows
    from core.benchmarking.ways.job_shops import (
        FLEXIBILITY,
        JobShops,
        exact_rows,
        job_shops_report,
    )

    to.check()
    settings = [JobShops(kind) for kind in among("--kinds", kinds, FLEXIBILITY)]
    rows = _found_elsewhere(reference, settings, shops)
    try:
        rows += effort_rows(settings, parse_list(ways), shops, say, workers)
    except ValueError as error:
        raise bad_option("--ways", str(error)) from None
    exact = []
    if exact_seconds > 0:
        exact = list(exact_rows(settings, shops, exact_seconds, say, workers))
    to.show(job_shops_report(rows, exact))


def instances(
    to: Output,
    folder: Annotated[Path, typer.Argument(help="Folder of public instances.")],
    sets: Annotated[
        str, typer.Option(help="Which sets.")
    ] = "brandimarte,vdata,pmp,ssirit",
    ways: WaysOption = "rule:best,auto+none,auto+quick,auto+normal,auto+thorough",
    workers: WorkersOption = 1,
) -> None:
    """Gap to the best known makespans of public instances at each effort."""
    from core.benchmarking.improving.refine import SETS
    from core.benchmarking.ways.public_efforts import public_efforts_report, public_rows

    to.check()
    wanted = among("--sets", sets, SETS)
    try:
        rows = list(public_rows(folder, wanted, parse_list(ways), say, workers))
    except ValueError as error:
        raise bad_option("--ways", str(error)) from None
    to.show(public_efforts_report(rows))


def machines(
    to: Output,
    jobs: Annotated[int, typer.Option(min=1, help="Jobs of each shift.")] = 411,
    counts: Annotated[
        str, typer.Option(help="Numbers of machines, rising.")
    ] = "20,30,40,50,60,70,80",
    kind: Annotated[str, typer.Option(help="Kind of the shifts.")] = "shift",
    shifts: ShiftsOption = 10,
    ways: WaysOption = "hierarchical,auto+normal",
    workers: WorkersOption = 1,
) -> None:
    """Whether the same jobs ever cost more on more machines."""
    from core.benchmarking.ways.more_machines import machines_report, machines_rows

    to.check()
    (known,) = known_kinds(kind)
    try:
        numbers = [int(text) for text in parse_list(counts)]
        rows = list(
            machines_rows(
                known, jobs, numbers, parse_list(ways), shifts, say, workers=workers
            )
        )
    except ValueError as error:
        raise bad_option("--counts", str(error)) from None
    to.show(machines_report(rows))


def bound(
    to: Output,
    sizes: SizesOption = "411x30",
    kinds: KindsOption = "shift,shift_calendar",
    shifts: ShiftsOption = 5,
    steps: Annotated[int, typer.Option(min=0, help="Steps of the joint bound.")] = 500,
    workers: WorkersOption = 1,
) -> None:
    """How far plans may lie above the best, before and after proving harder."""
    from core.benchmarking.bound import bound_report, shifts_to_bound

    to.check()
    instances = shifts_to_bound(known_kinds(kinds), parse_sizes(sizes), shifts)
    to.show(bound_report(instances, steps, say, workers))


def replan(
    to: Output,
    size: Annotated[str, typer.Option(help="Jobs and machines.")] = "411x30",
    shifts: ShiftsOption = 20,
    effort: EffortOption = "normal",
    workers: WorkersOption = 1,
) -> None:
    """Repairs of plans that something happens to: what changes, and what it costs."""
    from core.benchmarking.replan import replan_report

    to.check()
    known_effort(effort)
    jobs, machines = parse_size("--size", size)
    to.show(
        replan_report(
            jobs=jobs,
            machines=machines,
            shifts=shifts,
            effort=effort,
            tell=say,
            workers=workers,
        )
    )
