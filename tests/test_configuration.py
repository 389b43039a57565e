"""The configuration that `make run` starts the dashboard with."""

import tomllib
from pathlib import Path

import pytest

from core.charts import theme
from core.charts.theme import contrast

CONFIG = Path(__file__).parents[1] / ".streamlit" / "config.toml"
READABLE = 4.5  # WCAG AA


def config():
    """All of it."""
    return tomllib.loads(CONFIG.read_text("utf-8"))


def test_nobody_watches_the_files():
    """A watcher would watch the clone with its environment, and overflow."""
    server = config()["server"]
    assert server["fileWatcherType"] == "none"
    assert server["address"] == "127.0.0.1"


def test_the_theme_follows_the_system():
    """No base is set, and both themes are there."""
    settings = config()["theme"]
    assert "base" not in settings
    assert settings["light"].keys() == settings["dark"].keys()


@pytest.mark.parametrize("name", ["light", "dark"])
def test_words_are_readable_in_both_themes(name):
    """Text, links, changes and what is chosen, on page and sidebar."""
    settings = config()["theme"][name]
    words = ("textColor", "linkColor", "primaryColor", "greenTextColor", "redTextColor")
    grounds = [
        *(settings["backgroundColor"], settings["secondaryBackgroundColor"]),
        *settings["sidebar"].values(),
    ]
    for word in words:
        for ground in grounds:
            assert contrast(settings[word], ground) >= READABLE, (word, ground)


def test_the_charts_stand_on_the_background_of_the_page():
    """Its colours are those of the theme, in light and dark."""
    settings = config()["theme"]
    assert settings["light"]["backgroundColor"] == theme.BACKGROUND
    assert settings["dark"]["backgroundColor"] == theme.DARK[theme.BACKGROUND]
