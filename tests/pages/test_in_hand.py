"""The shift in hand stays in hand: a refresh, another window, a store that is out."""

import sqlite3
import time
from datetime import datetime
from pathlib import Path

import pytest
from streamlit.runtime.pages_manager import PagesManager
from streamlit.testing.v1 import AppTest

from core.store.database import open_database
from core.store.shifts.hands import Hands
from pages.parts import planning
from pages.parts.kept import kept_plans, stored
from pages.parts.kept.hand_parts import CHOICES
from pages.parts.kept.in_hand import ADDRESS
from pages.parts.state import Key

ROOT = Path(__file__).parents[2]
SMALL = ROOT / "assets" / "samples" / "small-24x6"
TIMEOUT = 120


@pytest.fixture
def data(tmp_path, monkeypatch):
    """The data folder of a server that runs app.py around every page."""
    folder = tmp_path / "data"
    monkeypatch.setenv("SHIFTWRIGHT_DATA", str(folder))
    monkeypatch.delenv("SHIFTWRIGHT_DATABASE_URL", raising=False)
    monkeypatch.setattr(planning, "_load", lambda: None)  # no model is needed here
    made = PagesManager.__init__

    def as_on_a_server(self, *arguments, **options):
        """AppTest forgets each run that app.py has called st.navigation."""
        made(self, *arguments, **options)
        PagesManager.uses_pages_directory = False

    monkeypatch.setattr(PagesManager, "__init__", as_on_a_server)
    stored.opened.clear()
    yield folder
    stored.opened.clear()


def window(shift=None, **choices):
    """A new session of a browser, at an address."""
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=TIMEOUT)
    if shift is not None:
        app.query_params[ADDRESS] = shift
    for name, value in choices.items():
        app.session_state[name] = value
    app.run()
    assert not app.exception
    return app


def refreshed(app):
    """The same address in a session that remembers nothing."""
    return window(address(app))


def address(app):
    """The id in the address; ``None`` where there is none."""
    found = app.query_params.get(ADDRESS)
    return found[0] if isinstance(found, list) else found


def upload(app, *names):
    """Put tables of the small sample into the box."""
    files = [(f"{x}.csv", (SMALL / f"{x}.csv").read_bytes(), "text/csv") for x in names]
    box = app.sidebar.get("file_uploader")[0]
    box.set_value(files).run()
    assert not app.exception


def press(app, label):
    """Press a button, and wait for a planning that it began."""
    next(button for button in app.button if button.label == label).click().run()
    under_way = Key.PLANNING in app.session_state and app.session_state[Key.PLANNING]
    if under_way:
        assert under_way.done(TIMEOUT)
        app.run()
    assert not app.exception


def planned(data, *, source="upload"):
    """A window with the small sample's files, planned by a rule."""
    app = window(**{Key.SOURCE: source, Key.SCHEDULER: "rule:edd"})
    upload(app, "jobs", "machines", "calendars")
    press(app, "Plan")
    return app


def value(app, key):
    """What the session has; ``None``: nothing."""
    if key not in app.session_state:
        return None
    return app.session_state[key]


def said(app):
    """All warnings on the page."""
    return " ".join(x.value for x in app.warning)


def test_an_uploaded_shift_and_its_plan_outlast_a_refresh(data):
    """Files with their bytes, plan start, settings and plan; on another page, too."""
    app = planned(data)
    app.sidebar.number_input(key=Key.REFINE_SECONDS).set_value(5).run()
    chosen = datetime(2026, 1, 5, 6, 30)
    ids = tuple(file.digest for file in value(app, Key.FILES).values())
    app.session_state[Key.CHOSEN_START] = (ids, chosen)
    app.run()
    press(app, "Plan")
    shift, plan = value(app, Key.SHIFT), value(app, Key.PLAN)
    assert len(address(app)) == 32

    again = refreshed(app)
    files = value(again, Key.FILES)
    assert list(files) == ["jobs.csv", "machines.csv", "calendars.csv"]
    assert files["jobs.csv"].content == (SMALL / "jobs.csv").read_bytes()
    assert value(again, Key.SHIFT).content_hash == shift.content_hash
    assert value(again, Key.SHIFT).start == datetime(2026, 1, 5, 6, 30)
    assert value(again, Key.PLAN).settings == plan.settings
    assert value(again, Key.PLAN).result.cost == plan.result.cost
    assert value(again, Key.PREVIOUS).result.cost > 0
    assert value(again, Key.REFINE_SECONDS) == 5
    assert any(text.value.startswith("Ends") for text in again.markdown)
    assert "have changed since" not in " ".join(x.value for x in again.caption)

    again.switch_page("pages/compare.py").run()
    assert address(again) == address(app)


def test_every_choice_of_the_sidebar_outlasts_a_refresh(data):
    """Each of them, with a value that is not the usual one."""
    chosen = {
        Key.SOURCE: "generated",
        Key.SAMPLE: "small-24x6",
        Key.START: datetime(2026, 3, 2, 14, 0),
        Key.GENERATED_JOBS: 12,
        Key.GENERATED_MACHINES: 3,
        Key.GENERATED_KIND: "tight",
        Key.GENERATED_SEED: 7,
        Key.FINISH_EARLY: "low",
        Key.ON_TIME: "most",
        Key.FEW_SETUPS: "off",
        Key.SCHEDULER: "rule:spt",
        Key.EFFORT: "quick",
        Key.SAMPLES: 3,
        Key.REFINE_SECONDS: 10,
        Key.CAUTIOUS: True,
        Key.KEEP: "high",
    }
    assert set(chosen) == set(CHOICES)
    app = window()
    assert address(app) is None  # nothing was done
    for key, choice in chosen.items():
        app.session_state[key] = choice
    app.run()
    again = refreshed(app)
    assert {key: value(again, key) for key in CHOICES} == chosen
    assert value(again, Key.SHIFT).problem.num_jobs == 12


def test_an_opened_scenario_outlasts_a_refresh(data):
    """Training learns from it, and not from the sample behind it."""
    app = planned(data)
    app.switch_page("pages/compare.py").run()
    app.text_input(key=Key.SCENARIO_NAME).set_value("Tuesday").run()
    press(app, "Keep")
    other = window()
    assert value(other, Key.SHIFT).problem.num_jobs == 411
    other.switch_page("pages/compare.py").run()
    other.button(key="scenario_open").click().run()
    assert value(other, Key.SHIFT).name == "Tuesday"

    again = refreshed(other)
    assert value(again, Key.OPENED).name == "Tuesday"
    assert value(again, Key.SHIFT).problem.num_jobs == 24
    assert value(again, Key.PLAN).shift.name == "Tuesday"
    again.switch_page("pages/training.py").run()
    assert not again.exception
    assert value(again, Key.SHIFT).problem.num_jobs == 24


def test_start_over_drops_it_all_and_keeps_scenarios(data):
    """The usual choices are back, the address is bare, its id is worth nothing."""
    app = window()
    usual = value(app, Key.SCHEDULER)
    assert usual != "rule:edd"
    app.sidebar.selectbox(key=Key.SCHEDULER).set_value("rule:edd").run()
    app.sidebar.selectbox(key=Key.SAMPLE).set_value("small-24x6").run()
    press(app, "Plan")
    before = address(app)
    app.button(key="start_over").click().run()
    assert not app.exception
    assert address(app) is None
    assert value(app, Key.PLAN) is None
    assert value(app, Key.SCHEDULER) == usual
    assert value(app, Key.SHIFT).problem.num_jobs == 411
    gone = window(before)
    assert "is not kept any more" in said(gone)
    assert address(gone) is None


def test_two_windows_of_one_address_go_ways_of_their_own(data):
    """Who changes something second gets another address; neither loses anything."""
    one = planned(data)
    two = refreshed(one)
    one.sidebar.number_input(key=Key.SAMPLES).set_value(2).run()
    two.sidebar.number_input(key=Key.SAMPLES).set_value(3).run()
    assert address(one) != address(two)
    assert value(refreshed(one), Key.SAMPLES) == 2
    assert value(refreshed(two), Key.SAMPLES) == 3
    assert value(refreshed(two), Key.PLAN) is not None


def test_a_damaged_part_is_named_and_the_rest_is_taken_up(data):
    """The plan cannot be read: the files are there, and it is said."""
    app = planned(data)
    hands = Hands(open_database())
    hand = hands.load(address(app))
    hands.change(hand.id, hand.revision, hand.choices, {"plan": b"no plan"})
    again = refreshed(app)
    assert len(value(again, Key.FILES)) == 3
    assert value(again, Key.PLAN) is None
    assert "taken up again\\: the plan \\(It is damaged" in said(again)


def test_decisions_are_kept_with_a_plan_but_not_without_limit(data, monkeypatch):
    """A plan of the policy has its decisions again; above the limit it is said."""
    chosen = {Key.SAMPLE: "small-24x6", Key.SCHEDULER: "hierarchical"}
    app = window(**chosen)
    press(app, "Plan")
    trace = value(app, Key.PLAN).result.trace
    again = value(refreshed(app), Key.PLAN).result.trace
    assert again.is_of(trace.schedule)
    assert again.job_scores.tolist() == trace.job_scores.tolist()

    monkeypatch.setattr(kept_plans, "MOST_TRACE", 10)
    app = window(**chosen)
    press(app, "Plan")
    result = value(refreshed(app), Key.PLAN).result
    assert result.trace is None
    assert result.reason.endswith("Its single decisions were too many to be kept.")


def foreign(data):
    """A file that is no database."""
    (data / "shiftwright.db").write_bytes(b"this is a shopping list\n" * 400)


def damaged(data):
    """A database of ours with its first pages overwritten."""
    open_database().close()
    with (data / "shiftwright.db").open("r+b") as file:
        file.seek(100)
        file.write(b"\xff" * 8000)


def others(data):
    """A database of another program that happens to have a table of our name."""
    with sqlite3.connect(data / "shiftwright.db") as connection:
        connection.execute("CREATE TABLE schema_version (number TEXT)")


@pytest.mark.parametrize("spoil", [foreign, damaged, others])
def test_planning_goes_on_without_a_database(data, spoil):
    """Said within 2 s; planned; set aside with all that it holds; then kept."""
    data.mkdir()
    spoil(data)
    content = (data / "shiftwright.db").read_bytes()[100:]  # behind SQLite's own head
    app = window(**{Key.SAMPLE: "small-24x6", Key.SCHEDULER: "rule:edd"})
    began = time.monotonic()
    app.run()
    assert time.monotonic() - began < 2.0
    assert "You can plan on" in said(app)
    press(app, "Plan")
    plan = value(app, Key.PLAN)
    for name in ("step_through", "compare", "training", "plan"):
        app.switch_page(f"pages/{name}.py").run()
        assert not app.exception
    assert value(app, Key.PLAN) is plan
    assert address(app) is None

    press(app, "Rename the file, begin an empty one")
    assert "You can plan on" not in said(app)
    aside = next(data.glob("shiftwright.db.set-aside-*"))
    assert aside.read_bytes()[100:] == content
    assert value(refreshed(app), Key.PLAN).result.cost == plan.result.cost


def test_a_locked_database_is_waited_for_two_seconds_at_most(data):
    """Another program holds it: said, planned on; kept as soon as it lets go."""
    open_database().close()
    holder = sqlite3.connect(data / "shiftwright.db", isolation_level=None)
    holder.execute("PRAGMA locking_mode=EXCLUSIVE")
    holder.execute("BEGIN EXCLUSIVE")
    began = time.monotonic()
    app = window(**{Key.SAMPLE: "small-24x6", Key.SCHEDULER: "rule:edd"})
    assert "shiftwright.db does not answer: it is locked, another program" in said(
        app
    ).replace("\\", "")
    press(app, "Plan")
    assert value(app, Key.PLAN) is not None
    spent = time.monotonic() - began
    assert spent < 10, spent  # one wait, not one per question
    holder.close()
    stored.opened().reset()  # as after RETRY_SECONDS
    app.run()
    assert value(refreshed(app), Key.PLAN) is not None


def test_an_address_waits_for_the_store_to_come_back(data, monkeypatch):
    """Opened while the database is away, the shift is there once it is back."""
    app = planned(data)
    held = address(app)
    stored.opened().reset()
    file = data / "shiftwright.db"
    away = file.rename(data / "away")
    foreign(data)
    again = window(held)
    assert value(again, Key.FILES) is None
    assert address(again) == held
    away.replace(file)
    stored.opened().reset()
    again.run()
    assert len(value(again, Key.FILES)) == 3


@pytest.mark.parametrize("page", ["orders", "step_through"])
def test_a_page_without_a_plan_lists_its_keys_too(data, page):
    """What stops short in its middle is still framed by the app."""
    app = window(**{Key.SAMPLE: "small-24x6"})
    app.switch_page(f"pages/{page}.py").run()
    assert "Plan the shift" in [x.label for x in app.button]
    assert any("show these keys" in x.value for x in app.sidebar.markdown)
