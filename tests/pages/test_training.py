"""The training page without a browser: what it starts, says and changes."""

from contextlib import redirect_stdout
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
import streamlit as st
import torch
from streamlit.testing.v1 import AppTest

from core.charts import theme
from core.instances.generator import KINDS, generate
from core.planning.settings import PlanSettings
from core.problem.shift import Shift
from core.runs.run_plan import RunPlan
from core.runs.training_queue import plan_of, queue_training
from core.runs.training_run import work_on
from core.schedulers import registry
from core.store.background.runs import Runs
from core.store.database import open_database
from core.store.errors import ModelRefusedError, StoreUnavailableError
from core.store.models import Models
from core.training import evaluation
from core.training.evaluation import Costs, Evaluation
from pages.parts.models import chosen_model, model_fault
from pages.parts.planning import Planning
from pages.parts.state import Key
from pages.parts.training import evaluate as training_evaluate
from pages.parts.training import start as training_start
from pages.parts.training import watch as training_watch
from pages.parts.training.choices import Advanced, plan_of_choices, rows_of, stages_of
from tests.training.tiny import SETTINGS, plan

PAGE = Path(__file__).parents[2] / "pages" / "training.py"
WEIGHTS = (1.0, 1.0, 0.2)


LONG = 300.0  # seconds for a plan, on a busy machine


@pytest.fixture
def store(tmp_path, monkeypatch):
    """An empty store that the page uses, too; no worker is started."""
    monkeypatch.setenv("SHIFTWRIGHT_DATA", str(tmp_path / "data"))
    st.cache_resource.clear()
    for module in (training_start, training_watch):
        monkeypatch.setattr(module, "launch_next", lambda runs: None)
    database = open_database()
    threads = torch.get_num_threads()
    yield database
    torch.set_num_threads(threads)
    database.close()
    st.cache_resource.clear()


@pytest.fixture
def shift():
    """Twelve jobs on three machines."""
    problem = generate(KINDS["shift_open"].resized(12, 3), 1)
    return Shift(problem, datetime(2026, 1, 5, 6), "Small")


@pytest.fixture
def page(store, shift):
    """The page inside the app, with a small shift in hand."""
    app = AppTest.from_file(str(PAGE), default_timeout=120)
    app.session_state[Key.APP_READY] = True
    app.session_state[Key.OPENED] = shift
    return app


def press(app, key):
    """Press a button and draw the page again."""
    app.session_state[Key.APP_READY] = True
    return app.button(key=key).click().run()


def said(app):
    """All that the page says."""
    parts = (app.success, app.warning, app.error, app.markdown, app.caption)
    return "\n".join(x.value for part in parts for x in part).replace("\\", "")


def finished(database, **changes):
    """A tiny run that is done, and its model."""
    runs, models = Runs(database), Models(database)
    run = queue_training(runs, models, plan(**changes))
    log = runs.log_path(run.id)  # what a worker prints goes there, as `launch` has it
    with log.open("w", encoding="utf-8") as words, redirect_stdout(words):
        work_on(runs, models, run.id)
    return runs.get(run.id)


def evaluated(app):
    """Wait for the evaluation under way, and draw the page."""
    running = app.session_state[Key.EVALUATING]
    if running is None:  # done before the page was drawn
        return app
    running._thread.join()  # noqa: SLF001 - no clock
    app.session_state[Key.APP_READY] = True
    return app.run()


def test_one_press_starts_a_useful_run(page, store):
    """From the shift in hand and the default model, ten minutes, named after both."""
    page.run()
    assert not page.exception
    press(page, "press_train")
    assert not page.exception
    (run,) = Runs(store).newest()
    chosen = plan_of(run)
    assert run.state == "queued"
    assert run.name.startswith("Small, ")
    assert (chosen.source, chosen.minutes, chosen.parent) == ("shifts", 10, "default")
    assert run.data["jobs"] == [12]
    assert (Runs(store).inputs(run.id) / "weights.safetensors").is_file()


def test_learn_from_tonight_is_a_short_run_from_the_default(page, store):
    """The preset of the button: five minutes, judged on resamples of the shift."""
    page.run()
    press(page, "press_tonight")
    (run,) = Runs(store).newest()
    chosen = plan_of(run)
    assert (chosen.minutes, chosen.parent, chosen.source) == (5, "default", "shifts")
    assert run.data["preset"] == "tonight"


def test_a_budget_of_nothing_is_said_and_starts_nothing(page, store):
    """0 is what was given, not what was left out."""
    page.run()
    page.number_input(key=Key.TRAIN_BUDGET).set_value(0)
    press(page, "press_train")
    assert "nothing would be learned" in said(page)
    assert Runs(store).newest() == []


def test_kept_scenarios_that_are_none_are_said(page, store):
    """What to do instead is said, too."""
    page.run()
    page.segmented_control(key=Key.TRAIN_DATA).set_value("kept")
    press(page, "press_train")
    assert "No scenario is chosen" in said(page)
    assert Runs(store).newest() == []


def test_no_shift_in_hand_is_said(page, store):
    """The upload is still empty: bring files, or learn from something else."""
    page.session_state[Key.OPENED] = None
    page.session_state[Key.SOURCE] = "upload"
    page.run()
    assert page.segmented_control(key=Key.TRAIN_DATA).value == "kinds"
    page.segmented_control(key=Key.TRAIN_DATA).set_value("mine")
    press(page, "press_train")
    assert not page.exception
    assert "There is no shift in hand. Upload your files" in said(page)
    assert Runs(store).newest() == []


def test_a_stage_larger_than_the_policy_is_said(page, store):
    """A fixed policy with few places: both sizes, and a way out."""
    page.run()
    page.selectbox(key=Key.TRAIN_POLICY).set_value("fixed").run()
    page.session_state[Key.APP_READY] = True
    page.number_input(key=Key.TRAIN_JOBS).set_value(5)
    press(page, "press_train")
    assert "places for 5 jobs" in said(page)
    assert Runs(store).newest() == []


def test_a_run_is_watched_to_its_end(page, store):
    """State, figures against the rule, curves and log."""
    run = finished(store)
    page.run()
    assert not page.exception
    table = page.dataframe[-1].value  # the first one is the curriculum
    assert table["Run"].tolist() == [run.name]
    assert table["State"].tolist() == ["finished"]
    assert table["Against rule"][0].endswith("%")
    assert "Published the model" in page.code[0].value


def test_a_model_that_was_just_made_is_the_one_to_look_at(page, store):
    """The page was open all the while; what the planner chooses later stays."""
    page.run()
    assert page.selectbox(key=Key.TRAIN_MODEL).value == "default"
    finished(store, iterations=1)
    page.session_state[Key.APP_READY] = True
    page.run()
    assert page.selectbox(key=Key.TRAIN_MODEL).value == "tiny"
    page.session_state[Key.APP_READY] = True
    page.selectbox(key=Key.TRAIN_MODEL).set_value("makespan").run()
    assert page.selectbox(key=Key.TRAIN_MODEL).value == "makespan"


def test_stop_resume_and_delete(page, store):
    """A queued run is stopped at once, resumed into the queue, and deleted."""
    runs = Runs(store)
    run = queue_training(runs, Models(store), plan())
    page.run()
    press(page, "run_stop")
    assert runs.get(run.id).state == "stopped"
    page.session_state[Key.APP_READY] = True
    page.run()
    press(page, "run_resume")
    assert runs.get(run.id).state == "queued"
    runs.request_stop(run.id)
    page.session_state[Key.APP_READY] = True
    page.run()
    press(page, "run_delete")
    assert not page.exception
    assert runs.newest() == []
    assert "is deleted" in said(page)


def test_a_stop_that_comes_too_late_is_said(page, store):
    """The run ended between drawing the button and pressing it."""
    runs = Runs(store)
    run = queue_training(runs, Models(store), plan())
    page.run()
    runs.request_stop(run.id)
    press(page, "run_stop")
    assert not page.exception
    assert "there is nothing to stop" in said(page)


def test_a_run_that_failed_says_why(page, store):
    """The error of the worker is on the page, with its run."""
    runs = Runs(store)
    run = queue_training(runs, Models(store), RunPlan(SETTINGS, "shifts"), [_problem()])
    (runs.inputs(run.id) / "shift000.zip").unlink()
    work_on(runs, Models(store), run.id)
    page.run()
    assert any("shifts of this run are gone" in x.value for x in page.text)


def test_a_model_has_one_held_out_cost(page, store):
    """The table of runs shows the card's: of refined plans, on the same problems."""
    finished(store)
    (figures,) = [x for what, x, _ in Models(store).evaluations("tiny")]
    page.run()
    (table,) = [x.value for x in page.dataframe if "Held-out cost" in x.value]
    assert table["Held-out cost"].tolist() == [round(figures["refined"]["cost"], 4)]
    assert f"cost {figures['refined']['cost']:.4f} on" in said(page)
    assert "validation" not in str(Models(store).get("tiny").card.figures)


def _problem():
    return generate(KINDS["shift_open"].resized(6, 2), 1)


def test_a_model_is_evaluated_promoted_planned_with_and_rolled_back(
    page, store, monkeypatch
):
    """The whole way: each press changes what the next page plans with."""
    # Refined, plans of so few jobs are as good from any start.
    monkeypatch.setattr(evaluation, "refine", lambda *given, **_: given[2])
    models = Models(store)
    finished(store, iterations=1, validation_jobs=30, validation_machines=4)
    first = models.default_model().folder
    assert chosen_model() == first
    page.run()
    assert page.selectbox(key=Key.TRAIN_MODEL).value == "tiny"
    press(page, "evaluate_shift")
    evaluated(page)
    assert models.evaluations("tiny")[0][0] == "shift Small"
    press(page, "evaluate_held_out")
    evaluated(page)
    assert not page.exception
    what, figures, _ = models.evaluations("tiny")[0]
    assert (what, figures["default"]) == ("held-out", "default")
    # One iteration of training: worse, so the planner has to insist.
    assert figures["worse"]
    assert page.button(key="promote").disabled
    assert "it is worse than the default" in said(page)
    page.session_state[Key.APP_READY] = True
    page.checkbox(key="force_tiny").check().run()
    press(page, "promote")
    assert models.default_model().name == "tiny"
    assert chosen_model() == models.get("tiny").folder
    assert "on the planner's word" in models.history()[0].why
    assert "is the default from now on" in said(page)
    press(page, "roll_back")
    assert chosen_model() == first
    assert "“default” is the default again" in said(page)


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (
            ModelRefusedError("Its files are gone."),
            "cannot be used: Its files are gone.",
        ),
        (StoreUnavailableError("The database is busy."), "which model is the default"),
    ],
)
def test_a_default_model_that_cannot_plan_is_said(
    store, shift, monkeypatch, fault, words
):
    """With the plan that was made all the same; a rule has nothing to say of it."""

    def broken(self):
        raise fault

    as_asked = registry.plan

    def quickly(shift, asked, **options):
        assert asked.model is None
        return as_asked(shift, PlanSettings("rule:edd"), **options)

    monkeypatch.setattr(registry, "plan", quickly)
    monkeypatch.setattr(Models, "default_model", broken)
    planning = Planning(shift, PlanSettings("hierarchical"))
    assert planning.done(LONG)
    assert planning.plan is not None
    assert words in planning.notice
    assert "that comes with Shiftwright planned" in planning.notice
    assert model_fault(PlanSettings("rule:edd")) is None


def test_a_shipped_model_says_what_it_was_measured_at(page, store):
    """The figures of its card, without an evaluation here."""
    page.run()
    held_out = Models(store).get("default").card.figures["held_out"]
    mean = held_out["against_rule"]["mean"]
    words = theme.unmarked(f"−{-100 * mean:.1f} % against the best rule")
    (caption,) = [x.value for x in page.caption if "when it was made" in x.value]
    assert f"on {held_out['problems']} plans" in caption
    assert words in caption


def test_nobody_promotes_what_was_not_judged_without_a_word(page, store):
    """Also not by a press on a button that was drawn before."""
    finished(store)
    models = Models(store)
    page.run()
    # The evaluation at the end of the run was against the default of then.
    models.promote("makespan", "another one meanwhile")
    page.session_state[Key.APP_READY] = True
    page.run()
    assert page.button(key="promote").disabled
    assert models.default_model().name == "makespan"
    assert "Evaluate it on held-out problems before" in said(page)


def test_a_pickle_is_never_taken_in(page, store, tmp_path):
    """The registry says what it is, and what to bring instead."""
    page.run()
    bad = b"\x80\x04\x95not a model"
    page.file_uploader(key=Key.TRAIN_UPLOAD).upload("model.pt", bad, "text/plain").run()
    page.session_state[Key.APP_READY] = True
    press(page, "take_in")
    assert "pickled PyTorch file" in said(page)
    assert {m.origin for m in Models(store).all()} == {"shipped"}


def test_a_model_that_was_downloaded_can_be_brought_back(page, store):
    """Under its own name, as one that was uploaded."""
    finished(store)
    models = Models(store)
    archive = models.export("tiny")
    models.delete("tiny")
    page.run()
    page.file_uploader(key=Key.TRAIN_UPLOAD).upload(
        "model.zip", archive, "application/zip"
    ).run()
    page.session_state[Key.APP_READY] = True
    press(page, "take_in")
    assert models.get("tiny").origin == "uploaded"


def test_choices_become_the_plan():
    """Each choice below the fold is where it belongs."""
    chosen = plan_of_choices(
        "Nights", 5000, [], WEIGHTS, None,
        Advanced(unit="decisions", reward="shaped", seed=7, held_out=5,
                 job_epsilon=0.4, machine_epsilon=0.3, learning_rate=1e-4,
                 kinds=("tight",)),
    )  # fmt: skip
    settings = chosen.settings
    assert (chosen.decisions, chosen.minutes, chosen.held_out) == (5000, None, 5)
    assert (settings.name, settings.seed) == ("Nights", 7)
    assert settings.rollout.reward == "shaped"
    assert dict(settings.data.kinds) == {"tight": 1.0}
    assert settings.exploration.job_epsilon == 0.4
    assert settings.ppo.learning_rate == 1e-4


def test_the_table_of_stages_is_read_back():
    """And a row that is not filled in is named."""
    rows = rows_of(SETTINGS.stages)
    assert stages_of(rows) == SETTINGS.stages
    with pytest.raises(ValueError, match="Stage 2 of the curriculum"):
        stages_of([rows[0], {**rows[1], "jobs_low": None}])
    with pytest.raises(ValueError, match="until 100 %"):
        stages_of(rows[:1])
    with pytest.raises(ValueError, match="until 100 %"):
        stages_of([])


def test_an_evaluation_that_fails_says_so(page, store):
    """A model that has too few places for the shift: in words, no traceback."""
    finished(store, **_small())
    page.run()
    press(page, "evaluate_shift")
    evaluated(page)
    assert "could not be evaluated" in said(page)
    assert training_evaluate.judged(Models(store), "tiny", "nobody") is None


def _small():
    settings = replace(SETTINGS, policy="fixed", places=(8, 3))
    return {"policy": settings.policy, "places": settings.places}


def test_a_yardstick_that_costs_nothing_is_no_percentage():
    """A dearer model was called equal, and two costs of 0 are the same."""
    costs = Costs(np.array([0.0, 0.5]), np.zeros(2))
    figures = Evaluation(costs, costs).figures()
    assert figures["against_rule"] == {"mean": None, "low": None, "high": None}
    words = (
        "After a short refinement: cost 0.2500 on 2 plans; the best rule cost nothing. "
        "Before it: cost 0.2500; the best rule cost nothing."
    )
    assert training_evaluate.verdict(figures) == theme.unmarked(words)
    costs = Costs(np.zeros(2), np.zeros(2))
    figures = Evaluation(costs, costs).figures()
    words = theme.unmarked("+0.0 % against the best rule")
    assert words in training_evaluate.verdict(figures)
