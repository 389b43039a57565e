"""``front``: the plans that none beats, and one of them written."""

import json

import pytest
from typer.testing import CliRunner

from core.cli.parser import app
from core.problem.schedule import metrics
from core.problem.shift import DEFAULT_START
from core.tables.plan_file import read_schedule
from core.tables.shift import read_shift
from core.tables.writing.samples import FOLDER

BOOK = FOLDER / "small-24x6" / "small-24x6.xlsx"


def run(*arguments):
    """Run a command in this process."""
    return CliRunner().invoke(app, [str(x) for x in arguments])


@pytest.fixture(scope="module")
def given(tmp_path_factory):
    """The options that name the small sample and a rule's plan of it."""
    file = tmp_path_factory.mktemp("plan") / "schedule.csv"
    made = run("plan", "--workbook", BOOK, "--scheduler", "rule:edd", "--output", file)
    assert made.exit_code == 0
    return ["--workbook", BOOK, "--schedule", file]


def test_a_plan_of_the_front_is_written_with_the_figures_that_it_was_listed_with(
    given, tmp_path
):
    """The last one listed: read back, it has the end and the setups that were said."""
    answer = json.loads(run("front", *given, "--json").stdout)
    assert list(answer) == ["plans", "in_hand", "in_hand_is_plan", "made"]
    figures = [
        (x["weighted_tardiness_minutes"], x["end"], x["setup_minutes"])
        for x in answer["plans"]
    ]
    assert figures == sorted(figures)
    number, file = len(figures), tmp_path / "taken.csv"
    result = run("front", *given, "--take", number, "--output", file)
    assert result.exit_code == 0, result.output
    shift = read_shift({BOOK.name: BOOK.read_bytes()}, DEFAULT_START, "small").shift
    taken = read_schedule(file.read_bytes(), shift).schedule
    found = metrics(shift.problem, taken)
    assert found.setup / 60 == pytest.approx(answer["plans"][-1]["setup_minutes"])
    shown = run("front", *given).stdout
    assert f"{number} plan" in shown
    assert "weighted lateness" in shown


def test_wrong_numbers_are_refused_before_or_after_the_search(given, tmp_path):
    """Take and output come together; there is no plan 99; no input is overwritten."""
    assert run("front", *given, "--take", 1).exit_code == 2
    file = tmp_path / "taken.csv"
    result = run("front", *given, "--take", 99, "--output", file)
    assert (result.exit_code, file.exists()) == (2, False)
    result = run("front", *given, "--take", 1, "--output", given[-1])
    assert "is one of the inputs" in result.output.replace("\n", " ")
