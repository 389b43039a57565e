"""
The commands, each in a file of its own.

To add one, write ``core/cli/NAME.py`` with a function of that name, and add it to
``COMMANDS``. These files import only typer and the standard library at the top and
what is heavy inside the function, so that ``check`` starts at once.
"""

from __future__ import annotations

import typer

from core.cli.benchmark import benchmark
from core.cli.border import at_the_border
from core.cli.check import check
from core.cli.compare import compare
from core.cli.explain import explain
from core.cli.generate import generate
from core.cli.plan import plan
from core.cli.samples import samples
from core.cli.train import train
from core.cli.verify import verify

COMMANDS = (plan, explain, check, compare, generate, train, verify, samples, benchmark)

app = typer.Typer(
    help="Shiftwright plans a shift: which job runs on which machine, in which order.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for command in COMMANDS:
    app.command()(at_the_border(command))
