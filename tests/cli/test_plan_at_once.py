"""What leaves planning nothing to work with: a plan all the same, and a word why."""

import json

import pytest

from core.policy import shipped
from tests.cli.test_commands import BOOK, run
from tests.models import untrained
from tests.tables.files import JOBS, MACHINES


@pytest.fixture
def plan(tmp_path):
    """Plan by auto and return what was said, the report, and the verifier's word."""

    def planned(inputs, *options):
        output, report = tmp_path / "plan.csv", tmp_path / "report.json"
        done = run(
            *("plan", *inputs, *options, "--output", output, "--report", report),
        )
        assert done.exit_code == 0, done.output
        assert "Traceback" not in done.output
        verified = run("verify", *inputs, "--schedule", output)
        assert (verified.exit_code, verified.stdout) == (0, "0 violations.\n")
        return done.stderr, json.loads(report.read_text())

    return planned


@pytest.fixture
def files(tmp_path):
    """Write jobs and machines; the options that name them."""

    def written(jobs=JOBS, machines=MACHINES):
        (tmp_path / "jobs.csv").write_text(jobs)
        (tmp_path / "machines.csv").write_text(machines)
        return [
            *("--jobs", tmp_path / "jobs.csv"),
            *("--machines", tmp_path / "machines.csv"),
        ]

    return written


@pytest.mark.parametrize("effort", ["0", "none"])
def test_no_effort_is_the_best_plan_that_stands_at_once(plan, effort):
    """Rules and policy, and no search; both ways to say so give the same plan."""
    said, report = plan(BOOK, "--effort", effort)
    assert "as no search was asked for." in said
    _, searched = plan(BOOK, "--effort", "quick")
    _, rules = plan(BOOK, "--scheduler", "rule:best")
    assert searched["cost"] <= report["cost"] <= rules["cost"]


def test_no_time_is_the_fast_rules_plan_and_says_so(plan):
    """A limit too short for anything else: one rule, stopped before the end."""
    said, report = plan(BOOK, "--most-seconds", "0")
    assert "made 1 plan; the cheapest, by the rule: earliest due date" in said
    assert "Stopped before the end." in said
    _, rule = plan(BOOK, "--scheduler", "rule:edd")
    assert report["cost"] == rule["cost"]


def missing(folder):
    """No model in the folder."""
    folder.mkdir()


def broken(folder):
    """A model whose weights were cut off."""
    untrained(folder)
    weights = next(folder.glob("*.safetensors"))
    weights.write_bytes(weights.read_bytes()[:100])


def too_small(folder):
    """A network of fixed size with places for ten jobs."""
    untrained(folder, "fixed", jobs=10, machines=10)


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (missing, "cannot be read"),
        (broken, ""),
        (too_small, "takes at most 10 jobs and 10 machines"),
    ],
)
def test_a_model_that_cannot_plan_is_planned_without(
    plan, tmp_path, monkeypatch, spoil, words
):
    """Rules and search plan; the report names no model, the terminal says why."""
    spoil(tmp_path / shipped.DEFAULT)
    monkeypatch.setattr(shipped, "SHIPPED", tmp_path)
    said, report = plan(BOOK, "--effort", "quick")
    assert words in said
    assert "Rules and search planned without." in said
    assert report["model"] is None
    _, rules = plan(BOOK, "--scheduler", "rule:best")
    assert report["cost"] <= rules["cost"]


ONE_JOB = "\n".join(JOBS.splitlines()[:2]) + "\n"
ONE_MACHINE = "machine_id,machine_type\nM-1,CNC\n"
ON_IT = JOBS.replace("CNC|Laser", "CNC")


def test_one_job_is_planned(plan, files):
    """There is one place for it in the order, and nothing else to say."""
    _, report = plan(files(jobs=ONE_JOB))
    assert report["jobs"] == 1


def test_one_machine_is_planned(plan, files):
    """Jobs one behind the other; on one machine, nothing can move elsewhere."""
    _, report = plan(files(ON_IT, ONE_MACHINE))
    assert report["machines"] == 1


def test_what_costs_nothing_is_left_alone(plan, files):
    """Lateness is all that counts, and no job is due: there is nothing to improve."""
    said, report = plan(files(), "--objective", "0,1,0")
    assert report["cost"] == 0
    assert "there is nothing to improve" in said
