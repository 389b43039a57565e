"""Figures of training, in small: what is counted, and what the tables say."""

import signal
from dataclasses import replace

import pytest

from core.benchmarking.policies import timed_training, training
from core.benchmarking.policies.fine_tune import (
    empty_store,
    fine_tuned,
    fine_tuning,
)
from core.benchmarking.policies.timed_training import (
    TrainingFigures,
    played,
    settings_at,
)
from core.benchmarking.policies.training import TrainingBenchmark, training_report
from core.runs.training_run import work_on
from core.training.settings import RolloutSettings, Stage

TINY = RolloutSettings(problems=2, copies=2)


@pytest.fixture
def no_training(monkeypatch):
    """Trainings that are only written down, each with the same outcome."""
    asked = []

    def outcome(settings, processes, threads, *, judge):
        asked.append((settings, processes, threads, judge))
        costs = (4.0, 3.0 - settings.seed) if judge else (None, None)
        return TrainingFigures(1000, 4.0, 1.0, *costs)

    monkeypatch.setattr(training, "played", outcome)
    monkeypatch.setattr(training.os, "cpu_count", lambda: 2)
    return asked


def test_decisions_are_rounded_up_to_whole_iterations():
    """Four plans of six jobs are 24 decisions: 60 take three iterations."""
    settings = settings_at(6, 2, 60, kind="tight", seed=5, rollout=TINY)
    assert settings.iterations == 3
    assert settings.stages == (Stage(1.0, (6, 6), (2, 2)),)
    assert (dict(settings.data.kinds), settings.seed) == ({"tight": 1.0}, 5)


@pytest.mark.parametrize("processes", [1, 2])
def test_processes_count_their_decisions_together(processes, monkeypatch):
    """Two iterations of 24, however many share them; one alone is judged, too."""
    alone = processes == 1
    if alone:  # this one: that a process is started is in the other case

        def here(work, number, *arguments):
            before = signal.getsignal(signal.SIGINT)
            work(0, number, "", *arguments)
            signal.signal(signal.SIGINT, before)
            return 0

        monkeypatch.setattr(timed_training, "spawn", here)
    found = played(settings_at(6, 2, 48, rollout=TINY), processes, 1, judge=alone)
    assert found.decisions == 48
    assert found.rollout_seconds > 0
    assert found.update_seconds > 0
    for cost in (found.before, found.after):
        assert (cost is None) if not alone else (cost > 0)


def test_problems_that_cannot_be_shared_are_refused():
    """Before a process is started."""
    with pytest.raises(ValueError, match="share 2 problems evenly, got 3"):
        played(settings_at(6, 2, 48, rollout=TINY), 3, 1, judge=False)


def test_speed_is_told_apart_for_rollout_and_update(no_training):
    """1,000 decisions in 4 + 1 s; on one core and on all, nothing is judged."""
    report = training_report(
        TrainingBenchmark(parts=("speed",), sizes=((6, 2), (8, 3)))
    )
    (table,) = report.summaries
    assert table.rows[0] == (6, 2, 1, 1000, 200.0, 250.0, 1000.0)
    assert [row[:3] for row in table.rows] == [
        *((6, 2, 1), (6, 2, 2), (8, 3, 1), (8, 3, 2)),
    ]
    assert ("speed", "8x3, 2 threads", "update/s", 1000.0) in report.detail.rows
    assert not any(judge for *_, judge in no_training)


def test_one_and_two_processes_take_the_same_decisions(no_training):
    """Costs are means over the seeds, 3.0 and 2.0; both start from the same ones."""
    report = training_report(
        TrainingBenchmark(parts=("processes",), sizes=((6, 2),), seeds=2)
    )
    (table,) = report.summaries
    assert table.rows == (
        (1, 2, 1000, 200.0, 5.0, 4.0, 2.5),
        (2, 2, 1000, 200.0, 5.0, 4.0, 2.5),
    )
    first, second = no_training[:2], no_training[2:]
    assert [x[0] for x in first] == [x[0] for x in second]
    assert {x[2] for x in no_training} == {1}


@pytest.mark.parametrize(("share", "reached"), [(-0.031, "yes"), (-0.029, "no")])
def test_a_fine_tune_says_whether_it_was_worth_it(monkeypatch, share, reached):
    """3 % lower or not; the ratio is after over before."""
    figures = {
        "default_cost": 2.0, "cost": 2 * (1 + share), "problems": 20,
        "against_default": {"mean": share, "low": share - 0.01, "high": share + 0.01},
    }  # fmt: skip
    monkeypatch.setattr(training, "fine_tuned", lambda *a, **k: figures)
    (table,) = training_report(
        TrainingBenchmark(parts=("finetune",), minutes=2)
    ).summaries
    (row,) = table.rows
    assert row[:4] == ("shift_calendar", 2, 20, 2.0)
    assert row[5] == pytest.approx(1 + share)
    assert row[-1] == reached
    assert table.columns[-1] == "3% lower"


@pytest.mark.parametrize(
    "wrong",
    [{"parts": ("gpu",)}, {"parts": ()}, {"sizes": ()}, {"kinds": ()}, {"minutes": 0},
     {"decisions": 0}, {"seeds": 0}, {"held_out": 1}],
)  # fmt: skip
def test_nonsense_is_refused(wrong):
    """Before anything is measured."""
    with pytest.raises(ValueError, match="Expected"):
        TrainingBenchmark(**wrong)


def tiny_plan(minutes=None):
    """A fine-tune of one iteration on small shifts."""
    plan = fine_tuning("tight", 1.0, "default", 2)
    settings = replace(
        plan.settings, iterations=1, rollout=TINY, validation_jobs=6,
        validation_machines=2, validation_problems=1,
        stages=(Stage(1.0, (6, 6), (2, 2)),),
    )  # fmt: skip
    return replace(plan, settings=settings, minutes=minutes)


def test_a_fine_tune_is_the_run_of_the_page():
    """From the model, on that kind only, judged by the store's evaluation."""
    plan = fine_tuning("tight", 3.0, "makespan", 7)
    assert (plan.minutes, plan.parent, plan.held_out) == (3.0, "makespan", 7)
    assert dict(plan.settings.data.kinds) == {"tight": 1.0}
    figures = fine_tuned(
        "tight", 1.0, "makespan", 2,
        plan=replace(tiny_plan(), parent="makespan"),
        work=lambda runs, models, run, tell: work_on(runs, models, run),
    )  # fmt: skip
    assert figures["default"] == "makespan"
    assert figures["problems"] == 2
    assert figures["default_cost"] > 0


def test_a_fine_tune_that_fails_says_why():
    """The worker's own words."""

    def fail(runs, models, run_id, tell):
        (runs.inputs(run_id) / "weights.safetensors").unlink()
        work_on(runs, models, run_id)

    with pytest.raises(RuntimeError, match="The fine-tune failed: "):
        fine_tuned("tight", 1.0, "default", 2, plan=tiny_plan(), work=fail)


def test_the_store_of_a_benchmark_is_its_own():
    """Shipped models are there, the planner's runs are not, and all is gone after."""
    with empty_store() as (runs, models):
        folder = runs.database.folder
        assert models.default_model().name == "default"
        assert runs.newest() == []
        assert folder.is_dir()
    assert not folder.exists()


def test_every_figure_is_in_the_csv(no_training):
    """One per row: part, case, figure, value."""
    report = training_report(TrainingBenchmark(parts=("speed", "processes"), seeds=1))
    lines = report.detail.csv().decode().splitlines()
    assert lines[0] == "part,case,figure,value"
    assert 'processes,"100x10, 2 processes, seed 0",after,3.0' in lines
