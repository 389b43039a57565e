"""``explain``: one decision as text, as it is typed."""

import re

import pytest
from typer.testing import CliRunner

from core.cli.parser import app
from core.decisions.step_tables import confidence
from core.planning.settings import PlanSettings
from core.problem.objective import Objective
from core.schedulers.registry import scheduler
from core.tables.writing.samples import FOLDER, read_sample

BOOK = ("--workbook", str(FOLDER / "small-24x6" / "small-24x6.xlsx"))


def explain(*arguments):
    """Run the command in this process."""
    return CliRunner().invoke(app, ["explain", *map(str, arguments)])


def test_a_decision_of_the_policy():
    """The very decision of the plan: who, what, probabilities, reasons, exclusions."""
    done = explain("--step", 7, *BOOK, "--scheduler", "hierarchical")
    assert done.exit_code == 0, done.output
    problem = read_sample("small-24x6").shift.problem
    decision = (
        scheduler(PlanSettings("hierarchical")).schedule(problem, Objective()).trace[6]
    )
    job, machine = problem.job_ids[decision.job], problem.machine_ids[decision.machine]
    lines = done.stdout.splitlines()
    assert lines[0].startswith("Decision 7 of 24, ")
    assert f": {job} on {machine}, " in lines[0]
    assert lines[0].endswith("taken by hierarchical.")
    assert f"Which job? {len(decision.jobs)} possible." in lines
    assert f"Which machine? {len(decision.machines)} possible." in lines
    chosen = next(line for line in lines if line.startswith("●") and job in line)
    share = decision.job_probabilities[decision.jobs == decision.job]
    assert confidence(float(share[0])) in chosen
    assert "6 already scheduled" in done.output
    other = problem.job_ids[decision.other_job]
    why = lines.index(f"Why {job} and not {other}?")
    assert re.fullmatch(r"  .+: [+-]\d+\.\d", lines[why + 1])


def test_a_decision_of_a_rule():
    """Its priorities; nothing to weigh, so no reasons."""
    done = explain("--step", 3, *BOOK, "--scheduler", "rule:atcs")
    assert done.exit_code == 0, done.output
    assert "taken by rule:atcs." in done.output
    assert "Priority" in done.output
    assert "Probability" not in done.output
    assert "Why " not in done.output
    assert "1.00" in done.output  # the chosen job has the largest


def test_the_step_of_a_generated_shift_from_its_csv_files(tmp_path):
    """Any files that can be planned can be explained."""
    made = CliRunner().invoke(
        app, ["generate", "--jobs", "9", "--machines", "3", "--output", str(tmp_path)]
    )
    assert made.exit_code == 0, made.output
    files = [x for path in tmp_path.glob("*.csv") for x in (f"--{path.stem}", path)]
    done = explain("--step", 9, *files)
    assert done.exit_code == 0, done.output
    assert "Decision 9 of 9" in done.output
    assert "8 already scheduled" in done.output


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("--step", 25, *BOOK), 2, "expected 1 … 24, got 25"),
        (("--step", 0, *BOOK), 2, "--step"),
        (("--step", 1, *BOOK, "--scheduler", "magic"), 2, "magic"),
        (("--step", 1, *BOOK, "--model", "nobody"), 2, "no model 'nobody'"),
    ],
)
def test_a_wrong_request_says_what_was_expected(arguments, code, message):
    """No traceback; the option at fault is named."""
    done = explain(*arguments)
    assert done.exit_code == code, done.output
    assert message in " ".join(done.output.split())
    assert "Traceback" not in done.output
