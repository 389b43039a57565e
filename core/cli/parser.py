"""
The commands, each in a file of its own.

To add one, write ``core/cli/NAME.py`` with a function of that name, and add it to
``COMMANDS``. These files import only typer and the standard library at the top and
what is heavy inside the function, so that ``check`` starts at once.
"""

from __future__ import annotations

from typing import Any

import typer
import typer.core

from core.cli.answers.explain import explain
from core.cli.answers.front import front
from core.cli.answers.futures import futures
from core.cli.answers.orders import orders
from core.cli.answers.remedies import remedies
from core.cli.answers.why import why
from core.cli.benchmarks.benchmark import benchmark
from core.cli.border import at_the_border
from core.cli.check import check
from core.cli.compare import compare
from core.cli.day.handover import handover
from core.cli.day.replan import replan
from core.cli.generate import generate
from core.cli.options import with_groups
from core.cli.plan import plan
from core.cli.samples import samples
from core.cli.train import train
from core.cli.verify import verify
from core.cli.warm_up import warm_up

COMMANDS = (
    *(
        plan,
        replan,
        handover,
        explain,
        check,
        compare,
        generate,
        train,
        verify,
        samples,
    ),
    *(orders, why, remedies, futures, front, warm_up),
)

app = typer.Typer(
    help="Shiftwright plans a shift: which job runs on which machine, in which order.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
# Options that may stand without a value, and what they mean then.
WITHOUT_VALUE = {"--propose-mapping": "-"}


class Command(typer.core.TyperCommand):
    """A command some of whose options may stand without a value."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse the arguments, with the values that were left out."""
        full: list[str] = []
        for i, argument in enumerate(args):
            full.append(argument)
            following = args[i + 1] if i + 1 < len(args) else "--"
            if argument in WITHOUT_VALUE and following.startswith("--"):
                full.append(WITHOUT_VALUE[argument])
        return super().parse_args(ctx, full)


for command in COMMANDS:
    app.command(cls=Command)(at_the_border(with_groups(command)))
app.add_typer(benchmark, name="benchmark")
