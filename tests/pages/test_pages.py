"""What holds for every page and part of the screen."""

import ast
import re
from pathlib import Path

import pytest
from streamlit import net_util
from streamlit.testing.v1 import AppTest
from streamlit.web.server import server_util

from pages.parts.guard import look_nothing_up

ROOT = Path(__file__).parents[2]
PAGES = sorted((ROOT / "pages").glob("*.py"))
FILES = [ROOT / "app.py", *sorted((ROOT / "pages").rglob("*.py"))]


def name(path):
    """Path inside the project."""
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_a_page_opened_by_itself_shows_one_warning(path):
    """Streamlit serves every file in pages/ until the app has run once."""
    app = AppTest.from_file(str(path), default_timeout=60).run()
    assert not app.exception
    assert [x.value for x in app.warning] == [
        "This page opens inside Shiftwright: [go to the start](/)."
    ]
    assert not app.title
    assert not app.button


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_the_app_lists_every_page(path):
    """One line per page."""
    lines = "".join((ROOT / "app.py").read_text().split())
    assert f'st.Page("{name(path)}"' in lines


def decorators(tree):
    """Every decorated function with its decorator."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            for decorator in node.decorator_list:
                yield node, decorator


@pytest.mark.parametrize("path", FILES, ids=name)
def test_every_cache_is_bounded(path):
    """A cached function with parameters says how many answers it keeps."""
    for function, decorator in decorators(ast.parse(path.read_text())):
        if "st.cache" not in ast.unparse(decorator) or not function.args.args:
            continue
        assert isinstance(decorator, ast.Call), f"{function.name} is not bounded"
        assert "max_entries" in {x.arg for x in decorator.keywords}, function.name


@pytest.mark.parametrize("path", FILES, ids=name)
def test_no_text_becomes_markup(path):
    """Planners' words could be HTML; style sheet, step mark and legend alone are."""
    # The mark is made of numbers alone; a test of core.charts.decisions holds that. The
    # legend is handed nothing.
    source = path.read_text().replace("st.html(strip_mark(", "")
    source = source.replace("st.html(changes_legend())", "")
    assert "unsafe_allow_html" not in source
    if path.name == "app.py":  # files of ours as they stand, nothing filled in
        assert re.findall(r"st\.html\(([^,)]*)", source) == [
            'ASSETS / "style.css"',
            'ASSETS / "history.html"',
        ]
    else:
        assert "unsafe_allow_javascript" not in source
        assert "st.html(" not in source


def test_streamlit_asks_nobody_for_this_computers_address(monkeypatch):
    """Not even when a page of another origin knocks; and that one stays refused."""

    def asked(*_arguments, **_options):
        raise AssertionError("It asked a server outside.")

    monkeypatch.setattr(net_util, "_external_ip", None)
    monkeypatch.setattr(net_util, "_make_blocking_http_get", asked)
    look_nothing_up()
    assert not server_util.is_url_from_allowed_origins("http://elsewhere.example")
    assert server_util.is_url_from_allowed_origins("http://127.0.0.1:8501")


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_pages_never_import_each_other(path):
    """What pages share is a part."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("pages"):
            assert node.module.startswith("pages.parts")
