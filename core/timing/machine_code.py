"""Python functions on arrays as machine code, kept on disk between runs."""

from __future__ import annotations

import hashlib
import os
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any, TypeVar

import numba

F = TypeVar("F", bound=Callable[..., Any])

CORE = Path(__file__).parents[1]


def sources() -> list[Path]:
    """
    Files that machine code depends on.

    Every file of the project with a function to compile, and what such files import
    from the project, and so on: a constant or a type may lie anywhere.
    """
    texts = {path: path.read_bytes() for path in sorted(CORE.rglob("*.py"))}
    found = [path for path, text in texts.items() if b"\n@machine_code\n" in text]
    for path in found:
        for module in _imported(texts[path]):
            if module in texts and module not in found:
                found.append(module)
    return sorted(found)


def _imported(text: bytes) -> Iterator[Path]:
    """Files that ``from core.a import b`` may mean: the module a, or b in a room a."""
    for room, names in re.findall(
        rb"^from core\.([\w.]+) import (\([^)]*\)|.*)", text, re.MULTILINE
    ):
        base = CORE.joinpath(*room.decode().split("."))
        yield base.with_suffix(".py")
        for name in re.findall(r"\w+", names.decode()):
            yield base / f"{name}.py"


def _cache_folder() -> Path | None:
    """
    Folder for machine code, by a digest of the sources; ``None``: nowhere to write.

    Numba looks only at the file of a function, not at those of the functions that
    it calls: without the digest a change in one file would leave stale code behind.
    Never a folder that others may write to, because what is loaded is executed.
    """
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in sources()))
    for base in (CORE.parent / ".numba_cache", Path("~/.cache/shiftwright")):
        try:
            folder = base.expanduser() / digest.hexdigest()[:16]
            folder.mkdir(parents=True, exist_ok=True)
        except (OSError, RuntimeError):  # read-only, or a user without a home
            continue
        if os.access(folder, os.W_OK):
            return folder
    return None


def _load_numba_without_blas() -> None:
    """
    Load what Numba knows of arrays, but not SciPy's linear algebra with it.

    Numba asks once, while it is loaded, whether it could multiply matrices; none of the
    machine code does, and to answer yes takes half a second and 15 MB.
    """
    linalg: Any = import_module("numba.np.linalg")

    def refuse() -> None:
        raise ImportError("not needed")

    asked, linalg.ensure_blas = linalg.ensure_blas, refuse
    try:
        import_module("numba.np.arraymath")
    finally:
        linalg.ensure_blas = asked


_load_numba_without_blas()

_CONFIG: Any = numba.config
if not _CONFIG.CACHE_DIR:
    _CONFIG.CACHE_DIR = str(_cache_folder() or "")
_CACHED = bool(_CONFIG.CACHE_DIR)

# Without Numba's reference counts, which would take most of the time in functions
# this small; so nothing compiled here may make an array.
_OPTIONS: dict[str, Any] = {"nogil": True, "_nrt": False}


def machine_code(function: F) -> F:
    """Compile on first call, without the interpreter lock; kept on disk if possible."""
    compiled: F
    try:
        compiled = numba.njit(cache=_CACHED, **_OPTIONS)(function)
    except RuntimeError:  # Numba: "no locator available", the folder is not usable
        compiled = numba.njit(**_OPTIONS)(function)
    return compiled


_compilers: set[int] = set()  # threads that compile ahead


@contextmanager
def compiling() -> Iterator[None]:
    """Say that this thread compiles ahead; see :func:`compiled_elsewhere`."""
    me = threading.get_ident()
    _compilers.add(me)
    try:
        yield
    finally:
        _compilers.discard(me)


def compiled_elsewhere() -> bool:
    """Whether another thread is compiling: to call machine code is to wait for it."""
    return bool(_compilers - {threading.get_ident()})
