"""What leaves planning nothing to work with, on the page: a plan, and a word why."""

from functools import partial

import pytest

from core.policy import shipped
from core.store.models import Models
from pages.parts.state import Key
from tests.models import untrained
from tests.pages.test_plan import app as plan_page  # noqa: F401 - a fixture
from tests.pages.test_plan import figures, finish, press_plan, stop_button, words


@pytest.fixture
def auto(plan_page):  # noqa: F811
    """The page with the small sample, planned by what it recommends, briefly."""
    plan_page.session_state[Key.SCHEDULER] = "auto"
    plan_page.session_state[Key.EFFORT] = "quick"
    return plan_page.run()


def drawn(app, jobs, machines):
    """The page with a random shift of a size."""
    app.session_state[Key.SOURCE] = "generated"
    app.session_state[Key.GENERATED_JOBS] = jobs
    app.session_state[Key.GENERATED_MACHINES] = machines
    return app.run()


def test_no_effort_is_a_plan_at_once(auto):
    """Rules and policy; the line's mark says that nothing was searched for."""
    auto.selectbox(key=Key.EFFORT).set_value("none").run()
    press_plan(auto)
    plan = auto.session_state[Key.PLAN]
    assert "as no search was asked for" in plan.result.reason
    assert "Ends" in figures(auto)


def test_a_stop_right_after_the_press_leaves_a_plan(auto):
    """Until I stop it, stopped at once: whatever stands by then is kept."""
    auto.selectbox(key=Key.EFFORT).set_value("open").run()
    auto.button(key="press_plan").click().run()
    stop_button(auto).click().run()
    finish(auto)
    assert "Ends" in figures(auto)
    assert auto.session_state[Key.PLAN].result.reason.startswith("The ")


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


@pytest.mark.parametrize("spoil", [missing, broken, too_small])
def test_a_model_that_cannot_plan_is_planned_without_and_said(
    auto, tmp_path, monkeypatch, spoil
):
    """The plan stands, and a warning beside it says that it is the rules'."""
    spoil(tmp_path / shipped.DEFAULT)
    monkeypatch.setattr(shipped, "SHIPPED", tmp_path)
    of_here = partial(Models, shipped=tmp_path)
    monkeypatch.setattr("pages.parts.models.Models", of_here)
    press_plan(auto)
    assert "Ends" in figures(auto)
    assert "Rules and search planned without" in words(auto)


@pytest.mark.parametrize(("jobs", "machines"), [(1, 3), (9, 1), (1, 1)])
def test_one_job_or_one_machine_is_planned(auto, jobs, machines):
    """As small as a shift can be."""
    press_plan(drawn(auto, jobs, machines))
    assert "Ends" in figures(auto)
    assert len(auto.dataframe[0].value) == jobs


def test_what_costs_nothing_is_left_alone(auto):
    """Lateness is all that counts, and the one job is in time."""
    drawn(auto, 1, 3)
    for key in (Key.FINISH_EARLY, Key.FEW_SETUPS):
        auto.select_slider(key=key).set_value("off")
    press_plan(auto.run())
    plan = auto.session_state[Key.PLAN]
    assert plan.result.cost == 0
    assert "nothing to improve" in plan.result.reason
