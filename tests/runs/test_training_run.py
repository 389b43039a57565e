"""Runs in the background: stopped, killed, broken, and what is left of them."""

import os
import random
import signal
import time
from dataclasses import replace

import pytest
import torch

from core.instances.generator import KINDS, generate
from core.policy.checkpoint import load_model
from core.runs.judging import default_of, held_out_of, judged_tasks, newest_policy
from core.runs.run_plan import RunPlan, from_tonight, recommended
from core.runs.training_queue import queue_training
from core.runs.training_run import work_on
from core.store.background import run_writer
from core.store.background.runs import Runs
from core.store.database import open_database
from core.store.errors import (
    RunAlreadyRunningError,
    StoreUnwritableError,
)
from core.store.files import write_atomically
from core.store.models import Models
from core.training.checkpoints import from_bytes
from tests.training.tiny import SETTINGS, plan, work, workers

KILLS = 20
PATIENCE = 120.0  # seconds until a wait is given up; no verdict depends on it
ITERATIONS = 100  # more than all attempts together do before they are killed


@pytest.fixture
def database(tmp_path):
    """An empty store."""
    found = open_database(tmp_path / "data", "")
    yield found
    found.close()


@pytest.fixture
def runs(database):
    """Its runs."""
    return Runs(database)


@pytest.fixture
def models(database, tmp_path):
    """Its models, and none that was shipped."""
    return Models(database, shipped=tmp_path / "shipped")


@pytest.fixture(autouse=True)
def threads():
    """A worker sets the number of threads of its process: here it is the tests'."""
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


def shift(jobs=8, seed=0):
    """A small shift."""
    return generate(KINDS["shift_calendar"].resized(jobs, 3), seed)


def without_clocks(metrics):
    """Figures that follow from the seed."""
    return [
        (i, {k: v for k, v in values.items() if not k.endswith("seconds")})
        for i, values in metrics
    ]


def test_a_run_ends_with_a_model_that_was_judged(runs, models):
    """State, figures of every iteration, curves, events, checkpoints and the card."""
    run = queue_training(runs, models, plan(), owner="Ada")
    work_on(runs, models, run.id)
    run = runs.get(run.id)
    assert (run.state, run.error, run.progress) == ("finished", None, 1.0)
    metrics = dict(runs.metrics(run.id))
    assert list(metrics) == list(range(7))
    assert {"held_out", "held_out_rule", "held_out/tight"} <= set(metrics[0])
    assert {"cost", "job_entropy", "held_out"} <= set(metrics[3])
    assert runs.intact_checkpoint(run.id).iteration == 6
    assert any(runs.folder(run.id).glob("events/events.out.tfevents.*"))
    (model,) = models.all()
    assert (model.name, model.owner, model.run) == ("tiny", "Ada", run.id)
    figures = model.card.figures["held_out"]
    assert figures["problems"] == 2
    assert figures["cost"] > 0
    assert models.evaluations("tiny")[0][:2] == ("held-out", figures)
    loaded = load_model(model.folder)
    assert loaded.card.decisions == metrics[6]["decisions"]


def test_stop_keeps_the_model_and_a_resume_ends_as_if_there_had_been_none(
    runs, models, monkeypatch
):
    """Equal weights and figures, through a stop in the third iteration."""
    whole = queue_training(runs, models, plan())
    work_on(runs, models, whole.id)

    run = queue_training(runs, models, plan())

    add_metrics = run_writer.RunWriter.add_metrics

    def add_and_press_stop(writer, iteration, values):
        """The planner presses stop in the third iteration."""
        add_metrics(writer, iteration, values)
        if iteration == 3 and runs.get(run.id).stop_requested is None:
            runs.request_stop(run.id)

    with monkeypatch.context() as patch:
        patch.setattr(run_writer.RunWriter, "add_metrics", add_and_press_stop)
        work_on(runs, models, run.id)
    stopped = runs.get(run.id)
    assert stopped.state == "stopped"
    assert runs.intact_checkpoint(run.id).iteration == 3
    assert "tiny 2" in {model.name for model in models.all()}
    runs.resume(run.id)
    work_on(runs, models, run.id)
    assert runs.get(run.id).state == "finished"
    first, second = (
        from_bytes((runs.folder(x) / runs.intact_checkpoint(x).path).read_bytes())
        for x in (whole.id, run.id)
    )
    for name, weights in first["policy"].items():
        assert torch.equal(weights, second["policy"][name])
    assert without_clocks(runs.metrics(run.id)) == without_clocks(
        runs.metrics(whole.id)
    )


def wait_until(condition):
    """Return once the condition holds."""
    give_up = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < give_up, "It never came true."
        time.sleep(0.01)


def test_killed_twenty_times_it_ends_as_if_nothing_had_been(database, tmp_path):
    """Any moment: nothing lost, no half a model, the weights of an undisturbed run."""
    long = plan(iterations=ITERATIONS, validate_every=10, checkpoint_every=1)
    runs, models = Runs(database), Models(database)
    calm = queue_training(runs, models, long)
    run = queue_training(runs, models, long)
    context, chance = workers(), random.Random(0)

    def worker(run_id):
        process = context.Process(target=work, args=(database.folder, run_id))
        process.start()
        return process

    kills = 0
    for _ in range(KILLS):
        before = runs.get(run.id).attempt
        process = worker(run.id)
        wait_until(lambda: runs.get(run.id).attempt > before)  # noqa: B023
        if chance.random() < 0.3:  # while it reads its inputs, or just after
            time.sleep(chance.uniform(0, 0.3))
        else:
            done = len(runs.metrics(run.id)) + chance.randint(1, 5)
            wait_until(lambda: len(runs.metrics(run.id)) >= done)  # noqa: B023
            time.sleep(chance.uniform(0, 0.03))
        os.kill(process.pid, signal.SIGKILL)
        process.join()
        runs.mark_interrupted()
        now = runs.get(run.id)
        kills += 1
        assert now.state == "interrupted"
        for checkpoint in runs.checkpoints(run.id):
            content = (runs.folder(run.id) / checkpoint.path).read_bytes()
            assert from_bytes(content)["iteration"] == checkpoint.iteration
        for model in models.all():
            load_model(model.folder)
        runs.resume(run.id)
    assert kills == KILLS
    assert len(runs.metrics(run.id)) > 5
    last = [worker(run_id) for run_id in (run.id, calm.id)
            if runs.get(run_id).state == "queued"]  # fmt: skip
    for process in last:
        process.join()
    for one in (run, calm):
        assert runs.get(one.id).state == "finished", runs.get(one.id).error
    disturbed, undisturbed = (
        next(m for m in models.all() if m.run == one.id) for one in (run, calm)
    )
    assert disturbed.card.weights == undisturbed.card.weights
    assert without_clocks(runs.metrics(run.id)) == without_clocks(runs.metrics(calm.id))
    assert [i for i, _ in runs.metrics(run.id)] == list(range(ITERATIONS + 1))


def test_two_apps_and_a_worker_share_one_store(database, tmp_path):
    """One starts and the other cannot start it twice; the other stops, both see it."""
    other_database = open_database(database.folder, "")
    mine, other = Runs(database), Runs(other_database)
    models = Models(database)
    run = queue_training(mine, models, plan(iterations=5000, validate_every=1000))
    process = workers().Process(target=work, args=(database.folder, run.id))
    process.start()
    wait_until(lambda: len(other.metrics(run.id)) > 2)
    with pytest.raises(RunAlreadyRunningError, match="already running"):
        mine.claim(run.id)
    with pytest.raises(RunAlreadyRunningError, match="is running already"):
        other.resume(run.id)
    other.request_stop(run.id)
    process.join()
    assert mine.get(run.id) == other.get(run.id)
    assert mine.get(run.id).state == "stopped"
    (made,) = [m for m in Models(other_database).all() if m.run == run.id]
    assert made.card.decisions > 0
    other_database.close()


def test_numbers_that_go_astray_stop_the_run_and_say_where(runs, models):
    """The last good checkpoint is named and whole; no model comes of it."""
    wild = replace(SETTINGS.ppo, learning_rate=1e35, final_learning_rate=1e35)
    run = queue_training(runs, models, plan(ppo=wild))
    work_on(runs, models, run.id)
    ended = runs.get(run.id)
    assert ended.state == "failed"
    assert "not finite" in ended.error
    assert "iteration 1" in ended.error
    newest = runs.intact_checkpoint(run.id)
    assert str(runs.folder(run.id) / newest.path) in ended.error
    assert "lower learning rate" in ended.error
    state = from_bytes((runs.folder(run.id) / newest.path).read_bytes())
    assert all(torch.isfinite(value).all() for value in state["policy"].values())
    assert models.all() == []


def test_a_full_disk_is_said_and_leaves_the_last_checkpoint(runs, models, monkeypatch):
    """The third checkpoint does not fit; with room again the run goes on."""
    written = []

    def full(path, content):
        written.append(path)
        if len(written) > 2:
            raise StoreUnwritableError(f"Cannot write {path}: No space left on device.")
        write_atomically(path, content)

    monkeypatch.setattr(run_writer, "write_atomically", full)
    run = queue_training(runs, models, plan())
    work_on(runs, models, run.id)
    ended = runs.get(run.id)
    assert ended.state == "failed"
    assert "No space left" in ended.error
    assert "checkpoint of iteration 2 is intact" in ended.error
    assert models.all() == []
    monkeypatch.undo()
    runs.resume(run.id)
    work_on(runs, models, run.id)
    assert runs.get(run.id).state == "finished"


def test_a_run_learns_from_shifts_and_from_a_parent(runs, models):
    """Both are copied into the run; lineage and data are on the card."""
    first = queue_training(runs, models, plan())
    work_on(runs, models, first.id)
    child = RunPlan(
        replace(SETTINGS, name="child"), "shifts", held_out=2, parent="tiny"
    )
    run = queue_training(runs, models, child, [shift()], about={"words": "Montag"})
    models.delete("tiny")
    work_on(runs, models, run.id)
    assert runs.get(run.id).state == "finished", runs.get(run.id).error
    made = models.get("child")
    assert made.card.parent == "tiny"
    assert made.card.data["words"] == "Montag"
    tasks = judged_tasks(runs, runs.get(run.id))
    assert [task.problem.num_jobs for task in tasks] == [8, 8]
    assert tasks[0].problem.content_hash != tasks[1].problem.content_hash
    assert [t.problem.content_hash for t in held_out_of(runs, made)] == [
        t.problem.content_hash for t in tasks
    ]


def test_the_default_is_a_yardstick(runs, models):
    """Its held-out cost is a curve, and the model is judged against it."""
    first = queue_training(runs, models, plan())
    work_on(runs, models, first.id)
    models.promote("tiny", "first")
    assert default_of(models).card.name == "tiny"
    run = queue_training(runs, models, plan(name="next", seed=9))
    work_on(runs, models, run.id)
    assert "held_out_default" in dict(runs.metrics(run.id))[0]
    figures = models.get("next").card.figures["held_out"]
    assert figures["default"] == "tiny"
    assert set(figures["against_default"]) == {"mean", "low", "high"}


def test_a_budget_in_minutes_becomes_iterations_that_stay(runs, models):
    """Measured once, kept in the first checkpoint, the same for every resume."""
    timed = replace(plan(iterations=1), minutes=0.02)
    run = queue_training(runs, models, timed)
    work_on(runs, models, run.id)
    assert runs.get(run.id).state == "finished"
    newest = runs.intact_checkpoint(run.id)
    state = from_bytes((runs.folder(run.id) / newest.path).read_bytes())
    assert state["iterations"] >= newest.iteration > 0


def test_what_cannot_run_is_refused_before_it_is_queued(runs, models):
    """No shift, and a shift larger than the policy: with both sizes and a way out."""
    with pytest.raises(ValueError, match="There is no shift to learn from"):
        queue_training(runs, models, RunPlan(SETTINGS, "shifts"))
    small = replace(SETTINGS, policy="fixed", places=(8, 3))
    with pytest.raises(ValueError, match="places for 8 jobs and 3"):
        queue_training(runs, models, RunPlan(small, "shifts"), [shift(20)])
    assert runs.newest() == []


def test_inputs_that_vanish_are_said(runs, models):
    """A worker without its files fails in words, not with a traceback."""
    run = queue_training(runs, models, RunPlan(SETTINGS, "shifts"), [shift()])
    (runs.inputs(run.id) / "shift000.zip").unlink()
    work_on(runs, models, run.id)
    assert "shifts of this run are gone" in runs.get(run.id).error


def test_the_newest_checkpoint_plans(runs, models):
    """As a model of its own, also while the run goes on."""
    run = queue_training(runs, models, plan())
    assert newest_policy(runs, run) is None
    work_on(runs, models, run.id)
    model, iteration = newest_policy(runs, run)
    assert iteration == 6
    assert model.card.policy == "set"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"minutes": 0.0}, "above 0"),
        ({"minutes": 5.0, "decisions": 7}, "got both"),
        ({"decisions": 0}, "Expected decisions > 0, got 0"),
        ({"held_out": 1}, "held_out >= 2"),
        ({"held_out": 2.5}, "Expected held_out to be a whole number, got 2.5"),
        ({"minutes": True}, "Expected minutes to be a number, got True"),
        ({"decisions": 1e6}, "Expected decisions to be a whole number"),
        ({"source": "files"}, "source to be 'kinds' or 'shifts', got 'files'"),
        ({"budget": 5}, "Unknown key 'budget'"),
    ],
)
def test_an_impossible_plan_is_refused(changes, words):
    """0 minutes is a budget that was given, not one that was left out."""
    with pytest.raises(ValueError, match=words):
        RunPlan(SETTINGS, **changes)


def test_recommended_plans_are_whole_and_survive_json():
    """What one press starts; also from tonight's shifts, in small steps."""
    night = from_tonight([shift(30)], parent="default")
    usual = recommended([shift(30)], name="x", parent="default")
    assert RunPlan.from_mapping(night.to_mapping()) == night
    assert night.parent == "default"
    assert night.settings.ppo.learning_rate < usual.settings.ppo.learning_rate
    assert night.settings.stages[-1].jobs[1] == 30
    assert recommended(name="x").settings.exploration.job_epsilon > 0
    with pytest.raises(ValueError, match="at least one shift"):
        from_tonight([], parent="default")
