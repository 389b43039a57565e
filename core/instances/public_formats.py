"""
Public benchmark instances as problems.

Their times have no unit. One unit is read as one minute here, 60 seconds, so that
minutes on screen and in reports are the figures of the literature.
"""

from __future__ import annotations

from math import inf

import numpy as np
from numpy.typing import NDArray

from core.problem.calendar import Calendar
from core.problem.model import Problem

UNIT = 60  # seconds per unit of time in the files
LARGEST = 20_000  # jobs or machines; a damaged header must not ask for more

_Integers = NDArray[np.int64]


def read_fjsp(text: str) -> Problem:
    """
    Read a flexible job shop.

    Jobs; machines; tasks per job; then one line per task with its time on each
    machine, 0 where it may not run. Each job becomes a family, each of its tasks a
    job of that family, in sequence.

    Parameters
    ----------
    text
        The file.

    Raises
    ------
    ValueError
        When the file is not of this format; names the line.
    """
    rows = _rows(text)
    families, m = _size(rows, 0), _size(rows, 1)
    tasks = _row(rows, 2, families)
    if (tasks < 1).any():
        raise ValueError("Line 3: expected at least one task per job.")
    n = int(tasks.sum())
    times = np.array([_row(rows, 3 + j, m) for j in range(n)])
    _ends_at(rows, 3 + n)
    family = np.repeat(np.arange(families), tasks)
    inner = np.flatnonzero(family[:-1] == family[1:])
    step = np.arange(n) - np.searchsorted(family, family) + 1
    return _problem(
        np.where(times > 0, times * float(UNIT), inf),
        family=family,
        precedence=np.column_stack([inner, inner + 1]),
        job_ids=[f"{f + 1}.{s}" for f, s in zip(family.tolist(), step, strict=True)],
        family_names=[str(f + 1) for f in range(families)],
    )


def read_pmp(text: str) -> Problem:
    """
    Read unrelated parallel machines without setups.

    Jobs; machines; then one line per job with its time on each machine.

    Parameters
    ----------
    text
        The file.

    Raises
    ------
    ValueError
        When the file is not of this format; names the line.
    """
    rows = _rows(text)
    n, m = _size(rows, 0), _size(rows, 1)
    times = np.array([_row(rows, 2 + j, m) for j in range(n)])
    _ends_at(rows, 2 + n)
    return _problem(times * float(UNIT))


def read_ssirit(text: str) -> Problem:
    """
    Read unrelated machines with setups per machine and pair of jobs.

    Format of Vallada & Ruiz (2011): ``n m 1``; a line to ignore; n lines of pairs
    (machine, time); ``SSD``; then per machine a line ``M<k>`` and n rows of setups,
    row = job before, column = job after. No setup before the first job. Every job
    is a setup group of its own.

    Parameters
    ----------
    text
        The file.

    Raises
    ------
    ValueError
        When the file is not of this format; names the line.
    """
    lines = _rows(text)
    if not lines or len(lines[0]) < 2:
        raise ValueError("Line 1: expected the numbers of jobs and machines.")
    n, m = _size([lines[0][:1]], 0), _size([lines[0][1:2]], 0)
    times = np.zeros((n, m))
    for j in range(n):
        pairs = _row(lines, 2 + j, 2 * m).reshape(m, 2)
        if not np.array_equal(np.sort(pairs[:, 0]), np.arange(m)):
            raise ValueError(f"Line {3 + j}: expected each machine 0 … {m - 1} once.")
        times[j, pairs[:, 0]] = pairs[:, 1]
    at = 2 + n
    _expect(lines, at, "SSD")
    setup = np.zeros((m, n + 1, n), dtype=np.int64)
    for k in range(m):
        block = at + 1 + k * (n + 1)
        _expect(lines, block, f"M{k}")
        setup[k, :n] = [_row(lines, block + 1 + j, n) for j in range(n)]
    _ends_at(lines, at + 1 + m * (n + 1))
    # The diagonal is never used: a job follows itself on no machine.
    setup[:, np.arange(n), np.arange(n)] = 0
    return _problem(times * float(UNIT), setup=setup * UNIT)


READERS = {"fjsp": read_fjsp, "pmp": read_pmp, "ssirit": read_ssirit}


def _problem(
    processing: NDArray[np.float64],
    family: _Integers | None = None,
    precedence: _Integers | None = None,
    setup: _Integers | None = None,
    job_ids: list[str] | None = None,
    family_names: list[str] | None = None,
) -> Problem:
    """Problem without dates; machines are types of their own, as they are unrelated."""
    n, m = processing.shape
    names = job_ids or [f"J{j + 1}" for j in range(n)]
    per_job = setup is not None
    groups = tuple(names) if per_job else ("",)
    machines = tuple(f"M{k + 1}" for k in range(m))
    return Problem(
        processing=processing,
        release=np.zeros(n, dtype=np.int64),
        due=np.full(n, inf),
        weight=np.ones(n),
        important=np.zeros(n, dtype=np.bool_),
        preferred=np.zeros((n, m), dtype=np.bool_),
        family=np.arange(n) if family is None else family,
        group=np.arange(n) if per_job else np.zeros(n, dtype=np.int64),
        precedence=np.empty((0, 2), np.int64) if precedence is None else precedence,
        setup=np.zeros((1, 2, 1), dtype=np.int64) if setup is None else setup,
        setup_class=np.arange(m) if per_job else np.zeros(m, dtype=np.int64),
        initial_group=np.full(m, len(groups)),
        available=np.zeros(m, dtype=np.int64),
        machine_type=np.arange(m),
        calendars=(Calendar.always_open(),) * m,
        job_ids=tuple(names),
        machine_ids=machines,
        family_names=tuple(family_names or names),
        group_names=groups,
        machine_type_names=machines,
    )


def _rows(text: str) -> list[list[str]]:
    """Words of every line that holds any."""
    return [line.split() for line in text.splitlines() if line.strip()]


def _size(rows: list[list[str]], i: int) -> int:
    """One number of jobs or machines."""
    size = int(_row(rows, i, 1)[0])
    if not 1 <= size <= LARGEST:
        raise ValueError(f"Line {i + 1}: expected 1 … {LARGEST}, got {size}.")
    return size


def _row(rows: list[list[str]], i: int, length: int) -> _Integers:
    """Line i as whole numbers that are not negative."""
    if i >= len(rows):
        raise ValueError(f"Line {i + 1}: expected {length} numbers, the file ends.")
    words = rows[i]
    if len(words) != length or not all(x.isdecimal() and len(x) < 10 for x in words):
        raise ValueError(f"Line {i + 1}: expected {length} whole numbers, got {words}.")
    return np.array([int(x) for x in words], dtype=np.int64)


def _expect(rows: list[list[str]], i: int, word: str) -> None:
    if i >= len(rows) or rows[i] != [word]:
        raise ValueError(f"Line {i + 1}: expected {word!r}.")


def _ends_at(rows: list[list[str]], i: int) -> None:
    if len(rows) > i:
        raise ValueError(f"Line {i + 1}: expected the end of the file.")
