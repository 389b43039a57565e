"""
Who may import whom. The tables below *are* the architecture.

A room is a folder of ``core``. Its imports are read from the source, wherever in
a file they stand; what the source does not show (an ``__init__`` that drags in
torch) is found by importing the room in a process of its own.
"""

import ast
import subprocess
import sys
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

# The rooms below each room. A dotted name is a single module of a room.
FOUNDATION = {"problem", "timing", "bounds", "instances", "planning"}
ENGINES = {"tables", "simulation", "search", "store", "futures", "alternatives"}
PLANNERS = {"policy", "decisions", "schedulers"}
USERS = {"replanning", "remedies", "comparison", "training", "runs", "charts"}

ALLOWED: dict[str, set[str]] = {
    "problem": set(),
    "timing": {"problem"},
    "bounds": {"problem", "timing"},
    "instances": {"problem", "timing"},
    "planning": {"problem", "bounds"},
    "tables": {"problem", "timing", "instances", "planning"},
    "simulation": {"problem", "timing", "instances"},
    "search": {"problem", "timing", "planning"},
    "store": {"problem"},
    "futures": {"problem", "timing"},
    "alternatives": {"problem", "timing", "planning", "search", "futures"},
    "policy": {"problem", "timing", "planning", "simulation"},
    "decisions": {"problem", "timing", "planning", "simulation", "policy"},
    "schedulers": {
        *(*FOUNDATION, "simulation", "search", "futures", "alternatives"),
        *("policy", "decisions"),
    },
    "replanning": {*FOUNDATION, "search", "decisions", "schedulers"},
    "remedies": {*FOUNDATION, "search", "decisions", "replanning"},
    "comparison": {*FOUNDATION, "schedulers"},
    # The rules of scheduling are the yardstick of a held-out evaluation.
    "training": {*FOUNDATION, "simulation", "search", "policy", "schedulers"},
    "runs": {*FOUNDATION, "simulation", "store", "policy", "comparison", "training"},
    "charts": {"problem", "planning", "comparison"},
    "benchmarking": {*FOUNDATION, *ENGINES, *PLANNERS, *USERS},
    "cli": {*FOUNDATION, *ENGINES, *PLANNERS, *USERS, "benchmarking"},
}

# Single modules that reach further than their room.
ALSO_ALLOWED: dict[str, set[str]] = {"schedulers.unified": {"store"}}

# Rooms within a room; the files beside them may use, and be used by, all.
WITHIN: dict[str, dict[str, set[str]]] = {
    "problem": {"measures": set(), "saving": set(), "verifier": set()},
    "tables": {
        "values": set(),
        "mapping": {"values"},
        "reading": {"values", "mapping"},
        "building": {"values", "mapping"},
        "writing": {"values", "mapping", "reading", "building"},
    },
    "tables.building": {"calendars": set(), "floor": set()},
    "simulation": {
        "problems": {"tensors"},
        "compiled": {"problems"},
        "tensors": {"problems"},
    },
    "timing": {"binding": set()},
    "store": {"background": set(), "shifts": set()},
    "schedulers": {
        "compiled": set(),
        "tensors": set(),
        "dispatching": {"compiled", "tensors"},
        "exact": set(),
        "wrappers": set(),
    },
    "replanning": {"day": set()},
    "charts": {"bars": set()},
    "benchmarking": {"policies": set(), "improving": set(), "ways": {"improving"}},
    "cli": {"benchmarks": set(), "day": set(), "answers": {"day"}},
}

# Files beside the rooms: what `import core` offers, and the command line.
BESIDE = {
    "__init__": {"public"},
    "public": {"problem", "planning", "tables", "schedulers"},
    "__main__": {"cli"},
}

# The command line's parser too, so that `check` answers at once.
WITHOUT_TORCH = [
    *("problem", "timing", "bounds", "instances", "planning"),
    *("tables", "search", "store", "futures", "alternatives", "remedies"),
    *("charts", "cli.parser", "public"),
    # Planning; networks and tensors are imported where they are asked for.
    *("simulation.compiled", "policy.compiled", "policy.shipped"),
    *("schedulers.compiled", "schedulers.hierarchical", "schedulers.batch"),
    *("schedulers.unified", "schedulers.dispatching.rules", "schedulers.portfolio"),
    "schedulers.warm_up",
]

# All that `problem` takes from outside Python's own library.
PROBLEM_USES = {"numpy", "scipy"}

# Rooms that may still be missing. One that is there is tested, listed or not.
PLANNED = {"benchmarking"}


# --- Reading imports ----------------------------------------------------------


def imports_of(source: str) -> Iterator[str]:
    """
    Every name that a file imports, in full.

    ``from core.planning import trace`` is ``core.planning.trace``, and so is
    ``import_module("core.planning.trace")``.
    """
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import(names=names):
                yield from (name.name for name in names)
            case ast.ImportFrom(level=0, module=str(module), names=names):
                yield from (f"{module}.{name.name}" for name in names)
            case ast.ImportFrom(names=names):
                yield "." + names[0].name
            case ast.Call(
                func=ast.Name(id="import_module" | "__import__")
                | ast.Attribute(attr="import_module"),
                args=[ast.Constant(value=str(name)), *_],
            ):
                yield name


def is_within(name: str, places: set[str]) -> bool:
    """Whether a dotted name is one of the places, or lies in one."""
    return any(f"{name}.".startswith(f"{place}.") for place in places)


def core_faults(module: str, source: str) -> list[str]:
    """What is wrong with the imports of ``core.<module>``."""
    room = module.split(".")[0]
    below = {room} | ALLOWED[room] if room in ALLOWED else BESIDE[module]
    reachable = {f"core.{name}" for name in below | ALSO_ALLOWED.get(module, set())}
    faults = []
    for name in imports_of(source):
        top = name.split(".")[0]
        if top == "":
            faults.append(f"relative import of {name}")
        elif top in {"streamlit", "pages", "app", "tests"}:
            faults.append(f"core knows no screen and no test: {name}")
        elif top == "core" and not is_within(name, reachable):
            faults.append(f"no arrow from {module} to {name}")
        elif room in WITHOUT_TORCH and top == "torch":
            faults.append(f"{room} does without torch")
        elif room == "problem" and top not in sys.stdlib_module_names | PROBLEM_USES | {
            "core"
        }:
            faults.append(f"problem takes nothing from {top}")
    return faults


def page_faults(source: str) -> list[str]:
    """What is wrong with the imports of ``app.py`` or a file below ``pages``."""
    faults = []
    for name in imports_of(source):
        top = name.split(".")[0]
        if top == "":
            faults.append(f"relative import of {name}")
        elif top in {"app", "tests", "parts"}:
            faults.append(f"a page imports core and pages.parts, not {name}")
        elif is_within(name, {"core.cli"}):
            faults.append(f"a page is no command: {name}")
        elif top == "pages" and not is_within(name, {"pages.parts"}):
            faults.append(f"pages never import each other: {name}")
    return faults


def is_guarded(source: str) -> bool:
    """Whether ``require_app()`` is the first thing that a page does."""
    for statement in ast.parse(source).body:
        match statement:
            case ast.Expr(value=ast.Call(func=ast.Name(id="require_app"), args=[])):
                return True
            case ast.Expr(value=ast.Constant()):
                continue  # the docstring
            case ast.Import() | ast.ImportFrom() | ast.FunctionDef() | ast.ClassDef():
                continue
            case ast.Assign() | ast.AnnAssign():
                if any(isinstance(node, ast.Call) for node in ast.walk(statement)):
                    return False  # it may draw: a widget, a sidebar
            case _:
                return False
    return False


def circle_among(files: list[Path], root: Path) -> list[str]:
    """Return files that import each other round in a circle; none: an empty list."""
    modules = {
        ".".join(file.relative_to(root).with_suffix("").parts): file for file in files
    }
    arrows = {
        module: {
            other
            for name in imports_of(file.read_text("utf-8"))
            for other in modules
            if other != module and is_within(name, {other})
        }
        for module, file in modules.items()
    }
    try:
        TopologicalSorter(arrows).prepare()
    except CycleError as error:
        found: list[str] = error.args[1]
        return found
    return []


def module_of(file: Path) -> str:
    """``problem.model`` for core/problem/model.py, ``problem`` for its __init__."""
    parts = file.relative_to(ROOT / "core").with_suffix("").parts
    if len(parts) > 1 and parts[-1] == "__init__":
        parts = parts[:-1]
    return ".".join(parts)


def is_built(room: str) -> bool:
    """Whether a room, or a file beside the rooms, holds any code."""
    if room in BESIDE:
        return (ROOT / "core" / f"{room}.py").is_file()
    return any((ROOT / "core" / room).rglob("*.py"))


def built(module: str) -> None:
    """Skip what is only planned; a room that ought to be there has to be."""
    room = module.split(".")[0]
    if room in PLANNED and not is_built(room):
        pytest.skip(f"core/{room} is planned.")
    assert is_built(room), f"core/{room} is missing."


# --- core ---------------------------------------------------------------------


@pytest.mark.parametrize("room", ALLOWED)
def test_a_room_imports_only_the_rooms_below_it(room):
    """`core.<room>` never reaches up, and never reaches the screen."""
    built(room)
    found = {
        str(file.relative_to(ROOT)): faults
        for file in sorted((ROOT / "core" / room).rglob("*.py"))
        if (faults := core_faults(module_of(file), file.read_text("utf-8")))
    }
    assert not found


@pytest.mark.parametrize(
    ("room", "inner"), [(room, inner) for room in WITHIN for inner in WITHIN[room]]
)
def test_a_room_within_a_room_imports_only_those_below_it(room, inner):
    """A room of many files has floors of its own."""
    folder = ROOT / "core" / room.replace(".", "/") / inner
    assert folder.is_dir(), f"core/{room}/{inner} is missing."
    above = {
        f"core.{room}.{other}" for other in set(WITHIN[room]) - WITHIN[room][inner]
    } - {f"core.{room}.{inner}"}
    found = {
        str(file.relative_to(ROOT)): names
        for file in sorted(folder.rglob("*.py"))
        if (
            names := [
                name
                for name in imports_of(file.read_text("utf-8"))
                if is_within(name, above)
            ]
        )
    }
    assert not found


def test_every_room_is_in_the_table():
    """A folder or a file in `core` that the table does not know has no arrows."""
    rooms = {path.name for path in (ROOT / "core").iterdir() if is_built(path.name)}
    files = {path.stem for path in (ROOT / "core").glob("*.py")}
    assert rooms <= set(ALLOWED)
    assert files <= set(BESIDE)


@pytest.mark.parametrize("name", BESIDE)
def test_the_files_beside_the_rooms_only_open_them(name):
    """They hold the public face and the command line, and no room knows them."""
    source = (ROOT / "core" / f"{name}.py").read_text("utf-8")
    assert not core_faults(name, source)


def test_the_arrows_form_no_circle():
    """Also when a module's arrows are counted as those of its whole room."""
    below = {
        room: {name.split(".")[0] for name in names} for room, names in ALLOWED.items()
    }
    for module, names in ALSO_ALLOWED.items():
        below[module.split(".")[0]] |= names
    order = list(TopologicalSorter(below).static_order())
    assert set(order) == set(ALLOWED)  # no arrow to a room that the table lacks
    assert order[0] == "problem"


def test_a_public_class_has_a_name_of_its_own():
    """One name, one meaning: nobody wonders which `Model` a file speaks of."""
    homes: dict[str, list[str]] = {}
    for file in sorted((ROOT / "core").rglob("*.py")):
        for node in ast.parse(file.read_text("utf-8")).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                homes.setdefault(node.name, []).append(module_of(file))
    assert {name: where for name, where in homes.items() if len(where) > 1} == {}


def test_no_files_import_each_other_in_a_circle():
    """Not even for types alone, and not across rooms."""
    files = {
        ".".join(file.relative_to(ROOT).with_suffix("").parts): file
        for file in (ROOT / "core").rglob("*.py")
    }
    below = {
        name: {
            module
            for full in imports_of(file.read_text("utf-8"))
            for module in (full, full.rpartition(".")[0])
            if module in files and module != name
        }
        for name, file in files.items()
    }
    assert len(list(TopologicalSorter(below).static_order())) == len(files)


# Imports each core.<name> with everything in it, until one of them has loaded what it
# may have to leave out; says which one, and what.
IMPORT_ALL = """
import importlib, pkgutil, sys
for name in sys.argv[1:]:
    room = importlib.import_module(name)
    for module in pkgutil.walk_packages(getattr(room, "__path__", []), name + "."):
        importlib.import_module(module.name)
    if loaded := sorted({"torch", "streamlit"} & set(sys.modules)):
        print(name, *loaded)
        break
"""


def loaded_by(modules: list[str], folder: Path) -> str:
    """
    Which of some modules loads torch or streamlit first, in a fresh process.

    Empty when none of them does: then none would by itself, either.
    """
    process = subprocess.run(
        [sys.executable, "-c", IMPORT_ALL, *modules],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert process.returncode == 0, process.stderr
    return process.stdout.strip()


def test_importing_them_leaves_torch_out():
    """Not even an `__init__` on the way drags torch in."""
    for name in WITHOUT_TORCH:
        built(name)
    assert loaded_by([f"core.{name}" for name in WITHOUT_TORCH], ROOT) == ""


def test_every_module_imports_and_none_brings_the_screen():
    """All of `core` in one process: torch is welcome there, streamlit is not."""
    assert loaded_by(["core"], ROOT) == "core torch"


# --- pages --------------------------------------------------------------------


def test_pages_import_core_and_parts_only():
    """What pages share lies in pages/parts; no page knows another."""
    files = [ROOT / "app.py", *sorted((ROOT / "pages").rglob("*.py"))]
    found = {
        str(file.relative_to(ROOT)): faults
        for file in files
        if (faults := page_faults(file.read_text("utf-8")))
    }
    assert not found


def test_no_two_files_of_the_pages_need_each_other():
    """Imports that only the type checker reads count: a reader follows them, too."""
    assert not circle_among(sorted((ROOT / "pages").rglob("*.py")), ROOT)


def test_a_page_opened_without_the_app_stops_before_it_draws():
    """Each page begins with require_app(); see pages/parts/guard.py."""
    pages = sorted((ROOT / "pages").glob("*.py"))
    assert pages, "There is no page."
    unguarded = [page.name for page in pages if not is_guarded(page.read_text("utf-8"))]
    assert not unguarded


# --- The checks themselves ----------------------------------------------------


@pytest.mark.parametrize(
    ("module", "source", "fault"),
    [
        ("problem.model", "import core.tables.rows", "no arrow"),
        ("problem.model", "from core import tables", "no arrow"),
        ("problem.model", "import pandas", "takes nothing from pandas"),
        ("tables.read", "def f():\n    import streamlit as st", "no screen"),
        ("tables.read", "from .rows import JobRow", "relative"),
        ("tables", "from . import rows", "relative"),
        ("tables.read", "import torch.nn", "without torch"),
        ("simulation.simulator", "from pages.parts import state", "no screen"),
        (
            "charts.gantt",
            "from core.schedulers.dispatching.rules import RULES",
            "no arrow",
        ),
        ("charts.gantt", "from core.schedulers import Trace", "no arrow"),
        ("charts.gantt", "from core.schedulers.traces import x", "no arrow"),
        ("charts.gantt", "from core import *", "no arrow"),
        ("training.trainer", "from core.store.background.runs import Run", "no arrow"),
        ("runs.launch", "from core.cli.parser import app", "no arrow"),
        ("schedulers.batch", "import core.store", "no arrow"),
        ("schedulers.rules", "from core.training.trainer import train", "no arrow"),
        ("policy.two_step", 'import_module("core.training.ppo")', "no arrow"),
        ("policy.two_step", 'importlib.import_module("core.store")', "no arrow"),
        ("benchmarking.speed", "from core.cli.parser import app", "no arrow"),
        ("__init__", "from core.problem.model import Problem", "no arrow"),
        ("__main__", "import core.problem", "no arrow"),
    ],
)
def test_a_wrong_arrow_is_seen(module, source, fault):
    """Each way to write an import is read, and refused for its own reason."""
    assert [fault in found for found in core_faults(module, source)] == [True]


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("problem.model", "import numpy as np\nfrom scipy.sparse import csr_array"),
        ("problem.model", "from dataclasses import dataclass\nimport core.problem"),
        ("charts.gantt", "from core.planning import trace, stopping"),
        ("charts.gantt", "from core.planning.trace import Trace"),
        ("runs.training_run", "from core.store.background.runs import Run"),
        ("schedulers.unified", "from core.store.models import Models"),
        ("cli.plan", "import core.benchmarking.claims, torch"),
        ("__main__", "from core.cli.parser import app"),
    ],
)
def test_a_right_arrow_is_left_alone(module, source):
    """The arrows of the tables, in each way to write them."""
    assert core_faults(module, source) == []


@pytest.mark.parametrize(
    ("source", "fault"),
    [
        ("from pages.plan import planned", "each other"),
        ("from core.cli.plan import write", "no command"),
        ("import pages.compare", "each other"),
        ("from pages import parts_of_plan", "each other"),
        ("from .parts import guard", "relative"),
        ("from parts.guard import require_app", "not parts.guard"),
        ("from app import style", "not app.style"),
    ],
)
def test_a_page_that_imports_a_page_is_seen(source, fault):
    """Also through a name that only begins like the right one."""
    assert [fault in found for found in page_faults(source)] == [True]


@pytest.mark.parametrize(
    ("source", "guarded"),
    [
        ('"""Plan."""\nimport streamlit as st\nKEY = "a"\nrequire_app()', True),
        ("@st.cache_data\ndef f(): ...\nrequire_app()\nst.title('x')", True),
        ("import streamlit as st\nst.title('x')\nrequire_app()", False),
        ("choice = st.selectbox('x', [1])\nrequire_app()", False),
        ("shift = shift_from_sidebar()\nrequire_app()", False),
        ("if True:\n    require_app()", False),
        ("import streamlit as st", False),
        ("", False),
    ],
)
def test_a_guard_counts_only_before_anything_is_drawn(source, guarded):
    """Definitions and plain constants may stand above it."""
    assert is_guarded(source) is guarded


def test_a_circle_is_seen(tmp_path):
    """Also where one of the arrows is for the type checker alone, inside a function."""
    state, guard = tmp_path / "parts" / "state.py", tmp_path / "parts" / "guard.py"
    state.parent.mkdir()
    state.write_text("if TYPE_CHECKING:\n    from parts.guard import Guard")
    guard.write_text("def f():\n    from parts import state")
    assert set(circle_among([state, guard], tmp_path)) == {"parts.state", "parts.guard"}
    guard.write_text("import streamlit")
    assert circle_among([state, guard], tmp_path) == []


@pytest.mark.parametrize("hidden", ["torch", "streamlit"])
def test_what_an_init_drags_in_is_seen(tmp_path, hidden):
    """The source of core.room.clean shows nothing; its package's `__init__` does it."""
    (tmp_path / f"{hidden}.py").write_text("")
    room = tmp_path / "core" / "room"
    room.mkdir(parents=True)
    (tmp_path / "core" / "other.py").write_text("")
    (room / "__init__.py").write_text(f"import {hidden}")
    (room / "clean.py").write_text("")
    found = loaded_by(["core.other", "core.room"], tmp_path)
    assert found == f"core.room {hidden}"


def test_a_room_that_cannot_be_imported_is_a_failure(tmp_path):
    """A broken module is never taken for one that is not there yet."""
    room = tmp_path / "core" / "room"
    room.mkdir(parents=True)
    (room / "broken.py").write_text("import no_such_module")
    with pytest.raises(AssertionError, match="no_such_module"):
        loaded_by(["core.room"], tmp_path)
