"""``compare``: the table, the file, and the worker of a background run."""

import csv
import json
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from core.cli.parser import app
from core.comparison.trial_pool import TrialSpec, run_trials
from core.instances.generator import KINDS, generate
from core.planning.settings import PlanSettings
from core.problem.objective import Objective
from core.problem.saving.serialize import problem_to_bytes
from core.runs.trial_run import queue_trials, spec_of, trials_of, work_on
from core.store.background.runs import Runs
from core.store.database import open_database
from core.tables.writing.samples import FOLDER

BOOK = ["--workbook", str(FOLDER / "small-24x6" / "small-24x6.xlsx")]
RULES = ("rule:edd", "rule:lpt")


def run(*arguments):
    """Run the command in this process."""
    return CliRunner().invoke(app, ["compare", *(str(x) for x in arguments)])


@pytest.fixture
def runs(tmp_path, monkeypatch):
    """An empty store, which commands find too."""
    monkeypatch.setenv("SHIFTWRIGHT_DATA", str(tmp_path / "data"))
    monkeypatch.delenv("SHIFTWRIGHT_DATABASE_URL", raising=False)
    database = open_database()
    yield Runs(database)
    database.close()


@pytest.fixture
def spec():
    """Two rules on shifts like a small one."""
    problem = generate(KINDS["shift_open"].resized(10, 3), 0)
    settings = PlanSettings(samples=2, lookahead=60.0, model=Path("models", "mine"))
    return TrialSpec(RULES, problem_to_bytes(problem), settings=settings)


def test_the_table_and_the_file_say_the_same(tmp_path):
    """Three trials, two rows each; the second scheduler is set against the first."""
    file = tmp_path / "trials.csv"
    names = ",".join(RULES)
    done = run(*BOOK, "--schedulers", names, "--trials", 3, "--output", file)
    assert done.exit_code == 0, done.output
    assert "3 trials" in done.stdout
    head, *lines = done.stdout.splitlines()
    assert head.split() == list(RULES)
    said = {line[:22].strip(): line[22:].split() for line in lines}
    assert said["Cheaper in"][1:] == ["of", "3"]
    rows = list(csv.DictReader(file.open()))
    assert len(rows) == 6
    mean = sum(float(row["cost"]) for row in rows[::2]) / 3
    assert said["Cost"][0] == f"{mean:.4f}"


def test_generated_kinds_need_no_files():
    """In the size that was asked for."""
    names = ",".join(RULES)
    done = run("--kind", "tight", "--size", "8x2", "--schedulers", names, "--trials", 2)
    assert done.exit_code == 0, done.output
    assert "2 trials" in done.stdout


@pytest.mark.parametrize(
    "wrong",
    [
        ["--schedulers", "rule:edd"],
        ["--schedulers", "rule:edd,rule:edd"],
        ["--schedulers", "rule:edd,nothing"],
        ["--kind", "nothing"],
        ["--kind", "tight", "--size", "8"],
        ["--visible", "3"],
        ["--limit", "0"],
    ],
)
def test_wrong_usage_is_told_before_any_work(wrong):
    """Exit code 2."""
    files = [] if "--kind" in wrong else BOOK
    assert run(*files, *wrong).exit_code == 2


def test_two_processes_find_what_one_finds(spec):
    """The same index is the same shift, whoever draws it."""
    alone = {one.index: one for one in run_trials(spec, range(3))}
    both = {one.index: one for one in run_trials(spec, range(3), workers=2)}
    assert both.keys() == alone.keys() == {0, 1, 2}
    for index, one in alone.items():
        for name in RULES:
            assert one.scores[name].cost == both[index].scores[name].cost


def test_a_stop_ends_the_processes(spec):
    """Nothing is begun, and nothing hangs."""
    assert list(run_trials(spec, range(4), workers=2, stop=lambda: True)) == []


def test_the_worker_does_the_trials_of_a_run(runs, spec):
    """Also as the command that the store starts; then the run is finished."""
    queued = queue_trials(runs, "three", spec, 3)
    assert spec_of(runs, queued) == spec
    assert run("--run", queued.id).exit_code == 0
    ended = runs.get(queued.id)
    assert (ended.state, ended.progress) == ("finished", 1.0)
    done = trials_of(runs, queued.id)
    assert sorted(one.index for one in done) == [0, 1, 2]
    assert all(one.scores[name].cost > 0 for one in done for name in RULES)


def test_a_run_that_was_stopped_keeps_its_trials_and_goes_on(runs, spec):
    """What is done is not done again."""
    queued = queue_trials(runs, "four", spec, 4)
    runs.claim(queued.id)
    runs.request_stop(queued.id)
    from core.runs import trial_run

    patience, trial_run.HEARTBEAT_SECONDS = trial_run.HEARTBEAT_SECONDS, -1.0
    try:
        work_on(runs, queued.id, workers=1)
    finally:
        trial_run.HEARTBEAT_SECONDS = patience
    stopped = runs.get(queued.id)
    assert stopped.state == "stopped"
    assert len(trials_of(runs, queued.id)) < 4
    runs.resume(queued.id)
    work_on(runs, queued.id, workers=1)
    assert runs.get(queued.id).state == "finished"
    assert len(trials_of(runs, queued.id)) == 4


def test_a_run_that_cannot_go_on_says_why(runs, spec):
    """Its shift is gone."""
    queued = queue_trials(runs, "lost", spec, 2)
    (runs.inputs(queued.id) / "shift.zip").unlink()
    work_on(runs, queued.id, workers=1)
    failed = runs.get(queued.id)
    assert failed.state == "failed"
    assert "could not go on" in failed.error


def test_trials_that_the_first_release_queued_go_on(spec):
    """Its options stood among the other values; a folder was text with separators."""
    kept = {
        "schedulers": list(RULES),
        "like": None,
        "jobs": 8,
        "machines": None,
        "weights": [1.0, 2.0, 0.0],
        "seed": 3,
        "limit": None,
        "model": "data/models/mine",
        "samples": 4,
        "lookahead": None,
        "visible": 60,
        "refine_seconds": 2.5,
        "trials": 10,
    }
    settings = PlanSettings(
        objective=Objective(1.0, 2.0, 0.0),
        samples=4,
        refine_seconds=2.5,
        model=Path("data/models/mine"),
        visible=60,
        seed=3,
    )
    found = TrialSpec.from_json(kept, lambda: spec.like)
    assert found == TrialSpec(RULES, spec.like, jobs=8, settings=settings)
    assert TrialSpec.from_json(kept | {"model": "makespan"}, lambda: b"").settings == (
        replace(settings, model="makespan")
    )


def test_the_settings_of_a_run_are_plain_values(runs, spec):
    """No shift in them, nothing that JSON cannot say."""
    queued = queue_trials(runs, "plain", spec, 2)
    assert json.loads(json.dumps(dict(queued.config)))["like"] is None
