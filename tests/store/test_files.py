"""Files that are whole or not there; names in every script."""

import errno
import os
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.store.errors import StoreUnwritableError
from core.store.files import (
    data_folder,
    file_tail,
    remove_folder,
    write_atomically,
    write_folder_atomically,
)
from core.store.names import clean_name, is_id, name_key


def test_the_data_folder_moves_with_its_variable(monkeypatch, tmp_path):
    """SHIFTWRIGHT_DATA goes first, then the platform's place for a user's data."""
    monkeypatch.setenv("SHIFTWRIGHT_DATA", str(tmp_path / "here"))
    assert data_folder() == tmp_path / "here"
    monkeypatch.setenv("SHIFTWRIGHT_DATA", "")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "xdg"))
    monkeypatch.setattr("sys.platform", "linux")
    assert data_folder() == tmp_path / "xdg" / "shiftwright"
    monkeypatch.setenv("XDG_DATA_HOME", "relative")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert data_folder() == tmp_path / ".local" / "share" / "shiftwright"


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EROFS, errno.EACCES])
def test_a_full_disk_leaves_the_old_file(tmp_path, code):
    """The error names the file and the way out; no temporary file stays behind."""
    path = tmp_path / "deep" / "file"
    write_atomically(path, b"old")

    def half(file):
        file.write(b"ne")
        raise OSError(code, os.strerror(code))

    with pytest.raises(StoreUnwritableError, match="SHIFTWRIGHT_DATA") as caught:
        write_atomically(path, half)
    assert os.strerror(code) in str(caught.value)
    assert path.read_bytes() == b"old"
    assert [x.name for x in path.parent.iterdir()] == ["file"]


def test_a_file_is_forced_to_disk_before_it_takes_its_name(tmp_path, monkeypatch):
    """First the content, then the name, then the folder: power may fail in between."""
    steps = []
    sync, replace = os.fsync, os.replace

    def seen_sync(descriptor):
        kind = os.fstat(descriptor).st_mode
        steps.append("folder" if stat.S_ISDIR(kind) else "content")
        sync(descriptor)

    def seen_replace(a, b):
        steps.append("name")
        replace(a, b)

    monkeypatch.setattr(os, "fsync", seen_sync)
    monkeypatch.setattr(os, "replace", seen_replace)
    write_atomically(tmp_path / "file", b"new")
    assert steps == ["content", "name", "folder"]


@pytest.mark.skipif(os.geteuid() == 0, reason="Root may write everywhere.")
def test_a_folder_without_rights_is_named(tmp_path):
    """A read-only folder is said to be one."""
    tmp_path.chmod(0o500)
    with pytest.raises(StoreUnwritableError, match="Permission denied"):
        write_atomically(tmp_path / "file", b"new")


def test_a_file_where_a_folder_should_be_is_named(tmp_path):
    """What cannot be a folder is refused in words, for root too."""
    (tmp_path / "data").write_text("a file")
    with pytest.raises(StoreUnwritableError, match=r"data.*Not a directory"):
        write_atomically(tmp_path / "data" / "runs" / "file", b"new")


def test_a_folder_is_there_with_all_its_files_or_not_at_all(tmp_path, monkeypatch):
    """A disk that fills up in between leaves nothing, and an old folder is kept."""
    folder = tmp_path / "models" / "one"
    write_folder_atomically(folder, {"a": b"1", "b": b"2"})
    assert {x.name: x.read_bytes() for x in folder.iterdir()} == {"a": b"1", "b": b"2"}
    with pytest.raises(FileExistsError):
        write_folder_atomically(folder, {"a": b"3"})

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "rename", full)
    with pytest.raises(StoreUnwritableError, match="No space left"):
        write_folder_atomically(tmp_path / "models" / "two", {"a": b"1"})
    assert [x.name for x in folder.parent.iterdir()] == ["one"]


def test_removing_a_folder_that_is_gone_is_no_fault(tmp_path):
    """Two who delete the same both succeed."""
    (tmp_path / "run" / "deep").mkdir(parents=True)
    remove_folder(tmp_path / "run")
    remove_folder(tmp_path / "run")
    assert list(tmp_path.iterdir()) == []


def test_the_tail_of_a_log_reads_only_its_end(tmp_path):
    """A cut character at the border is shown as such; no file, no lines."""
    log = tmp_path / "log.txt"
    assert file_tail(log, 3) == []
    log.write_bytes("ä".encode() * 10 + b"\none\ntwo\n")
    assert file_tail(log, 2) == ["one", "two"]
    assert file_tail(log, 9, most_bytes=10) == ["�", "one", "two"]
    assert file_tail(log, 0) == []


def test_names_that_read_the_same_are_the_same():
    """Case, width and the way an accent is written make no difference."""
    assert name_key("Café") == name_key("  CAFE\u0301 ") == name_key("ｃａｆé")
    assert name_key("Straße") == name_key("STRASSE")
    assert name_key("Nacht 1") != name_key("Nacht 2")
    assert clean_name(" 夜班 🌙 ") == "夜班 🌙"


@pytest.mark.parametrize("name", ["", "  ", "a\x00b", "a\nb", "\ud800", "x" * 121])
def test_unusable_names_are_refused(name):
    """Nothing that a database or a screen could choke on becomes a name."""
    with pytest.raises(ValueError, match="Expected a name"):
        clean_name(name)


@given(st.text())
def test_a_clean_name_stays_as_it_is(text):
    """Cleaning twice changes nothing more, and the key depends on the name alone."""
    try:
        name = clean_name(text)
    except ValueError:
        return
    assert clean_name(name) == name
    assert name_key(name) == name_key(text)
    name.encode()


@given(st.text(max_size=40) | st.from_regex(r"[0-9a-f./]{32}", fullmatch=True))
def test_only_what_the_store_makes_is_an_id(text):
    """No id can climb out of its folder."""
    if is_id(text):
        assert Path("runs") / text == Path("runs", text)
        assert len(text) == 32
        assert set(text) <= set("0123456789abcdef")
