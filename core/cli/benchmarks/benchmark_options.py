"""What the benchmarks share: options, and where their measurements go."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from core.cli.border import InputFault, bad_option, check_output
from core.cli.options import parse_list, parse_size
from core.cli.plan import write

if TYPE_CHECKING:
    from core.benchmarking.table import Report
    from core.policy.checkpoint import Model

ModelOption = Annotated[str, typer.Option(help="A model's name or folder.")]
SizesOption = Annotated[str, typer.Option(help="Jobs x machines, e.g. 411x30,1000x60.")]
SizeOption = Annotated[str, typer.Option("--sizes", help="Jobs x machines.")]
KindsOption = Annotated[str, typer.Option(help="Kinds of shifts, joined by commas.")]
ShiftsOption = Annotated[int, typer.Option(min=1, help="Held-out shifts per kind.")]
DecisionsOption = Annotated[int, typer.Option(min=1, help="Decisions of a run.")]
WorkersOption = Annotated[
    int, typer.Option(min=1, help="Processes; plans are the same with any number.")
]
SamplesOption = Annotated[int, typer.Option(min=1, help="Plans of the policy.")]


EffortOption = Annotated[
    str, typer.Option(help="Of the plans: none, quick, normal, thorough.")
]


@dataclass(frozen=True)
class Output:
    """Where a benchmark's measurements go, beside the screen."""

    output: Annotated[
        Path | None, typer.Option(dir_okay=False, help="Every measurement: .csv.")
    ] = None

    def check(self) -> None:
        """
        Refuse a file that cannot be written, before hours of measuring.

        Raises
        ------
        typer.BadParameter
            See :func:`core.cli.border.check_output`.
        """
        if self.output is not None:
            check_output("--output", self.output, (".csv",))

    def show(self, report: Report) -> None:
        """Print the tables of a report, and write its measurements."""
        print(report.text())
        if self.output is not None:
            write(self.output, report.detail.csv())


def known_kinds(text: str) -> tuple[str, ...]:
    """Kinds of shifts from ``shift,tight``."""
    from core.instances.kinds import KINDS

    return among("--kinds", text, KINDS)


def known_effort(text: str) -> str:
    """Effort of ``--effort``; one that ends by itself."""
    from core.planning.effort import EFFORTS

    ending = [name for name, effort in EFFORTS.items() if isfinite(effort.factor)]
    if text not in ending:
        known = ", ".join(ending)
        raise bad_option("--effort", f"expected one of {known}; got {text!r}.")
    return text


def among(option: str, text: str, known: Iterable[str]) -> tuple[str, ...]:
    """Names from ``a,b``; one that is not known is refused."""
    wanted = parse_list(text)
    for name in wanted:
        if name not in known:
            raise bad_option(option, f"expected {', '.join(known)}; got {name!r}.")
    return wanted


def named_folder(text: str) -> Path:
    """Folder of a model, from its name or itself."""
    from core.policy.shipped import NotShippedError, model_folder

    if Path(text).is_dir():
        return Path(text)
    try:
        return model_folder(text)
    except NotShippedError as error:
        raise InputFault(str(error)) from None


def load_named(text: str) -> Model:
    """Load a model, by name or folder."""
    from core.policy.errors import ModelError
    from core.policy.shipped import folder_model

    try:
        return folder_model(named_folder(text))
    except ModelError as error:
        raise InputFault(str(error)) from None


def parse_sizes(text: str) -> list[tuple[int, int]]:
    """Jobs and machines from ``411x30,1000x60``."""
    return [parse_size("--sizes", part) for part in parse_list(text) or ("",)]
