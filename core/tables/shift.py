"""A planner's files, read: the shift they hold, and everything found in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from core.problem.shift import Origin, Shift, check_start
from core.tables.build import build
from core.tables.issues import Collector, Issues
from core.tables.read import read_tables


@dataclass(frozen=True)
class Reading:
    """
    What came of reading a planner's files.

    Parameters
    ----------
    shift
        The shift; ``None`` when there are errors.
    issues
        Everything found, errors and warnings.
    """

    shift: Shift | None
    issues: Issues


def read_shift(
    files: Mapping[str, bytes],
    start: datetime,
    name: str = "shift",
    *,
    kinds: Mapping[str, str] | None = None,
    origin: Origin = "upload",
) -> Reading:
    """
    Read a planner's files; no content ever raises.

    Parameters
    ----------
    files
        Content by file name: CSV files, workbooks, or both. A CSV file is
        recognised by a table's name in its own name, else by its columns.
    start
        Plan start.
    name
        What to call the shift.
    kinds
        Which table a CSV file holds, by file name, where that is known.
    origin
        Where the files came from.

    Raises
    ------
    ValueError
        When the start is not a local time in whole seconds.
    """
    check_start(start)
    collect = Collector()
    built = build(read_tables(files, collect, kinds), start, collect)
    if built is None:
        return Reading(None, collect.issues)
    problem, extras = built
    return Reading(Shift(problem, start, name, origin, extras), collect.issues)
