"""The planner's own files, through the app: they and their plan outlast a page."""

from pathlib import Path

import pytest
from streamlit.runtime.pages_manager import PagesManager
from streamlit.testing.v1 import AppTest

from core.tables import limits
from pages.parts import planning
from pages.parts.state import Key

ROOT = Path(__file__).parents[2]
SMALL = ROOT / "assets" / "samples" / "small-24x6"
TIMEOUT = 120


@pytest.fixture
def app(tmp_path, monkeypatch):
    """The whole app with Upload and a quick rule chosen, nothing uploaded yet."""
    monkeypatch.setenv("SHIFTWRIGHT_DATA", str(tmp_path / "data"))
    monkeypatch.setattr(planning, "_load", lambda: None)  # no model is needed here
    made = PagesManager.__init__

    def as_on_a_server(self, *arguments, **options):
        """A server runs app.py around every page; AppTest forgets that each run."""
        made(self, *arguments, **options)
        PagesManager.uses_pages_directory = False

    monkeypatch.setattr(PagesManager, "__init__", as_on_a_server)
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=TIMEOUT)
    app.session_state[Key.SOURCE] = "upload"
    app.session_state[Key.SCHEDULER] = "rule:edd"
    return app.run()


def upload(app, **contents):
    """Put files into the box of the sidebar at once; ``jobs=b"…"`` is a jobs.csv."""
    box = app.sidebar.get("file_uploader")[0]
    box.set_value([(f"{name}.csv", x, "text/csv") for name, x in contents.items()])
    box.run()
    assert not app.exception
    return app


def small(*names):
    """Files of the small sample."""
    return {name: (SMALL / f"{name}.csv").read_bytes() for name in names}


def open_page(app, name):
    """Go to another page, as the links in the sidebar do."""
    app.switch_page(f"pages/{name}.py").run()
    assert not app.exception
    return app


def press(app, label):
    """Press the button of a label, and wait for a planning that it began."""
    next(button for button in app.button if button.label == label).click().run()
    under_way = Key.PLANNING in app.session_state and app.session_state[Key.PLANNING]
    if under_way:
        assert under_way.done(TIMEOUT)
        app.run()
    assert not app.exception
    return app


def words(app):
    """Everything written on the page."""
    kinds = ("markdown", "caption", "text", "warning", "info", "error")
    return "\n".join(str(x.value) for kind in kinds for x in app.get(kind))


def kept(app):
    """Names of the files in force."""
    return list(app.session_state[Key.FILES])


def test_files_and_their_plan_outlast_a_change_of_page(app):
    """Uploaded and planned; elsewhere and back the shift and the plan are the same."""
    upload(app, **small("jobs", "machines", "calendars"))
    assert "24 jobs on 6 machines" in words(app)
    press(app, "Plan")
    shift, plan = app.session_state[Key.SHIFT], app.session_state[Key.PLAN]
    assert shift.problem.num_jobs == 24

    open_page(app, "step_through")
    assert [title.value for title in app.title] == ["Step through"]
    assert "jobs.csv, machines.csv, calendars.csv" in words(app.sidebar)
    open_page(app, "compare")
    open_page(app, "plan")
    assert [title.value for title in app.title] == ["Plan"]
    assert app.session_state[Key.SHIFT].content_hash == shift.content_hash
    assert app.session_state[Key.PLAN] is plan
    assert any(text.value.startswith("Ends") for text in app.markdown)


def test_a_file_of_the_same_name_replaces_and_another_is_added(app):
    """On another page, too: 24 jobs become 2, and it is said what happened."""
    upload(app, **small("jobs", "machines", "calendars"))
    assert app.session_state[Key.SHIFT].problem.num_jobs == 24
    assert "Added" not in words(app.sidebar)  # the list says it
    open_page(app, "compare")
    rows = (SMALL / "jobs.csv").read_bytes().splitlines(keepends=True)
    upload(app, jobs=b"".join(rows[:3]), **small("downtime"))
    assert "Replaced: jobs\\.csv. Added: downtime\\.csv." in words(app.sidebar)
    assert kept(app) == ["jobs.csv", "machines.csv", "calendars.csv", "downtime.csv"]
    assert app.session_state[Key.SHIFT].problem.num_jobs == 2
    app.run()
    assert "Replaced" not in words(app.sidebar)


def test_one_file_is_removed_or_all_of_them(app):
    """What is gone counts no longer; without any the page says what to bring."""
    upload(app, **small("jobs", "machines", "downtime", "calendars"))
    before = app.session_state[Key.SHIFT].content_hash
    press(app, "downtime\\.csv")
    assert kept(app) == ["jobs.csv", "machines.csv", "calendars.csv"]
    assert app.session_state[Key.SHIFT].content_hash != before
    press(app, "All files")
    assert kept(app) == []
    assert "one workbook" in words(app)
    upload(app, **small("jobs"))
    press(app, "Remove")
    assert kept(app) == []


def test_more_than_the_limits_is_not_taken(app, monkeypatch):
    """One file too many, one too large, two of one name: said, and nothing changes."""
    monkeypatch.setattr(limits, "MAX_FILES", 3)
    upload(app, **small("jobs", "machines", "calendars"))
    shift = app.session_state[Key.SHIFT]
    upload(app, **small("downtime", "setups"))
    assert "Not taken: these would be 5 files, and 3 is the most" in words(app.sidebar)

    box = app.sidebar.get("file_uploader")[0]
    twice = [("jobs.csv", b"1", "text/csv"), ("jobs.csv", b"2", "text/csv")]
    box.set_value(twice).run()
    assert "Not taken: 2 of these are called jobs\\.csv" in words(app.sidebar)

    monkeypatch.setattr(limits, "MAX_FILE", 100)
    upload(app, calendars=b"x" * 101)
    assert "Not taken: calendars\\.csv has more than" in words(app.sidebar)
    assert kept(app) == ["jobs.csv", "machines.csv", "calendars.csv"]
    assert app.session_state[Key.SHIFT].content_hash == shift.content_hash


def test_a_name_is_never_markup(app):
    """File names are the planner's words; they are shown as they are."""
    upload(app, **small("jobs", "machines"))
    upload(app, **{"**bold** :red[x]": b"a,b\n"})
    said = [x.value for x in app.sidebar.get("caption")]
    assert any("\\*\\*bold\\*\\*" in text for text in said), said
