"""What every test may ask for."""

import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

# The stores of `store` and of `runs`: one server of PostgreSQL for both.
pytest_plugins = ["tests.stores"]

ROOT = Path(__file__).parents[1]

# The same examples on every machine, and no verdict that depends on its speed.
settings.register_profile("ci", derandomize=True, deadline=None, max_examples=40)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


# Rooms whose tests answer at once; the others compile, train, or start processes.
QUICK = {"problem", "planning", "tables", "charts", "instances"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what `make quick` leaves out."""
    for item in items:
        room = item.path.relative_to(Path(__file__).parent).parts[0]
        if room not in QUICK:
            item.add_marker(pytest.mark.slow)


@pytest.fixture(autouse=True)
def _main_module() -> Iterator[None]:
    """A test of a page leaves the app as `__main__`, which processes would run anew."""
    before = sys.modules["__main__"]
    yield
    sys.modules["__main__"] = before


@pytest.fixture
def in_central_europe(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A computer whose clocks go forward on the last Sunday of March."""
    with monkeypatch.context() as changed:
        changed.setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3")
        time.tzset()
        yield
    time.tzset()


@pytest.fixture(scope="session")
def benchmarks() -> Path:
    """The folder of public instances, which are not copied into the project."""
    named = os.environ.get("SHIFTWRIGHT_BENCHMARKS")
    folder = Path(named) if named else ROOT.parent / "shared" / "benchmarks"
    if not folder.is_dir():
        pytest.skip(
            f"No public instances in {folder}; name them in SHIFTWRIGHT_BENCHMARKS."
        )
    return folder
