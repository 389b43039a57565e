"""The commands, as a planner types them: output, files and exit codes."""

import json
import re
import subprocess
import sys
from math import inf
from pathlib import Path

import pytest
from typer.testing import CliRunner

from core.cli.parser import app
from core.planning import catalogue
from core.planning.scheduler import Result, Stopwatch
from core.planning.settings import PlanSettings
from core.schedulers import registry
from core.tables.writing.samples import FOLDER
from core.timing.retime import retime
from tests.tables.files import JOBS, MACHINES

ROOT = Path(__file__).parents[2]
SAMPLE = FOLDER / "small-24x6"
BOOK = ["--workbook", str(SAMPLE / "small-24x6.xlsx")]


def run(*arguments):
    """Run a command in this process."""
    return CliRunner().invoke(app, [str(x) for x in arguments])


@pytest.fixture
def inputs(tmp_path):
    """The options that name two small files."""
    (tmp_path / "jobs.csv").write_text(JOBS)
    (tmp_path / "machines.csv").write_text(MACHINES)
    return ["--jobs", tmp_path / "jobs.csv", "--machines", tmp_path / "machines.csv"]


class InOrder:
    """Plans the jobs in topological order, each on its first eligible machine."""

    name = "in-order"
    asked: PlanSettings

    def schedule(self, problem, objective, *, seed=0, stop=None, progress=None):
        """Plan every job; see :class:`core.planning.scheduler.Scheduler`."""
        watch = Stopwatch()
        sequences = [[] for _ in problem.machine_ids]
        for job in problem.topological_order.tolist():
            sequences[int(problem.eligible[job].argmax())].append(job)
        progress(1.0, "planning")
        schedule = retime(problem, sequences)
        return Result(
            problem=problem,
            schedule=schedule,
            objective=objective,
            scheduler=self.name,
            seconds=watch.seconds,
            decisions=problem.num_jobs,
            reason="In order.",
            seed=seed,
        )


@pytest.fixture
def in_order(monkeypatch):
    """One scheduler more, which remembers how it was asked for."""
    planner = InOrder()
    entry = catalogue.SchedulerEntry("in-order", "In order", "One after the other.")

    def make(settings, found):
        planner.asked = settings
        return planner

    monkeypatch.setitem(catalogue.SCHEDULERS, "in-order", entry)
    monkeypatch.setitem(registry.MAKERS, "in-order", make)
    return planner


def test_check_finds_nothing_in_a_sample():
    """Exit code 0, the size of the shift, and what was assumed."""
    answer = run("check", *BOOK)
    assert answer.exit_code == 0
    last = "24 jobs, 6 machines: 0 errors, 0 warnings, 2 notes."
    assert answer.stdout.splitlines()[-1] == last
    assert "The plan starts Monday, 2026-01-05 06:00" in answer.stdout


def test_check_prints_every_issue(inputs, tmp_path):
    """Exit code 1, with file, row, column, value and mend of both errors."""
    text = JOBS.replace("60", "sixty").replace("J-2", "J-1")
    (tmp_path / "jobs.csv").write_text(text)
    answer = run("check", *inputs)
    assert answer.exit_code == 1
    lines = [line for line in answer.stdout.splitlines() if line.startswith("error")]
    assert len(lines) == 2
    assert all("jobs.csv" in line for line in lines)
    assert "sixty" in answer.stdout
    assert "Write a number" in answer.stdout
    assert "Traceback" not in answer.output


def test_a_wrong_start_moves_the_dates(inputs):
    """A day later, both due dates have passed: two warnings, still exit code 0."""
    answer = run("check", *inputs, "--start", "2026-01-06T06:00")
    assert answer.exit_code == 0
    assert "0 errors, 2 warnings" in answer.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ["check"],
        ["check", "--jobs", "nowhere.csv"],
        ["check", *BOOK, "--start", "tomorrow"],
        ["check", *BOOK, "--start", "2026-01-05T06:00+01:00"],
        ["generate", "--output", "x", "--jobs", "0"],
        ["generate", "--output", "x", "--kind", "odd"],
        ["plan", *BOOK],
        ["plan", *BOOK, "--output", "x.csv", "--objective", "1,1"],
        ["plan", *BOOK, "--output", "x.csv", "--objective", "0,0,0"],
        ["plan", *BOOK, "--output", "x.csv", "--lookahead", "-1"],
        ["plan", *BOOK, "--output", "x.csv", "--lookahead", "nan"],
        ["plan", *BOOK, "--output", "x.csv", "--samples", "0"],
        ["plan", *BOOK, "--output", "nowhere/x.csv"],
        ["plan", *BOOK, "--output", "x.csv", "--scheduler", "magic"],
        ["verify", *BOOK],
        ["fly"],
    ],
)
@pytest.mark.usefixtures("in_order")
def test_wrong_usage_is_exit_code_2(arguments, tmp_path, monkeypatch):
    """With a message that names the option, no traceback, and nothing written."""
    monkeypatch.chdir(tmp_path)
    answer = run(*arguments)
    assert answer.exit_code == 2
    assert "Traceback" not in answer.output
    assert list(tmp_path.iterdir()) == []


def test_a_plan_and_its_report(inputs, in_order, tmp_path):
    """
    All jobs on their first machine: M-1 runs 60 + 30 + 45 minutes.

    H = (60 + 22.5 + 33.75) / 2; nothing is late; cost = 135 / H.
    """
    plan, report = tmp_path / "plan.csv", tmp_path / "report.json"
    answer = run(
        *("plan", *inputs, "--scheduler", "in-order", "--output", plan),
        *("--report", report, "--lookahead", "inf", "--samples", "3"),
    )
    assert answer.exit_code == 0, answer.output
    found = json.loads(report.read_text())
    assert list(found) == [
        *("scheduler", "model", "jobs", "machines", "makespan_minutes"),
        *("weighted_tardiness_minutes", "late_jobs", "on_time_rate", "setup_minutes"),
        *(
            "utilisation",
            "cost",
            "lower_bound",
            "gap",
            "seconds",
            "violations",
            "start",
        ),
    ]
    assert found["makespan_minutes"] == 135
    assert found["cost"] == pytest.approx(135 / ((60 + 22.5 + 33.75) / 2))
    assert 0 < found["lower_bound"] <= found["cost"]
    assert found["gap"] == pytest.approx(found["cost"] / found["lower_bound"] - 1)
    assert (found["late_jobs"], found["on_time_rate"], found["violations"]) == (0, 1, 0)
    assert (found["model"], found["start"]) == (None, "2026-01-05T06:00:00")
    assert in_order.asked == PlanSettings("in-order", samples=3, lookahead=inf)
    answer = run("verify", *inputs, "--schedule", plan)
    assert (answer.exit_code, answer.stdout) == (0, "0 violations.\n")


def test_lookahead_is_the_models_own_unless_given(inputs, in_order, tmp_path):
    """Minutes become seconds; no option means none."""
    plan = ["plan", *inputs, "--scheduler", "in-order", "--output", tmp_path / "p.csv"]
    assert run(*plan).exit_code == 0
    assert in_order.asked.lookahead is None
    assert run(*plan, "--lookahead", "2.5").exit_code == 0
    assert in_order.asked.lookahead == 150.0


@pytest.mark.parametrize(("start", "said"), [("01:30", True), ("03:00", False)])
def test_a_plan_across_a_change_of_clocks_says_so(
    inputs, in_order, tmp_path, in_central_europe, start, said
):
    """They go forward at two, after half an hour of the plan, or before it."""
    of_plan = ["--scheduler", "in-order", "--output", tmp_path / "plan.csv"]
    done = run("plan", *inputs, "--start", f"2026-03-29T{start}", *of_plan)
    assert done.exit_code == 0
    assert ("on Sun 29 Mar 02:00 they are put to 03:00" in done.stderr) == said


def test_a_plan_may_be_a_workbook(inputs, in_order, tmp_path):
    """By the ending of its name."""
    path = tmp_path / "plan.xlsx"
    run("plan", *inputs, "--scheduler", in_order.name, "--output", path)
    assert path.read_bytes().startswith(b"PK")


def test_nothing_is_planned_with_errors(inputs, in_order, tmp_path):
    """Exit code 1, the issues on the error stream, no file."""
    (tmp_path / "jobs.csv").write_text(JOBS.replace("60", "-60"))
    path = tmp_path / "plan.csv"
    answer = run("plan", *inputs, "--scheduler", in_order.name, "--output", path)
    assert answer.exit_code == 1
    assert "negative" in answer.stderr
    assert not path.exists()


def test_a_failure_inside_is_a_message(inputs, in_order, tmp_path, monkeypatch):
    """Exit code 1 and one line, whatever a scheduler raises."""
    monkeypatch.setattr(InOrder, "schedule", lambda *_, **__: 1 / 0)
    path = tmp_path / "plan.csv"
    answer = run("plan", *inputs, "--scheduler", in_order.name, "--output", path)
    assert answer.exit_code == 1
    assert answer.stderr.splitlines()[-1] == "This failed: division by zero"


def test_verify_finds_a_tampered_plan(inputs, in_order, tmp_path):
    """J-2 before J-1, on which it depends: exit code 1 and a line that says so."""
    path = tmp_path / "plan.csv"
    run("plan", *inputs, "--scheduler", in_order.name, "--output", path)
    text = path.read_text(encoding="utf-8-sig")
    moved = text.replace("J-1,", "?,").replace("J-2,", "J-1,").replace("?,", "J-2,")
    path.write_text(moved)
    answer = run("verify", *inputs, "--schedule", path)
    assert answer.exit_code == 1
    assert "J-2" in answer.stdout
    assert "0 violations" not in answer.stdout


def test_verify_refuses_a_plan_of_other_jobs(inputs, tmp_path):
    """The issues are printed, and nothing is verified."""
    path = tmp_path / "plan.csv"
    path.write_text("job_id,machine_id,setup_start,start,end,setup_minutes\n")
    answer = run("verify", *inputs, "--schedule", path)
    assert answer.exit_code == 1
    assert "3 jobs of the shift are not in the plan" in answer.stdout


def test_generated_files_check_without_issues(tmp_path):
    """Twice the same files from one seed, other ones from another."""
    for folder, seed in (("a", 1), ("b", 1), ("c", 2)):
        answer = run(
            *("generate", "--jobs", 20, "--machines", 4, "--seed", seed),
            *("--output", tmp_path / folder),
        )
        assert answer.exit_code == 0, answer.output
    content = {
        folder: {x.name: x.read_bytes() for x in (tmp_path / folder).iterdir()}
        for folder in "abc"
    }
    assert content["a"] == content["b"]
    assert content["a"]["jobs.csv"] != content["c"]["jobs.csv"]
    options = []
    for name in content["a"].keys() - {"shift.xlsx"}:
        options += [f"--{name.removesuffix('.csv')}", tmp_path / "a" / name]
    answer = run("check", *options)
    assert answer.exit_code == 0
    assert "20 jobs, 4 machines: 0 errors" in answer.stdout


def test_a_generated_day_goes_on_from_its_middle(tmp_path):
    """Files, the plan before, and what time it is: replanned, and it verifies."""
    for seed in range(3):
        folder = tmp_path / str(seed)
        made = run(
            *("generate", "--kind", "midway_calendar", "--output", folder),
            *("--jobs", 20, "--machines", 4, "--seed", seed),
        )
        assert made.exit_code == 0, made.output
        now = re.search(r"now (\S+)\.", " ".join(made.output.split()))[1]
        inputs = ["--workbook", folder / "shift.xlsx", "--now", now]
        inputs += ["--previous", folder / "before.csv"]
        output = folder / "new.csv"
        done = run("replan", *inputs, "--repair", "push", "--output", output)
        assert done.exit_code == 0, done.output
        found = run("verify", *inputs, "--schedule", output)
        assert found.exit_code == 0, found.output


def test_a_generated_shift_is_planned_and_verified(in_order, tmp_path):
    """With calendars, setups and sequences, through files only."""
    run("generate", "--jobs", 30, "--machines", 5, "--output", tmp_path)
    book, plan = ["--workbook", tmp_path / "shift.xlsx"], tmp_path / "plan.csv"
    answer = run("plan", *book, "--scheduler", in_order.name, "--output", plan)
    assert answer.exit_code == 0, answer.output
    answer = run("verify", *book, "--schedule", plan)
    assert (answer.exit_code, answer.stdout) == (0, "0 violations.\n")


@pytest.mark.parametrize(
    "command",
    ["check", "verify", "generate", "auto", "hierarchical", "batch", "rule:best"],
)
def test_a_command_loads_no_more_than_it_needs(command, tmp_path, inputs):
    """
    In a fresh process, after the command has done its work.

    Torch is for training, workbooks for who writes one; SciPy's half a second of linear
    algebra for the families of planning in batches.
    """
    plan = tmp_path / "plan.csv"
    plan.write_text("job_id,machine_id,setup_start,start,end,setup_minutes\n")
    made = ["plan", *inputs, "--output", tmp_path / "made.csv"]
    arguments = {
        "auto": [*made, "--effort", "quick"],
        "hierarchical": [*made, "--scheduler", "hierarchical"],
        "batch": [*made, "--scheduler", "batch"],
        "rule:best": [*made, "--scheduler", "rule:best"],
        "check": ["check", *inputs],
        "verify": ["verify", *inputs, "--schedule", plan],
        "generate": ["generate", "--jobs", 5, "--machines", 2, "--output", tmp_path],
    }[command]
    heavy = {"torch"}
    if command in ("auto", "hierarchical", "rule:best"):
        heavy |= {"scipy.linalg", "scipy.optimize", "xlsxwriter"}
    script = (
        "import sys\n"
        "from core.cli.parser import app\n"
        f"app({[str(x) for x in arguments]!r}, standalone_mode=False)\n"
        f"print(*{heavy!r} & sys.modules.keys())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    assert done.stdout.splitlines()[-1] == ""


def test_help_names_every_command():
    """From the module, as a planner starts it."""
    done = subprocess.run(
        [sys.executable, "-m", "core", "--help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    for command in ("plan", "check", "generate", "verify"):
        assert f"  {command} " in done.stdout
