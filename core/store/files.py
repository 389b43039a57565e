"""Files that are either whole or not there, and the folder they live in."""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO
from uuid import uuid4

from core.store.errors import StoreUnwritableError

FOLDER_VARIABLE = "SHIFTWRIGHT_DATA"
TEMPORARY = ".tmp"  # suffix of what is being written; never read
CHUNK_BYTES = 1 << 20


def data_folder() -> Path:
    """
    Folder of everything that lasts; it need not exist yet.

    What ``SHIFTWRIGHT_DATA`` names, else the place where the platform keeps a
    user's data, e.g. ``~/.local/share/shiftwright``.
    """
    named = os.environ.get(FOLDER_VARIABLE, "")
    if named:
        return Path(named).expanduser().absolute()
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "shiftwright"
    xdg = os.environ.get("XDG_DATA_HOME", "")
    # The XDG rules: a relative path there is to be ignored.
    base = Path(xdg) if os.path.isabs(xdg) else Path.home() / ".local" / "share"
    return base / "shiftwright"


@contextmanager
def writable(path: Path) -> Iterator[None]:
    """Turn the system's refusal to write at ``path`` into words for the planner."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise StoreUnwritableError(
            f"Cannot write {path}: {reason}. Free some space or mend the rights of "
            f"the folder, or name another folder in {FOLDER_VARIABLE}."
        ) from error


def make_folder(folder: Path) -> Path:
    """Make a folder that only its owner can read, with those above it."""
    with writable(folder):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def write_atomically(path: Path, content: bytes | Callable[[IO[bytes]], None]) -> None:
    """
    Write a file so that no reader, and no power loss, ever meets half of it.

    A temporary file beside it is written, forced to disk and moved over ``path``.

    Parameters
    ----------
    path
        Where; its folder is made when missing.
    content
        The bytes, or what writes them into an open file.

    Raises
    ------
    StoreUnwritableError
        When the disk is full or the folder cannot be written. What was at ``path``
        before is still there, whole.
    """
    make_folder(path.parent)
    temporary = path.with_name(f".{uuid4().hex}{TEMPORARY}")
    with writable(path):
        try:
            with temporary.open("xb") as file:
                if isinstance(content, bytes):
                    file.write(content)
                else:
                    content(file)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, path)
            sync_folder(path.parent)
        finally:
            temporary.unlink(missing_ok=True)


def write_folder_atomically(folder: Path, content: Mapping[str, bytes]) -> None:
    """
    Make a folder with files so that it is there with all of them, or not at all.

    Raises
    ------
    FileExistsError
        When the folder is there already.
    StoreUnwritableError
        When the disk is full or the folder above cannot be written.
    """
    if folder.exists():
        raise FileExistsError(f"Expected a new folder, {folder} exists.")
    make_folder(folder.parent)
    temporary = folder.with_name(f".{uuid4().hex}{TEMPORARY}")
    with writable(folder):
        try:
            temporary.mkdir(mode=0o700)
            for name, data in content.items():
                with (temporary / name).open("xb") as file:
                    file.write(data)
                    file.flush()
                    os.fsync(file.fileno())
            sync_folder(temporary)
            os.rename(temporary, folder)
            sync_folder(folder.parent)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)


def remove_folder(folder: Path) -> None:
    """
    Remove a folder, if it is there: first from view, then file by file.

    Raises
    ------
    StoreUnwritableError
        When the system refuses.
    """
    hidden = folder.with_name(f".{uuid4().hex}{TEMPORARY}")
    with writable(folder):
        try:
            os.rename(folder, hidden)
        except FileNotFoundError:
            return
        shutil.rmtree(hidden)


def sync_folder(folder: Path) -> None:
    """Force a folder's list of names to disk, so that a rename survives power loss."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def file_digest(path: Path) -> str:
    """Hexadecimal SHA-256 of a file."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()


def file_tail(path: Path, lines: int, most_bytes: int = 64 * 1024) -> list[str]:
    """
    Last lines of a text file; none when there is no file.

    Only the last ``most_bytes`` are read; bytes that are no UTF-8 are shown as such.
    """
    try:
        with path.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - most_bytes))
            text = file.read().decode("utf-8", errors="replace")
    except FileNotFoundError:
        return []
    return text.splitlines()[-lines:] if lines > 0 else []
