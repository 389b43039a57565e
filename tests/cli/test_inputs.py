"""Mappings, plan starts, outputs and terminals of the command line."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from core.cli.border import Interrupt
from core.cli.parser import app
from core.planning.scheduler import PlanningCancelled
from core.schedulers import registry
from tests.cli.test_commands import InOrder
from tests.tables.files import JOBS, MACHINES

ROOT = Path(__file__).parents[2]
RULE = ["--scheduler", "rule:fifo"]


def run(*arguments):
    """Run a command in this process."""
    return CliRunner().invoke(app, [str(x) for x in arguments])


@pytest.fixture
def inputs(tmp_path):
    """The options that name two small files."""
    return written(tmp_path, JOBS)


def written(folder, jobs, machines=MACHINES):
    """Write two files; the options that name them."""
    (folder / "jobs.csv").write_text(jobs)
    (folder / "machines.csv").write_text(machines)
    return ["--jobs", folder / "jobs.csv", "--machines", folder / "machines.csv"]


def test_a_start_is_proposed_said_and_used(tmp_path):
    """By check and by plan alike; report.json has it."""
    files = written(tmp_path, JOBS.replace("2026-01-05", "2026-11-26"))
    said = "The plan starts Thursday, 2026-11-26 06:00"
    assert said in run("check", *files).stdout
    plan, report = tmp_path / "plan.csv", tmp_path / "report.json"
    done = run("plan", *files, *RULE, "--output", plan, "--report", report)
    assert done.exit_code == 0, done.output
    assert said in done.stderr
    assert json.loads(report.read_text())["start"] == "2026-11-26T06:00:00"


def test_a_start_far_from_the_dates_is_a_warning(inputs):
    """Given, it is used; that it hardly fits is said."""
    done = run("check", *inputs, "--start", "2025-01-05T06:00")
    assert done.exit_code == 0
    assert "365 days after the plan start" in done.stdout


AMBIGUOUS = "job_id;minutes\nA;1.200\nB;2.400\n"


def test_a_mapping_is_proposed_corrected_and_used(tmp_path):
    """From the question to the plan of 1,200 and 2,400 minutes by one line."""
    files = written(tmp_path, AMBIGUOUS)
    assert run("check", *files).exit_code == 1
    mapping = tmp_path / "mine.toml"
    done = run("check", *files, "--propose-mapping", mapping)
    assert done.exit_code == 0, done.output
    assert "UNSURE  jobs: processing_minutes <- 'minutes'  [1.200 | 2.400]" in (
        done.stdout
    )
    text = mapping.read_text()
    assert run("check", *files, "--mapping", mapping).exit_code == 1  # not answered
    line = 'theirs = "minutes"\n'
    assert line in text
    mapping.write_text(text.replace(line, line + 'decimal = ","\n'))
    plan, report = tmp_path / "plan.csv", tmp_path / "report.json"
    done = run(
        *("plan", *files, "--mapping", mapping, *RULE),
        *("--output", plan, "--report", report),
    )
    assert done.exit_code == 0, done.output
    # A takes 600 minutes on M-2, which is twice as fast; B takes 2,400 on M-1.
    assert json.loads(report.read_text())["makespan_minutes"] == 2400
    done = run("verify", *files, "--mapping", mapping, "--schedule", plan)
    assert done.stdout == "0 violations.\n"


def test_a_proposal_without_a_file_is_printed(tmp_path):
    """As the file that it would be; nothing is written."""
    files = written(tmp_path, AMBIGUOUS)
    done = run("check", *files, "--propose-mapping")
    assert done.exit_code == 0
    assert '# UNSURE, choose: decimal = ","' in done.stdout
    again = run("check", "--propose-mapping", *files)
    assert again.stdout == done.stdout
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize("text", ["[[table", '[[table]]\ntable = "x"\n'])
def test_a_mapping_that_is_none_is_refused(inputs, tmp_path, text):
    """Exit code 1 with its name, and no traceback."""
    (tmp_path / "m.toml").write_text(text)
    done = run("check", *inputs, "--mapping", tmp_path / "m.toml")
    assert done.exit_code == 1
    assert "m.toml" in done.stderr
    assert "Traceback" not in done.output


@pytest.mark.parametrize(
    ("command", "option", "name", "says"),
    [
        ("plan", "--output", "jobs.csv", "one of the inputs"),
        ("plan", "--output", "machines.csv", "one of the inputs"),
        ("plan", "--output", "link.csv", "one of the inputs"),
        ("plan", "--output", "sub/../jobs.csv", "one of the inputs"),
        ("plan", "--output", "plan.pdf", "ends in .csv or .xlsx"),
        ("plan", "--output", "plan", "ends in .csv or .xlsx"),
        ("plan", "--output", "sub", "directory"),
        ("plan", "--report", "jobs.csv", "one of the inputs"),
        ("plan", "--report", "report.csv", "ends in .json"),
        ("compare", "--output", "jobs.csv", "one of the inputs"),
        ("compare", "--output", "trials.xlsx", "ends in .csv"),
        ("check", "--propose-mapping", "jobs.csv", "one of the inputs"),
        ("check", "--propose-mapping", "m.txt", "ends in .toml"),
        ("check", "--propose-mapping", "there.toml", "is there already"),
    ],
)
def test_an_output_destroys_nothing(inputs, tmp_path, command, option, name, says):
    """Exit code 2, and every file is as it was."""
    (tmp_path / "sub").mkdir()
    (tmp_path / "there.toml").write_text("mine")
    (tmp_path / "link.csv").symlink_to(tmp_path / "jobs.csv")
    before = {x: x.read_bytes() for x in tmp_path.iterdir() if x.is_file()}
    more = ["--output", tmp_path / "ok.csv"] if option == "--report" else []
    done = run(command, *inputs, *more, option, tmp_path / name)
    assert done.exit_code == 2
    assert says in " ".join(done.output.split())
    assert {x: x.read_bytes() for x in tmp_path.iterdir() if x.is_file()} == before


def test_a_dash_is_standard_output(inputs, tmp_path, monkeypatch):
    """The plan and nothing else is printed; no file is called so."""
    monkeypatch.chdir(tmp_path)
    done = run("plan", *inputs, *RULE, "--output", "-")
    assert done.exit_code == 0, done.output
    lines = done.stdout.splitlines()
    assert lines[0].startswith("job_id,machine_id,setup_start")
    assert len(lines) == 4
    assert not (tmp_path / "-").exists()
    both = run("plan", *inputs, *RULE, "--output", "-", "--report", "-")
    assert both.exit_code == 2


@pytest.mark.parametrize("encoding", ["cp1252", "ascii", "utf-8"])
def test_tables_print_on_any_terminal(tmp_path, encoding):
    """Arrows, umlauts and emoji that the code page lacks are replaced."""
    rows = "Käse,60,🚀\n🚀,60,Käse\n"
    files = written(tmp_path, "job_id,processing_minutes,predecessors\n" + rows)
    done = subprocess.run(
        [sys.executable, "-m", "core", "check", *map(str, files)],
        env={**os.environ, "PYTHONIOENCODING": encoding},
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 1
    text = done.stdout.decode(encoding)
    assert "These jobs wait for each other" in text
    assert "1 error" in text
    assert ("→" in text) == (encoding == "utf-8")


def interrupted():
    """Press Ctrl+C, and wait for it."""
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(0.1)


def test_the_first_interrupt_asks_and_the_second_ends():
    """So that a plan that is there can be kept."""
    before = signal.getsignal(signal.SIGINT)
    with Interrupt() as stop:
        assert not stop()
        interrupted()
        assert stop()
        with pytest.raises(KeyboardInterrupt):
            interrupted()
    assert signal.getsignal(signal.SIGINT) is before


class Interrupted(InOrder):
    """Is interrupted while it plans, and ends when it is stopped."""

    def schedule(self, problem, objective, *, seed=0, stop=None, progress=None):
        """Plan after Ctrl+C was pressed."""
        interrupted()
        while not stop():
            time.sleep(0.01)
        return super().schedule(problem, objective, seed=seed, progress=progress)


class Hopeless(InOrder):
    """Is interrupted before there is a plan."""

    def schedule(self, problem, objective, *, seed=0, stop=None, progress=None):
        """Give up when stopped."""
        interrupted()
        raise PlanningCancelled("No plan yet.")


@pytest.mark.parametrize(
    ("planner", "code", "says"),
    [
        (Interrupted, 0, "Stopped before the end: this is the best plan so far."),
        (Hopeless, 130, "Stopped."),
    ],
)
def test_an_interrupted_plan_is_kept_where_there_is_one(
    inputs, tmp_path, monkeypatch, planner, code, says
):
    """Ctrl+C: what is there is written, and it is said; without a plan, nothing is."""
    monkeypatch.setitem(registry.MAKERS, "auto", lambda *given: planner())
    plan = tmp_path / "plan.csv"
    done = run("plan", *inputs, "--output", plan)
    assert done.exit_code == code, done.output
    assert says in done.stderr.splitlines()
    assert plan.exists() == (code == 0)
