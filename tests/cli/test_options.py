"""Options that commands share."""

import inspect
from dataclasses import dataclass, fields
from math import inf
from typing import Annotated

import pytest
import typer
from typer.testing import CliRunner

from core.cli.inputs import ShiftFiles
from core.cli.options import PlanOptions, with_groups
from core.cli.parser import COMMANDS
from core.planning.settings import PlanSettings
from core.problem.objective import Objective


@dataclass(frozen=True)
class Meal:
    """A group of two options."""

    dish: Annotated[str, typer.Option(help="What.")]
    plates: Annotated[int, typer.Option(min=1, help="How many.")] = 2


def test_a_group_is_one_option_per_field():
    """Beside the command's own options, with their defaults and limits."""
    app, served = typer.Typer(), []

    @app.command()
    @with_groups
    def serve(meal: Meal, table: Annotated[int, typer.Option()] = 7) -> None:
        served.append((meal, table))

    run = CliRunner().invoke
    assert run(app, ["--dish", "soup"]).exit_code == 0
    assert run(app, ["--plates", "5", "--dish", "fish", "--table", "1"]).exit_code == 0
    assert served == [(Meal("soup", 2), 7), (Meal("fish", 5), 1)]
    assert run(app, ["--plates", "5"]).exit_code == 2  # no dish
    assert run(app, ["--dish", "soup", "--plates", "0"]).exit_code == 2


def test_every_setting_of_a_plan_has_its_option():
    """One field, one option, of the same name; the defaults are the same."""
    of_replan = {"keep"}  # without a previous plan there is nothing to keep
    assert {x.name for x in fields(PlanOptions)} | of_replan == {
        x.name for x in fields(PlanSettings)
    }
    assert PlanOptions().settings() == PlanSettings()


def test_options_become_settings():
    """Minutes of lookahead become seconds."""
    options = PlanOptions(
        objective="2,0,1", lookahead="1.5", scheduler="rule:edd", samples=3
    )
    assert options.settings() == PlanSettings(
        "rule:edd", Objective(2, 0, 1), 3, lookahead=90.0
    )
    assert PlanOptions(lookahead="inf").settings().lookahead == inf


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"scheduler": "magic"}, "known: auto"),
        ({"visible": 3}, "50 <= visible <= 888"),
        ({"objective": "1,1"}, "three weights"),
        ({"lookahead": "long"}, "minutes or inf"),
    ],
)
def test_a_wrong_option_is_wrong_usage(options, message):
    """What was expected, in the words of the settings."""
    with pytest.raises(typer.BadParameter, match=message):
        PlanOptions(**options).settings()


def test_a_shift_is_described_alike_everywhere():
    """Each command that reads one takes the same group, and no options of its own."""
    names = {field.name for field in fields(ShiftFiles)} - {"start"}
    groups = {
        command.__name__: [
            parameter.annotation
            for parameter in inspect.signature(command).parameters.values()
            if parameter.name in names or parameter.annotation == "ShiftFiles"
        ]
        for command in COMMANDS
        if command.__name__ != "generate"  # its jobs and machines are numbers
    }
    assert {name for name, found in groups.items() if found == ["ShiftFiles"]} == {
        *("plan", "explain", "check", "compare", "verify"),
        *("orders", "why", "remedies", "futures", "front", "replan", "handover"),
    }
    assert all(found in ([], ["ShiftFiles"]) for found in groups.values())
