"""``benchmark`` of seconds and memory: of tasks, of a press of Plan, of a process."""

from __future__ import annotations

from typing import Annotated

import typer

from core.cli.benchmarks.benchmark_options import (
    EffortOption,
    KindsOption,
    ModelOption,
    Output,
    ShiftsOption,
    SizesOption,
    among,
    known_effort,
    known_kinds,
    load_named,
    named_folder,
    parse_sizes,
)
from core.cli.border import InputFault, bad_option, say
from core.cli.options import parse_list, parse_size


def speed(
    to: Output,
    sizes: SizesOption = "100x10,411x30,1000x60,4000x100",
    kinds: KindsOption = "shift_calendar",
    tasks: Annotated[
        str | None, typer.Option(help="Which of them, joined by commas; else all.")
    ] = None,
    model: ModelOption = "default",
) -> None:
    """Processor seconds and memory of planning, reading and verifying."""
    from core.benchmarking.speed import TASKS, speed_report

    to.check()
    shapes, chosen = parse_sizes(sizes), known_kinds(kinds)
    wanted = TASKS if tasks is None else among("--tasks", tasks, TASKS)
    load_named(model)  # refused here, not in a process of its own
    folder = named_folder(model)
    to.show(speed_report(shapes, folder, kinds=chosen, tasks=wanted, tell=say))


def press(
    to: Output,
    size: Annotated[str, typer.Option(help="Jobs and machines.")] = "411x30",
    kinds: KindsOption = "shift,shift_calendar",
    shifts: ShiftsOption = 10,
    effort: EffortOption = "normal",
) -> None:
    """Seconds from the press of Plan to the first plan and the last, over ATCS."""
    from core.benchmarking.press import press_report, press_rows

    to.check()
    known_effort(effort)
    shape = parse_size("--size", size)
    to.show(press_report(press_rows(known_kinds(kinds), shape, shifts, effort, say)))


def process(
    to: Output,
    sample: Annotated[
        str, typer.Option(help="A folder of assets/samples.")
    ] = "shift-411x30",
    ways: Annotated[
        str, typer.Option(help="Schedulers, with an effort behind +: auto+normal.")
    ] = "hierarchical,auto+normal",
    times: Annotated[int, typer.Option(min=1, help="Processes of each.")] = 5,
) -> None:
    """Seconds and memory of planning a sample shift as a process, code compiled."""
    from core.benchmarking.process import process_report

    to.check()
    try:
        to.show(process_report(sample, parse_list(ways), times, say))
    except ValueError as error:
        raise bad_option("--sample", str(error)) from None
    except RuntimeError as error:
        raise InputFault(str(error)) from None
