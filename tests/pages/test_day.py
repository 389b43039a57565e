"""A plan that lives through the day: versions, events, two windows on one shift."""

from dataclasses import replace
from datetime import timedelta

import pytest

from core.replanning.events import JobLonger, MachineDown
from core.store.versions import Versions
from pages.parts import stored
from pages.parts.state import Key
from tests.pages.test_in_hand import data, press, refreshed, said, value, window

__all__ = ["data"]


@pytest.fixture
def app(data):
    """The small sample, planned by a quick rule: version 1."""
    app = window(**{Key.SAMPLE: "small-24x6", Key.SCHEDULER: "rule:edd"})
    press(app, "Plan")
    return app


def plan_by(app, rule):
    """Plan anew by another rule."""
    app.sidebar.selectbox(key=Key.SCHEDULER).set_value(rule).run()
    press(app, "Plan")


def versions_of(app):
    """Cause and parent of each version in the store."""
    entries = Versions(stored.database()).all(value(app, Key.DAY).id)
    return [(x.cause, x.parent) for x in entries]


def click(app, key):
    """Press a button by its key."""
    app.button(key=key).click().run()
    assert not app.exception


def test_every_plan_in_hand_is_a_version(app):
    """The first, and each that is planned anew; a step elsewhere makes none."""
    assert versions_of(app) == [("Planned", None)]
    app.sidebar.number_input(key=Key.REFINE_SECONDS).set_value(5).run()
    assert versions_of(app) == [("Planned", None)]
    plan_by(app, "rule:spt")
    assert versions_of(app) == [("Planned", None), ("Planned anew", 1)]


def test_undo_and_redo_bring_plans_back(app):
    """One gesture, one step; the buttons know where there is nothing more."""
    first = value(app, Key.PLAN)
    assert app.button(key="icon_undo").disabled
    plan_by(app, "rule:spt")
    second = value(app, Key.PLAN)
    click(app, "icon_undo")
    assert value(app, Key.PLAN).content_hash == first.content_hash
    assert app.button(key="icon_undo").disabled
    click(app, "icon_redo")
    assert value(app, Key.PLAN).content_hash == second.content_hash
    assert app.button(key="icon_redo").disabled
    click(app, "version_1")
    assert value(app, Key.PLAN).content_hash == first.content_hash
    assert len(versions_of(app)) == 2  # nothing was accepted anew


def test_versions_outlast_a_refresh(app):
    """In a new session of the same address the way back is there."""
    first = value(app, Key.PLAN)
    plan_by(app, "rule:spt")
    again = refreshed(app)
    click(again, "icon_undo")
    assert value(again, Key.PLAN).content_hash == first.content_hash
    assert value(refreshed(again), Key.PLAN).content_hash == first.content_hash


def tell(app, *events):
    """Put events in force, as the sheet does."""
    app.session_state[Key.DAY] = replace(value(app, Key.DAY), events=events)
    app.run()
    assert not app.exception


def test_events_change_the_shift_in_hand_and_undo_takes_them_back(app):
    """A version holds the events that it was planned with."""
    start = value(app, Key.SHIFT).start
    job = value(app, Key.SHIFT).problem.job_ids[0]
    before = value(app, Key.SHIFT).content_hash
    tell(app, JobLonger(time=start, job=job, seconds=3600))
    after = value(app, Key.SHIFT).content_hash
    assert after != before
    press(app, "Plan")
    assert value(refreshed(app), Key.SHIFT).content_hash == after
    click(app, "icon_undo")
    assert value(app, Key.SHIFT).content_hash == before
    assert value(app, Key.DAY).events == ()
    click(app, "icon_redo")
    assert value(app, Key.SHIFT).content_hash == after
    assert [x.kind for x in value(app, Key.DAY).events] == ["job_longer"]


def test_events_that_fit_no_more_are_said_and_can_be_withdrawn(app):
    """Nothing of the log is applied until then."""
    start = value(app, Key.SHIFT).start
    down = MachineDown(time=start, machine="GONE", until=start + timedelta(hours=1))
    tell(app, down)
    assert any("1 event of today do not fit" in x.value for x in app.error)
    assert "There is no machine" in app.table[0].value["What is wrong"][0]
    click(app, "withdraw_faulty")
    assert not app.error
    assert value(app, Key.DAY).events == ()


def test_the_second_of_two_windows_is_told(app):
    """Both saw version 1; the first goes on, the second chooses, nothing is lost."""
    other = refreshed(app)
    plan_by(app, "rule:spt")
    plan_by(other, "rule:atcs")
    assert "version 2 is in force" in said(other)
    assert len(versions_of(app)) == 2
    click(other, "put_mine_after")
    assert versions_of(app) == [
        ("Planned", None),
        ("Planned anew", 1),
        ("Planned anew", 2),
    ]
    mine = value(other, Key.PLAN).content_hash
    click(app, "icon_undo")  # it still believes that version 2 is in force
    assert "version 3 is in force" in said(app)
    click(app, "take_theirs")
    assert value(app, Key.PLAN).content_hash == mine


def test_another_shift_is_another_day(app):
    """Its events and versions are its own; those of the first wait for it."""
    plan = value(app, Key.PLAN)
    app.session_state[Key.SOURCE] = "generated"
    app.session_state[Key.GENERATED_JOBS] = 8
    app.session_state[Key.GENERATED_MACHINES] = 3
    app.run()
    press(app, "Plan")
    assert versions_of(app) == [("Planned", None)]
    app.session_state[Key.SOURCE] = "sample"
    app.run()
    plan_by(app, "rule:spt")
    assert versions_of(app) == [("Planned", None), ("Planned anew", 1)]
    click(app, "icon_undo")
    assert value(app, Key.PLAN).content_hash == plan.content_hash
