"""``benchmark``, as it is typed."""

import csv

import pytest
from typer.testing import CliRunner

from core.cli.parser import app
from tests.models import untrained


def run(*arguments):
    """Run the command in this process."""
    return CliRunner().invoke(app, ["benchmark", *map(str, arguments)])


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """Folder of a policy without training."""
    folder = tmp_path_factory.mktemp("model")
    untrained(folder)
    return folder


def test_shifts_on_screen_and_in_a_file(tmp_path, model):
    """The table names the best rule's yardstick; the file has a row per plan."""
    done = run(
        *("shifts", "--sizes", "8x3", "--shifts", 1, "--kinds", "shift"),
        *("--parts", "quality", "--samples", 2, "--model", model),
        *("--output", tmp_path / "shifts.csv"),
    )
    assert done.exit_code == 0, done.output
    assert "cost over that of the best rule" in done.output
    with (tmp_path / "shifts.csv").open() as file:
        ways = [row["way"] for row in csv.DictReader(file)]
    assert {"greedy", "best of 2", "rule:atcs"} <= set(ways)


def test_public_instances(tmp_path, model):
    """Gap and mean gap of a folder with one instance."""
    (tmp_path / "pmp").mkdir()
    (tmp_path / "pmp" / "1.txt").write_text("1\n1\n7\n")
    (tmp_path / "best_known.csv").write_text(
        "category,instance,best_known_makespan\nRuben,1.txt,7\n"
    )
    done = run("pmp", tmp_path, "--seconds", 0, "--samples", 1, "--model", model)
    assert done.exit_code == 0, done.output
    assert "mean of 1" in done.output


def test_efforts_beside_costs_found_elsewhere(tmp_path):
    """What one run writes is what the next is measured by."""
    size = ("--sizes", "6x2", "--kinds", "shift", "--shifts", 2)
    ways, file = ("--ways", "rule:fifo"), tmp_path / "long.csv"
    done = run("efforts", *size, *ways, "--over", "rule:fifo", "--output", file)
    assert done.exit_code == 0, done.output
    over = ("--over", "reference", "--reference", file)
    done = run("efforts", *size, *ways, *over)
    assert done.exit_code == 0, done.output
    *_, reference, fifo = done.stdout.splitlines()
    assert "reference" in reference
    assert fifo.split()[4:6] == ["2", "1"]  # as often, and as dear


def test_job_shops_without_the_exact_solver(tmp_path):
    """One shop of each kind, beside the same rule in a file: both are the best."""
    shops = ("--shops", 1, "--ways", "rule:fifo", "--exact-seconds", 0)
    done = run("job-shops", *shops, "--output", tmp_path / "shops.csv")
    assert done.exit_code == 0, done.output
    done = run("job-shops", *shops, "--reference", tmp_path / "shops.csv")
    assert done.exit_code == 0, done.output
    lines = [line.split() for line in done.stdout.splitlines()[2:6]]
    assert [line[:4] for line in lines] == [
        [f"{kind}-like", way, "1", "1"]
        for kind in ("edata", "rdata")
        for way in ("reference", "rule:fifo")
    ]


def test_learning_draws_its_curves(tmp_path):
    """The plot lies beside the file."""
    done = run(
        *("learning", "--sizes", "4x2", "--decisions", 80, "--seeds", 1),
        *("--ways", "set,flat", "--output", tmp_path / "learning.csv"),
    )
    assert done.exit_code == 0, done.output
    assert (tmp_path / "learning.svg").read_text().startswith("<svg")


def test_choices_are_tables_side_by_side(tmp_path):
    """One table per choice, its options as rows; all rows in the file."""
    done = run(
        *("choices", "--sizes", "4x2", "--decisions", 300, "--shifts", 2),
        *("--parts", "reward,advantage", "--output", tmp_path / "choices.csv"),
    )
    assert done.exit_code == 0, done.output
    with (tmp_path / "choices.csv").open() as file:
        options = [row["option"] for row in csv.DictReader(file)]
    assert options == ["cost", "shaped", "group", "gae", "best"]


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("fjsp",), 1, "needs the folder of public instances"),
        (("pmp", "nowhere"), 1, "There are no pmp instances in nowhere"),
        (("shifts", "--model", "nobody"), 1, "There is no model 'nobody'"),
        (("sleep",), 2, "No such command 'sleep'"),
        (("reading", "--kinds", "shift"), 2, "No such option"),
        (("speed", "--tasks", "sleep"), 2, "expected nothing, read"),
        (("press", "--effort", "open"), 2, "expected one of none, quick, normal"),
        (("replan", "--effort", "open"), 2, "expected one of none, quick, normal"),
        (("process", "--sample", "odd"), 2, "Expected a sample of shift-411x30"),
        (("efforts", "--over", "odd"), 2, "hierarchical, auto+quick"),
        (("efforts", "--ways", "auto+odd", "--over", "auto+odd"), 2, "with an end"),
        (("efforts", "--over", "reference"), 2, "expected one of rule:best"),
        (("efforts", "--reference", "none.csv"), 1, "none.csv cannot be read"),
        (("job-shops", "--kinds", "odd"), 2, "expected edata, rdata"),
        (("refine", "--sets", "odd"), 2, "expected brandimarte"),
        (("shifts", "--sizes", ""), 2, "expected e.g. 411x30"),
        (("shifts", "--sizes", "many"), 2, "expected e.g. 411x30"),
        (("shifts", "--kinds", "odd"), 2, "got 'odd'"),
        (("shifts", "--parts", "odd"), 2, "got 'odd'"),
        (("learning", "--ways", "sac"), 2, "Expected ways of set"),
        (("choices", "--parts", "odd"), 2, "Expected parts of lookahead"),
        (("choices", "--kinds", "odd"), 2, "got 'odd'"),
        (("training", "--parts", "odd"), 2, "Expected parts of speed"),
        (("training", "--minutes", 0), 2, "Expected minutes > 0"),
        (("training", "--kinds", "odd"), 2, "got 'odd'"),
    ],
)
def test_a_wrong_request_says_what_was_expected(arguments, code, message):
    """Input at fault: 1; wrong usage: 2; never a traceback."""
    done = run(*arguments)
    assert done.exit_code == code
    assert message in " ".join(done.output.replace("│", " ").split())
