"""``benchmark`` of learning: curves, design choices, and what training costs."""

from __future__ import annotations

from typing import Annotated

import typer

from core.cli.benchmarks.benchmark_options import (
    DecisionsOption,
    KindsOption,
    ModelOption,
    Output,
    ShiftsOption,
    SizeOption,
    SizesOption,
    known_kinds,
    parse_sizes,
)
from core.cli.border import InputFault, bad_option, say
from core.cli.options import parse_list, parse_size
from core.cli.plan import write


def learning(
    to: Output,
    sizes: SizeOption = "50x8",
    decisions: DecisionsOption = 200_000,
    seeds: Annotated[int, typer.Option(min=1, help="Runs of each way.")] = 3,
    ways: Annotated[
        str, typer.Option(help="Which policies.")
    ] = "set,fixed,flat,maskable",
    problems: Annotated[
        str, typer.Option(help="one, learned by heart, or fresh, judged on held-out.")
    ] = "one",
) -> None:
    """Learning curves of several policies; the plot lies beside the CSV."""
    from core.benchmarking.policies.curves import curves_svg
    from core.benchmarking.policies.learning import learning_report
    from core.benchmarking.policies.learning_settings import LearningSettings

    to.check()
    jobs, machines = parse_size("--sizes", sizes)
    try:
        settings = LearningSettings(
            jobs=jobs,
            machines=machines,
            decisions=decisions,
            seeds=tuple(range(seeds)),
            ways=parse_list(ways),
            problems=problems,
        )
    except ValueError as error:
        raise bad_option("learning", str(error)) from None
    report = learning_report(settings, tell=say)
    to.show(report)
    if to.output is not None:
        write(to.output.with_suffix(".svg"), curves_svg(report.detail).encode())


def choices(
    to: Output,
    sizes: SizeOption = "80x8",
    kinds: KindsOption = "shift,unrelated,flexible_job_shop",
    shifts: ShiftsOption = 20,
    decisions: DecisionsOption = 200_000,
    parts: Annotated[
        str, typer.Option(help="Which choices.")
    ] = "lookahead,reward,advantage,exploration",
) -> None:
    """How a policy is trained: lookahead, reward, advantages and exploration."""
    from core.benchmarking.policies.design_choices import ChoiceSettings, choices_report

    to.check()
    jobs, machines = parse_size("--sizes", sizes)
    chosen = known_kinds(kinds)
    try:
        settings = ChoiceSettings(
            jobs, machines, decisions, shifts, chosen, parse_list(parts)
        )
    except ValueError as error:
        raise bad_option("choices", str(error)) from None
    to.show(choices_report(settings, tell=say))


def training(
    to: Output,
    parts: Annotated[
        str, typer.Option(help="Which tables.")
    ] = "speed,processes,finetune",
    sizes: SizesOption = "100x10,411x30",
    decisions: DecisionsOption = 200_000,
    seeds: Annotated[int, typer.Option(min=1, help="Runs of each kind.")] = 3,
    kinds: KindsOption = "shift,shift_calendar",
    minutes: Annotated[float, typer.Option(help="Budget of a fine-tune.")] = 10.0,
    shifts: ShiftsOption = 20,
    model: ModelOption = "default",
) -> None:
    """Speed of training, several processes, and a fine-tune."""
    from core.benchmarking.policies.training import TrainingBenchmark, training_report
    from core.store.errors import StoreError

    to.check()
    shapes, chosen = tuple(parse_sizes(sizes)), known_kinds(kinds)
    try:
        asked = TrainingBenchmark(
            *(parse_list(parts), shapes, decisions, seeds, chosen, minutes, shifts),
            model,
        )
    except ValueError as error:
        raise bad_option("training", str(error)) from None
    try:
        to.show(training_report(asked, tell=say))
    except (RuntimeError, StoreError) as error:
        raise InputFault(str(error)) from None
