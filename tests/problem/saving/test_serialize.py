"""Bytes of problems and schedules: exact back and forth, and deaf to evil."""

import io
import json
import zipfile
from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.problem.calendar import Calendar
from core.problem.model import Problem
from core.problem.problem_fields import Scale
from core.problem.rows import Job, Machine
from core.problem.saving.serialize import (
    SerializedFormatError,
    problem_from_bytes,
    problem_to_bytes,
    schedule_from_bytes,
    schedule_to_bytes,
)
from core.problem.schedule import Schedule
from core.timing.retime import retime
from tests.strategies import problems, problems_and_sequences


@pytest.fixture
def problem() -> Problem:
    """Two jobs and two machines, with everything a problem may have."""
    return Problem.from_rows(
        [
            Job("säge-1", {"M1": 60}, family="F", group="a", due=90.0, important=True),
            Job("2\n\u0000", {"M1": 30, "M2": 45}, group="b", predecessors=["säge-1"]),
        ],
        [
            Machine("M1", "saw", group="a", calendar=Calendar([[10, 20], [30, 45]])),
            Machine("M2", "press", available=5),
        ],
        {("a", "b"): 600},
    )


def changed(data: bytes, **files: bytes | None) -> bytes:
    """The same zip with some files put, replaced, or (None) taken out."""
    given = {name.replace("__", "."): content for name, content in files.items()}
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w") as new:
        contents = {name: old.read(name) for name in old.namelist()} | given
        for name, content in contents.items():
            if content is not None:
                new.writestr(name, content)
    return buffer.getvalue()


def npy(array: np.ndarray, **header: object) -> bytes:
    """A NumPy file, with parts of its header changed."""
    buffer = io.BytesIO()
    entries = {"descr": array.dtype.str, "fortran_order": False, "shape": array.shape}
    np.lib.format.write_array_header_1_0(buffer, {**entries, **header})
    return buffer.getvalue() + array.tobytes()


def test_a_problem_survives_with_names_and_closures(problem):
    """Accents, control characters, calendars and infinite times come back."""
    back = problem_from_bytes(problem_to_bytes(problem))
    assert back.content_hash == problem.content_hash
    assert back.job_ids == ("säge-1", "2\n\u0000")
    assert back.calendars[0].closures.tolist() == [[10, 20], [30, 45]]
    assert back.calendars[1].closures.tolist() == []
    assert back.processing.tolist() == [[60.0, np.inf], [30.0, 45.0]]


def test_what_was_added_later_survives_and_leaves_older_problems_as_they_were(problem):
    """Waits, pauses, reservations and scale; without them bytes and hash are old."""
    plain = replace(problem, wait_after=np.zeros(2, int), may_pause=np.ones(2, bool))
    assert problem_to_bytes(plain) == problem_to_bytes(problem)
    assert plain.content_hash == problem.content_hash
    added = {
        "wait_after": [30, 0],
        "may_pause": [True, False],
        "reserved_machine": [0, -1],
        "reserved_start": [45, -1],
        "scale": Scale(3600.5, 12.0, 7200, 0.5, 60),
    }
    reserved = {name: added[name] for name in ("reserved_machine", "reserved_start")}
    alone = [{name: x} for name, x in added.items() if name not in reserved]
    hashes = {problem.content_hash}
    for some in (*alone, reserved, {**reserved, "reserved_start": [46, -1]}):
        one = replace(problem, **some)
        hashes.add(one.content_hash)
        assert problem_from_bytes(problem_to_bytes(one)).content_hash in hashes
    assert len(hashes) == 6
    back = problem_from_bytes(problem_to_bytes(replace(problem, **added)))
    assert back.scale == added["scale"]
    assert back.reserved_start.tolist() == [45, -1]
    assert back.may_pause.tolist() == [True, False]


@given(problems())
def test_every_problem_survives(problem):
    """The content hash of what is read is that of what was written."""
    back = problem_from_bytes(problem_to_bytes(problem))
    assert back.content_hash == problem.content_hash


@given(problems_and_sequences())
def test_every_schedule_survives(both):
    """All five arrays come back as they were."""
    schedule = retime(*both)
    back = schedule_from_bytes(schedule_to_bytes(schedule))
    for entry in fields(Schedule):
        assert (getattr(back, entry.name) == getattr(schedule, entry.name)).all()


def test_equal_problems_are_equal_bytes(problem):
    """Nothing of the moment of writing is in them, so that they can be compared."""
    again = replace(problem)
    assert problem_to_bytes(again) == problem_to_bytes(problem)


@pytest.mark.parametrize(
    ("files", "message"),
    [
        (
            {"header__json": b'{"what": "problem", "format": 0}'},
            "format 0; .* 1",
        ),
        (
            {"header__json": b'{"what": "problem", "format": 2}'},
            "format 2; .* 1",
        ),
        ({"header__json": b'{"what": "recipe", "format": 1}'}, "Expected a problem"),
        ({"header__json": b'{"what": "problem", "format": 1}'}, "job_ids"),
        ({"header__json": b"[" * 100_000}, "damaged"),
        ({"header__json": None}, "no header"),
        ({"release__npy": None}, "unexpected 'release.npy'"),
        ({"more__npy": b""}, "unexpected 'more.npy'"),
        ({"release__npy": b"\x80\x04N."}, "damaged"),
        ({"release__npy": npy(np.zeros(2), shape=(10**15,))}, "claims a shape"),
        ({"release__npy": npy(np.zeros(2), shape=(-1, -2))}, "claims a shape"),
        ({"release__npy": npy(np.zeros(2), descr="|O")}, "holds object"),
        ({"release__npy": npy(np.zeros(3, np.int64))}, r"release has shape \(3,\)"),
        ({"release__npy": npy(np.array([0, -1]))}, "negative release"),
        ({"closures_per_machine__npy": npy(np.array([1, 2]))}, "does not fit"),
        ({"precedence__npy": npy(np.array([[0, 1], [1, 0]]))}, "cycle"),
    ],
)
def test_nonsense_is_refused(problem, files, message):
    """The message says what is wrong; nothing is executed, no room made for claims."""
    with pytest.raises(SerializedFormatError, match=message):
        problem_from_bytes(changed(problem_to_bytes(problem), **files))


def test_a_bomb_is_refused_before_it_is_unpacked(problem):
    """5 million zeros in a small file are too much: the limit is on the content."""
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("header.json", json.dumps({"what": "problem", "format": 1}))
        archive.writestr("release.npy", bytes(5_000_000))
    assert len(bomb.getvalue()) < 10_000
    with pytest.raises(SerializedFormatError, match="takes 5000032 bytes, 4000000"):
        problem_from_bytes(bomb.getvalue(), largest=4_000_000)


def test_a_schedule_is_no_problem(problem):
    """One kind is not taken for the other."""
    schedule = retime(problem, [[0, 1], []])
    with pytest.raises(SerializedFormatError, match="Expected a problem"):
        problem_from_bytes(schedule_to_bytes(schedule))
    broken = changed(schedule_to_bytes(schedule), end__npy=npy(np.array([0, 0])))
    with pytest.raises(SerializedFormatError, match="ends before it starts"):
        schedule_from_bytes(broken)


@given(st.data())
def test_damaged_bytes_are_refused_or_harmless(data):
    """A flipped byte gives the named error, or the same problem; nothing else."""
    problem = Problem.from_rows([Job("A", {"M": 60})], [Machine("M")])
    written = bytearray(problem_to_bytes(problem))
    at = data.draw(st.integers(0, len(written) - 1))
    written[at] ^= data.draw(st.integers(1, 255))
    try:
        back = problem_from_bytes(bytes(written))
    except SerializedFormatError:
        return
    assert back.content_hash == problem.content_hash
