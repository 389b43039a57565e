"""Machine code on disk, and what it is made of."""

import ast

from core.timing import machine_code
from core.timing.machine_code import CORE, sources


def test_kept_machine_code_is_that_of_every_file_it_depends_on():
    """Whatever a file with machine code takes from the project is in the digest."""
    found = {str(path.relative_to(CORE)) for path in sources()}
    assert {"timing/kernel.py", "timing/flat.py", "search/orders/moves.py"} <= found
    for name in found:
        for node in ast.parse((CORE / name).read_text("utf-8")).body:
            if isinstance(node, ast.ImportFrom) and node.module.startswith("core."):
                module = node.module.removeprefix("core.").replace(".", "/")
                modules = [f"{module}/{name.name}.py" for name in node.names]
                modules = [one for one in modules if (CORE / one).exists()]
                assert set(modules or [f"{module}.py"]) <= found


def test_without_a_place_for_the_cache_it_compiles_all_the_same(monkeypatch):
    """Numba finds no folder to write to: the function works, only unkept."""
    monkeypatch.setattr(machine_code, "_CACHED", True)
    monkeypatch.setattr("numba.core.caching.CacheImpl._locator_classes", [])

    @machine_code.machine_code
    def twice(x):
        return 2 * x

    assert twice(21) == 42
