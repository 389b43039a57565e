"""``benchmark``: the figures that the project quotes, measured anew; a command each."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from core.cli.benchmarks.benchmark_learning import choices, learning, training
from core.cli.benchmarks.benchmark_options import (
    KindsOption,
    ModelOption,
    Output,
    SamplesOption,
    ShiftsOption,
    SizesOption,
    among,
    known_kinds,
    load_named,
    parse_sizes,
)
from core.cli.benchmarks.benchmark_plans import (
    bound,
    efforts,
    instances,
    job_shops,
    machines,
    replan,
)
from core.cli.benchmarks.benchmark_speed import press, process, speed
from core.cli.border import InputFault, at_the_border, bad_option, say
from core.cli.options import parse_list, with_groups

# --- Public instances ---------------------------------------------------------------


def public(kind: str) -> Callable[..., None]:
    """Return the command that measures one format of public instances."""

    def command(
        to: Output,
        folder: Annotated[
            Path | None, typer.Argument(help="Folder of public instances.")
        ] = None,
        model: ModelOption = "default",
        samples: SamplesOption = 64,
        seconds: Annotated[
            float, typer.Option(min=0, help="Seconds to refine each plan; 0: not.")
        ] = 10.0,
    ) -> None:
        from core.benchmarking.public import (
            MissingInstancesError,
            instances_root,
            public_report,
        )

        to.check()
        try:
            root = instances_root(folder, kind)
        except MissingInstancesError as error:
            raise InputFault(str(error)) from None
        loaded = load_named(model)
        to.show(
            public_report(
                root, kind, loaded, samples=samples, seconds=seconds, tell=say
            )
        )

    command.__name__ = kind
    command.__doc__ = f"Gap to the best known makespans of public {kind} instances."
    return command


# --- Plans --------------------------------------------------------------------------


def shifts(
    to: Output,
    sizes: SizesOption = "411x30",
    kinds: KindsOption = "shift,shift_calendar",
    shifts: ShiftsOption = 20,
    samples: SamplesOption = 64,
    parts: Annotated[str, typer.Option(help="Which tables.")] = "quality,lookahead",
    model: ModelOption = "default",
) -> None:
    """Quality on held-out shifts: the policy against the best rule."""
    from core.benchmarking.shifts import shifts_report

    to.check()
    chosen, shapes = known_kinds(kinds), parse_sizes(sizes)
    loaded = load_named(model)
    try:
        report = shifts_report(
            loaded,
            kinds=chosen,
            sizes=shapes,
            shifts=shifts,
            samples=samples,
            parts=parse_list(parts),
            tell=say,
        )
    except ValueError as error:
        raise bad_option("--parts", str(error)) from None
    to.show(report)


def claims(
    to: Output,
    sizes: SizesOption = "411x30,1000x60",
    shifts: Annotated[
        int, typer.Option(min=1, max=10, help="Held-out shifts per size.")
    ] = 10,
    model: ModelOption = "default",
) -> None:
    """The claims of planning everything at once against planning in batches."""
    from core.benchmarking.claims import claims_report

    to.check()
    shapes = parse_sizes(sizes)
    to.show(claims_report(load_named(model), sizes=shapes, shifts=shifts, tell=say))


def reading(
    to: Output,
    rows: Annotated[
        int, typer.Option(min=100, max=20_000, help="Jobs in the list.")
    ] = 20_000,
) -> None:
    """Seconds to read a planner's list, XLSX and CSV, through a mapping."""
    from core.benchmarking.reading import reading_report

    to.check()
    to.show(reading_report(rows, tell=say))


def step(
    to: Output,
    sizes: SizesOption = "411x30,1000x60",
    model: ModelOption = "default",
) -> None:
    """Seconds of stepping through a plan, explaining it, and planning otherwise."""
    from core.benchmarking.step_through import step_report

    to.check()
    shapes, loaded = parse_sizes(sizes), load_named(model)
    try:
        report = step_report(shapes, loaded, tell=say)
    except ValueError as error:
        raise bad_option("--sizes", str(error)) from None
    to.show(report)


def refine(
    to: Output,
    folder: Annotated[
        Path | None,
        typer.Argument(help="Folder of public instances, to refine those too."),
    ] = None,
    seconds: Annotated[
        float, typer.Option(min=0, help="Seconds to refine each plan.")
    ] = 10.0,
    kinds: KindsOption = "shift,shift_calendar",
    shifts: ShiftsOption = 20,
    improvers: Annotated[
        str | None,
        typer.Option(
            help="local, windows, sampling, or some joined by +, e.g. "
            "local,windows+local; by default each alone and together. cpsat: the "
            "exact solver by itself, in the same time."
        ),
    ] = None,
    sets: Annotated[
        str, typer.Option(help="Public sets, where a folder is given.")
    ] = "brandimarte,vdata,pmp,ssirit",
    model: ModelOption = "default",
) -> None:
    """What refinement gains over a greedy plan, by each improver and together."""
    from core.benchmarking.improving.improvers import WAYS
    from core.benchmarking.improving.improvers import improvers as improvers_of
    from core.benchmarking.improving.refine import (
        ALONE,
        FOLDERS,
        SETS,
        measure,
        measure_alone,
        public_instances,
        random_shifts,
        refine_report,
    )
    from core.benchmarking.public import FORMATS, MissingInstancesError, instances_root
    from core.schedulers.hierarchical import HierarchicalScheduler

    to.check()
    if seconds == 0:
        raise bad_option("--seconds", "refining takes more than 0 s.")
    chosen = known_kinds(kinds)
    wanted = among("--sets", sets, SETS)
    loaded = load_named(model)
    named = WAYS if improvers is None else parse_list(improvers)
    try:
        ways = {
            way: improvers_of(way, seconds, loaded) for way in named if way != ALONE
        }
    except ValueError as error:
        raise bad_option("--improvers", str(error)) from None
    start = HierarchicalScheduler(loaded)
    instances = [x for kind in chosen for x in random_shifts(kind, shifts)]
    if folder is not None:
        try:
            for kind in FORMATS:
                if kind in {FOLDERS[group] for group in wanted}:
                    root = instances_root(folder, kind)
        except MissingInstancesError as error:
            raise InputFault(str(error)) from None
        instances += [x for group in wanted for x in public_instances(root, group)]
    rows = []
    for instance in instances:
        for way in named:
            rows.append(
                measure_alone(instance, start, seconds)
                if way == ALONE
                else measure(instance, start, seconds, ways[way], way=way)
            )
            say(f"{instance.group} {instance.name} {way}: {rows[-1].ratio:.3f}")
    to.show(refine_report(rows, seconds))


def answers(
    to: Output,
    sizes: SizesOption = "411x30",
    shifts: ShiftsOption = 20,
) -> None:
    """Seconds of why, futures, remedies and front; what a cautious plan brings."""
    from core.benchmarking.answers import answers_report

    to.check()
    to.show(answers_report(parse_sizes(sizes), shifts, tell=say))


benchmark = typer.Typer(
    help="Measure plan quality, speed or learning: tables on screen and as CSV.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
COMMANDS: tuple[Callable[..., None], ...] = (
    *map(public, ("fjsp", "pmp", "ssirit")),
    *(
        shifts,
        claims,
        speed,
        press,
        process,
        reading,
        step,
        refine,
        efforts,
        job_shops,
        instances,
        machines,
        bound,
    ),
    *(answers, replan, learning, choices, training),
)
for command in COMMANDS:
    benchmark.command()(at_the_border(with_groups(command)))
