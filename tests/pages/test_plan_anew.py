"""Pressing Plan on a plan that holds the planner's own choices."""

from datetime import datetime
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.decisions.whatif import what_if
from core.instances.generator import KINDS, generate
from core.planning.plan import Plan
from core.planning.settings import PlanSettings
from core.policy.shipped import load_default_model
from core.problem.objective import Objective
from core.problem.shift import Shift
from core.schedulers.registry import scheduler
from pages.parts import planning
from pages.parts.state import Key

PAGES = Path(__file__).parents[2] / "pages"
TIMEOUT = 120


@pytest.fixture(scope="module")
def shift():
    """12 jobs on 3 machines."""
    problem = generate(KINDS["shift_open"].resized(12, 3), 4)
    return Shift(problem, datetime(2026, 1, 5, 6), "Small")


@pytest.fixture(scope="module")
def plans(shift):
    """Its plan by the shipped policy with none, one and two choices of the planner."""
    model = load_default_model()
    results = [
        scheduler(PlanSettings("hierarchical")).schedule(shift.problem, Objective())
    ]
    for step in range(12):
        other = results[-1].trace[step].other_job
        if other is not None and len(results) < 3:
            results.append(what_if(results[-1], model, step, job=other))
    return [Plan(shift, PlanSettings(), result) for result in results]


@pytest.fixture
def open_page(tmp_path, monkeypatch, shift, plans):
    """The Plan page with a plan of so many choices in hand, and a quick rule chosen."""
    monkeypatch.setenv("SHIFTWRIGHT_DATA", str(tmp_path / "data"))
    monkeypatch.setattr(planning, "_load", lambda: None)

    def opened(choices):
        app = AppTest.from_file(str(PAGES / "plan.py"), default_timeout=TIMEOUT)
        app.session_state[Key.APP_READY] = True
        app.session_state[Key.OPENED] = shift
        app.session_state[Key.SCHEDULER] = "rule:edd"
        app.session_state[Key.PLAN] = plans[choices]
        return app.run()

    return opened


def press(app, label):
    """Press the button of a label, and wait for a planning that it began."""
    next(button for button in app.button if button.label == label).click().run()
    under_way = Key.PLANNING in app.session_state and app.session_state[Key.PLANNING]
    if under_way:
        assert under_way.done(TIMEOUT)
        app.run()
    assert not app.exception
    return app


def labels(app):
    """What can be pressed."""
    return [button.label for button in app.button]


def in_hand(app):
    """The plan in hand."""
    return app.session_state[Key.PLAN]


@pytest.mark.parametrize(
    ("choices", "label"),
    [
        (1, "Plan anew, 1 choice of yours is dropped"),
        (2, "Plan anew, 2 choices of yours are dropped"),
    ],
)
def test_choices_are_dropped_only_after_a_question(open_page, plans, choices, label):
    """Pressed, nothing is planned; planned anew, the former plan is a step back."""
    app = open_page(choices)
    assert label not in labels(app)
    press(app, "Plan")
    assert in_hand(app) is plans[choices]
    press(app, label)
    assert in_hand(app).result.scheduler == "rule:edd"
    assert label not in labels(app)
    anew = in_hand(app)

    press(app, "Undo")
    assert in_hand(app) is plans[choices]
    assert label not in labels(app)
    press(app, "Redo")
    assert in_hand(app) is anew


def test_keeping_the_plan_ends_the_question(open_page, plans):
    """Nothing has changed, and the next press asks again."""
    app = press(open_page(2), "Plan")
    press(app, "Keep this plan")
    assert in_hand(app) is plans[2]
    assert "Keep this plan" not in labels(app)
    press(app, "Plan")
    assert "Keep this plan" in labels(app)


def test_the_question_is_about_one_plan(open_page, plans):
    """Another plan taken in hand meanwhile, it is not asked any more."""
    app = press(open_page(2), "Plan")
    assert "Keep this plan" in labels(app)
    app.session_state[Key.PLAN] = plans[1]
    app.run()
    assert "Keep this plan" not in labels(app)


def test_no_aim_at_all_leaves_only_to_keep_the_plan(open_page):
    """With every slider at off, there is nothing to plan anew by."""
    app = press(open_page(2), "Plan")
    for key in (Key.FINISH_EARLY, Key.ON_TIME, Key.FEW_SETUPS):
        app.select_slider(key=key).set_value("off")
    app.run()
    pressable = {button.label: not button.disabled for button in app.button}
    assert not pressable["Plan anew, 2 choices of yours are dropped"]
    assert pressable["Keep this plan"]


def test_a_plan_without_choices_is_planned_at_once(open_page, plans):
    """No question; there is no plan before it until then."""
    app = open_page(0)
    assert app.button(key="icon_undo").disabled
    press(app, "Plan")
    assert in_hand(app).result.scheduler == "rule:edd"
    assert app.session_state[Key.PREVIOUS] is plans[0]
