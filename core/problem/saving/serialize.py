"""Problems and schedules as bytes: versioned, without pickles, safe to read back."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Set
from dataclasses import asdict, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.problem.calendar import Calendar
from core.problem.model import Problem
from core.problem.problem_fields import DTYPES, OPTIONAL, Scale
from core.problem.saving.archives import pack, unpack
from core.problem.schedule import Schedule

FORMAT = 1
LARGEST = 256 << 20  # bytes when unpacked; 888 jobs on 152 machines take 2 million
HEADER = "header.json"
_ARRAYS = tuple(name for name in DTYPES if name not in OPTIONAL)
_NAMES = (
    "job_ids",
    "machine_ids",
    "family_names",
    "group_names",
    "machine_type_names",
)
_TYPES = {np.dtype(name) for name in ("<f8", "<i8", "|b1")}
Array = NDArray[np.generic]


class SerializedFormatError(ValueError):
    """Bytes that are damaged, too large, or of a format this version cannot read."""


def problem_to_bytes(problem: Problem) -> bytes:
    """
    Return a problem as bytes, the same for the same problem.

    A zip of NumPy arrays and a JSON header with the names; see
    :func:`problem_from_bytes`. Fields with a default are written where they say
    something, so that other problems keep the bytes they always had.
    """
    arrays: dict[str, Array] = {name: getattr(problem, name) for name in _ARRAYS}
    closures = [calendar.closures for calendar in problem.calendars]
    arrays["closures"] = np.concatenate(closures)
    arrays["closures_per_machine"] = np.array([len(x) for x in closures], np.int64)
    for name in OPTIONAL:
        if name in problem.stated:
            arrays[name] = getattr(problem, name)
    names: dict[str, Any] = {name: list(getattr(problem, name)) for name in _NAMES}
    if problem.scale is not None:
        names["scale"] = asdict(problem.scale)
    return _packed("problem", arrays, names)


def problem_from_bytes(data: bytes, largest: int = LARGEST) -> Problem:
    """
    Read a problem back; its ``content_hash`` is that of the one written.

    Parameters
    ----------
    data
        From :func:`problem_to_bytes`, or from anywhere: nothing in it is executed.
    largest
        Most bytes that the content may take when unpacked.

    Raises
    ------
    SerializedFormatError
        When the bytes are damaged, too large, of another format, or describe no
        valid problem; says which.
    """
    arrays, header = _unpacked(
        data,
        "problem",
        {*_ARRAYS, "closures", "closures_per_machine"},
        largest,
        optional={*OPTIONAL},
    )
    try:
        counts = arrays.pop("closures_per_machine")
        closures = arrays.pop("closures")
        if counts.ndim != 1 or (counts < 0).any() or counts.sum() != len(closures):
            raise ValueError("closures_per_machine does not fit the closures")
        parts = np.split(closures, np.cumsum(counts)[:-1])
        texts: dict[str, Any] = {name: _texts(header, name) for name in _NAMES}
        return Problem(
            calendars=tuple(Calendar(part) for part in parts),
            scale=Scale(**header["scale"]) if "scale" in header else None,
            **texts,
            **arrays,
        )
    except (ValueError, TypeError, IndexError, OverflowError) as error:
        raise SerializedFormatError(f"No valid problem: {error}") from error


def schedule_to_bytes(schedule: Schedule) -> bytes:
    """Return a schedule as bytes, the same for the same schedule."""
    arrays = {entry.name: getattr(schedule, entry.name) for entry in fields(schedule)}
    return _packed("schedule", arrays, {})


def schedule_from_bytes(data: bytes, largest: int = LARGEST) -> Schedule:
    """
    Read a schedule back; nothing in the bytes is executed.

    Raises
    ------
    SerializedFormatError
        When the bytes are damaged, too large, of another format, or describe no
        schedule. Whether it is valid for a problem is not looked at.
    """
    names = {entry.name for entry in fields(Schedule)}
    arrays, _ = _unpacked(data, "schedule", names, largest)
    try:
        return Schedule(**arrays)
    except (ValueError, TypeError, IndexError) as error:
        raise SerializedFormatError(f"No schedule: {error}") from error


def _packed(what: str, arrays: Mapping[str, Array], names: Mapping[str, Any]) -> bytes:
    """Return a zip of one ``.npy`` per array and the header."""
    header = {"what": what, "format": FORMAT, **names}
    files = {HEADER: json.dumps(header).encode()}
    for name, array in arrays.items():
        raw = io.BytesIO()
        little = array.astype(array.dtype.newbyteorder("<"), copy=False)
        np.lib.format.write_array(raw, little, allow_pickle=False)
        files[f"{name}.npy"] = raw.getvalue()
    return pack(files)


def _unpacked(
    data: bytes,
    what: str,
    names: set[str],
    largest: int,
    optional: Set[str] = frozenset(),
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return arrays and header, every size checked before anything is unpacked."""
    try:
        files = unpack(data, largest)
        if HEADER not in files:
            raise SerializedFormatError(f"No {what}: it has no {HEADER}.")
        header = json.loads(files[HEADER])
        _check_header(header, what)
        names = names | {name for name in optional if f"{name}.npy" in files}
        expected = {HEADER, *(f"{name}.npy" for name in names)}
        if set(files) != expected:
            wrong = min(set(files) ^ expected)
            raise SerializedFormatError(f"No {what}: unexpected {wrong!r}.")
        return {name: _array(files[f"{name}.npy"], name) for name in names}, header
    except SerializedFormatError:
        raise
    except (ValueError, RecursionError) as error:  # also JSON nested too deeply
        raise SerializedFormatError(f"No {what}, or a damaged one: {error}.") from error


def _check_header(header: object, what: str) -> None:
    """Refuse what is something else, or of another format."""
    if not isinstance(header, dict) or header.get("what") != what:
        raise SerializedFormatError(f"Expected a {what}, got something else.")
    found = header.get("format")
    if found != FORMAT:
        raise SerializedFormatError(
            f"The {what} is of format {found!r}; this version reads format {FORMAT}."
        )


def _array(raw: bytes, name: str) -> Array:
    """
    Return the array of a ``.npy`` file.

    NumPy's own reader makes room for what the header claims before it looks at what
    is there; here the claim must fit the bytes first.
    """
    buffer = io.BytesIO(raw)
    if np.lib.format.read_magic(buffer) != (1, 0):
        raise SerializedFormatError(f"{name} is of an unknown array format.")
    shape, fortran, dtype = np.lib.format.read_array_header_1_0(buffer)
    if dtype not in _TYPES:
        raise SerializedFormatError(f"{name} holds {dtype}, which is not allowed.")
    size = dtype.itemsize
    for length in shape:
        size *= length
    if any(length < 0 for length in shape) or size != len(raw) - buffer.tell():
        raise SerializedFormatError(f"{name} claims a shape that its bytes do not fit.")
    flat = np.frombuffer(raw, dtype, offset=buffer.tell())
    return flat.reshape(shape, order="F" if fortran else "C")


def _texts(header: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """Return a list of texts of the header."""
    texts = header.get(name)
    if not isinstance(texts, list) or not all(isinstance(x, str) for x in texts):
        raise ValueError(f"{name} is not a list of texts")
    return tuple(texts)
