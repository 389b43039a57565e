"""Proving harder on the plan page: a better bound, the same plan."""

import threading

import numpy as np
import pytest

from core.bounds import joint
from core.bounds.joint import JointBound
from pages.parts.kept.kept_plans import plan_of, scenario_of
from pages.parts.state import Key
from tests.pages.test_plan import app as plan_page  # noqa: F401 - a fixture
from tests.pages.test_plan import press_plan


@pytest.fixture
def planned(plan_page):  # noqa: F811
    """The page with a plan of the small sample."""
    return press_plan(plan_page)


def press(app, label):
    """Press the button with a label."""
    button = next(x for x in app.button if x.label == label)
    return button.click().run()


def prove(app):
    """Press Prove harder, and wait until it has ended."""
    press(app, "Prove harder")
    return over(app)


def over(app):
    """Wait until proving has ended and is taken over."""
    while (proving := app.session_state[Key.PROVING]) is not None:
        proving.done(60.0)
        app.run()
    assert not app.exception
    return app


def test_proving_moves_the_bound_and_not_the_plan(planned):
    """Its gap shrinks; the jobs stay where they are; the store keeps what is proved."""
    before = planned.session_state[Key.PLAN]
    after = prove(planned).session_state[Key.PLAN]
    assert before.lower_bound < after.lower_bound <= after.result.cost
    assert np.array_equal(before.result.schedule.start, after.result.schedule.start)
    kept = plan_of(scenario_of(after, listed=False), "again")
    assert kept.lower_bound == after.lower_bound


def test_a_stop_keeps_what_is_proved(planned, monkeypatch):
    """The bound of the moment of the stop is the plan's."""
    begun = threading.Event()
    plan = planned.session_state[Key.PLAN]
    proved = (plan.lower_bound + plan.result.cost) / 2

    def slow(problem, objective, *, stop, progress):
        progress(0.1, proved)
        begun.set()
        while not stop():
            pass
        return JointBound(proved, plan.lower_bound, 1)

    monkeypatch.setattr(joint, "joint_bound", slow)
    press(planned, "Prove harder")
    assert begun.wait(10.0)
    planned.run()
    press(planned, "Stop, keep what is proved")
    assert over(planned).session_state[Key.PLAN].lower_bound == proved


def test_no_better_bound_is_said(planned, monkeypatch):
    """The plan in hand stays the very same, and a sentence says why."""
    plan = planned.session_state[Key.PLAN]
    monkeypatch.setattr(joint, "joint_bound", lambda *_, **__: JointBound(0.0, 0.0, 5))
    assert prove(planned).session_state[Key.PLAN] is plan
    assert any("No better bound" in x.value for x in planned.warning)
