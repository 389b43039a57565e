"""A problem as flat arrays: the one form in which machine code takes it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from core.problem.calendar import Calendar
from core.problem.checks import HORIZON
from core.problem.model import Problem

Ints = NDArray[np.int64]

# Seconds, further than any moment of a plan; a power of two: multiples are exact.
SPAN = 2.0 ** HORIZON.bit_length()


class Closures(NamedTuple):
    """
    When each of some machines is closed, in whole seconds since plan start.

    The closures of machine k are entries ``at[k]`` to ``at[k + 1]``, in order.
    """

    at: Ints  # (m + 1,)
    start: Ints
    end: Ints


class FlatProblem(NamedTuple):
    """
    What timing needs of a problem; lists of lists are cut by offsets.

    The predecessors of job j are ``before[before_at[j]:before_at[j + 1]]``, its
    successors likewise in ``behind``. See :class:`core.problem.model.Problem`.

    A reserved job is eligible on its machine alone, and its release is the reserved
    start: where nothing before it on the machine takes longer, it keeps both.
    """

    closures: Closures
    processing: Ints  # (n, m), seconds; -1 where not eligible
    release: Ints
    available: Ints
    group: Ints
    setup: Ints  # (c, g + 1, g)
    setup_class: Ints
    initial_group: Ints
    before_at: Ints
    before: Ints
    behind_at: Ints
    behind: Ints
    wait_after: Ints
    may_pause: NDArray[np.bool_]
    reserved_start: Ints  # -1 where a job is free


def flat_closures(calendars: Sequence[Calendar]) -> Closures:
    """Closures of some machines, one calendar each."""
    at, edges = cut([calendar.closures for calendar in calendars])
    edges = edges.reshape(-1, 2)
    return Closures(at, *(np.ascontiguousarray(column) for column in edges.T))


def flat_problem(problem: Problem) -> FlatProblem:
    """Flat form of a problem, made once while the problem is there."""
    flat = _FLAT.get(problem)
    if flat is None:
        flat = _FLAT[problem] = _flat_problem(problem)
    return flat


# Two threads may both make it: both forms are the same, and one is kept.
_FLAT: WeakKeyDictionary[Problem, FlatProblem] = WeakKeyDictionary()


def _flat_problem(problem: Problem) -> FlatProblem:
    possible = problem.possible_processing
    able = np.where(np.isfinite(possible), possible, -1.0)
    before_at, before = cut(problem.predecessors)
    behind_at, behind = cut(problem.successors)
    return FlatProblem(
        closures=flat_closures(problem.calendars),
        processing=able.astype(np.int64),
        release=_own(problem.not_before),
        available=_own(problem.available),
        group=_own(problem.group),
        setup=_own(problem.setup),
        setup_class=_own(problem.setup_class),
        initial_group=_own(problem.initial_group),
        before_at=before_at,
        before=before,
        behind_at=behind_at,
        behind=behind,
        wait_after=_own(problem.wait_after),
        may_pause=np.array(problem.may_pause),
        reserved_start=_own(problem.reserved_start),
    )


def _own(part: Ints) -> Ints:
    """Copy, which may be written to: for read-only arrays all is compiled again."""
    return np.array(part, order="C")


def cut(lists: Sequence[Sequence[int] | Ints]) -> tuple[Ints, Ints]:
    """Offsets and entries of a list of lists: list i is entries at[i] to at[i + 1]."""
    at = np.zeros(len(lists) + 1, dtype=np.int64)
    np.cumsum([len(entries) for entries in lists], out=at[1:])
    entries = [np.asarray(x, dtype=np.int64) for x in lists if len(x)]
    return at, np.concatenate(entries) if entries else np.zeros(0, dtype=np.int64)
