"""What every test of a page may rely on."""

from collections.abc import Iterator
from functools import cache

import pytest
from streamlit.components.v2 import manifest_scanner


@pytest.fixture(scope="session", autouse=True)
def _components_are_looked_for_once() -> Iterator[None]:
    """
    Keep what Streamlit finds in the installed packages, as a server does.

    Each app under test would look through all of them anew: more than half the time of
    a short test.
    """
    scan = cache(manifest_scanner.scan_component_manifests)
    with pytest.MonkeyPatch.context() as changed:
        changed.setattr(manifest_scanner, "scan_component_manifests", scan)
        yield
