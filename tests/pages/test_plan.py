"""The plan page without a browser: through the app, as a planner goes."""

import re
import threading
import time
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.charts.window import Span
from core.planning.scheduler import PlanningCancelled
from core.planning.stopping import never
from core.schedulers import registry
from pages.parts import background, planning
from pages.parts.plan import planned
from pages.parts.state import Key

ROOT = Path(__file__).parents[2]
TIMEOUT = 120


@pytest.fixture
def app(tmp_path, monkeypatch):
    """
    The page with the small sample and a quick rule chosen.

    Without the app around it: a second run under AppTest would leave the app out.
    """
    monkeypatch.setenv("SHIFTWRIGHT_DATA", str(tmp_path / "data"))
    monkeypatch.setattr(planning, "_load", lambda: None)  # no model is needed here
    app = AppTest.from_file(str(ROOT / "pages" / "plan.py"), default_timeout=TIMEOUT)
    app.session_state[Key.APP_READY] = True
    app.session_state[Key.SAMPLE] = "small-24x6"
    app.session_state[Key.SCHEDULER] = "rule:edd"
    return app.run()


def press_plan(app):
    """Press Plan, and wait until the plan is there."""
    app.button(key="press_plan").click().run()
    return finish(app)


def finish(app):
    """Wait for a planning under way, as the page does by itself."""
    give_up = time.monotonic() + TIMEOUT
    while app.session_state[Key.PLANNING] is not None and time.monotonic() < give_up:
        app.session_state[Key.PLANNING].done(1.0)
        app.run()
    assert not app.exception
    return app


def figures(app):
    """Figures of the plan in its line, each with its change: values by label."""
    lines = [str(x.value).replace("\u00a0", " ") for x in app.get("markdown")]
    line = next((line for line in lines if line.startswith("Ends **")), "")
    parts = [part.split(" **") for part in line.split(" · ")]
    return {part[0]: part[1].split("** ") for part in parts if len(part) > 1}


def words(app):
    """Everything written on the page."""
    kinds = ("markdown", "caption", "text", "warning", "info", "error")
    said = "\n".join(str(x.value) for kind in kinds for x in app.get(kind))
    return said.replace("\u00a0", " ")


def test_the_first_visit_has_a_shift_and_one_press_plans_it(tmp_path, monkeypatch):
    """Nothing chosen: the large sample, the recommended scheduler, one button."""
    monkeypatch.setattr(planning, "_load", lambda: None)
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=TIMEOUT).run()
    assert not app.exception
    assert "411 jobs on 30 machines" in words(app)
    assert "Nothing is planned yet" in words(app)
    assert app.selectbox(key=Key.SCHEDULER).value == "auto"
    assert not app.button(key="press_plan").disabled


def test_a_press_shows_the_plan(app):
    """Headline, bound, chart, tables and downloads; no change without a plan before."""
    press_plan(app)
    found = figures(app)
    assert list(found) == ["Ends", "On time", "Late", "Late ★", "Setups", "Use"]
    assert all(len(value) == 1 for value in found.values())  # no change
    assert "from best" in words(app)
    assert len(app.dataframe) == 1  # of the tabs only the open one is drawn
    assert len(app.dataframe[0].value) == 24
    late = app.dataframe[0].value["Late"]
    assert late.is_monotonic_decreasing


def test_a_second_plan_is_compared_in_words(app):
    """First come, first served against earliest due date: setups grow."""
    press_plan(app)
    app.selectbox(key=Key.SCHEDULER).set_value("rule:fifo").run()
    assert "settings have changed" in words(app)
    press_plan(app)
    assert "settings have changed" not in words(app)
    setups = figures(app)["Setups"][1]
    assert re.fullmatch(r":red\[\+ [\d.]+ h more\]", setups), setups


def test_a_plan_across_a_change_of_clocks_says_so(app, in_central_europe):
    """One line among the notes, for that plan only."""
    press_plan(app)
    assert "The clocks change" not in words(app)
    shift = app.session_state[Key.SHIFT]
    app.session_state[Key.OPENED] = replace(shift, start=datetime(2026, 3, 29, 1))
    press_plan(app.run())
    said = words(app).replace("\\", "")
    assert said.count("on Sun 29 Mar 02:00 they are put to 03:00") == 1


def test_another_shift_forgets_the_plan_and_the_view(app):
    """Indices of machines and jobs mean nothing there."""
    press_plan(app)
    app.multiselect(key=Key.MACHINES).set_value([1]).run()
    app.selectbox(key=Key.JOB).set_value(3).run()
    app.selectbox(key=Key.SAMPLE).set_value("shift-411x30").run()
    assert not app.exception
    assert "411 jobs on 30 machines" in words(app)
    assert not figures(app)
    app.selectbox(key=Key.SAMPLE).set_value("small-24x6").run()
    assert "Ends" in figures(app)  # its own plan is still there
    assert app.multiselect(key=Key.MACHINES).value == []
    assert app.selectbox(key=Key.JOB).value is None


def test_a_job_in_focus_tells_its_facts(app):
    """What it waited for among them; closed, they take no place."""
    press_plan(app)
    assert "Waited for" not in words(app)
    app.selectbox(key=Key.JOB).set_value(2).run()
    assert r"**J\-0003 ★ important**" in words(app)
    assert "Waited for" in words(app)
    app.button(key="icon_close_panel").click().run()
    assert app.selectbox(key=Key.JOB).value is None
    assert "Waited for" not in words(app)


def test_a_chosen_job_stays_in_sight_when_the_window_changes(app):
    """Four hours of the plan are those in which the job runs."""
    press_plan(app)
    schedule = app.session_state[Key.PLAN].result.schedule
    last = int(schedule.start.argmax())
    app.selectbox(key=Key.JOB).set_value(last).run()
    app.session_state[Key.BEGIN] = 0
    app.button_group(key=Key.SPAN).set_value(Span.FOUR_HOURS).run()
    begin = app.session_state[Key.BEGIN]
    assert begin <= schedule.start[last] < begin + 4 * 3600


def test_the_table_of_jobs_follows_the_filters(app):
    """One machine chosen: its jobs alone, and the caption says so."""
    press_plan(app)
    schedule = app.session_state[Key.PLAN].result.schedule
    app.multiselect(key=Key.MACHINES).set_value([1]).run()
    assert len(app.dataframe[0].value) == int((schedule.machine == 1).sum())
    assert "on the 1 machine that the chart shows" in words(app)


def test_filters_that_exclude_each_other_say_so(app):
    """A machine of one type, and only another type to be shown."""
    press_plan(app)
    problem = app.session_state[Key.PLAN].shift.problem
    other = int((problem.machine_type != problem.machine_type[0]).argmax())
    app.multiselect(key=Key.MACHINES).set_value([0]).run()
    app.multiselect(key=Key.TYPES).set_value([int(problem.machine_type[other])]).run()
    assert not app.exception
    assert "none of the chosen machines is of a chosen type" in words(app)


def test_the_window_moves_and_is_said(app):
    """Four hours from plan start, then two hours later, then back."""
    press_plan(app)
    later = next(button for button in app.button if button.label == "Later")
    assert later.disabled  # everything is shown
    app.session_state[Key.SPAN] = "4 h"
    app.run()
    assert "Mon 06:00 – 10:00" in words(app)
    next(button for button in app.button if button.label == "Later").click().run()
    assert "Mon 08:00 – 12:00" in words(app)
    next(button for button in app.button if button.label == "Earlier").click().run()
    assert "Mon 06:00 – 10:00" in words(app)
    assert not app.exception


def test_no_aim_at_all_is_refused_kindly(app):
    """Three sliders at off: a message, and nothing to press."""
    for key in (Key.FINISH_EARLY, Key.ON_TIME, Key.FEW_SETUPS):
        app.select_slider(key=key).set_value("off")
    app.run()
    assert "Turn at least one aim on" in words(app)
    assert app.button(key="press_plan").disabled


def test_a_random_shift_is_drawn_and_planned(app):
    """As many jobs and machines as asked for."""
    app.session_state[Key.SOURCE] = "generated"
    app.session_state[Key.GENERATED_JOBS] = 15
    app.session_state[Key.GENERATED_MACHINES] = 4
    app.run()
    assert "15 jobs on 4 machines" in words(app)
    press_plan(app)
    assert len(app.dataframe[0].value) == 15


def test_without_files_it_says_what_to_bring(app):
    """And nothing can be pressed."""
    app.session_state[Key.SOURCE] = "upload"
    app.run()
    assert not app.exception
    assert "one workbook" in words(app)
    assert not [button for button in app.button if button.key == "press_plan"]


class Slow:
    """Plans like the rule it wraps, but waits to be stopped first."""

    name = "rule:edd"

    def __init__(self, inner, found, keeps=True):
        self.inner, self.found, self.keeps = inner, found, keeps
        self.let_go = threading.Event()

    def schedule(self, problem, objective, *, seed=0, stop=never, progress=None):
        """Report a third and, where it has one, a plan; then wait for the stop."""
        progress(1 / 3, "refining")
        if self.keeps:
            first = self.inner.schedule(problem, objective, seed=seed)
            self.found(first.schedule, first.cost)
        while not stop() and not self.let_go.is_set():
            time.sleep(0.01)
        if not self.keeps:
            raise PlanningCancelled
        return self.inner.schedule(problem, objective, seed=seed)


@pytest.fixture
def slow(monkeypatch):
    """Make every scheduler slow; says which, and whether it has a plan when stopped."""
    made = []

    def install(keeps=True):
        real = registry.scheduler

        def scheduler(settings, found):
            made.append(Slow(real(settings), found, keeps))
            return made[-1]

        monkeypatch.setattr(registry, "scheduler", scheduler)
        return made

    yield install
    for scheduler in made:
        scheduler.let_go.set()


def stop_button(app):
    """The button that stops a planning."""
    return next(button for button in app.button if button.label.startswith("Stop"))


def test_long_work_shows_progress_and_stops_with_the_best_so_far(app, slow):
    """The first plan stands while it is made better; the one it ends with stays."""
    slow()
    app.button(key="press_plan").click().run()
    assert list(figures(app)) == ["Ends", "On time", "Late", "Late ★", "Setups", "Use"]
    assert app.session_state[Key.PLANNING].grown is not None
    assert Key.PLAN not in app.session_state
    assert not [button for button in app.button if button.key == "press_plan"]
    stop_button(app).click().run()
    finish(app)
    assert "Ends" in figures(app)


def test_the_end_is_waited_for_and_not_missed(app, slow, monkeypatch):
    """What ends before the next refresh is shown by the run that looks."""
    slow()
    app.button(key="press_plan").click().run()
    monkeypatch.setattr(planned, "LAST_SECONDS", TIMEOUT)
    stop_button(app).click().run()
    assert app.session_state[Key.PLANNING] is None
    assert "Ends" in figures(app)


def test_a_planning_stopped_too_early_says_so(app, slow):
    """No plan, one message, and the page goes on."""
    slow(keeps=False)
    app.button(key="press_plan").click().run()
    assert not figures(app)
    stop_button(app).click().run()
    finish(app)
    assert "stopped before there was a plan" in words(app)
    assert "24 jobs on 6 machines" in words(app)


def test_a_planning_that_nobody_looks_at_ends(app, slow, monkeypatch):
    """A closed tab does not keep a core busy for ever."""
    slow()
    monkeypatch.setattr(background, "UNSEEN_SECONDS", 0.0)
    app.button(key="press_plan").click().run()
    assert app.session_state[Key.PLANNING] is None or app.session_state[
        Key.PLANNING
    ].done(TIMEOUT)


def test_a_scheduler_that_fails_is_a_message(app, monkeypatch):
    """No traceback; the next step is named."""

    def broken(settings, found):
        raise RuntimeError("secret detail")

    monkeypatch.setattr(registry, "scheduler", broken)
    press_plan(app)
    assert "could not plan" in words(app)
    assert "Choose another one" in words(app)
    assert "secret detail" not in words(app)


def test_a_page_that_fails_is_a_message(monkeypatch):
    """Whatever is raised inside a page ends at the border of the app."""

    def broken(shift, *arguments):
        raise RuntimeError("secret detail")

    monkeypatch.setattr("pages.parts.plan.data.tables._show_unplanned", broken)
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=TIMEOUT).run()
    assert not app.exception
    assert "Something went wrong here" in words(app)
    assert "secret detail" not in words(app)


def test_two_sessions_never_mix(app):
    """A plan, a shift and a view of one are not those of the other."""
    press_plan(app)
    other = AppTest.from_file(str(ROOT / "app.py"), default_timeout=TIMEOUT).run()
    assert "411 jobs on 30 machines" in words(other)
    assert not figures(other)
    app.run()
    assert "Ends" in figures(app)
