"""The configuration that `make run` starts the dashboard with."""

import tomllib
from pathlib import Path

CONFIG = Path(__file__).parents[1] / ".streamlit" / "config.toml"


def test_nobody_watches_the_files():
    """A watcher would watch the clone with its environment, and overflow."""
    server = tomllib.loads(CONFIG.read_text("utf-8"))["server"]
    assert server["fileWatcherType"] == "none"
    assert server["address"] == "127.0.0.1"
