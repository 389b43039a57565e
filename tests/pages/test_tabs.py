"""Load and trade-offs below the chart, without a browser."""

import json
import time
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest
from streamlit.util import AttributeDictionary

from core.charts.overview import jobs_table
from core.futures.futures import futures
from core.planning.plan import Plan
from core.planning.settings import PlanSettings
from core.problem import phrases
from core.problem.measures.load import HOUR, jobs_within, load
from core.problem.shift import DEFAULT_START
from core.schedulers.registry import plan as plan_shift
from core.tables.shift import read_shift
from core.tables.writing.samples import FOLDER
from pages.parts import planning
from pages.parts.state import Key

ROOT = Path(__file__).parents[2]
TIMEOUT = 120
BOOK = FOLDER / "small-24x6" / "small-24x6.xlsx"


@pytest.fixture
def open_page(tmp_path, monkeypatch):
    """Open the page with a rule's plan of the small sample, and one tab open."""
    monkeypatch.setenv("SHIFTWRIGHT_DATA", str(tmp_path / "data"))
    monkeypatch.setattr(planning, "_load", lambda: None)
    shift = read_shift({BOOK.name: BOOK.read_bytes()}, DEFAULT_START, "small").shift
    plan = plan_shift(shift, PlanSettings("rule:edd"))

    def opened(tab: str) -> tuple[AppTest, Plan]:
        page = str(ROOT / "pages" / "plan.py")
        app = AppTest.from_file(page, default_timeout=TIMEOUT)
        state = app.session_state
        state[Key.APP_READY] = True
        state[Key.SAMPLE] = "small-24x6"
        state[Key.SCHEDULER] = "rule:edd"
        state[Key.SHIFT], state[Key.PLAN] = shift, plan
        state[f"{Key.TABS}_of_plan"] = tab
        app.run()
        assert not app.exception
        return app, plan

    return opened


def words(app):
    """All that the page says."""
    return " ".join(str(x.value) for x in app.get("markdown"))


def test_the_load_names_a_bottleneck(open_page):
    """And has one row per machine type, then per machine."""
    app, plan = open_page("Load")
    assert "Bottleneck" in words(app) or "Most used" in words(app)
    problem = plan.shift.problem
    types = len(set(problem.machine_type.tolist()))
    assert len(app.dataframe[0].value) == types
    app.segmented_control(key=Key.LOAD_ROWS).set_value("Machines")
    app.run()
    assert len(app.dataframe[0].value) == problem.num_machines


def test_a_click_on_the_load_shows_the_jobs_of_that_time(open_page):
    """The bottleneck is the first row; its first hour has the jobs that run in it."""
    app, plan = open_page("Load")
    problem, schedule = plan.shift.problem, plan.result.schedule
    found = load(problem, schedule, HOUR).by_type(problem)
    row = found.bottleneck
    assert found.names[row] in words(app).replace("\\", "")
    assert app.dataframe[0].value["Name"].iloc[0] == found.names[row]
    jobs = jobs_within(schedule, found.members[row], 0, HOUR)
    assert len(jobs) > 0
    key = f"{Key.LOAD_CHART}_{plan.content_hash[:16]}_{row}_{len(found.edges)}"
    app.session_state[key] = AttributeDictionary(
        {"selection": {"points": [{"customdata": [0]}]}}
    )
    app.run()
    assert not app.exception
    shown = app.dataframe[1].value
    assert shown["Job"].tolist() == [problem.job_ids[job] for job in jobs]


def test_whiskers_are_switched_on_and_say_what_is_to_be_expected(open_page):
    """A line per bar from its 10 to its 90 % end; off again, there is none."""
    app, plan = open_page("Jobs")

    def drawn():
        spec = json.loads(app.get("plotly_chart")[0].proto.spec)
        return [x for x in spec["data"] if x.get("name") == "8 of 10 ends"]

    assert not drawn()
    app.button(key="icon_how_sure").click().run()
    assert len(drawn()) == 1
    found = futures(plan.shift.problem, plan.result.schedule)
    said = " ".join(str(x.value) for x in app.get("caption"))
    assert f"{found.late_as_planned} jobs late as planned" in said
    assert f"{phrases.count(found.late_expected)} expected" in said
    app.button(key="icon_how_sure").click().run()
    assert not drawn()


def test_a_cautious_plan_says_what_it_gives_away(open_page):
    """The switch counts: the plan is another way of planning, and says so."""
    app, _ = open_page("Jobs")
    app.radio(key=Key.CAUTIOUS).set_value(True).run()
    next(x for x in app.button if x.label.startswith("Plan")).click().run()
    for _ in range(60):
        planning = app.session_state[Key.PLANNING]
        if planning is None:
            break
        planning.done(1)
        app.run()
    assert not app.exception
    made = app.session_state[Key.PLAN]
    assert made.settings.cautious
    assert "Cautious, of " in made.result.reason


def test_a_plan_of_the_front_is_taken_over_and_back(open_page):
    """The last one has fewer setups than the plan in hand; back, all is as before."""
    app, plan = open_page("Trade-offs")
    app.button(key="look_at_front").click().run()
    search = app.session_state[Key.FRONT_SEARCH]
    assert search.done(TIMEOUT)
    app.run()
    assert "that no other beats" in words(app)
    last = len(search.found.choices) - 1
    app.session_state[Key.FRONT_POINT] = last
    app.run()
    app.button(key="take_front_plan").click().run()
    assert not app.exception
    taken = app.session_state[Key.PLAN]
    assert taken.result.schedule is search.found.choices[last].schedule
    assert taken.result.metrics.setup <= plan.result.metrics.setup
    assert app.session_state[Key.PREVIOUS] is plan
    assert app.button(key="take_front_plan").disabled  # it is the plan in hand


def test_a_search_under_way_can_be_stopped(open_page, monkeypatch):
    """What was found by then is shown."""
    app, _ = open_page("Trade-offs")
    from pages.parts.plan import front_view

    seen = []

    def slow(problem, schedule, *, stop, progress, **given):
        progress(0.5, "looking")
        while not stop():
            time.sleep(0.01)
        seen.append("stopped")
        return front_view_front(problem, schedule, stop=stop, **given)

    front_view_front = front_view.front
    monkeypatch.setattr(front_view, "front", slow)
    monkeypatch.setattr("pages.parts.following.QUICK_SECONDS", 0.05)
    app.button(key="look_at_front").click().run()
    app.button(key=f"stop_{Key.FRONT_SEARCH}").click().run()
    assert app.session_state[Key.FRONT_SEARCH].done(TIMEOUT)
    app.run()
    assert seen == ["stopped"]
    assert "**1 plan that no other beats**" in words(app)


def test_a_table_of_jobs_is_worded_once_for_a_plan(open_page, monkeypatch):
    """A page drawn again has the same table; of other machines it is another one."""
    made = []

    def counted(plan):
        made.append(plan)
        return jobs_table(plan)

    monkeypatch.setattr("pages.parts.plan.data.tables.jobs_table", counted)
    st.cache_data.clear()
    app, plan = open_page("Jobs")
    first = app.dataframe[0].value
    app.run()
    assert app.dataframe[0].value.equals(first)
    assert len(made) == 1
    app.multiselect(key=Key.MACHINES).set_value([0]).run()
    here = plan.result.schedule.machine == 0
    assert len(app.dataframe[0].value) == int(here.sum())
    assert len(made) == 2
